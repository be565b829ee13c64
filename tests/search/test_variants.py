"""Which names stand for each other, and what becomes of a query that has one."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from archive import search
from archive.models import City, Country, Participant, Term
from archive.search.aliases import GLOSSARY, Bearer, classes, refused
from archive.search.bigrams import in_bigrams
from archive.search.engine import engine
from archive.search.grammar import parse, write
from archive.search.query import And, Fuzzy, InField, Near, Not, Or, Phrase, Prefix, Query, Scope, Variants, Word
from archive.search.text import forms
from archive.search.transliteration import latin
from archive.search.variants import MAX_IN_QUERY, MAX_OTHERS, Table, expand, table
from tests import factories as make
from tests.search.asking import ask, found
from tests.seed import SeedTestCase


def person(*own: str, variants: tuple[str, ...] = (), is_family_name_first: bool = False) -> Bearer:
    return Bearer("Participant", own, variants, is_person=True, is_family_name_first=is_family_name_first)


def city(*names: str) -> Bearer:
    return Bearer("City", names[:1], names[1:])


def term(*names: str) -> Bearer:
    return Bearer(GLOSSARY, names)


def table_of(*records: Bearer, ambiguous: tuple[str, ...] = ()) -> Table:
    out = refused(records, ambiguous)
    return Table(classes(records, out), out)


def others(known: Table, text: str) -> set[str]:
    """The other names of what would be replaced as a whole in this query."""
    tree, used = expand(parse(text).tree, known)
    return set(dict(used)[write(tree)]) if isinstance(tree, Variants) else set()


class TestLatin:
    @pytest.mark.parametrize(
        ("word", "forms"),
        [
            ("Шойгу", ["Shoygu", "Shoigu"]),
            ("Назарбаев", ["Nazarbayev", "Nazarbaev"]),
            ("Ельцин", ["Yeltsin", "Eltsin"]),
            ("Лавров", ["Lavrov"]),
            ("Юрьев", ["Yuryev", "Yurev", "Iurev"]),
            ("习近平", []),
            ("Ван-И", []),
            ("", []),
        ],
    )
    def test_by_the_rules_of_the_press_and_of_passports(self, word: str, forms: list[str]) -> None:
        assert list(latin(word)) == forms


LAVROV = person("Sergei Lavrov", "Сергей Лавров", "拉夫罗夫", variants=("Sergey Lavrov",))
XI = person("Xi Jinping", "Си Цзиньпин", "习近平", variants=("President Xi",), is_family_name_first=True)


class TestPersons:
    def test_a_family_name_alone_stands_for_itself_in_every_script(self) -> None:
        known = table_of(LAVROV)
        family = {"Lavrov", "Лавров", "拉夫罗夫"}
        for name in family:
            assert others(known, name) == family - {name}

    def test_a_russian_name_may_be_written_by_any_rule(self) -> None:
        known = table_of(person("Sergei Shoigu", "Сергей Шойгу", "绍伊古"))
        assert others(known, "Shoygu") == {"Shoigu", "Шойгу", "绍伊古"}
        assert others(known, "Shoigu") == {"Shoygu", "Шойгу", "绍伊古"}

    def test_of_a_chinese_name_the_russian_one_is_no_spelling(self) -> None:
        assert others(table_of(XI), "Tszinpin") == set()

    def test_so_does_a_given_name(self) -> None:
        known = table_of(LAVROV)
        # Sergei finds Sergey as it is: they have one stem.
        assert others(known, "Сергей") == {"Sergei"}
        assert others(known, "sergei") == others(known, "sergey") == {"Сергей"}

    def test_a_whole_name_stands_for_the_whole_one(self) -> None:
        known = table_of(LAVROV)
        assert others(known, "Sergey Lavrov") == {"Сергей Лавров", "拉夫罗夫"}
        assert others(known, "сергей лавров") == {"Sergei Lavrov", "Sergey Lavrov", "拉夫罗夫"}

    def test_where_the_family_name_comes_first_the_chinese_name_is_the_whole_name(self) -> None:
        known = table_of(XI)
        assert others(known, "习近平") == {"Xi Jinping", "Си Цзиньпин", "President Xi"}
        assert others(known, "xi jinping") == {"习近平", "Си Цзиньпин", "President Xi"}
        assert others(known, "jinping") == {"Цзиньпин"}

    def test_a_chinese_name_with_a_point_is_aligned_as_well(self) -> None:
        known = table_of(person("Sergei Lavrov", "", "谢尔盖·拉夫罗夫"))
        assert others(known, "lavrov") == {"拉夫罗夫"}
        assert others(known, "sergei") == {"谢尔盖"}

    @pytest.mark.parametrize(
        ("name", "variant", "same", "unlike"),
        [
            ("Yevgeny Sysoyev", "Evgeniy Sysoev", [("sysoyev", "Sysoev"), ("yevgeny", "Evgeniy")], []),
            ("Nurlan Yermekbayev", "Nurlan Ermekbaev", [("yermekbayev", "Ermekbaev")], []),
            # Turned round.
            ("Viktor Makhmudov", "Mahmudov Victor", [("viktor", "Victor"), ("makhmudov", "Mahmudov")], []),
            # With a title for a name.
            ("Ali Khamenei", "Ayatollah Khamenei", [], ["ali", "ayatollah"]),
            ("Xi Jinping", "President Xi", [], ["president", "jinping"]),
            # Longer than the other.
            ("Nawaz Sharif", "Muhammad Nawaz Sharif", [], ["muhammad", "nawaz", "sharif", "nawaz sharif"]),
        ],
    )
    def test_words_are_aligned_where_they_are_alike(
        self, name: str, variant: str, same: list[tuple[str, str]], unlike: list[str]
    ) -> None:
        known = table_of(person(name, variants=(variant,)))
        for word, other in same:
            assert others(known, word) == {other}
            assert len(others(known, other)) == 1
        for word in unlike:
            assert not others(known, word)

    def test_a_word_of_two_persons_says_too_little(self) -> None:
        known = table_of(
            person("Zhang Ming", "Чжан Мин", "张明", is_family_name_first=True),
            person("Zhang Deguang", "Чжан Дэгуан", "张德广", is_family_name_first=True),
        )
        assert not others(known, "zhang") and not others(known, "Чжан")
        assert others(known, "zhang ming") == {"Чжан Мин", "张明"}
        assert others(known, "deguang") == {"Дэгуан"}

    def test_so_does_an_ordinary_word_or_a_short_one(self) -> None:
        known = table_of(person("Qin Gang", "Цинь Ган", "秦刚", is_family_name_first=True), XI)
        for word in ("gang", "Ган", "xi", "Си"):
            assert not others(known, word), word
        assert others(known, "qin") == {"Цинь"}


class TestRecords:
    def test_every_name_stands_for_all(self) -> None:
        names = ("Khujand", "Khudzhand", "Leninabad", "Худжанд", "苦盏")
        known = table_of(city(*names))
        for name in names:
            assert others(known, name) == set(names) - {name}

    def test_what_is_found_anyway_is_not_named(self) -> None:
        known = table_of(term("SCO", "SCO bloc", "ШОС", "Shanghai Group", "Shanghai Group of states"))
        assert others(known, "sco") == {"ШОС", "Shanghai Group"}
        assert others(known, "ШОС") == {"SCO", "Shanghai Group"}
        assert others(known, "sco bloc") == {"SCO", "ШОС", "Shanghai Group"}

    def test_a_name_of_two_records_of_a_kind_stands_for_neither(self) -> None:
        known = table_of(city("Alpha", "Bravo"), city("Charlie", "Bravo", "Delta"))
        assert not others(known, "bravo") and not others(known, "alpha")
        assert others(known, "charlie") == {"Delta"}

    def test_records_of_two_kinds_with_the_same_own_name_are_one(self) -> None:
        known = table_of(
            Bearer("Publisher", ("Xinhua News Agency", "Синьхуа")),
            Bearer("Participant", ("Xinhua News Agency",), ("Xinhua",)),
        )
        assert others(known, "xinhua") == {"Синьхуа"}

    def test_but_not_with_the_same_variant(self) -> None:
        known = table_of(Bearer("Country", ("Ukraine",), ("Kiev", "Украина")), city("Kyiv", "Kiev", "Киев"))
        assert not others(known, "kiev")
        assert others(known, "kyiv") == {"Киев"}

    def test_a_term_joins_the_record_that_bears_one_of_its_names(self) -> None:
        known = table_of(city("Khujand", "Худжанд"), term("Khodjent", "Khujand"))
        assert others(known, "khodjent") == {"Khujand", "Худжанд"}

    def test_there_are_no_chains(self) -> None:
        """A term that has names of two records joins the first, and nothing of the other."""
        known = table_of(
            Bearer("Participant", ("University", "Университет")),
            Bearer("Participant", ("College", "Колледж")),
            term("University", "College"),
        )
        assert others(known, "university") == {"Университет"}
        assert not others(known, "college")

    def test_common_nouns_are_names_in_any_form_and_proper_ones_as_they_stand(self) -> None:
        known = table_of(term("drone", "беспилотник"), term("RATS", "РАТС"), term("armed forces", "войска"))
        assert others(known, "drone") == others(known, "drones") == {"беспилотник"}
        assert others(known, "rats") == {"РАТС"} and not others(known, "rat")
        assert others(known, "armed force") == {"войска"}

    def test_spelling_makes_no_difference(self) -> None:
        known = table_of(term("Shanghai Cooperation Organisation", "ШОС"))
        assert others(known, "shanghai cooperation organization") == {"ШОС"}

    def test_common_words_in_a_name_may_be_left_out(self) -> None:
        known = table_of(term("Council of Heads of State", "СГГ"))
        assert others(known, "council of heads of state") == {"СГГ"}
        tree, _ = expand(parse("СГГ").tree, known)
        assert tree == Variants((Word("сгг"),), (Phrase(("council", "of", "heads", "of", "state")),))


class TestAmbiguity:
    def test_what_the_glossary_calls_ambiguous_is_no_name(self) -> None:
        known = table_of(city("Türkiye", "Turkey", "Entry", "Турция"), ambiguous=("turkey", "entry"))
        assert not others(known, "turkey") and not others(known, "Entry")
        assert others(known, "Турция") == {"Türkiye"}

    def test_nor_a_form_of_a_name(self) -> None:
        # Both have the stem "terror".
        known = table_of(term("terrorism", "терроризм"), ambiguous=("terror",))
        assert not others(known, "terror")
        assert others(known, "terrorism") == {"терроризм"}

    def test_unless_another_term_means_it_plainly(self) -> None:
        known = table_of(term("counter-terrorism", "antiterror", "антитеррор"), ambiguous=("Antiterror",))
        assert others(known, "antiterror") == {"counter-terrorism", "антитеррор"}

    @pytest.mark.parametrize("name", ["US", "is", "X", "21", "May", "Turkey", "Interaction"])
    def test_short_and_ordinary_words_of_records_are_none(self, name: str) -> None:
        known = table_of(Bearer("Country", ("Somewhere Else", "Где-то"), (name,)))
        assert not others(known, name)
        assert name not in others(known, "somewhere else")

    def test_unless_they_are_in_the_glossary(self) -> None:
        assert others(table_of(term("CT", "антитеррор")), "ct") == {"антитеррор"}


class TestLimits:
    def test_of_many_names_the_first_are_used(self) -> None:
        names = [f"name{n}" for n in range(MAX_OTHERS * 2)]
        assert others(table_of(city(*names)), names[-1]) == set(names[:MAX_OTHERS])

    def test_of_a_long_query_the_first_names_are_replaced(self) -> None:
        cities = [city(*(f"{letter}name{n}" for n in range(MAX_OTHERS + 1))) for letter in "abcdefghijklmnop"]
        _, used = expand(parse(" ".join(f"{letter}name0" for letter in "abcdefghijklmnop")).tree, table_of(*cities))
        assert len(used) == MAX_IN_QUERY // MAX_OTHERS
        assert used[0][0] == "aname0"


class TestTrees:
    known = table_of(
        city("Khujand", "Худжанд"),
        term("Peace Mission", "和平使命"),
        term("peace", "мир"),
        term("mission talks", "переговоры"),
    )
    KHUJAND = Variants((Word("khujand"),), (Word("худжанд"),))
    MISSION = Variants((Word("peace"), Word("mission")), (Phrase(("和平", "平使", "使命")),))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("khujand", KHUJAND),
            ("khujand talks", And((KHUJAND, Word("talks")))),
            ("khujand OR talks", Or((KHUJAND, Word("talks")))),
            ("-khujand", Not(KHUJAND)),
            ("peace mission", MISSION),
            ("a peace mission in khujand", And((MISSION, KHUJAND))),
            # The longest name wins, of two the first.
            ("peace mission talks", And((MISSION, Word("talks")))),
            ("peace talks", And((Variants((Word("peace"),), (Word("мир"),)), Word("talks")))),
            ("peace (mission OR talks)", None),
            ("peace -mission", And((Variants((Word("peace"),), (Word("мир"),)), Not(Word("mission"))))),
            ("", None),
        ],
    )
    def test_words_are_replaced(self, text: str, expected: Any) -> None:
        tree, _ = expand(parse(text).tree, self.known)
        if expected is not None:
            assert tree == expected

    @pytest.mark.parametrize(
        "text",
        ['"khujand"', '"peace mission"', "khuj*", "khujand~", '"khujand peace"~3', "city:khujand", "title:khujand"],
    )
    def test_what_is_exact_or_in_a_field_is_not(self, text: str) -> None:
        tree = parse(text).tree
        assert isinstance(tree, Phrase | Prefix | Fuzzy | Near | InField)
        assert expand(tree, self.known) == (tree, ())

    def test_the_page_is_told_each_once(self) -> None:
        _, used = expand(parse("khujand peace mission -khujand").tree, self.known)
        assert used == (("peace mission", ("和平使命",)), ("khujand", ("Худжанд",)))

    @given(
        text=st.lists(
            st.sampled_from(["khujand", "peace", "mission", "OR", "-", "(", ")", '"', "talks", "*", "~", "city:"])
        ).map(" ".join)
    )
    def test_what_is_written_stays(self, text: str) -> None:
        tree = parse(text).tree
        expanded, used = expand(tree, self.known)
        assert write(expanded) == write(tree)
        assert bool(used) == (expanded != tree)


class TestBigrams:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("习近平", Phrase(("习近", "近平"))),
            ("北京", Word("北京")),
            ('"习近平 said"', Phrase(("习近", "近平", "said"))),
            ('"北京"', Word("北京")),
            ("习", Prefix("习")),
            ("习近平*", Phrase(("习近", "近平"))),
            ("上海合作组织~", Phrase(("上海", "海合", "合作", "作组", "组织"))),
            ("title:习近平", InField("title", Phrase(("习近", "近平")))),
            ('"习近平 putin"~5', Near(("习近", "近平", "putin"), 5)),
            ("SCO峰会2014", And((Word("sco"), Word("峰会"), Word("2014")))),
            ("year:2014", parse("year:2014").tree),
            ("lavrov NOT (terror* OR 习近平)", None),
        ],
    )
    def test_runs_are_phrases_of_their_pairs(self, text: str, expected: Any) -> None:
        tree = in_bigrams(parse(text).tree)
        if expected is not None:
            assert tree == expected
        assert in_bigrams(tree) == tree

    def test_other_names_too(self) -> None:
        known = table_of(LAVROV)
        tree, _ = expand(parse("拉夫罗夫").tree, known)
        pairs = Phrase(("拉夫", "夫罗", "罗夫"))
        assert in_bigrams(tree) == Variants((pairs,), (Word("lavrov"), Word("лавров")))
        assert isinstance(expand(parse("lavrov").tree, known)[0], Variants)


# From the database ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestTable:
    def test_it_is_made_anew_where_a_name_changes(self, django_assert_num_queries: Any) -> None:
        place = make.make_city(name="Khujand", variants=["Khudzhand"])
        before = table()
        assert others(before, "khujand") == {"Khudzhand"}
        with django_assert_num_queries(1):
            assert table() is before
        make.make_article()
        with django_assert_num_queries(3):
            assert table() is before
        with django_assert_num_queries(1):
            assert table() is before
        place.variants = ["Leninabad"]
        place.save()
        assert others(table(), "khujand") == {"Leninabad"}

    def test_a_kind_of_event_is_asked_for_in_russian_and_chinese(self) -> None:
        assert others(table(), "саммит") == {"summit", "峰会"}
        assert "summit" in others(table(), "峰会")
        # Texts are English.
        assert not others(table(), "summit")

    def test_what_was_rolled_back_is_forgotten(self) -> None:
        make.make_city(name="Osh", variants=["Уш"])
        with transaction.atomic():
            make.make_city(name="Khujand", variants=["Khudzhand"])
            assert others(table(), "khujand")
            transaction.set_rollback(True)
        assert not others(table(), "khujand")
        make.make_article()
        assert not others(table(), "khujand")

    def test_only_public_names_are_in_it(self) -> None:
        draft = make.make_participant(name="Hidden Person", name_ru="Тайный Человек", status="draft")
        make.make_participant(name="Known Person", name_ru="Известный Некто")
        assert not others(table(), "hidden person") and not others(table(), "Человек")
        assert others(table(), "known person")
        draft.refresh_from_db()
        assert draft.status == "draft"

    def test_the_number_of_queries_is_constant(self, django_assert_max_num_queries: Any) -> None:
        for n in range(20):
            make.make_city(name=f"City{n}", variants=[f"Town{n}"])
            make.make_participant(name=f"Somebody Number{n}", country=make.make_country())
            make.make_term(name=f"Term{n}", variants=[f"Word{n}"])
        with django_assert_max_num_queries(10):
            table()


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
class TestSearch:
    def test_a_name_finds_what_has_another_one(self) -> None:
        make.make_city(name="Khujand", variants=["Khudzhand"], name_ru="Худжанд", name_zh="苦盏")
        make.make_article(headline="Talks in Khudzhand")
        make.make_article(headline="Встреча в городе Худжанд")
        make.make_article(headline="苦盏会议")
        for name in ("khujand", "Khudzhand", "худжанд", "苦盏"):
            assert len(found(name)) == 3, name
            assert len(ask(name).variants) == 1
            assert len(found(name, variants=False)) == (name != "khujand")

    def test_what_was_asked_for_stays_and_is_restated_as_written(self) -> None:
        make.make_city(name="Khujand", variants=["Khudzhand"])
        results = ask("khujand -talks")
        assert results.parsed.tree == And((Word("khujand"), Not(Word("talks"))))
        assert results.variants == (("khujand", ("Khudzhand",)),)
        # Told as well where they are not searched.
        assert ask("khujand", variants=False).variants == results.variants

    def test_it_is_marked_in_what_is_shown(self) -> None:
        make.make_city(name="Khujand", variants=["Khudzhand"])
        make.make_article(headline="Talks in Khudzhand")
        (hit,) = ask("khujand").hits
        assert [part.text for part in hit.title if part.is_hit] == ["Khudzhand"]

    def test_what_is_excluded_is_excluded_under_all_its_names(self) -> None:
        make.make_city(name="Khujand", variants=["Khudzhand"])
        for headline in ("Talks in Khujand", "Talks in Khudzhand", "Talks in Osh"):
            make.make_article(headline=headline)
        assert found("talks -khujand") == ["Talks in Osh"]
        assert len(found("talks")) == len(found("talks khujand")) + len(found("talks -khujand"))

    def test_every_facet_value_leads_to_as_many(self) -> None:
        make.make_city(name="Khujand", variants=["Khudzhand"])
        for kind in ("news", "photo"):
            make.make_article(headline="Talks in Khudzhand", kind=kind)
        kinds = next(facet for facet in ask("khujand").facets if facet.key == "kind")
        for value in kinds.values:
            assert value.count == ask("khujand", include={"kind": (value.value,)}).total == 1


# On the archive as it is shipped --------------------------------------------------------------------------------------


def pks(text: str, scope: Scope = Scope.ARTICLES) -> frozenset[int]:
    tree, _ = expand(parse(text).tree, table())
    return frozenset(engine().find(Query(text, scope, page_size=1000), in_bigrams(tree)).pks)


class SeedVariantsTests(SeedTestCase):
    def assert_same(self, names: list[str]) -> None:
        for scope in Scope:
            first = pks(names[0], scope)
            for name in names[1:]:
                self.assertEqual(pks(name, scope), first, (names[0], name, scope))

    def test_a_person_is_found_by_every_name(self) -> None:
        people = Participant.objects.published().filter(kind=Participant.Kind.PERSON).exclude(name_ru="", name_zh="")
        self.assertGreater(len(people), 50)
        for person in people.select_related("country"):
            with self.subTest(person.name):
                is_whole = person.country is not None and person.country.iso2 in ("CN", "VN", "KH")
                # «Ван И» is two words as well, and the second of them is Russian for "and".
                russian = person.name_ru if min(map(len, person.name_ru.split())) > 1 else ""
                whole = [person.name, russian, person.name_zh if is_whole else ""]
                self.assert_same([name for name in whole if name])

    def test_a_family_name_is_one_in_every_script(self) -> None:
        self.assert_same(["lavrov", "Лавров", "拉夫罗夫"])
        self.assert_same(["xi jinping", "Xi Jinping", "习近平", "Си Цзиньпин"])
        self.assertTrue(pks("拉夫罗夫"))
        people = Participant.objects.published().filter(kind=Participant.Kind.PERSON).exclude(name_ru="")
        checked = 0
        for person in people.exclude(country__iso2__in=["CN", "VN", "KH"]):
            name, name_ru = forms(person.name)[-1], forms(person.name_ru)[-1]
            if not table().others([name]):
                continue
            checked += 1
            with self.subTest(person.name):
                self.assert_same([one for one in (name, name_ru, person.name_zh) if one])
        self.assertGreater(checked, 40)

    def test_a_family_name_of_two_persons_is_left_alone(self) -> None:
        families: dict[str, set[str]] = {}
        for person in Participant.objects.published().filter(kind=Participant.Kind.PERSON):
            for form in set(forms(" ".join((person.name, person.name_ru)))):
                families.setdefault(form, set()).add(person.name)
        shared = [form for form, people in families.items() if len(people) > 1]
        self.assertTrue({"zhang", "чжан", "wang", "khan", "ali"} <= set(shared))
        for form in shared:
            self.assertEqual(table().others([form]), (), form)

    def test_cities_and_countries_are_found_by_every_name_of_one_word(self) -> None:
        for record in (*City.objects.all(), *Country.objects.all()):
            names = [name for name in record.all_names if len(forms(name)) == 1 and table().others(forms(name))]
            with self.subTest(record.name):
                self.assert_same(names or [record.name])

    def test_the_names_of_the_task(self) -> None:
        self.assert_same(["khujand", "Khudzhand", "Khojand", "Худжанд", "苦盏"])
        self.assert_same(["RATS", "РАТС", "地区反恐怖机构"])
        self.assertLessEqual(pks("rats"), pks("regional anti-terrorist structure"))
        self.assert_same(["sysoyev", "sysoev", "Сысоев"])
        self.assert_same(["defence", "defense", "оборона"])

    def test_ambiguous_names_are_left_alone(self) -> None:
        for term in Term.objects.all():
            for name in term.ambiguous:
                # Which another term means plainly.
                if name.casefold() not in {"antiterror", "anti-terror"}:
                    self.assertEqual(table().others(forms(name)), (), name)
        for name in ("us", "IS", "it", "may", "CA", "SG", "turkey", "drills", "gang", "interaction", "CN", "RU", "KZ"):
            self.assertEqual(expand(parse(name).tree, table())[1], (), name)

    def test_no_name_of_a_country_code_is_known(self) -> None:
        for country in Country.objects.all():
            self.assertEqual(table().others([country.iso2.lower()]), (), country.name)

    def test_the_page_can_tell(self) -> None:
        self.assertEqual(search.search(Query("lavrov")).variants, (("lavrov", ("Лавров", "拉夫罗夫")),))
