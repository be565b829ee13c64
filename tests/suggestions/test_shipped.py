"""Suggestions on the archive as it is shipped: as good as they were, and not misled by names that look like others."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.test import TestCase

from archive.curation.loading import load
from archive.curation.suggestions import Draft, Kind, Place, Suggestions, suggest_links
from archive.models import Article
from tests.data.make_word_runs import FILE, WordRuns
from tests.suggestions.measure import Score, faults, measure, own_texts, seed_texts, table

# A little below what is measured; the asked-for 0.9 and 0.8 are reached on both sets.
OWN_FLOORS = {
    "agency": (0.95, 0.95),
    "dateline_city": (0.95, 0.95),
    "date": (0.95, 0.95),
    "country": (0.97, 0.96),
    "city": (0.94, 0.94),
    "participant": (0.97, 0.97),
    "event": (0.95, 0.9),
    "topic": (0.84, 0.76),
    "relation": (0.85, 0.85),
    "new-participant": (0.95, 0.5),
}
SEED_FLOORS = {
    "publisher": (0.95, 0.95),
    "agency": (0.95, 0.95),
    "dateline_city": (0.95, 0.95),
    "date": (0.96, 0.96),
    "country": (0.98, 0.98),
    "city": (0.96, 0.86),
    "participant": (0.97, 0.96),
    "event": (0.97, 0.82),
    "topic": (0.92, 0.87),
    "relation": (0.86, 0.86),
    "new-participant": (1.0, 1.0),
}

SEEDS = os.environ.get("ARCHIVE_SEEDS", "")


def keys(found: Suggestions, kind: Kind) -> set[str]:
    return {one.key for one in found.of(kind)}


def assert_floors(scores: Mapping[str, Score], floors: Mapping[str, tuple[float, float]]) -> None:
    below = [
        kind
        for kind, (precision, recall) in floors.items()
        if scores[kind].precision < precision or scores[kind].recall < recall
    ]
    assert not below, f"below the floor: {', '.join(below)}\n\n{table(scores)}\n\n{faults(scores)}"


def test_the_texts_of_our_own_are_twenty_and_none_is_from_the_sources() -> None:
    rows = [
        json.loads(line) for line in Path(__file__).with_name("texts.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len({row["headline"] for row in rows}) == 20
    sources = WordRuns(FILE.read_bytes())
    for row in rows:
        assert not sources.shared(row["text"]), row["headline"]


class ShippedArchiveTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        load(settings.FIXTURES_DIR)

    def of(self, text: str, **fields: str) -> Suggestions:
        return suggest_links(Draft(text=text, **fields))

    # As good as they were

    def test_on_texts_of_our_own(self) -> None:
        assert_floors(measure(own_texts()), OWN_FLOORS)

    @pytest.mark.skipif(not SEEDS, reason="ARCHIVE_SEEDS names no folder with the source documents")
    def test_on_the_source_documents(self) -> None:
        assert_floors(measure(seed_texts(Path(SEEDS))), SEED_FLOORS)

    # Boundaries

    def test_a_name_inside_another_is_not_that_name(self) -> None:
        for text in (
            "Troops train in Inner Mongolia.",
            "A naval drill in the Sea of Japan begins.",
            "Ships cross the Indian Ocean and the South China Sea.",
            "The Iranianism of Chinatown, a Russianness of old.",
            "Учения прошли во Внутренней Монголии.",
            "演习在内蒙古举行，舰艇驶入日本海和印度洋。",
            "They asked us for more turkey.",
            "Nigeria and Guinea, Oman and Niger.",
        ):
            self.assertEqual(keys(self.of(text), Kind.COUNTRY), set(), text)

    def test_moscow_holds_no_sco_and_the_sco_no_shanghai(self) -> None:
        found = self.of("Moscow is a city. The Shanghai Cooperation Organisation upholds the Shanghai Spirit.")
        self.assertEqual(keys(found, Kind.PARTICIPANT), set())
        self.assertEqual(keys(self.of("RATSIONAL minds, Pirates and NATOmania."), Kind.PARTICIPANT), set())
        found = self.of("SHANGHAI COOPERATION, April 2 (Xinhua) -- They met.")
        self.assertEqual(keys(found, Kind.DATELINE_CITY), {"shanghai"})
        found = self.of("The Shanghai Cooperation Organisation met on 2 April.")
        self.assertEqual(keys(found, Kind.EVENT), set())

    def test_the_country_itself_is_found_beside_its_look_alike(self) -> None:
        found = self.of("From Inner Mongolia the road leads to Mongolia, and by the Sea of Japan to Japan.")
        self.assertEqual(keys(found, Kind.COUNTRY), {"MN", "JP"})

    def test_names_do_not_reach_over_the_end_of_a_sentence(self) -> None:
        found = self.of("He was called Sergei. Lavrov is a village; Vladimir, Putin Street.")
        self.assertNotIn("putin-vladimir", keys(found, Kind.PARTICIPANT))
        self.assertNotIn("lavrov-sergei", keys(found, Kind.PARTICIPANT))

    def test_capitals_tell_a_name_from_a_word(self) -> None:
        self.assertEqual(keys(self.of("US forces met."), Kind.COUNTRY), {"US"})
        self.assertEqual(keys(self.of("They told us."), Kind.COUNTRY), set())

    # Places

    def test_a_dateline_is_no_host_and_names_no_country(self) -> None:
        found = self.of("KHUJAND, March 3. /ITAR-TASS/. Extremism is a threat to the region, a minister said.")
        self.assertEqual(keys(found, Kind.DATELINE_CITY), {"khujand"})
        self.assertEqual(keys(found, Kind.AGENCY), {"itar-tass"})
        self.assertEqual(keys(found, Kind.COUNTRY), set())

    def test_an_ambassador_does_not_bring_the_country_he_is_sent_to(self) -> None:
        self.assertEqual(keys(self.of("The Russian ambassador to China spoke of Iran."), Kind.COUNTRY), {"RU", "IR"})

    # Scripts and spellings

    def test_people_are_found_in_all_scripts_and_endings(self) -> None:
        for text in (
            "Sergey Lavrov spoke.",
            "SERGEI LAVROV",
            "Сергей Лавров выступил.",
            "Переговоры с Сергеем Лавровым прошли в Москве.",
            "俄罗斯外长拉夫罗夫发表讲话。",
        ):
            self.assertIn("lavrov-sergei", keys(self.of(text), Kind.PARTICIPANT), text)

    def test_countries_are_found_in_all_scripts_and_endings(self) -> None:
        self.assertEqual(keys(self.of("Индию и Пакистан приняли, Китаем довольны."), Kind.COUNTRY), {"IN", "PK", "CN"})
        self.assertEqual(keys(self.of("印度和哈萨克斯坦"), Kind.COUNTRY), {"IN", "KZ"})
        self.assertEqual(keys(self.of("Afghans, Kazakhstanis and the Chinese"), Kind.COUNTRY), {"AF", "KZ", "CN"})

    def test_another_spelling_of_a_person_is_that_person(self) -> None:
        found = self.of("SCO Secretary-General Rashid Olimow spoke.")
        self.assertIn("alimov-rashid", keys(found, Kind.PARTICIPANT))
        self.assertEqual(keys(found, Kind.NEW_PARTICIPANT), set())

    def test_a_family_name_alone_needs_its_country_and_no_other_first_name(self) -> None:
        self.assertIn("patrushev-nikolai", keys(self.of("Russia will answer, Patrushev said."), Kind.PARTICIPANT))
        self.assertEqual(keys(self.of("Patrushev said."), Kind.PARTICIPANT), set())
        self.assertEqual(keys(self.of("Russia sent Dmitry Patrushev."), Kind.PARTICIPANT), set())

    def test_a_ministry_is_that_of_the_country_beside_it(self) -> None:
        for text in (
            "China's Defence Ministry",
            "The Chinese Defense Ministry",
            "Ministry of Defense spokesman Yang Yujun",
        ):
            self.assertIn(
                "ministry-of-national-defence-china", keys(self.of(f"{text} announced it."), Kind.PARTICIPANT)
            )
        self.assertEqual(keys(self.of("The Ministry of Defence announced it."), Kind.PARTICIPANT), set())
        found = self.of("The Ministry of Defence (MoD) of Tajikistan announced it.")
        self.assertEqual(keys(found, Kind.PARTICIPANT), {"ministry-of-defence-tajikistan"})

    def test_who_is_not_known_is_offered_with_office_and_country(self) -> None:
        found = self.of("In Goa Indian External Affairs Minister Subrahmanyam Jaishankar opened the talks.")
        (person,) = found.of(Kind.NEW_PARTICIPANT)
        self.assertEqual(
            dict(person.prefill),
            {"name": "Subrahmanyam Jaishankar", "title": "External Affairs Minister", "country": "IN"},
        )
        self.assertEqual(person.evidence[0].text, "Indian External Affairs Minister Subrahmanyam Jaishankar")

    # Dates

    def test_the_date_and_its_basis(self) -> None:
        for fields, date, basis in (
            ({"printed_date": "May, 25, 2016"}, "2016-05-25", "printed"),
            ({"printed_date": "Published on Aug 29, 2014"}, "2014-08-29", "printed"),
            ({"printed_date": "3 июня 2015 года"}, "2015-06-03", "printed"),
            ({"printed_date": "2025年7月15日"}, "2025-07-15", "printed"),
            ({"printed_date": "May 2014"}, "2014-05", "printed"),
            ({"url": "https://example.org/2016/06/25/summit"}, "2016-06-25", "inferred"),
            ({"text": "ASTANA, June 9, 2017 (Xinhua) -- They met."}, "2017-06-09", "dateline"),
            ({"text": "On 12 December 2017, they met."}, "2017-12-12", "text"),
        ):
            (one,) = suggest_links(Draft(**fields)).of(Kind.DATE)
            self.assertEqual((one.key, one.prefill["basis"]), (date, basis), fields)

    def test_a_dateline_without_a_year_takes_that_of_its_weekday_and_events(self) -> None:
        found = self.of("SOCHI, Dec. 1 (Xinhua) -- The SCO heads of government met here on Friday.")
        (date,) = found.of(Kind.DATE)
        self.assertEqual((date.key, date.prefill["basis"]), ("2017-12-01", "dateline"))
        self.assertTrue(date.prefill["note"])
        self.assertEqual(keys(found, Kind.EVENT), {"heads-of-government-2017-sochi"})

    def test_what_is_no_date_is_none(self) -> None:
        for fields in (
            {"printed_date": "31 February 2016"},
            {"printed_date": "soon"},
            {"url": "https://example.org/20169999"},
        ):
            self.assertEqual(suggest_links(Draft(**fields)).of(Kind.DATE), ())

    # Events

    def test_number_place_and_day_tell_the_events_of_a_series_apart(self) -> None:
        for text, slug in (
            ("the 13th conference of SCO defense ministers", "defence-ministers-2016-astana"),
            ("the SCO summit in Ufa", "ufa-summit-2015"),
            ("Peace Mission 2007", "peace-mission-2007"),
            ("the SCO foreign ministers met in Tashkent on 22 May 2010", "foreign-ministers-2010-tashkent"),
        ):
            self.assertIn(slug, keys(self.of(f"It was {text}."), Kind.EVENT), text)
        self.assertEqual(keys(self.of("The SCO summit was long."), Kind.EVENT), set())

    def test_the_relation_follows_from_the_day(self) -> None:
        for printed, relation in (
            ("1 June 2019", "previews"),
            ("14 June 2019", "reports"),
            ("14 June 2020", "mentions"),
        ):
            found = self.of("The SCO summit in Bishkek in 2019.", printed_date=printed)
            (event,) = found.of(Kind.EVENT)
            self.assertEqual((event.key, event.prefill["relation"]), ("bishkek-summit-2019", relation))

    # Shape

    def test_the_evidence_is_where_it_says(self) -> None:
        draft = Draft(
            "Xi in Ufa",
            "• UFA, July 9 (Xinhua) — Xi Jinping’s visit to the SCO summit.",
            "July 9, 2015",
            "https://tass.com/a",
        )
        fields = {
            Place.HEADLINE: draft.headline,
            Place.TEXT: draft.text,
            Place.PRINTED_DATE: draft.printed_date,
            Place.URL: draft.url,
        }
        found = suggest_links(draft)
        self.assertEqual({kind for kind, _ in found.groups}, {*Kind} - {Kind.NEW_PARTICIPANT, Kind.TOPIC})
        for one in found:
            self.assertTrue(one.evidence, one)
            for words in one.evidence:
                self.assertEqual(fields[words.place][words.start : words.end], words.text)

    def test_all_texts_take_as_many_queries(self) -> None:
        suggest_links(Draft())
        article = Article.objects.filter(participants__isnull=False).first()
        assert article
        with self.assertNumQueries(1):
            suggest_links(Draft(text="Sergei Lavrov in Ufa. " * 500))
        with self.assertNumQueries(6):
            suggest_links(article)
