"""Suggestions while typing: who is proposed for what, in which order, and that nothing unpublished is."""

import pytest
from django.test.utils import CaptureQueriesContext

from archive import search
from archive.curation.review import withdraw
from tests import factories as make

pytestmark = pytest.mark.django_db


def names(text: str, most: int = 10) -> list[str]:
    return [one.record.name for one in search.suggest(text, most)]


def test_a_word_of_any_name_may_begin_so() -> None:
    make.make_participant(name="Sergei Lavrov", name_ru="Сергей Лавров", name_zh="拉夫罗夫", variants=["Lawrow"])
    for text in ("s", "Sergei", "sergei lav", "LAV", "лавр", "拉夫", "罗夫", "lawrow", "Lávr", " lavrov "):
        assert names(text) == ["Sergei Lavrov"], text
    for text in ("avrov", "lavrov sergei x", "sergei  x", "", "   ", "*", "\0"):
        assert names(text) == [], text


def test_the_name_that_was_typed_is_told_where_it_is_another() -> None:
    make.make_city(name="Khujand", variants=["Khudzhand"])
    assert [one.also for one in search.suggest("khudz")] == ["Khudzhand"]
    assert [one.also for one in search.suggest("khu")] == [""]


def test_the_name_itself_comes_first_then_beginnings_then_words_within() -> None:
    make.make_topic(name="Border")
    make.make_participant(name="Joint Border Commission")
    make.make_participant(name="Border Service of Tajikistan")
    make.make_event(name="Border talks")
    assert names("border") == ["Border", "Border Service of Tajikistan", "Border talks", "Joint Border Commission"]


def test_all_kinds_are_proposed_and_none_crowds_out_the_others() -> None:
    for n in range(30):
        make.make_event(name=f"Alpha session {n:02}")
    for factory in (make.make_city, make.make_topic, make.make_series, make.make_publisher, make.make_participant):
        factory(name="Alpha")
    make.make_country(name="Alpha")
    found = search.suggest("alpha")
    assert len(found) == 10
    assert {one.record.kind for one in found} == {
        *("participant", "city", "country", "series", "topic", "publisher", "event")
    }
    assert found[-1].record.kind == "event"


def test_an_abbreviation_and_a_code_are_names() -> None:
    make.make_series(name="Council of Heads of State", abbreviation="CHS")
    make.make_country(name="Uzbekistan", iso2="UZ", iso3="UZB")
    assert names("chs") == ["Council of Heads of State"]
    assert names("uzb") == ["Uzbekistan"]


def test_only_what_is_public_is_proposed() -> None:
    person = make.make_participant(name="Alpha Public")
    make.make_participant(name="Alpha Draft", status="draft")
    make.make_event(name="Alpha in review", status="in-review")
    make.make_event(name="Alpha withdrawn", status="withdrawn")
    assert names("alpha") == ["Alpha Public"]
    withdraw(person, by="test", why="It was a test.")
    assert names("alpha") == []


def test_it_follows_every_change_of_a_name() -> None:
    city = make.make_city(name="Frunze")
    assert names("fru") == ["Frunze"]
    city.name = "Bishkek"
    city.save()
    assert names("fru") == []
    assert names("bish") == ["Bishkek"]
    city.delete()
    assert names("bish") == []


def test_it_is_one_query_where_nothing_has_changed(django_assert_num_queries: type[CaptureQueriesContext]) -> None:
    for n in range(5):
        make.make_city(name=f"Alpha {n}")
    search.suggest("alpha")
    with django_assert_num_queries(1):
        search.suggest("alpha")
    # A change of what has no name in it is looked at, but reads no names.
    make.make_article(headline="Alpha")
    with django_assert_num_queries(3):
        search.suggest("alpha")
    make.make_city(name="Alpha")
    with django_assert_num_queries(10):
        assert names("alpha")[0] == "Alpha"


def test_ten_thousand_names_are_no_reason_to_wait() -> None:
    """What is looked at for one letter is bounded: the best of a range, not all of it."""
    from archive.search.directory import Directory, Named

    table = Directory(
        [
            Named("event", f"e-{n}", (f"Session {n} of a council",), (f"Session {n} of a council", "", ""))
            for n in range(3000)
        ]
    )
    assert len(table.suggest("s", 10)) == 5  # one kind
    assert table.suggest("session 2999", 10)[0].record.key == "e-2999"
    assert table.having("event", "2999 of") == {"e-2999"}
