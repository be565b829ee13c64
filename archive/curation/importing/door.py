"""The one door: bytes, a text or an address in, what became of each item out."""

import hashlib
from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from archive.curation.importing.planning import Outcome, Row, plan
from archive.curation.importing.writing import carry_out
from archive.ingest.fetch import fetch
from archive.ingest.items import Document
from archive.ingest.readers import read
from archive.ingest.refusal import Refused
from archive.outcomes import tell


@dataclass(frozen=True, slots=True)
class Intake:
    """A document and what became of each of its items; with `is_dry_run`, what would."""

    document: Document
    rows: tuple[Row, ...]
    is_dry_run: bool = False

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


def intake(
    *,
    data: bytes | None = None,
    text: str | None = None,
    url: str | None = None,
    name: str = "",
    media_type: str = "",
    format: str = "",  # noqa: A002  # as the command's option
    by: str,
    status: str = "draft",
    dry_run: bool = False,
    may_change_public: bool = True,
) -> Intake:
    """Take one document in: its bytes (with the name that the file has), a pasted text, or what stands at an address.

    All its items or none. Raises Refused; see the package for how to use both.
    """
    try:
        done = _take_in(
            data,
            text,
            url,
            name,
            media_type,
            format,
            by=by,
            status=status,
            dry_run=dry_run,
            may_change_public=may_change_public,
        )
    except Refused:
        if not dry_run:
            tell("import", "refused")
        raise
    if not dry_run:
        for outcome, number in Counter(row.outcome for row in done.rows).items():
            tell("import", outcome.value, number)
    return done


def _take_in(
    data: bytes | None,
    text: str | None,
    url: str | None,
    name: str,
    media_type: str,
    format: str,  # noqa: A002
    *,
    by: str,
    status: str,
    dry_run: bool,
    may_change_public: bool,
) -> Intake:
    if [data is None, text is None, url is None].count(False) != 1:
        raise Refused(_("Give a file, a text or an address, and only one of them."), 400)
    address = ""
    if url is not None:
        fetched = fetch(url.strip())
        data, media_type, address = fetched.data, media_type or fetched.media_type, fetched.address
        name = address
    elif text is not None:
        data, media_type = text.encode("utf-8", errors="replace"), "text/plain; charset=utf-8"
        name = name or f"pasted-{hashlib.sha256(data).hexdigest()[:12]}.txt"
    assert data is not None
    document = read(data, name, media_type, address=address, format=format)
    if dry_run:
        return Intake(document, plan(document, status=status, may_change_public=may_change_public), is_dry_run=True)
    return Intake(document, carry_out(document, by=by, status=status, may_change_public=may_change_public, data=data))
