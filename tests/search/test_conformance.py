"""What every engine has to do, on records made for it. What they may differ in stands in `tests.search.engines`."""

from itertools import combinations, count, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import search
from archive.models import Article
from archive.search import FACETS, PageOutOfRange, Query, Scope, Sort, TooManyValues
from tests import factories as make
from tests.search.asking import ask, counts, events, facet, found, participants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("engine")]


def article(headline: str, **fields: Any) -> Article:
    return make.make_article(headline=headline, **fields)


class TestKeys:
    """`search.keys`: all results at once."""

    @pytest.mark.parametrize("sort", list(Sort))
    def test_they_are_those_of_the_pages_in_order(self, sort: Sort) -> None:
        for n in range(7):
            article("Border patrol " * (n % 3 + 1), date=f"20{10 + n}", abstract="Guards met." * n)
        article("Talks")
        pages = [ask("border", sort=sort, page=page, page_size=3) for page in (1, 2, 3)]
        keys = [hit.record.pk for page in pages for hit in page.hits]
        assert len(keys) == 7
        assert search.keys(Query("border", sort=sort, page=3, page_size=3), 100) == keys
        assert search.keys(Query("border", sort=sort), 4) == keys[:4]

    def test_what_is_chosen_narrows_them(self) -> None:
        held = [article(f"Drill {n}", kind=kind).pk for n, kind in enumerate(("news", "photo", "photo"))]
        assert set(search.keys(Query("drill", include={"kind": ("photo",)}), 10)) == set(held[1:])
        assert search.keys(Query("drill", exclude={"kind": ("photo",)}), 10) == held[:1]
        with pytest.raises(TooManyValues):
            search.keys(Query("", include={"year": tuple(map(str, range(1900, 2000)))}), 10)


SPELLINGS = {
    "defence": "defense",
    "organisation": "organization",
    "modernised": "modernizing",
    "programmes": "program",
    "neighbours": "neighbor",
    "armoured": "armored",
    "dialogue": "dialog",
}


class TestWords:
    def test_any_form_of_a_word_finds_it(self) -> None:
        article("Border patrols meet")
        for text in ("patrol", "patrols", "patrolled", "patrolling", "PATROL", "Patrol's"):
            assert found(text) == ["Border patrols meet"], text

    def test_british_and_american_spelling_are_one(self) -> None:
        for british, american in SPELLINGS.items():
            article(f"One {british}")
            article(f"Two {american}")
        for british, american in SPELLINGS.items():
            both = [f"One {british}", f"Two {american}"]
            assert sorted(found(british)) == sorted(found(american)) == both

    def test_all_words_are_asked_for(self) -> None:
        article("Border patrol")
        article("Border talks")
        assert found("border patrol") == ["Border patrol"]

    def test_words_may_stand_in_different_places(self) -> None:
        city = make.make_city(name="Osh")
        covered = article("Border", abstract="The guards met.", body="They patrolled.", kind="photo")
        make.make_coverage(article=covered, event=make.make_event(city=city))
        assert found("border guard patrol osh") == ["Border"]

    def test_case_and_accents_make_no_difference(self) -> None:
        article("Nazarbaev speaks")
        article("Nazárbaev answers")
        for text in ("Nazarbaev", "NAZARBAEV", "nazarbaév", "Nazárbáev", "nazarba\u0301ev"):
            assert len(found(text)) == 2, text

    def test_text_with_decomposed_accents_is_found(self) -> None:
        article("Re\u0301sume\u0301 of the talks")
        assert found("résumé") == found("resume") == found('"resume of"') == ["Re\u0301sume\u0301 of the talks"]

    def test_an_apostrophe_inside_a_name_is_no_end_of_it(self) -> None:
        article("Talks in Xi’an")
        article("Xi's visit")
        assert found("xi'an") == found("Xi’an") == found("xian") == ["Talks in Xi’an"]
        assert found("xi") == ["Xi's visit"]

    @pytest.mark.parametrize("name", ["Сергей Лавров", "习近平", "Шавкат Мирзиёев"])
    def test_a_name_in_another_script_is_found_as_it_is(self, name: str) -> None:
        person = make.make_participant(name="Somebody", name_zh=name)
        article("A speech", participants=[person])
        article(f"Of {name}, in a headline")
        assert len(found(name)) == len(found(f'"{name}"')) == 2
        assert participants(name) == ["Somebody"]

    def test_every_spelling_that_a_record_knows_finds_what_is_linked_to_it(self) -> None:
        city = make.make_city(name="Khujand", variants=["Khudzhand", "Leninabad"], name_ru="Худжанд")
        covered = article("A drill")
        make.make_coverage(article=covered, event=make.make_event(city=city))
        assert found("khujand") == found("khudzhand") == found("leninabad") == found("худжанд") == ["A drill"]

    def test_words_too_common_to_ask_for_don_t_narrow(self) -> None:
        article("Border patrol")
        assert found("the border and a patrol") == ["Border patrol"]

    def test_the_kind_is_no_word_of_the_text(self) -> None:
        article("A drill", kind="news")
        assert found("news") == []


