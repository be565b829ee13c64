from datetime import date

from django.conf import settings
from django.test import TestCase

from archive.curation.loading import load
from archive.models import Country
from tests.factories import make_country, make_country_status

# Country, day, its standing then, in the archive as it is shipped.
STANDINGS = [
    ("IN", date(2005, 7, 4), None),
    ("IN", date(2005, 7, 5), "observer"),
    ("IN", date(2017, 6, 8), "observer"),
    ("IN", date(2017, 6, 9), "member"),
    ("IN", date(2017, 6, 10), "member"),
    ("IR", date(2022, 9, 17), "observer"),  # a memorandum signed is a step, no standing
    ("IR", date(2024, 1, 1), "member"),
    ("MN", date(2024, 7, 4), "observer"),
    ("MN", date(2025, 10, 1), "sco-partner"),
    ("BY", date(2014, 9, 12), "dialogue-partner"),
    ("BY", date(2016, 6, 24), "observer"),
    ("BY", date(2024, 8, 1), "member"),
    ("NP", date(2016, 3, 21), None),
    ("NP", date(2016, 3, 22), "dialogue-partner"),
    ("KZ", date(1997, 4, 24), "shanghai-five-participant"),
    ("KZ", date(2002, 6, 7), "founding-member"),
    ("UZ", date(2000, 7, 5), None),
    ("DE", date(2014, 9, 12), None),
]


class ShippedStandingTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        load(settings.FIXTURES_DIR)

    def test_a_country_had_the_standing_that_its_periods_say(self) -> None:
        make_country(iso2="DE", iso3="DEU")
        for iso2, day, expected in STANDINGS:
            with self.subTest(f"{iso2} {day}"):
                period = Country.objects.get(iso2=iso2).status_on(day)
                self.assertEqual(period and period.status, expected)

    def test_no_country_has_two_standings_on_one_day(self) -> None:
        for country in Country.objects.prefetch_related("sco_status"):
            periods = [period for period in country.sco_status.all() if period.kind == "status"]
            for period in periods:
                day = date.fromisoformat(period.start)
                self.assertEqual([one for one in periods if one.covers(day)], [period])

    def test_steps_are_of_steps_and_periods_of_standings(self) -> None:
        steps = {"procedure-opened", "memorandum-signed"}
        for country in Country.objects.prefetch_related("sco_status"):
            for one in country.sco_status.all():
                self.assertEqual(one.kind == "step", one.status in steps, str(one))


class PeriodTests(TestCase):
    def test_the_end_day_belongs_to_what_follows_and_an_open_end_to_the_period(self) -> None:
        country = make_country()
        make_country_status(country=country, status="observer", start="2005-07", end="2017-06-09")
        make_country_status(country=country, status="member", start="2017-06-09")
        days = [date(2005, 6, 30), date(2005, 7, 1), date(2017, 6, 8), date(2017, 6, 9), date.max]
        found = [period and period.status for period in map(country.status_on, days)]
        assert found == [None, "observer", "observer", "member", "member"]
        assert country.current_status is not None
        assert country.current_status.status == "member"

    def test_standings_come_from_one_query_or_none_where_they_were_prefetched(self) -> None:
        country = make_country_status().country
        with self.assertNumQueries(1):
            country.status_on(date(2010, 1, 1))
        country = Country.objects.prefetch_related("sco_status").get()
        with self.assertNumQueries(0):
            country.status_on(date(2010, 1, 1))
