"""What readers report, and how it is answered: by a correction note on the record's page, or not at all."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.curation.review import NotAllowed
from archive.models import (
    Article,
    City,
    CorrectionNote,
    Country,
    Event,
    EventSeries,
    Participant,
    Publisher,
    Record,
    Reviewed,
    Tip,
    Topic,
    recording,
)
from archive.models.tip import TipState

# The records with a page of their own, by the word of their address: what is reported on, and carries correction notes.
REPORTABLE: Mapping[str, type[Record]] = {
    "article": Article,
    "event": Event,
    "participant": Participant,
    "country": Country,
    "city": City,
    "topic": Topic,
    "series": EventSeries,
    "publisher": Publisher,
}

_KEY = re.compile(r"[A-Za-z0-9_-]{1,120}")


def split_name(name: str) -> tuple[type[Record], str] | None:
    """The kind and the key of `event/<slug>` or `country/cn`; None for what names no record."""
    kind, _slash, key = name.partition("/")
    if kind not in REPORTABLE or not _KEY.fullmatch(key):
        return None
    return REPORTABLE[kind], key


def name_of(record: Any) -> str:
    """Kind and key of a record with a page, as its address has them; `named` is the way back."""
    kind = next(kind for kind, model in REPORTABLE.items() if isinstance(record, model))
    return f"{kind}/{record.iso2.lower() if isinstance(record, Country) else record.slug}"


def named(name: str) -> Any:
    """The record of that name, whatever its status; None where there is none."""
    found = split_name(name)
    if found is None:
        return None
    model, key = found
    lookup = {"iso2": key.upper()} if model is Country else {"slug": key}
    return model._base_manager.filter(**lookup).first()


def records_of(rows: Iterable[Tip | CorrectionNote]) -> dict[tuple[str, int], Any]:
    """The records that tips or notes are about, by kind and key; one query for each kind."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.record_type].add(row.record_id)
    names = {model._meta.model_name for model in REPORTABLE.values()}
    return {
        (name, pk): record
        for name, pks in wanted.items()
        if name in names
        for pk, record in apps.get_model("archive", name)._base_manager.in_bulk(pks).items()
    }


def answer(tip: Tip, *, text: str, by: AbstractBaseUser) -> CorrectionNote:
    """Answer a report by a correction note on the record's page, and close it, in one transaction.

    Raises NotAllowed for what was handled already, and where there is no public page to show the note on.
    """
    if not text.strip():
        raise NotAllowed(_("Say what was corrected: readers see it on the record's page."))
    # Django checks the length of long texts in forms only.
    most = CorrectionNote._meta.get_field("text").max_length or 0
    if len(text.strip()) > most:
        raise NotAllowed(_("A correction note has at most %(most)d characters.") % {"most": most})
    with transaction.atomic(), recording(by=by.get_username(), why=_("Answer to a reader's report.")):
        record = records_of([tip]).get((tip.record_type, tip.record_id))
        if record is None or (isinstance(record, Reviewed) and not record.is_published):
            raise NotAllowed(_("The record is not public: there is no page to show the note on. Dismiss the report."))
        _close(tip, TipState.ANSWERED, by, note="")
        note = CorrectionNote(record_type=tip.record_type, record_id=tip.record_id, text=text.strip(), tip=tip)
        note.full_clean()
        note.save()
    return note


def dismiss(tip: Tip, *, note: str, by: AbstractBaseUser) -> None:
    """Close a report without an answer. The note is for curators. Raises NotAllowed."""
    if not note.strip():
        raise NotAllowed(_("Say why, for the other curators."))
    with transaction.atomic():
        _close(tip, TipState.DISMISSED, by, note=note.strip())


def _close(tip: Tip, state: TipState, by: AbstractBaseUser, *, note: str) -> None:
    # One statement that looks and writes: of two curators one is told that the other was first.
    closed = {"state": state, "note": note, "handled_by": by, "handled_at": timezone.now()}
    if not Tip.objects.filter(pk=tip.pk, state=TipState.OPEN).update(**closed):
        raise NotAllowed(_("This report was handled already: load it again."))
    tip.refresh_from_db()