class TestPhrases:
    def test_the_words_stand_in_this_order_and_form(self) -> None:
        article("Full membership for India")
        article("Membership in full")
        article("Full memberships")
        assert found('"full membership"') == ["Full membership for India"]

    def test_spelling_is_exact(self) -> None:
        article("Defence ministers")
        article("Defense ministers")
        article("Organisation of states")
        article("Organization of states")
        assert found('"defence ministers"') == ["Defence ministers"]
        assert found('"defense"') == ["Defense ministers"]
        assert found('"organization of"') == ["Organization of states"]

    def test_a_common_word_counts(self) -> None:
        article("The spirit of Shanghai")
        article("The spirit Shanghai")
        assert found('"spirit of shanghai"') == ["The spirit of Shanghai"]

    def test_a_word_that_repeats(self) -> None:
        article("Ha ha ha")
        article("Ha ha")
        assert found('"ha ha ha"') == ["Ha ha ha"]

    def test_it_runs_over_punctuation_but_not_from_one_text_into_the_next(self) -> None:
        article("Alpha: bravo", abstract="Charlie delta.", body="Echo foxtrot.")
        assert len(found('"alpha bravo"')) == len(found('"charlie delta"')) == len(found('"echo foxtrot"')) == 1
        assert found('"bravo charlie"') == found('"delta echo"') == []

    def test_it_does_not_run_from_one_name_into_the_next(self) -> None:
        article(
            "Talks",
            body="Text",
            participants=[make.make_participant(name="Xi Jinping"), make.make_participant(name="Xi Nawaz")],
            topics=[make.make_topic(name="Border security")],
        )
        assert len(found('"xi jinping"')) == 1
        for text in ('"jinping xi"', '"jinping border"', '"text xi"', '"xi xi"', 'participant:"jinping xi"'):
            assert found(text) == []

    def test_offices_of_a_person_are_texts_of_their_own(self) -> None:
        person = make.make_participant(name="Somebody", description="A soldier.")
        make.make_office(participant=person, title="Minister of Defence")
        make.make_office(participant=person, title="Chief of Staff", start="2015")
        assert participants('"minister of defence"') == ["Somebody"]
        assert participants('"soldier minister"') == participants('"defence chief"') == []


