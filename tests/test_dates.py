import calendar
import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from archive import dates
from archive.dates import Case, DateError
from archive.models import Event
from archive.overview import Timeline
from tests.factories import make_event

# Any EDTF text that the archive understands -------------------------------------------------------------------------

YEARS = st.integers(1, 9999)
QUALIFIERS = st.sampled_from(["", "", "?", "~", "%"])


@st.composite
def points(draw: st.DrawFn, years: st.SearchStrategy[int] = YEARS) -> str:
    year, month = draw(years), draw(st.integers(1, 12))
    day = draw(st.integers(1, calendar.monthrange(year, month)[1]))
    text = draw(st.sampled_from([f"{year:04}", f"{year:04}-{month:02}", f"{year:04}-{month:02}-{day:02}"]))
    return text + draw(QUALIFIERS)


@st.composite
def pairs(draw: st.DrawFn, years: st.SearchStrategy[int] = YEARS) -> tuple[str, str]:
    """Two points, of which the second neither begins nor ends before the first."""
    pair = draw(st.tuples(points(years), points(years)))
    first, last = sorted(pair, key=lambda text: _days(text))
    if _days(first)[1] > _days(last)[1]:
        return first, first
    return first, last


def _days(text: str) -> tuple[date, date]:
    point = dates.parse(text)
    return point.earliest, point.latest


def closed(years: st.SearchStrategy[int] = YEARS) -> st.SearchStrategy[str]:
    return st.one_of(
        points(years),
        pairs(years).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        pairs(years).map(lambda pair: f"[{pair[0]}..{pair[1]}]"),
    )


def open_ended(*forms: str, years: st.SearchStrategy[int] = YEARS) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(forms), points(years))


edtf = st.one_of(closed(), open_ended("{}/..", "../{}", "{}/", "/{}", "[{}..]", "[..{}]"))


@given(edtf)
def test_every_date_prints_as_it_was_read(text: str) -> None:
    assert str(dates.parse(text)) == text


@given(edtf)
def test_every_date_begins_before_it_ends_and_can_be_shown(text: str) -> None:
    partial = dates.parse(text)
    assert partial.earliest <= partial.latest
    assert partial.show().strip()
    assert "None" not in partial.show()


@given(edtf)
def test_every_date_fits_its_column(text: str) -> None:
    assert len(text) <= dates.MAX_LENGTH
    dates.EDTFField().run_validators(text)


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        partial = dates.parse(text)
    except DateError as error:
        assert str(error).endswith(".")
    else:
        assert str(partial) == text.strip()


# How dates are shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "undated"),
        ("2014-08-24", "24 August 2014"),
        ("2016-07", "July 2016"),
        ("2016", "2016"),
        ("0900", "0900"),
        ("2014-08-24/2014-08-29", "24–29 August 2014"),
        ("2014-08-24/2014-08-24", "24 August 2014"),
        ("2014-08-29/2014-09-02", "29 August – 2 September 2014"),
        ("2015-12-30/2016-01-02", "30 December 2015 – 2 January 2016"),
        ("2014-06/2014-08", "June 2014 – August 2014"),
        ("2014/2016", "2014–2016"),
        ("2014/2015-06", "2014 – June 2015"),
        ("2014-08-24?/2014-08-29", "24 August 2014 (uncertain) – 29 August 2014"),
        ("[2016-01-16..2016-01-27]", "between 16 and 27 January 2016"),
        ("[2016-01-16..2016-01-16]", "16 January 2016"),
        ("[2015-12-30..2016-01-02]", "between 30 December 2015 and 2 January 2016"),
        ("[2015..2016]", "between 2015 and 2016"),
        ("[2016-01-16..]", "16 January 2016 or later"),
        ("[..2016-01-16]", "16 January 2016 or earlier"),
        ("2014-08/..", "from August 2014"),
        ("../2014", "until 2014"),
        ("2014/", "from 2014, end not known"),
        ("/2014", "until 2014, start not known"),
        ("2016?", "2016 (uncertain)"),
        ("2016-03~", "about March 2016"),
        ("2016-03-04%", "about 4 March 2016 (uncertain)"),
    ],
)
def test_dates_are_shown_as_people_write_them(text: str, shown: str) -> None:
    assert dates.show(text) == shown


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2016-02-03?", date(2016, 2, 3), date(2016, 2, 3)),
        ("2014-08/2015", date(2014, 8, 1), date(2015, 12, 31)),
        ("[2016-01-16..2016-01-27]", date(2016, 1, 16), date(2016, 1, 27)),
        ("2014/..", date(2014, 1, 1), date.max),
        ("/2014-05", date.min, date(2014, 5, 31)),
    ],
)
def test_dates_have_an_earliest_and_a_latest_day(text: str, earliest: date, latest: date) -> None:
    assert (dates.parse(text).earliest, dates.parse(text).latest) == (earliest, latest)


