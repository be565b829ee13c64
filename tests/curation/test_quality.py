"""The rules of `check_archive`: each with what it finds and a near miss, and what was accepted."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.curation.naming import key_of
from archive.curation.quality import ALL_RULES, RULES, STALE, Finding, UnknownRule, check
from archive.curation.quality.base import bounds
from archive.models import AcceptedFinding, Article, Attendance, Change, Event, Participant, Topic
from tests import factories as make

pytestmark = pytest.mark.django_db

_numbers = count(1)


def a_day(offset: int) -> str:
    return (timezone.localdate() + timedelta(days=offset)).isoformat()


def article(**fields: Any) -> Any:
    return make.make_article(**{"headline": f"An item of its own {next(_numbers)}", **fields})


def last_of_series(*events: dict[str, Any], **series: Any) -> Any:
    """Events of one series, as given; the last of them."""
    own = make.make_series(**series)
    made = [make.make_event(series=own, **_with_basis(event)) for event in events]
    return made[-1]


def _with_basis(event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "ordinal_basis": "stated"} if "ordinal" in event else event


def part(when: str, whole: str) -> Any:
    return make.make_event(date=when, parent=make.make_event(date=whole))


def coverage(relation: str, published: str, when: str) -> Any:
    return make.make_coverage(relation=relation, article=article(date=published), event=make.make_event(date=when))


def attendance(when: str, **term: str) -> Any:
    office = make.make_office(**term)
    return make.make_attendance(event=make.make_event(date=when), participant=office.participant, office=office)


def forged_entry(**fields: Any) -> Any:
    """An entry between two others, changed as nobody may."""
    for _ in range(3):
        make.make_topic()
    forged = Change.objects.filter(number=Change.objects.last_number() - 1)
    forged.update(**fields)
    return forged.get()


def changed_past_the_log(**fields: Any) -> Any:
    record = make.make_topic()
    Topic._base_manager.filter(pk=record.pk).update(**fields)
    return Topic.objects.get(pk=record.pk)


def attendance_in_office_of_another() -> Any:
    row = make.make_attendance()
    # Forms refuse it; a shell would not.
    Attendance.objects.filter(pk=row.pk).update(office=make.make_office())
    return row


def event_with(state: str, capacity: str) -> Any:
    return make.make_delegation(event=make.make_event(state=state), capacity=capacity).event


def delegation(member_from: str) -> Any:
    country = make.make_country()
    make.make_country_status(country=country, status="observer", start="2005-07-05", end=member_from)
    make.make_country_status(country=country, status="member", start=member_from)
    return make.make_delegation(country=country, capacity="member", event=make.make_event(date="2014-09-11/2014-09-12"))


def period(end: str, next_start: str) -> Any:
    country = make.make_country()
    first = make.make_country_status(country=country, status="observer", start="2005", end=end)
    make.make_country_status(country=country, status="member", start=next_start)
    return first


def step(opened: str, signed: str) -> Any:
    country = make.make_country()
    make.make_country_status(country=country, status="procedure-opened", kind="step", start=opened)
    return make.make_country_status(country=country, status="memorandum-signed", kind="step", start=signed)


def namesake(kind: str, **second: Any) -> Any:
    n = next(_numbers)
    make.make_participant(kind=kind, name=f"Sergei Smírnov {n}", variants=[f"S. Smirnov {n}"], slug=f"a-smirnov-{n}")
    fields = {"name": f"Somebody else {n}", **second}
    fields = {name: value.format(n=n) if isinstance(value, str) else value for name, value in fields.items()}
    fields["variants"] = [name.format(n=n) for name in second.get("variants", ())]
    return make.make_participant(kind=kind, slug=f"b-smirnov-{n}", **fields)


def repeated(**second: Any) -> Any:
    n = next(_numbers)
    shared = {"headline": f"China hosts drills {n}", "text_sha256": f"{n:064x}", "date": "2014-08-24"}
    article(slug=f"a-repeated-{n}", **shared)
    return article(slug=f"b-repeated-{n}", **{**shared, **second})


def statement(article_status: str, event_status: str = "published") -> Any:
    event = make.make_event(status=event_status)
    return make.make_figure(event=event, source="", source_article=article(status=article_status))


def reading_of_document(name: str) -> Any:
    return make.make_reading(source=f"source document {make.make_document().name}{name}")


Case = Callable[[], Any]

# Rule: what makes a record that it finds, and a part of what it then says.
FOUND: dict[str, tuple[Case, str]] = {
    "weekday": (lambda: article(printed_date="Thursday 12 September 2014"), "12 September 2014 is a Friday"),
    "held-without-date": (lambda: make.make_event(date="", date_basis=""), "no date"),
    "held-in-future": (lambda: make.make_event(date=a_day(1)), "still to come"),
    "planned-in-past": (lambda: make.make_event(date=a_day(-1), state="planned"), "is past"),
    "published-in-future": (lambda: article(date=a_day(1)), "still to come"),
    "part-outside-whole": (lambda: part("2014-09-13", whole="2014-09-11/2014-09-12"), "11–12 September 2014"),
    "series-order": (
        lambda: last_of_series({"ordinal": 13, "date": "2014-09-12"}, {"ordinal": 14, "date": "2014-09-12"}),
        "No. 14 (12 September 2014) does not begin after no. 13",
    ),
    "number-repeated": (
        lambda: last_of_series({"ordinal": 13, "date": "2013"}, {"ordinal": 13, "date": "2014"}),
        "No. 13 is also that of Event",
    ),
    "number-missing": (
        lambda: last_of_series({"ordinal": 12, "date": "2012"}, {"ordinal": 15, "date": "2015"}),
        "Nos. 13–14 are not in this archive",
    ),
    "year-missing": (lambda: last_of_series({"date": "2012"}, {"date": "2014-05"}, is_yearly=True), "2013"),
    "reported-early": (lambda: coverage("reports", "2014-09-10", when="2014-09-11/2014-09-12"), "11–12 September 2014"),
    "previewed-late": (lambda: coverage("previews", "2014-09-13", when="2014-09-11/2014-09-12"), "13 September 2014"),
    "outside-term": (lambda: attendance("2014-09-12", start="2010", end="2014-09-11"), "11 September 2014"),
    "office-of-another": (attendance_in_office_of_another, "is that of Participant"),
    "attended-not-held": (lambda: event_with("planned", "member"), "1 participant or delegation"),
    "no-member": (lambda: delegation(member_from="2014-09-13"), "was no member on 11–12 September 2014"),
    "status-periods": (lambda: period("2015-07-10", next_start="2015-07-11"), "begins only 11 July 2015"),
    "status-steps": (lambda: step(opened="2015-07-10", signed="2014-06-24"), "It is of 24 June 2014"),
    "city-abroad": (lambda: make.make_event(city=make.make_city(), host_countries=[make.make_country()]), "lies in"),
    "video-without-host": (lambda: make.make_event(format="video"), "has none"),
    "coordinates": (lambda: make.make_city(latitude=0, longitude=0), "0, 0"),
    "shared-name": (lambda: namesake("person", name="SERGEI  SMIRNOV, {n}"), "also a name of Sergei Smírnov"),
    "event-repeated": (
        lambda: last_of_series({"date": "2014-09-11/2014-09-12"}, {"date": "2014-09-12"}),
        "11–12 September 2014",
    ),
    "text-repeated": (lambda: repeated(headline="Another", date="2015"), "a-repeated"),
    "headline-repeated": (lambda: repeated(text_sha256=""), "a-repeated"),
    "event-without-source": (make.make_event, "no source of its own"),
    "looked-up-without-source": (
        lambda: make.make_event(date_basis="looked-up", date_note="On a page."),
        "12 September 2014",
    ),
    "source-not-public": (lambda: statement("draft"), "(draft)"),
    "source-unclear": (lambda: reading_of_document(" of yesterday"), "there is no such source document"),
    "office-without-dates": (make.make_office, "Neither days nor a term"),
    "log-broken": (lambda: forged_entry(why="nobody said so"), "does not match its hash"),
    "version-differs": (lambda: changed_past_the_log(name="Other"), "changed past the log"),
}

NEAR_MISSES: dict[str, Case] = {
    "weekday": lambda: article(printed_date="Friday 12 September 2014"),
    "held-without-date": lambda: make.make_event(date="", date_basis="", state="announced"),
    "held-in-future": lambda: make.make_event(date=a_day(0)),
    "planned-in-past": lambda: make.make_event(date=a_day(0), state="planned"),
    "published-in-future": lambda: article(date=a_day(0)),
    "part-outside-whole": lambda: part("2014-09-12", whole="2014-09-11/2014-09-12"),
    "series-order": lambda: last_of_series(
        {"ordinal": 13, "date": "2014-09-12"}, {"ordinal": 14, "date": "2014-09-13"}
    ),
    "number-repeated": lambda: last_of_series({"ordinal": 13, "date": "2013"}, {"ordinal": 14, "date": "2014"}),
    "number-missing": lambda: last_of_series({"ordinal": 12, "date": "2012"}, {"ordinal": 13, "date": "2015"}),
    "year-missing": lambda: last_of_series(
        {"date": "2012", "ordinal": 8}, {"date": "2014", "ordinal": 9}, is_yearly=True
    ),
    "reported-early": lambda: coverage("reports", "2014-09-11", when="2014-09-11/2014-09-12"),
    "previewed-late": lambda: coverage("previews", "2014-09-12", when="2014-09-11/2014-09-12"),
    "outside-term": lambda: attendance("2014-09-12", start="2014-09-12", end="2014-09-12"),
    "office-of-another": lambda: attendance("2014-09-12", start="2010"),
    "attended-not-held": lambda: event_with("planned", "announced-only"),
    "no-member": lambda: delegation(member_from="2014-09-12"),
    "status-periods": lambda: period("2015-07-10", next_start="2015-07-10"),
    "status-steps": lambda: step(opened="2015-07-10", signed="2016-06-24"),
    "city-abroad": lambda: (lambda city: make.make_event(city=city, host_countries=[city.country]))(make.make_city()),
    "video-without-host": lambda: make.make_event(format="video", host_countries=[make.make_country()]),
    "coordinates": lambda: make.make_city(latitude=0, longitude=10),
    "shared-name": lambda: namesake("person", variants=["S Smirnov {n}"]),
    "event-repeated": lambda: last_of_series({"date": "2014-09-11/2014-09-12"}, {"date": "2014-09-13"}),
    "text-repeated": lambda: repeated(text_sha256=""),
    "headline-repeated": lambda: repeated(date="2014-08-25"),
    "event-without-source": lambda: make.make_event_source().event,
    "looked-up-without-source": lambda: (
        make.make_event_source(event=make.make_event(date_basis="looked-up", date_note="On a page.")).event
    ),
    "source-not-public": lambda: statement("draft", event_status="draft"),
    "source-unclear": lambda: reading_of_document(""),
    "office-without-dates": lambda: make.make_office(term="in 2014"),
    "log-broken": lambda: make.make_topic().delete(),
    "version-differs": lambda: Article.objects.filter(pk=article(topics=[make.make_topic()]).pk).update(language="ru"),
}

SLUGS = [rule.slug for rule in RULES]


def test_every_rule_has_its_cases_and_stands_in_the_documentation() -> None:
    assert sorted(FOUND) == sorted(NEAR_MISSES) == sorted(SLUGS)
    documented = Path(settings.BASE_DIR, "docs", "data.md").read_text()
    assert [rule.slug for rule in ALL_RULES if f"`{rule.slug}`" not in documented] == []


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_rule_finds(slug: str) -> None:
    build, says = FOUND[slug]
    record = build()
    (found,) = check([slug])
    assert (found.rule, found.record_type) == (slug, record._meta.model_name)
    assert (found.record_key, found.record_id) == (key_of(record), record.pk)
    assert says in found.message
    assert "%(" not in found.message
    assert found.reason == ""
    # An entry of the log has no page.
    assert found.address.startswith("/") or slug == "log-broken"


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_rule_lets_pass(slug: str) -> None:
    NEAR_MISSES[slug]()
    assert check([slug]) == []


# They belong to records that are never withdrawn, or to the log.
OF_OTHERS = {"status-periods", "status-steps", "coordinates", "log-broken", "version-differs"}


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug not in OF_OTHERS])
def test_what_was_withdrawn_is_left_alone(slug: str) -> None:
    FOUND[slug][0]()
    now = timezone.now()
    gone = {"status": "withdrawn", "first_public_at": now, "withdrawn_at": now, "withdrawal_reason": "Not true."}
    for model in (Article, Event, Participant):
        model.objects.update(**gone)
    assert check([slug]) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_queries_do_not_grow_with_the_records(slug: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            check([slug])
        return len(captured)

    build, _says = FOUND[slug]
    for _ in range(2):
        build()
    few = queries()
    for _ in range(4):
        build()
    assert queries() == few
    assert len(check([slug])) == 6


def test_drafts_are_looked_at() -> None:
    draft = make.make_event(status="draft", date=a_day(1))
    assert [found.record_key for found in check(["held-in-future"])] == [draft.slug]


def test_an_empty_archive_is_clean() -> None:
    assert check() == []


# Weekdays -------------------------------------------------------------------------------------------------------------

# 8 June 2016 was a Wednesday, 4 June 2015 a Thursday.
WRONG = [
    "Thursday 8 June 2016",
    "on Thursday, 8 June 2016, they met",
    "Thursday, June 8, 2016",
    "Thu., Jun. 8th, 2016",
    "THURSDAY THE 8TH OF JUNE, 2016",
    "Thursday (8 June 2016)",
    "Friday, which was 4 June 2015",
    "4 June 2015 was a Friday",
    "8 June 2016 (Thursday)",
    "June, 8, 2016, Thursday",
    "from Monday 6 June 2016 to Thursday 8 June 2016",
    "Thursday\n 8 June 2016",
    "signed on 8 June 2016, Tuesday 13 June 2016 being a holiday",
]
RIGHT = [
    "Wednesday 8 June 2016",
    "Wed, 8 Jun 2016",
    "Thursday, which was 4 June 2015",
    "8 June 2016 was a Wednesday, 9 June 2016 a Thursday",
    "Tuesday 7 June 2016, Wednesday",
    "on 24 June 2016, Monday 27 and Tuesday 28 June 2016",
    "signed on 8 June 2016, Monday 13 June 2016 being a holiday",
    "7–8 June 2016, Tuesday and Wednesday",
    "Monday and Tuesday, 6–7 June 2016",
    "Monday, June 6-7, 2016",
    "8 June 2016 (Wednesday and Thursday)",
    "Thursday 31 June 2016",
    "a Thursday in June 2016",
    "on Thursday, 12 countries, June 2016",
    "the Mondays 28 September, 5 and 12 October 2015",
    "Thursday 8 June",
]


@pytest.mark.parametrize("text", WRONG)
def test_weekdays_that_the_calendar_contradicts(text: str) -> None:
    article(date_note=text)
    assert len(check(["weekday"])) == 1


@pytest.mark.parametrize("text", RIGHT)
def test_weekdays_that_it_does_not_contradict(text: str) -> None:
    article(date_note=text)
    assert check(["weekday"]) == []


@pytest.mark.parametrize(
    ("when", "dateline", "is_found"),
    [
        ("2014-09-12", "DUSHANBE, Thursday, September 12", True),
        ("2014-09-12", "DUSHANBE, Friday, September 12", False),
        ("2014-09-13", "DUSHANBE, Thursday, September 12", False),  # of which year it is, nobody says
        ("2014-09", "DUSHANBE, Thursday, September 12", False),
    ],
)
def test_a_weekday_without_a_year_is_that_of_the_records_own_day(when: str, dateline: str, is_found: bool) -> None:
    article(date=when, dateline=dateline)
    assert bool(check(["weekday"])) is is_found


def test_texts_that_name_weekdays() -> None:
    wrong = "Thursday 8 June 2016"
    records = [
        make.make_event(summary=wrong),
        make.make_coverage(note=wrong),
        make.make_figure(note=wrong),
        make.make_reading(value=wrong),
        make.make_event_source(note=wrong),
    ]
    assert {found.record_id for found in check(["weekday"])} == {record.pk for record in records}
    assert {found.record_type for found in check(["weekday"])} == {record._meta.model_name for record in records}


def test_a_record_has_one_finding_of_a_rule() -> None:
    article(date_note="Thursday 8 June 2016", abstract="Friday 8 June 2016")
    (found,) = check(["weekday"])
    assert "“Thursday 8 June 2016”" in found.message
    assert "“Friday 8 June 2016”" in found.message


# What is not certain --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014-09-12", ("2014-09-12", "2014-09-12", "2014-09-12", "2014-09-12")),
        ("2014-09", ("2014-09-01", "2014-09-30", "2014-09-01", "2014-09-30")),
        ("2014-08-24/2014-08-29", ("2014-08-24", "2014-08-24", "2014-08-29", "2014-08-29")),
        ("2014-08/2014-09", ("2014-08-01", "2014-08-31", "2014-09-01", "2014-09-30")),
        ("[2016-01-16..2016-01-27]", ("2016-01-16", "2016-01-27", "2016-01-16", "2016-01-27")),
        ("2014-08-24/..", ("2014-08-24", "2014-08-24", "2014-08-24", "9999-12-31")),
        ("../2014-08-24", ("0001-01-01", "2014-08-24", "2014-08-24", "2014-08-24")),
    ],
)
def test_days_that_are_certain(text: str, expected: tuple[str, ...]) -> None:
    assert bounds(text) == tuple(map(date.fromisoformat, expected))


@pytest.mark.parametrize("text", ["", "2016?", "2016-05~", "2016-05-01/2016-05-03?"])
def test_nothing_follows_from_what_is_uncertain(text: str) -> None:
    assert bounds(text) is None


PASSED: list[tuple[str, Case]] = [
    ("part-outside-whole", lambda: part("2014-09", whole="2014-09-11/2014-09-12")),
    ("part-outside-whole", lambda: part("2014-09-13?", whole="2014-09-12")),
    (
        "series-order",
        lambda: last_of_series({"ordinal": 13, "date": "2014-09"}, {"ordinal": 14, "date": "2014-09"}),
    ),
    ("reported-early", lambda: coverage("reports", "2014-09?", when="2014-10-01")),
    ("reported-early", lambda: coverage("previews", "2014-09-10", when="2014-09-11")),
    ("reported-early", lambda: coverage("mentions", "2014-09-10", when="2014-09-11")),
    ("previewed-late", lambda: coverage("previews", "2014-09", when="2014-09-11")),
    ("previewed-late", lambda: coverage("mentions", "2014-09-13", when="2014-09-11")),
    ("outside-term", lambda: attendance("2014", start="2014-12-31")),
    ("outside-term", lambda: attendance("2014-09-12", start="2015~")),
    ("outside-term", lambda: attendance("2014-09-12", term="from 2015")),
    ("no-member", lambda: make.make_delegation(capacity="party")),
    ("status-periods", lambda: period("2015", next_start="2015-07-10")),
    ("status-steps", lambda: step(opened="2015-07-10", signed="2015")),
    # What came before the first number that is known is not asked for.
    ("number-missing", lambda: last_of_series({"ordinal": 12, "date": "2012"})),
    ("year-missing", lambda: last_of_series({"date": "2012"}, {"date": "2014"})),
    ("year-missing", lambda: last_of_series({"date": "2012"}, {"date": "2013/2014"}, is_yearly=True)),
    ("held-in-future", lambda: make.make_event(date=f"{a_day(0)}/{a_day(3)}")),
    (
        "event-repeated",
        lambda: last_of_series({"date": "2014-09-12", "ordinal": 1}, {"date": "2014-09-12", "ordinal": 2}),
    ),
    ("event-repeated", lambda: last_of_series({"date": "2014"}, {"date": "2014-05"})),
    ("looked-up-without-source", lambda: make.make_event(date_basis="text")),
    ("event-without-source", lambda: make.make_event(status="draft")),
    ("event-without-source", lambda: make.make_coverage().event),
]


@pytest.mark.parametrize(("slug", "build"), PASSED)
def test_what_is_no_finding(slug: str, build: Case) -> None:
    build()
    assert check([slug]) == []


ALSO_FOUND: list[tuple[str, Case, str]] = [
    ("city-abroad", lambda: make.make_event(city=make.make_city()), "there is no host country"),
    ("attended-not-held", lambda: make.make_attendance(event=make.make_event(state="announced")).event, "announced"),
    ("status-periods", lambda: period("2016-01-01", next_start="2015-07-10"), "after “member” begins"),
    ("status-periods", lambda: period("", next_start="2015-07-10"), "has no end"),
    ("status-periods", lambda: make.make_country_status(start="2015-07-10", end="2014"), "before it begins"),
    ("status-steps", lambda: make.make_country_status(status="procedure-opened"), "said to be a status"),
    ("status-steps", lambda: make.make_country_status(status="member", kind="step"), "said to be a step"),
    ("no-member", lambda: make.make_delegation(capacity="member"), "was no member"),
    ("outside-term", lambda: attendance("2014-09-12", start="2014-09-13"), "13 September 2014"),
    ("event-repeated", lambda: last_of_series({"date": "2014-09"}, {"date": "2014-09"}), "September 2014"),
    ("event-without-source", lambda: make.make_coverage(article=article(status="draft")).event, "no public article"),
    ("source-not-public", lambda: statement("withdrawn"), "withdrawn"),
    ("source-not-public", lambda: make.make_term(source="", source_article=article(status="in-review")), "in review"),
    ("source-unclear", lambda: make.make_reading(source="https://a.org/x | "), "nothing stands"),
    ("source-unclear", lambda: make.make_reading(source="Xinhua"), "one word"),
    ("source-unclear", lambda: make.make_reading(source="https://localhost"), "no address"),
    ("source-unclear", lambda: make.make_reading(source="www.sectsco.org/news"), "no address"),
    ("source-unclear", lambda: make.make_reading(source="https://a.org/x of Monday"), "no blanks"),
    ("source-unclear", lambda: make.make_reading(source="general knowledge, unverified"), "confidence is high"),
    ("shared-name", lambda: namesake("organisation", variants=["S Smirnov {n}"]), "S Smirnov"),
    ("shared-name", lambda: namesake("person", variants=["Sergei Smirnov {n}"]), "Sergei Smirnov"),
]


@pytest.mark.parametrize(("slug", "build", "says"), ALSO_FOUND)
def test_what_is_found_too(slug: str, build: Case, says: str) -> None:
    record = build()
    (found,) = check([slug])
    assert (found.record_type, found.record_id) == (record._meta.model_name, record.pk)
    assert says in found.message


@pytest.mark.parametrize(
    "source",
    [
        "https://en.wikipedia.org/wiki/Peace_Mission_(exercise)",
        "http://a.org | https://b.co.uk:8080/c?d=e#f | https://c.vn./d",
        "https://defence.pk/threads/ item 379206 (TASS) [address shortened: end of path not kept]",
        "A copy of an article, noted by hand; its address was not kept",
    ],
)
def test_sources_that_can_be_looked_up(source: str) -> None:
    make.make_reading(source=source)
    assert check(["source-unclear"]) == []


def test_numbers_that_skip_are_one_finding_for_each_gap() -> None:
    last_of_series(*({"ordinal": n, "date": f"20{n}"} for n in (12, 15, 16, 19)))
    assert [found.message.split(" are ")[0] for found in check(["number-missing"])] == ["Nos. 13–14", "Nos. 17–18"]


def test_of_two_that_may_be_one_the_later_by_key_is_found() -> None:
    series = make.make_series()
    for slug in ("c", "a", "b"):
        make.make_event(slug=slug, series=series)
        article(slug=slug, text_sha256="1" * 64)
    assert [found.record_key for found in check(["text-repeated"])] == ["b", "c"]
    assert [found.record_key for found in check(["event-repeated"])] == ["b", "c"]


def test_names_are_compared_within_a_kind_of_record_only() -> None:
    make.make_city(name="Астана", slug="a")
    make.make_topic(name="Astana", slug="a")
    make.make_country(name="Astana")
    make.make_series(name="Astana", slug="a")
    assert check(["shared-name"]) == []
    second = make.make_city(name="Nur-Sultan", name_ru="Астана!", slug="b")
    assert [found.record_id for found in check(["shared-name"])] == [second.pk]


# Findings -------------------------------------------------------------------------------------------------------------


def test_a_row_is_named_after_the_record_on_whose_page_it_stands() -> None:
    row = attendance("2014-09-12", end="2013")
    (found,) = check(["outside-term"])
    assert found.label == f"{row.event.name}: {row.participant.name}, attendee"
    assert found.address == f"/events/{row.event.slug}/"
    assert found.record_key == f"{row.event.slug}/{row.participant.slug}/attendee"


def test_findings_stand_in_the_order_of_the_rules_and_of_the_records() -> None:
    for slug in ("b", "a"):
        make.make_event(slug=slug, date=a_day(1), format="video")
    found = [(one.rule, one.record_key) for one in check(["video-without-host", "held-in-future"])]
    assert found == [(rule, key) for rule in ("held-in-future", "video-without-host") for key in ("a", "b")]


def test_an_unknown_rule_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownRule, match=r"no rule “wekday”.*: weekday, held-without-date") as error:
        check(["wekday", "weekday"])
    assert STALE.slug in str(error.value)


# What was accepted ----------------------------------------------------------------------------------------------------


def accept(found: Finding, **fields: Any) -> AcceptedFinding:
    names = {"rule": found.rule, "record_type": found.record_type, "record_key": found.record_key}
    return make.make_accepted_finding(**{**names, **fields})


def test_an_accepted_finding_carries_the_reason() -> None:
    for slug in ("a", "b"):
        make.make_event(slug=slug, date=a_day(1))
    one, _other = check(["held-in-future"])
    accept(one, reason="The clock of the test is wrong.")
    assert [(found.record_key, found.reason) for found in check(["held-in-future"])] == [
        ("a", "The clock of the test is wrong."),
        ("b", ""),
    ]


def test_what_is_accepted_of_one_rule_is_open_in_another() -> None:
    make.make_event(slug="a", date=a_day(1), format="video")
    (one,) = check(["held-in-future"])
    accept(one)
    assert [found.reason for found in check(["video-without-host"])] == [""]


def test_what_does_not_occur_any_more_is_a_finding() -> None:
    event = make.make_event(date=a_day(1))
    (one,) = check(["held-in-future"])
    accepted = accept(one)
    assert check([STALE.slug]) == []
    event.state = "planned"
    event.save()
    (stale,) = check([STALE.slug])
    assert (stale.rule, stale.record_type) == ("accepted-without-finding", "acceptedfinding")
    assert (stale.record_key, stale.record_id) == (f"held-in-future/event/{event.slug}", accepted.pk)
    assert stale.address == ""
    assert "finds nothing there any more" in stale.message
    assert stale in check()
    # Only one rule was asked: what others accept is not judged.
    assert check(["held-in-future"]) == []


def test_an_accepted_finding_of_no_rule_is_a_finding_that_says_so() -> None:
    make.make_accepted_finding(rule="wekday")
    (found,) = check([STALE.slug])
    assert "There is no rule “wekday”. The rules are: weekday," in found.message


def test_a_stale_acceptance_can_not_be_accepted() -> None:
    stale = make.make_accepted_finding(rule="weekday", record_key="gone")
    make.make_accepted_finding(rule=STALE.slug, record_type="acceptedfinding", record_key=key_of(stale))
    assert [found.reason for found in check()] == ["", ""]