OPERATORS = {
    "alpha OR charlie": ["alpha", "alpha bravo", "alpha bravo charlie", "alpha charlie", "bravo charlie"],
    "alpha AND bravo": ["alpha bravo", "alpha bravo charlie"],
    "alpha NOT bravo": ["alpha", "alpha charlie"],
    "alpha -bravo -charlie": ["alpha"],
    "-alpha": ["bravo", "bravo charlie"],
    "NOT alpha NOT charlie": ["bravo"],
    "-(alpha bravo)": ["alpha", "alpha charlie", "bravo", "bravo charlie"],
    "-(alpha OR bravo)": [],
    "NOT NOT alpha -bravo": ["alpha", "alpha charlie"],
    "alpha OR NOT charlie": ["alpha", "alpha bravo", "alpha bravo charlie", "alpha charlie", "bravo"],
    "(alpha charlie) OR (bravo -alpha)": ["alpha bravo charlie", "alpha charlie", "bravo", "bravo charlie"],
    "charlie (alpha OR bravo) -(alpha bravo)": ["alpha charlie", "bravo charlie"],
    "((alpha OR (bravo NOT (charlie OR alpha))))": [
        "alpha",
        "alpha bravo",
        "alpha bravo charlie",
        "alpha charlie",
        "bravo",
    ],
    '"alpha bravo" OR "bravo alpha"': ["alpha bravo", "alpha bravo charlie"],
    'alpha -"bravo charlie"': ["alpha", "alpha bravo", "alpha charlie"],
    "delta": [],
    "alpha delta": [],
    "alpha OR delta": ["alpha", "alpha bravo", "alpha bravo charlie", "alpha charlie"],
}


class TestOperators:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        for headline in ("alpha", "bravo", "alpha bravo", "alpha charlie", "bravo charlie", "alpha bravo charlie"):
            article(headline)

    def test_operators(self) -> None:
        assert {text: sorted(found(text)) for text in OPERATORS} == OPERATORS
        assert {text: ask(text).total for text in OPERATORS} == {text: len(those) for text, those in OPERATORS.items()}

    def test_nothing_asked_lists_everything(self) -> None:
        assert ask("").total == ask("   ").total == ask("***").total == 6


class TestPrefixes:
    def test_words_that_begin_so(self) -> None:
        article("Terrorism")
        article("Counter-terror drill")
        article("Terra incognita")
        assert sorted(found("terror*")) == ["Counter-terror drill", "Terrorism"]
        assert len(found("TERR*")) == 3

    def test_as_they_are_written_not_as_they_are_stemmed(self) -> None:
        article("Organisation of the drill")
        assert found("organisat*") == found("title:organisat*") == ["Organisation of the drill"]

    def test_in_any_script(self) -> None:
        article("Лавров в Ташкенте")
        assert found("лавр*") == ["Лавров в Ташкенте"]

    def test_too_short_is_searched_as_a_word(self) -> None:
        article("Te deum")
        article("Terror")
        assert found("te*") == ["Te deum"]


IN_ARTICLES = [
    "title:tanks",
    "title:tank",
    'title:"tanks roll"',
    "title:tan*",
    "participant:jinping",
    'participant:"xi jinping"',
    "participant:习近平",
    "country:india",
    "country:IN",
    "country:in",
    "country:IND",
    "country: india",
    "city:khanty-mansiysk",
    'city:"khanty mansiysk"',
    "city:mansi*",
    "dateline:beijing",
    'dateline:"aug 24"',
    "dateline:北京",
    "topic:exercises",
    'topic:"war games"',
    'event:"drill on the steppe"',
    'series:"peace mission"',
    "series:PM",
    "publisher:xinhua",
    "publisher:interfax",
    "kind:photo",
]
NOT_IN_ARTICLES = [
    "title:soldiers",
    'title:"roll tanks"',
    "country:china",
    "city:beijing",
    "city:osh",
    "dateline:osh",
    "topic:exercise",
    "participant:xinhua",
    "kind:exercise",
]
IN_EVENTS = [
    'title:"on the steppe"',
    'event:"drill on the steppe"',
    "participant:习近平",
    "country:china",
    "country:india",
    "country:cn -country:np",
    "city:khanty-mansiysk",
    "series:pm",
    "kind:exercise",
]
IN_PARTICIPANTS = ["participant:jinping", "title:xi", "country:china", "kind:person", "习近平"]


