"""When a record was last changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from archive.models import Change
from archive.stamps import Stamps, stamps
from tests.factories import make_article, make_attendance, make_country_status, make_coverage, make_event, make_topic

pytestmark = pytest.mark.django_db


def test_every_change_moves_the_stamp_to_the_newest_number() -> None:
    article, event = make_article(), make_event()
    before = stamps()
    article.headline = "Another"
    article.save()
    after = stamps()
    assert after["article", article.slug].number == Change.objects.last_number()
    assert after["event", event.slug] == before["event", event.slug]


def test_links_and_rows_of_a_record_touch_it() -> None:
    coverage, attendance, status = make_coverage(), make_attendance(), make_country_status()
    article = coverage.article
    keys = [("article", article.slug), ("event", coverage.event.slug)]
    before = stamps()
    coverage.delete()
    assert all(stamps()[key].number > before[key].number for key in keys)
    attendance.capacity = "chair"
    attendance.save()
    assert stamps()["participant", attendance.participant.slug].number == Change.objects.last_number()
    status.note = "As decided."
    status.save()
    assert stamps()["country", status.country.iso2].number == Change.objects.last_number()
    article.topics.add(make_topic())
    assert stamps()["article", article.slug].number == Change.objects.last_number()


def test_one_query_where_nothing_is_new() -> None:
    make_article()
    stamps()
    with CaptureQueriesContext(connection) as caught:
        stamps()
    assert len(caught) == 1


def test_another_log_is_read_from_its_start() -> None:
    slug = make_article().slug
    assert ("article", slug) in stamps()
    other = Stamps()
    other._head, other._stamps = (1, "another hash"), {("article", "of-another-archive"): stamps()["article", slug]}
    found = other.follow(Change.objects.head())
    assert ("article", "of-another-archive") not in found
    assert ("article", slug) in found
