"""Records for tests. Each `make_…` gives a valid, saved record with defaults of its own; keywords override fields.

Articles, events and participants are public unless `status` says otherwise. Many-to-many fields take lists.
"""

import json
from itertools import count, cycle, product
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from archive.models import (
    AcceptedFinding,
    Alert,
    Article,
    Attendance,
    Candidate,
    Capture,
    City,
    CorrectionNote,
    Country,
    CountryStatus,
    Coverage,
    Delegation,
    DuplicateDecision,
    Event,
    EventSeries,
    EventSource,
    Figure,
    Merge,
    Office,
    Participant,
    PolledSource,
    Publisher,
    Reading,
    SourceDocument,
    Status,
    Term,
    Tip,
    Topic,
)

_numbers = count(1)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Those of the shipped countries left out, so that tests on the shipped archive can add others.
_shipped = {row["fields"]["iso2"] for row in json.loads((settings.FIXTURES_DIR / "country.json").read_text())}
_codes = cycle(code for a, b in product(_LETTERS, repeat=2) if (code := a + b) not in _shipped)
SOURCE = "https://example.org/source"


def make_country(**fields: Any) -> Country:
    code = next(_codes)
    return _make(Country, fields, name=f"Country {code}", iso2=code, iso3=f"{code}X")


def make_city(**fields: Any) -> City:
    return _make(City, fields, **_named("City"), country=make_country)


def make_topic(**fields: Any) -> Topic:
    return _make(Topic, fields, **_named("Topic"), definition="What the term means.")


def make_term(**fields: Any) -> Term:
    return _make(Term, fields, **_named("Term"), category="sco", definition="What the term means.", source=SOURCE)


def make_series(**fields: Any) -> EventSeries:
    return _make(EventSeries, fields, **_named("Series"))


def make_publisher(**fields: Any) -> Publisher:
    return _make(Publisher, fields, **_named("Publisher"), kind="agency")


def make_document(**fields: Any) -> SourceDocument:
    n = next(_numbers)
    return _make(SourceDocument, fields, name=f"document-{n}.txt", kind="digest", sha256=f"{n:064x}")


def make_participant(**fields: Any) -> Participant:
    return _make(Participant, _public(fields), **_named("Participant"))


def make_event(**fields: Any) -> Event:
    return _make(Event, _public(fields), **_named("Event"), kind="summit", date="2014-09-12", date_basis="text")


def make_article(**fields: Any) -> Article:
    n = next(_numbers)
    defaults = {"headline": f"Headline {n}", "slug": f"headline-{n}", "date": "2014-09-13", "date_basis": "printed"}
    return _make(Article, _public(fields), **defaults)


def make_coverage(**fields: Any) -> Coverage:
    return _make(Coverage, fields, article=make_article, event=make_event)


def make_attendance(**fields: Any) -> Attendance:
    return _make(Attendance, fields, event=make_event, participant=make_participant, source=SOURCE)


def make_delegation(**fields: Any) -> Delegation:
    return _make(Delegation, fields, event=make_event, country=make_country, source=SOURCE)


def make_figure(**fields: Any) -> Figure:
    return _make(Figure, fields, event=make_event, label="troops", text="some 7,000", source=SOURCE)


def make_reading(**fields: Any) -> Reading:
    return _make(Reading, fields, event=make_event, field="date", value="13 September", source=SOURCE)


def make_event_source(**fields: Any) -> EventSource:
    return _make(EventSource, fields, event=make_event, supports="day and place", source=SOURCE)


def make_office(**fields: Any) -> Office:
    return _make(Office, fields, participant=make_participant, title="Minister", source=SOURCE)


def make_country_status(**fields: Any) -> CountryStatus:
    return _make(CountryStatus, fields, country=make_country, status="member", start="2001-06-15", source=SOURCE)


def make_duplicate_decision(**fields: Any) -> DuplicateDecision:
    """The one with the lower key comes first."""
    first, second = (fields.pop(name, None) or make_article() for name in ("first", "second"))
    first, second = sorted((first, second), key=lambda article: article.pk)
    return _make(DuplicateDecision, {"first": first, "second": second, **fields}, outcome="different")


def make_accepted_finding(**fields: Any) -> AcceptedFinding:
    reason = "Looked into: it is so."
    return _make(
        AcceptedFinding,
        fields,
        rule="weekday",
        record_type="event",
        record_key=f"event-{next(_numbers)}",
        reason=reason,
    )


def make_capture(**fields: Any) -> Capture:
    n = next(_numbers)
    address = f"https://example.org/{n}"
    return _make(Capture, fields, sha256=f"{n:064x}", size=n, media_type="text/html", address=address)


def make_polled_source(**fields: Any) -> PolledSource:
    n = next(_numbers)
    return _make(PolledSource, fields, name=f"Feed {n}", address=f"https://example.org/{n}.xml")


def make_candidate(**fields: Any) -> Candidate:
    n = next(_numbers)
    defaults = {"identity": f"{n:064x}", "headline": f"Headline {n}", "item": {"headline": f"Headline {n}"}}
    return _make(Candidate, fields, source=make_polled_source, **defaults)


def make_alert(**fields: Any) -> Alert:
    n = next(_numbers)
    defaults = {"email": f"reader{n}@example.org", "page": "articles", "language": "en", "fingerprint": f"{n:064x}"}
    return _make(Alert, fields, **defaults)


def make_tip(**fields: Any) -> Tip:
    return _make(Tip, _about(fields), text="The day is wrong.")


def make_correction_note(**fields: Any) -> CorrectionNote:
    return _make(CorrectionNote, _about(fields), text="The day was wrong: it is 13 September.")


def make_merge(**fields: Any) -> Merge:
    n = next(_numbers)
    defaults = {"record_type": "participant", "kept_id": n, "merged_id": n + 1, "merged_slug": f"participant-{n}"}
    return _make(Merge, fields, why="One person.", by="an editor", undo={"columns": {}}, **defaults)


def _named(word: str) -> dict[str, str]:
    n = next(_numbers)
    return {"name": f"{word} {n}", "slug": f"{word.lower()}-{n}"}


def _about(fields: dict[str, Any]) -> dict[str, Any]:
    """What a tip or a note is about, by kind and key; `about` gives the record, by default an event."""
    about = fields.pop("about", None) or make_event()
    return {"record_type": about._meta.model_name, "record_id": about.pk, **fields}


def _public(fields: dict[str, Any]) -> dict[str, Any]:
    """Published by default, with the dates that each status needs."""
    fields = {"status": Status.PUBLISHED, **fields}
    if fields["status"] in (Status.PUBLISHED, Status.WITHDRAWN):
        fields.setdefault("first_public_at", timezone.now())
    if fields["status"] == Status.WITHDRAWN:
        fields.setdefault("withdrawn_at", timezone.now())
        fields.setdefault("withdrawal_reason", "Withdrawn in a test.")
    return fields


def _make(model: type[models.Model], fields: dict[str, Any], **defaults: Any) -> Any:
    """Save a record; a default that is a factory is called where the field is not given."""
    links = {name: fields.pop(name) for name in list(fields) if model._meta.get_field(name).many_to_many}
    values = {name: value() if callable(value) and name not in fields else value for name, value in defaults.items()}
    record = model(**{**values, **fields})
    record.full_clean()
    record.save()
    for name, linked in links.items():
        getattr(record, name).set(linked)
    return record