class TestFields:
    @pytest.fixture(autouse=True)
    def _records(self) -> None:
        china = make.make_country(name="China", iso2="CN", iso3="CHN", name_ru="Китай")
        india = make.make_country(name="India", iso2="IN", iso3="IND")
        series = make.make_series(name="Peace Mission", slug="peace-mission", abbreviation="PM")
        city = make.make_city(name="Khanty-Mansiysk", slug="khanty-mansiysk", country=china)
        event = make.make_event(name="Drill on the steppe", city=city, series=series, kind="exercise")
        event.host_countries.set([china])
        person = make.make_participant(name="Xi Jinping", name_zh="习近平", country=china)
        make.make_attendance(event=event, participant=person)
        make.make_delegation(event=event, country=india)
        make.make_delegation(event=event, country=make.make_country(name="Nepal"), capacity="announced-only")
        mentioned = article(
            "Tanks roll",
            abstract="Soldiers of China arrive from Osh.",
            kind="photo",
            publisher=make.make_publisher(name="Xinhua"),
            agency=make.make_publisher(name="Interfax"),
            dateline="BEIJING, Aug. 24",
            dateline_city=make.make_city(name="Beijing", name_zh="北京", country=china),
            countries=[india],
            participants=[person],
            topics=[make.make_topic(name="Military exercises", variants=["war games"])],
        )
        make.make_coverage(article=mentioned, event=event)
        article("Another", abstract="Xinhua India exercises Peace Mission tanks Beijing.", kind="news")

    def test_an_article_is_found_by_what_it_is_linked_to(self) -> None:
        assert [text for text in IN_ARTICLES if found(text) != ["Tanks roll"]] == []

    def test_but_not_by_what_stands_elsewhere(self) -> None:
        assert [text for text in NOT_IN_ARTICLES if found(text)] == []

    def test_a_phrase_of_the_title_has_to_stand_in_the_title(self) -> None:
        article("Roll call: tanks", abstract="The tanks roll on.")
        assert found('title:"tanks roll"') == ["Tanks roll"]

    def test_of_an_event_all_are_its_own(self) -> None:
        assert [text for text in IN_EVENTS if events(text) != ["Drill on the steppe"]] == []

    def test_a_country_that_was_only_announced_took_no_part(self) -> None:
        assert events("country:nepal") == []

    def test_a_participant_is_found(self) -> None:
        assert [text for text in IN_PARTICIPANTS if participants(text) != ["Xi Jinping"]] == []

    def test_fields_join_with_everything_else(self) -> None:
        assert found("tanks -kind:photo") == ["Another"]
        assert sorted(found("kind:photo OR publisher:nobody OR another")) == ["Another", "Tanks roll"]

    def test_an_unknown_field_is_searched_everywhere(self) -> None:
        assert found("tanks:roll") == ["Tanks roll"]


PERIODS = {
    "year:2014": ["2014-06", "2014-08-24", "[2014-12-20..2015-01-10]"],
    "year:2013..2014": ["2013", "2014-06", "2014-08-24", "[2014-12-20..2015-01-10]"],
    "date:2014-08": ["2014-08-24"],
    "date:2014-08-24": ["2014-08-24"],
    "date:2014-08-25": [],
    "date:2014-06..2014-08": ["2014-06", "2014-08-24"],
    "date:2015-01-10..2015-06-30": ["2015-06-30", "[2014-12-20..2015-01-10]"],
    "date:2015..": ["2015-06-30", "2016/..", "[2014-12-20..2015-01-10]"],
    "date:..2013": ["../2001", "2013"],
    "before:2013": ["../2001"],
    "before:2014-06-02": ["../2001", "2013", "2014-06"],
    "after:2015-06-29": ["2015-06-30", "2016/.."],
    "after:2015-06-30": ["2016/.."],
    "year:2040": ["2016/.."],
    "-year:2000..2015": ["2016/..", "undated"],
    "year:2013 OR year:2015": ["2013", "2015-06-30", "[2014-12-20..2015-01-10]"],
    "year:2014 -date:2014-06": ["2014-08-24", "[2014-12-20..2015-01-10]"],
}