@pytest.mark.parametrize(
    ("text", "is_day"),
    [("2014-08-24", True), ("2014-08-24?", False), ("2014-08", False), ("2014-08-24/2014-08-25", False)],
)
def test_only_one_certain_day_is_a_day(text: str, is_day: bool) -> None:
    assert dates.parse(text).is_day is is_day


# What is no date ----------------------------------------------------------------------------------------------------

NO_DATES = [
    "2014-13",
    "2014-00",
    "2014-02-30",
    "2015-02-29",
    "2014-01-00",
    "0000",
    "20144",
    "201",
    "-2014",
    "2014-8-24",
    "24.08.2014",
    "August 2014",
    "２０１４",
    "٢٠١٤",
    "2014-08-24T10:00",
    "2014??",
    "2014X",
    "2014-08-29/2014-08-24",
    "2015/2014",
    "2014-09/2014-08-31",
    "[2016-01-27..2016-01-16]",
    "[..]",
    "[]",
    "..",
    "/",
    "../..",
    "../",
    "/..",
    "[2014]",
    "[2014..2015",
    "2014..2015",
    "2014/2015/2016",
    "[2014..2015..2016]",
    "2014 / 2015",
    " ",
    "2014\x00",
    "2014\n2015",
    "2" * 1_000_000,
    "[" + "2014.." * 100_000 + "]",
]


@pytest.mark.parametrize("text", NO_DATES, ids=lambda text: repr(text[:25]))
def test_what_is_no_date_is_refused_with_a_short_sentence(text: str) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse(text)
    assert len(str(refused.value)) < 300
    with pytest.raises(ValidationError):
        dates.validate_edtf(text)


# Dates in questions -------------------------------------------------------------------------------------------------

# A few years close together, so that dates often meet.
NEAR = st.integers(2013, 2016)
open_end = open_ended("{}/..", "{}/", "[{}..]", years=NEAR)


def _events(texts: Iterable[str]) -> list[Event]:
    """Saved events with these dates; without history, for speed."""
    events = [
        Event(name=text, slug=f"e-{n}", kind="forum", date=text, date_basis="text" if text else "")
        for n, text in enumerate(texts)
    ]
    for event in events:
        event.before_save()
    return Event._base_manager.bulk_create(events)


class PeriodTests(HypothesisTestCase):
    @settings(max_examples=50)
    @given(st.lists(closed(NEAR), max_size=4), st.dates(date(2013, 1, 1), date(2016, 12, 31)), st.integers(0, 400))
    def test_a_period_matches_what_may_fall_on_one_of_its_days(
        self, texts: list[str], first: date, length: int
    ) -> None:
        last = first + timedelta(days=length)
        days = {first + timedelta(days=n) for n in range(length + 1)}
        events = _events([*texts, ""])
        expected = {event.pk for event in events if days & _every_day(event.date)}
        assert {event.pk for event in Event.objects.between(first, last)} == expected

    @settings(max_examples=50)
    @given(st.lists(st.one_of(closed(NEAR), open_end), max_size=4))
    def test_a_year_counts_what_its_list_shows_up_to_the_current_year(self, texts: list[str]) -> None:
        _events([*texts, ""])
        counts = Timeline(Event.objects.all()).by_year()
        years = range(2010, timezone.localdate().year + 1)
        assert counts == {year: n for year in years if (n := Event.objects.in_year(year).count())}


