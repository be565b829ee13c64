"""gzip unpacked with a limit: a file of some kilobytes can hold gigabytes."""

import zlib
from collections.abc import Iterator
from io import BytesIO

from django.utils.translation import gettext as _

from archive.ingest.refusal import Refused

GZIP = b"\x1f\x8b"
_CHUNK = 64_000


def unpacked(data: bytes, most: int, *, wbits: int = 31) -> Iterator[bytes]:
    """What the bytes hold, in pieces; several gzip members one after the other count as one.

    Raises Refused for damage, for a file that breaks off, and beyond `most` bytes.
    """
    size, rest = 0, BytesIO(data)
    member = zlib.decompressobj(wbits)
    waiting = rest.read(_CHUNK)
    while waiting:
        try:
            piece = member.decompress(waiting, _CHUNK)
        except zlib.error as error:
            raise Refused(_("It is damaged and can't be unpacked.")) from error
        size += len(piece)
        if size > most:
            raise Refused(
                _("Unpacked it has more than %(most)d MB. Take out what is not needed.") % {"most": most // 1_000_000},
                413,
            )
        if piece:
            yield piece
        waiting = member.unconsumed_tail or member.unused_data or rest.read(_CHUNK)
        if member.eof and waiting:
            if not waiting.startswith(GZIP[: len(waiting)]):
                raise Refused(_("Something that does not belong there follows at its end."))
            member = zlib.decompressobj(wbits)
    # All that came in was taken, yet held back output may remain.
    if not member.eof:
        raise Refused(_("It breaks off in the middle: get it again."))


class Unpacked:
    """The same as a stream that is read from its beginning to its end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, fewer at the end of a piece; all that is left where `size` is negative."""
        if size < 0:
            held, self._held = self._held, b""
            return held + b"".join(self._pieces)
        if not self._held:
            self._held = next(self._pieces, b"")
        held, self._held = self._held[:size], self._held[size:]
        return held