class TestDates:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        for day in ("2013", "2014-06", "2014-08-24", "[2014-12-20..2015-01-10]", "2015-06-30", "2016/..", "../2001"):
            article(day, date=day)
        article("undated", date="", date_basis="")

    def test_a_period_finds_what_may_fall_into_it(self) -> None:
        assert {text: sorted(found(text)) for text in PERIODS} == PERIODS

    def test_a_facet_has_the_years_that_are_known(self) -> None:
        assert counts(ask(), "year") == {"2016": 1, "2015": 2, "2014": 3, "2013": 1, "2001": 1}
        assert [value.value for value in facet(ask(), "year").values] == ["2016", "2015", "2014", "2013", "2001"]


class TestOrder:
    def test_newest_and_oldest_with_undated_last_both_ways(self) -> None:
        for day in ("2014-08", "2016", "2014-08-24", "2013-01-01"):
            article(f"drill {day}", date=day)
        article("drill undated", date="", date_basis="")
        dated = ["drill 2016", "drill 2014-08-24", "drill 2014-08", "drill 2013-01-01"]
        for text in ("", "drill"):
            assert found(text, sort=Sort.NEWEST) == [*dated, "drill undated"]
            # "Some day in August" may be the first of it.
            assert found(text, sort=Sort.OLDEST) == [*reversed(dated), "drill undated"]

    def test_without_words_the_best_match_is_the_newest(self) -> None:
        article("old", date="2013")
        article("new", date="2014")
        assert found("") == found("kind:news") == found("-x") == found("year:2013..2014") == ["new", "old"]

    def test_what_the_title_answers_comes_first(self) -> None:
        article("Peace Mission ends", body="A drill.")
        article("Peace", body="mission " * 50)
        article("Talks", body="peace mission " * 50)
        assert found("peace mission")[0] == "Peace Mission ends"
        assert found("mission")[0] == "Peace Mission ends"
        assert found('"peace mission"')[0] == "Peace Mission ends"
        assert found("miss*")[0] == "Peace Mission ends"
        assert found("mission OR soup")[0] == "Peace Mission ends"

    def test_more_and_rarer_words_match_better(self) -> None:
        for n in range(5):
            article(f"Filler {n}", body="border border something")
        article("One", body="border patrol patrol patrol in a text")
        article("Two", body="border patrol in a text that is rather longer than the other one is")
        assert found("border patrol") == ["One", "Two"]
        assert found("border OR patrol")[:2] == ["One", "Two"]

    def test_ties_are_broken_by_date(self) -> None:
        article("Drill", date="2014")
        newest = article("Drill", date="2016")
        article("Drill", date="2013")
        assert [hit.record.date for hit in ask("drill").hits] == ["2016", "2014", "2013"]  # type: ignore[attr-defined]
        assert ask("drill", page_size=1).hits[0].record == newest


class TestPaging:
    def test_the_pages_have_each_result_once(self) -> None:
        for n in range(23):
            # Many of a date, many of a score.
            article(f"Drill {'border' if n % 3 else ''}", date=f"20{10 + n % 2}")
        for text, sort in product(("", "drill", "drill OR border"), Sort):
            first = ask(text, sort=sort, page_size=5)
            assert (first.total, first.pages) == (23, 5)
            pages = [ask(text, sort=sort, page_size=5, page=page).hits for page in range(1, 6)]
            assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
            in_parts = [hit.record for page in pages for hit in page]
            assert len(set(in_parts)) == 23
            assert in_parts == [hit.record for hit in ask(text, sort=sort, page_size=100).hits]

    def test_there_is_no_page_past_the_end(self) -> None:
        article("Drill")
        assert len(ask("drill", page=1).hits) == 1
        for page in (0, -1, 2, 10**9, 10**30):
            with pytest.raises(PageOutOfRange):
                ask("drill", page=page)

    def test_nothing_found_is_one_empty_page(self) -> None:
        nothing = ask("drill")
        assert (nothing.total, nothing.pages, nothing.hits) == (0, 1, ())
        with pytest.raises(PageOutOfRange):
            ask("drill", page=2)