def _every_day(text: str) -> set[date]:
    if not text:
        return set()
    first, last = _days(text)
    return {first + timedelta(days=n) for n in range((last - first).days + 1)}


class OrderTests(TestCase):
    def test_undated_records_sort_last_both_ways_and_ties_go_by_slug(self) -> None:
        for slug, text in (("u2", ""), ("u1", ""), ("b", "2014"), ("a", "2014"), ("new", "2016"), ("open", "../2015")):
            make_event(slug=slug, date=text, date_basis="text" if text else "")
        newest = list(Event.objects.newest().values_list("slug", flat=True))
        oldest = list(Event.objects.oldest().values_list("slug", flat=True))
        assert newest == ["new", "a", "b", "open", "u1", "u2"]
        assert oldest == ["open", "a", "b", "new", "u1", "u2"]

    def test_undated_records_are_found_as_such_and_in_no_year(self) -> None:
        undated, _ = _events(["", "2014"])
        assert list(Event.objects.undated()) == [undated]
        assert undated not in Event.objects.between(date.min, date.max)
        assert Timeline(Event.objects.all()).by_year() == {2014: 1}

    def test_an_open_start_counts_in_every_year_whose_list_shows_it(self) -> None:
        _events(["../2014", "2012"])
        counts = Timeline(Event.objects.all()).by_year()
        assert counts == {year: Event.objects.in_year(year).count() for year in (2012, 2013, 2014)}


# In Russian and Chinese ---------------------------------------------------------------------------------------------

RUSSIAN_MONTHS = (
    *("январ ь я ём", "феврал ь я ём", "март  а ом", "апрел ь я ем", "ма й я ем", "июн ь я ем", "июл ь я ем"),
    *("август  а ом", "сентябр ь я ём", "октябр ь я ём", "ноябр ь я ём", "декабр ь я ём"),
)
CASES = (Case.NOMINATIVE, Case.GENITIVE, Case.INSTRUMENTAL)


def _forms() -> dict[str, tuple[int, Case]]:
    """Every form of every month's name: which month it is, and which case."""
    forms = {}
    for month, row in enumerate(RUSSIAN_MONTHS, 1):
        stem, *endings = row.split(" ")
        forms |= {stem + ending: (month, case) for ending, case in zip(endings, CASES, strict=True)}
    return forms


FORMS = _forms()
YEAR_FORMS = {
    **dict.fromkeys(("год", "годы"), Case.NOMINATIVE),
    **dict.fromkeys(("года", "годов"), Case.GENITIVE),
    **dict.fromkeys(("годом", "годами"), Case.INSTRUMENTAL),
}


def _shown_in(language: str, text: str, case: Case = Case.NOMINATIVE) -> str:
    with translation.override(language):
        return dates.show(text, case)


def _points(text: str) -> list[dates.Point]:
    partial = dates.parse(text)
    return [point for point in (partial.start, partial.end) if point]


def _words(shown: str) -> list[str]:
    return re.findall("[а-яё]+", shown.lower())


@given(edtf, st.sampled_from(["ru", "zh-hans"]), st.sampled_from([Case.NOMINATIVE, Case.GENITIVE]))
def test_no_english_and_no_gap_is_left_in_another_language(text: str, language: str, case: Case) -> None:
    shown = _shown_in(language, text, case)
    assert re.search({"ru": "[а-яё]", "zh-hans": "[年月日]"}[language], shown)
    assert not re.search(r"[A-Za-z{}_~?%\[\]]|\.\.|  ", shown), shown
    assert shown == shown.strip()


@given(edtf, st.sampled_from([Case.NOMINATIVE, Case.GENITIVE]))
def test_russian_names_the_months_and_years_that_are_meant(text: str, case: Case) -> None:
    shown = _shown_in("ru", text, case)
    assert {FORMS[word][0] for word in _words(shown) if word in FORMS} == {
        point.month for point in _points(text) if point.month
    }
    numbers = {int(number) for number in re.findall(r"\d+", shown)}
    assert numbers == {number for point in _points(text) for number in (point.year, point.day) if number}


