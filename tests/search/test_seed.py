"""The search on the archive as it is shipped: whoever asks for something obvious gets it first."""

import unittest

from django.test import override_settings

from archive.search import Scope, Sort
from archive.search.engine import engine
from tests.search.asking import ask, counts, events, found
from tests.search.engines import ENGINES, POSTGRES
from tests.seed import SeedTestCase


class SeedSearchTests(SeedTestCase):
    def test_the_obvious_article_comes_first(self) -> None:
        for text, words in {
            "peace mission 2014": ("Peace Mission 2014",),
            '"peace mission"': ("Peace Mission",),
            "border patrol": ("joint border patrol",),
            "border patrols": ("joint border patrol",),
            "nepal dialogue partner": ("Nepal", "Dialogue Partner"),
            "defense ministers": ("defen", "minister"),
        }.items():
            with self.subTest(text):
                first = found(text)[0]
                for word in words:
                    self.assertIn(word.casefold(), first.casefold())

    def test_a_person_who_is_named_in_the_title_comes_first(self) -> None:
        first, second = found("xi jinping")[:2]
        self.assertIn("Xi", first.split())
        self.assertIn("Xi", second.split())

    def test_a_name_that_is_written_with_a_blank_or_an_apostrophe_is_not_the_person(self) -> None:
        self.assertNotEqual(found("xi'an"), found("xi"))

    def test_the_event_itself_is_found(self) -> None:
        self.assertIn("Peace Mission 2014", events("peace mission 2014")[0])

    def test_every_record_is_there(self) -> None:
        everything = ask(page_size=500)
        self.assertEqual(everything.total, len(everything.hits))
        self.assertEqual(everything.total, type(everything.hits[0].record).objects.published().count())  # type: ignore[attr-defined]
        for scope in Scope:
            self.assertGreater(everything.totals[scope], 0)

    def test_each_year_of_the_facet_leads_to_as_many(self) -> None:
        for year, count in counts(ask(), "year").items():
            self.assertEqual(ask(include={"year": (year,)}).total, count)

    def test_undated_articles_come_last_both_ways(self) -> None:
        for sort in (Sort.NEWEST, Sort.OLDEST):
            dates = [hit.record.date for hit in ask(sort=sort, page_size=500).hits]  # type: ignore[attr-defined]
            self.assertEqual(sorted(dates, key=lambda text: not text), dates)


@unittest.skipUnless(POSTGRES in ENGINES, "the database's own full text is PostgreSQL's")
@override_settings(SEARCH_URL=POSTGRES)
class PostgresSeedSearchTests(SeedSearchTests):
    """The same from the engine in the database."""

    def test_the_engine_is_the_one_that_is_meant(self) -> None:
        self.assertEqual(type(engine()).__name__, "PostgresEngine")