class TestScopes:
    def test_the_totals_of_all_scopes_are_told(self) -> None:
        article("Border drill")
        article("Border talks")
        make.make_event(name="Border drill 2014")
        make.make_participant(name="Border Service")
        for scope in Scope:
            answer = ask("border", scope=scope)
            assert answer.totals == {Scope.ARTICLES: 2, Scope.EVENTS: 1, Scope.PARTICIPANTS: 1}
            assert answer.total == answer.totals[scope] == len(answer.hits)
        assert sorted(found("border")) == ["Border drill", "Border talks"]
        assert events("border") == ["Border drill 2014"]
        assert participants("border") == ["Border Service"]

    def test_chosen_facets_count_in_the_other_scopes_too(self) -> None:
        article("Border drill", date="2014")
        make.make_event(name="Border drill", date="2013")
        assert ask("border", include={"year": ("2014",)}).totals[Scope.EVENTS] == 0

    def test_each_scope_has_its_own_facets(self) -> None:
        article("Drill", kind="photo")
        make.make_event(name="Drill", kind="exercise")
        make.make_participant(name="Drill", kind="organisation")
        shown = {scope: list(counts(ask("drill", scope=scope), "kind")) for scope in Scope}
        assert shown == {
            Scope.ARTICLES: ["photo"],
            Scope.EVENTS: ["exercise"],
            Scope.PARTICIPANTS: ["organisation"],
        }


class TestFacets:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        china, russia, india = (
            make.make_country(name=n, iso2=c) for n, c in (("China", "CN"), ("Russia", "RU"), ("India", "IN"))
        )
        terror = make.make_topic(name="Terrorism", slug="terrorism")
        article("china", countries=[china], topics=[terror], date="2014")
        article("russia", countries=[russia], date="2014")
        article("both", countries=[china, russia], topics=[terror], date="2015", kind="photo")
        article("india", countries=[india], date="2015")
        article("none", date="2016")

    def test_counts_say_how_many_results_carry_the_value(self) -> None:
        assert counts(ask(), "country") == {"CN": 2, "RU": 2, "IN": 1}
        assert counts(ask(), "topic") == {"terrorism": 2}
        assert counts(ask("india OR russia"), "country") == {"CN": 1, "RU": 2, "IN": 1}
        assert counts(ask("nothing"), "country") == {}

    def test_values_have_labels_and_the_frequent_come_first(self) -> None:
        values = facet(ask(), "country").values
        assert [(value.label, value.count) for value in values] == [("China", 2), ("Russia", 2), ("India", 1)]
        assert [facet.key for facet in ask().facets] == list(FACETS)

    def test_several_includes_of_a_facet_are_or(self) -> None:
        assert sorted(found(include={"country": ("CN", "IN")})) == ["both", "china", "india"]

    def test_across_facets_they_are_and(self) -> None:
        assert found(include={"country": ("CN",), "year": ("2015",)}) == ["both"]
        assert found(include={"country": ("CN",), "topic": ("terrorism",), "kind": ("news",)}) == ["china"]

    def test_excludes_take_away(self) -> None:
        assert sorted(found(exclude={"country": ("CN",)})) == ["india", "none", "russia"]
        assert sorted(found(exclude={"country": ("CN", "IN"), "year": ("2016",)})) == ["russia"]

    def test_include_and_exclude_within_a_facet(self) -> None:
        assert found(include={"country": ("RU",)}, exclude={"country": ("CN",)}) == ["russia"]

    def test_the_own_includes_don_t_narrow_the_counts_of_a_facet_but_its_excludes_do(self) -> None:
        assert counts(ask(include={"country": ("CN",)}), "country") == {"CN": 2, "RU": 2, "IN": 1}
        assert counts(ask(exclude={"country": ("CN",)}), "country") == {"CN": 0, "RU": 1, "IN": 1}
        assert counts(ask(include={"country": ("CN",)}), "year") == {"2014": 1, "2015": 1}

    def test_chosen_values_are_shown_even_where_they_count_nothing(self) -> None:
        values = facet(ask("russia", include={"country": ("IN",)}, exclude={"country": ("CN",)}), "country").values
        assert {(value.value, value.count, value.is_included, value.is_excluded) for value in values} == {
            ("IN", 0, True, False),
            ("CN", 0, False, True),
            ("RU", 1, False, False),
        }

    def test_a_value_that_no_record_has_finds_nothing_and_excludes_nothing(self) -> None:
        assert found(include={"country": ("XX",)}) == []
        assert len(found(exclude={"country": ("XX",)})) == 5
        assert [
            value.label for value in facet(ask(include={"country": ("XX",)}), "country").values if value.is_included
        ] == ["XX"]

    def test_more_values_than_a_page_has_room_for_are_refused(self) -> None:
        with pytest.raises(TooManyValues):
            ask(include={"country": tuple(f"C{n}" for n in range(51))})

    def test_many_values_show_the_most_frequent(self) -> None:
        for n in range(20):
            topic = make.make_topic(slug=f"topic{n}")
            for _ in range(2 if n > 15 else 1):
                article(f"about {n}", topics=[topic])
        shown = list(counts(ask("about"), "topic").values())
        assert len(shown) == 12
        assert shown[:5] == [2, 2, 2, 2, 1]


