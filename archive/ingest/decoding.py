"""Bytes as text: which encoding, and what is no text at all."""

import codecs
import re
from dataclasses import dataclass
from email.message import Message

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.ingest.refusal import Refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs of texts that are no encodings of documents: names of hosts, whose decoding takes the square of their length; what
# stands for other characters, by which markup gets past whoever looks for it; and one that only fails.
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"})
_CHUNK = 1_000_000
_SAMPLE = 100_000
_BEGINNING = 2_000

# How files begin that people try to import and that hold no text we can read.
_SIGNATURES = (
    (b"%PDF", gettext_lazy("a PDF file")),
    (b"PK\x03\x04", gettext_lazy("a ZIP archive or an office document")),
    (b"PK\x05\x06", gettext_lazy("a ZIP archive or an office document")),
    (b"\x1f\x8b", gettext_lazy("a gzip archive")),
    (b"BZh", gettext_lazy("a bzip2 archive")),
    (b"\xfd7zXZ", gettext_lazy("an xz archive")),
    (b"\x28\xb5\x2f\xfd", gettext_lazy("a Zstandard archive")),
    (b"7z\xbc\xaf", gettext_lazy("a 7z archive")),
    (b"Rar!", gettext_lazy("a RAR archive")),
    (b"\x89PNG", gettext_lazy("a picture")),
    (b"\xff\xd8\xff", gettext_lazy("a picture")),
    (b"GIF8", gettext_lazy("a picture")),
    (b"RIFF", gettext_lazy("a picture or a recording")),
    (b"\xd0\xcf\x11\xe0", gettext_lazy("an old office document")),
    (b"{\\rtf", gettext_lazy("an RTF document")),
    (b"\x7fELF", gettext_lazy("a program")),
    (b"MZ\x90", gettext_lazy("a program")),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, and whether it was only guessed."""

    codec: str
    is_guessed: bool = False


def encoding_of(data: bytes, media_type: str = "") -> Encoding | None:
    """The encoding of a text: its byte order mark, UTF-8 where it is that, what the media type says, else the likeliest.

    None where the bytes are no text.
    """
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return Encoding(codec) if _is(data, codec) else None
    if b"\x00" in data or any(data.startswith(signature) for signature, _what in _SIGNATURES):
        return None
    if _is(data, "utf-8"):
        return Encoding("utf-8")
    declared = charset_of(media_type) or _charset_within(data[:_BEGINNING])
    if declared and _is(data, declared):
        return Encoding(declared)
    if _is_nearly_utf8(data[:_SAMPLE]):
        return Encoding("utf-8", is_guessed=True)
    likeliest = from_bytes(data[:_SAMPLE]).best()
    if likeliest is None or not _is(data, likeliest.encoding):
        return None
    return Encoding(likeliest.encoding, is_guessed=True)


def decode(data: bytes, encoding: Encoding | None) -> str:
    """The text, with line feeds only; a broken character shows as one. Raises Refused where it is no text."""
    if encoding is None:
        raise Refused(not_a_text(data), 415)
    text = data.decode(encoding.codec, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def charset_of(media_type: str) -> str:
    """The codec that a Content-Type names; empty where it names none that we know."""
    message = Message()
    message["Content-Type"] = media_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_content_charset() or ""
    try:
        found = codecs.lookup(charset) if charset else None
    except (LookupError, ValueError):
        return ""
    # Only those of text: "zip" and "rot13" are codecs too.
    if found is None or not found._is_text_encoding or found.name.replace("_", "-") in _NO_ENCODINGS:
        return ""
    return found.name


def _charset_within(beginning: bytes) -> str:
    """What a page or an XML file says of itself."""
    found = re.search(rb"""(?:charset|encoding)=["']?([\w.:-]+)""", beginning)
    return charset_of(f"text/plain; charset={found[1].decode('ascii', 'ignore')}") if found else ""


def _is_nearly_utf8(sample: bytes) -> bool:
    """UTF-8 with a few broken characters, which no guess does justice to."""
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    return broken * 4 < sum(character > "\x7f" for character in text)


def not_a_text(data: bytes) -> str:
    """Why the bytes can't be read, as a sentence for the user."""
    what = next((what for signature, what in _SIGNATURES if data.startswith(signature)), None)
    if what is not None:
        return _("It is %(what)s. Give the text, the web page, or the address itself.") % {"what": what}
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _("It is markup, but neither a web page nor a feed. Give the text, the web page, or the address itself.")
    return _("It is no text in an encoding that we know. Save it as UTF-8 text or as a web page.")


def _is(data: bytes, codec: str) -> bool:
    """Whether all the bytes are text in that encoding; piece by piece, for a text can take four times its bytes."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