@given(edtf)
def test_russian_dates_can_stand_after_since(text: str) -> None:
    """No nominative is left in the genitive; between two dates stands the instrumental, as it must."""
    words = _words(_shown_in("ru", text, Case.GENITIVE))
    allowed = {Case.GENITIVE, Case.INSTRUMENTAL} if "между" in words else {Case.GENITIVE}
    assert {FORMS[word][1] for word in words if word in FORMS} <= allowed
    assert {YEAR_FORMS[word] for word in words if word in YEAR_FORMS} <= allowed


@given(st.tuples(st.integers(1, 9999), st.integers(1, 12)), st.sampled_from(CASES))
def test_russian_months_stand_in_the_case_that_is_asked_for(point: tuple[int, int], case: Case) -> None:
    year, month = point
    first, *rest = _shown_in("ru", f"{year:04}-{month:02}", case).split(" ")
    assert FORMS[first] == (month, case)
    assert rest == [str(year), "года"]


@given(open_ended("{}/..", "{}/", "[{}..]", "[..{}]"))
def test_russian_prepositions_have_the_case_that_they_govern(text: str) -> None:
    words = _words(_shown_in("ru", text))
    assert words[0] in ("с", "не")
    assert {FORMS[word][1] for word in words if word in FORMS} <= {Case.GENITIVE}
    assert {YEAR_FORMS[word] for word in words if word in YEAR_FORMS} <= {Case.GENITIVE}


@given(edtf, st.sampled_from([Case.NOMINATIVE, Case.GENITIVE]))
def test_chinese_writes_year_month_and_day_in_this_order(text: str, case: Case) -> None:
    shown = _shown_in("zh-hans", text, case)
    for unit, name in (("年", "year"), ("月", "month"), ("日", "day")):
        written = {int(number) for number in re.findall(rf"(\d+){unit}", shown)}
        assert written == {number for point in _points(text) if (number := getattr(point, name))}, shown
    assert not re.search(r"\b0\d?[月日]|[日月]\d+年", shown)


@pytest.mark.parametrize(
    ("text", "russian", "since", "chinese"),
    [
        ("2017-06-09", "9 июня 2017 года", "9 июня 2017 года", "2017年6月9日"),
        ("2017-06", "июнь 2017 года", "июня 2017 года", "2017年6月"),
        ("2017", "2017 год", "2017 года", "2017年"),
        ("2017-06~", "около июня 2017 года", "примерно июня 2017 года", "约2017年6月"),
        ("2014-08-24/2014-08-29", "24–29 августа 2014 года", "24–29 августа 2014 года", "2014年8月24日至29日"),
        ("2014-06/2014-08", "июнь – август 2014 года", "июня – августа 2014 года", "2014年6月至8月"),
        ("2014/2016", "2014–2016 годы", "2014–2016 годов", "2014年至2016年"),
        (
            "[2016-03..2016-05]",
            "между мартом и маем 2016 года",
            "какого-то времени между мартом и маем 2016 года",
            "2016年3月至5月之间",
        ),
        ("[2016-01-16..]", "не ранее 16 января 2016 года", "16 января 2016 года или более позднего времени", "2016年1月16日或之后"),
        ("[..2016]", "не позднее 2016 года", "2016 года или более раннего времени", "2016年或之前"),
        ("2014-08/..", "с августа 2014 года", "августа 2014 года и далее", "2014年8月起"),
        ("../2014", "по 2014 год", "времени не позднее 2014 года", "截至2014年"),
    ],
)  # fmt: skip
def test_dates_are_shown_as_russian_and_chinese_write_them(text: str, russian: str, since: str, chinese: str) -> None:
    assert _shown_in("ru", text) == russian
    assert _shown_in("ru", text, Case.GENITIVE) == since
    assert _shown_in("zh-hans", text) == chinese