class TestChinese:
    """Text without blanks is found by any two characters or more of it that stand side by side."""

    def test_a_name_is_found_within_a_sentence(self) -> None:
        article("习近平在上海合作组织峰会上讲话")
        article("普京访问北京")
        for text in (
            "习近平",
            "上海合作组织",
            "合作组织",
            "峰会",
            "习近平 峰会",
            '"习近平在上海"',
            "习近平在上海合作组织峰会上讲话",
        ):
            assert found(text) == ["习近平在上海合作组织峰会上讲话"], text
        assert found("北京") == ["普京访问北京"]
        assert found("习近平 OR 普京 -峰会") == ["普京访问北京"]

    def test_the_characters_stand_side_by_side(self) -> None:
        article("近平习")
        article("习近 近平")
        assert found("习近平") == found('"习近平"') == ["习近 近平"]
        article("习近。近平")
        assert len(found("习近平")) == 2
        assert found("近习") == []

    def test_one_character_is_found_where_a_pair_begins_with_it(self) -> None:
        article("中俄会谈")
        article("一 国")
        assert found("中") == found("俄") == ["中俄会谈"]
        assert found("国") == found('"国"') == ["一 国"]

    def test_scripts_may_be_mixed(self) -> None:
        article("上海合作组织SCO峰会2014")
        for text in ("SCO", "峰会", "2014", "上海合作组织SCO峰会2014", '"组织sco峰会2014"', "sco峰会"):
            assert len(found(text)) == 1, text
        assert found("峰会sco2015") == found('"峰会sco"') == []

    def test_kana_and_hangul_are_cut_the_same_way(self) -> None:
        article("上海協力機構のサミット")
        article("상하이협력기구 정상회의")
        assert found("サミット") == found("協力機構") == ["上海協力機構のサミット"]
        assert found("협력기구") == found("정상") == ["상하이협력기구 정상회의"]

    def test_a_variant_form_of_a_character_is_the_same(self) -> None:
        article("\uf900北")
        assert found("豈北") == found("\uf900北") == ["\uf900北"]

    def test_a_field_holds_it_as_well(self) -> None:
        person = make.make_participant(name="Xi Jinping", name_zh="习近平")
        article("A speech", participants=[person])
        article("习近平讲话")
        assert found("participant:习近平") == found("participant:近平") == ["A speech"]
        assert found("title:习近平") == ["习近平讲话"]
        assert participants("习近平") == ["Xi Jinping"]

    def test_words_near_each_other(self) -> None:
        article("普京 met 习近平")
        assert found('"习近平 普京"~5') == ["普京 met 习近平"]
        assert found('"习近平 普京"~1') == []

    def test_the_whole_run_is_marked(self) -> None:
        article("President 习近平在上海 spoke")
        (hit,) = ask("习近平").hits
        assert [(part.text, part.is_hit) for part in hit.title] == [
            ("President ", False),
            ("习近平", True),
            ("在上海 spoke", False),
        ]

    def test_no_phrase_runs_from_one_text_into_the_next(self) -> None:
        article("习近", abstract="近平")
        assert found("习近平") == []

    def test_every_part_of_a_run_is_found_and_nothing_else(self) -> None:
        run = "上海合作组织成员国元首理事会合作"
        article(f"A {run} b")
        for start, end in combinations(range(len(run) + 1), 2):
            if end - start > 1:
                assert found(run[start:end]), run[start:end]
                assert (run[start:end][::-1] in run) == bool(found(run[start:end][::-1]))


def _world() -> dict[str, list[str]]:
    """Twenty articles with all sorts of links; gives the values of each facet."""
    numbers = count()
    countries = [make.make_country() for _ in range(4)]
    topics = [make.make_topic() for _ in range(3)]
    people = [make.make_participant() for _ in range(3)]
    publishers = [make.make_publisher() for _ in range(2)]
    meetings = [make.make_event(city=make.make_city(), series=make.make_series()) for _ in range(3)]
    for n in range(20):
        one = article(
            f"{'alpha' if n % 2 else 'bravo'} {'charlie' if n % 3 else ''} {next(numbers)}",
            date=["2013", "2014-05", "2015/2016", ""][n % 4],
            date_basis="text" if n % 4 < 3 else "",
            kind=["news", "photo"][n % 5 == 0],
            publisher=publishers[n % 2],
            countries=[country for place, country in enumerate(countries) if n >> place & 1],
            topics=[topics[n % 3]] if n % 7 else [],
            participants=people[: n % 4],
        )
        for meeting in meetings[: n % 3]:
            make.make_coverage(article=one, event=meeting)
    everything = ask(page_size=100)
    # Months have their own bars, and stand among the facets where they are chosen.
    bars = [ask(include={"year": (year,)}).histogram.bars for year in counts(everything, "year")]
    months = [bar.value for year in bars for bar in year if bar.count]
    return {key: months if key == "month" else list(counts(everything, key)) for key in FACETS}


def test_each_count_is_the_total_that_its_link_leads_to() -> None:
    """For any query and any choice, as the page promises."""
    values = _world()
    assert all(values.values())

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        def choice(most: int) -> dict[str, tuple[str, ...]]:
            keys = data.draw(st.lists(st.sampled_from(list(FACETS)), max_size=most, unique=True))
            return {
                key: tuple(data.draw(st.lists(st.sampled_from(values[key]), min_size=1, max_size=3, unique=True)))
                for key in keys
            }

        query = Query(
            text=data.draw(st.sampled_from(["", "alpha", "alpha OR charlie", "-bravo", "year:2014", "char* -alpha"])),
            include=choice(2),
            exclude=choice(1),
        )
        shown = search.search(query)
        for one in shown.facets:
            for value in one.values:
                alone = ask(query.text, include={**query.include, one.key: (value.value,)}, exclude=query.exclude)
                assert value.count == alone.total, (query, one.key, value)

    holds()
