"""What curators see of the checks of fixity: on the board, on the page of findings, and as a report."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from archive import search
from archive.curation import fixity
from archive.models import Change, FixityRun, Topic
from tests import factories as make

pytestmark = pytest.mark.django_db

LIST = reverse("admin:archive_fixityrun_changelist")
FINDINGS = reverse("admin:archive_acceptedfinding_findings")
BOARD = reverse("admin:index")


@pytest.fixture
def topic(index: None) -> Topic:
    topic = make.make_topic(slug="terror", name="Terror <ism>")
    search.rebuild_index()
    return topic


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_archive_that_was_never_read_through_says_so(logged_in: Any, topic: Topic) -> None:
    client = logged_in("curator")
    for url in (BOARD, FINDINGS, LIST):
        assert "was never read through" in page(client, url)


def test_all_is_well(logged_in: Any, topic: Topic) -> None:
    client, run = logged_in("curator"), fixity.check()
    for url in (BOARD, FINDINGS, LIST, reverse("admin:archive_fixityrun_change", args=[run.pk])):
        html = page(client, url)
        assert "errornote" not in html
        assert f"{run.ended_at:%Y-%m-%d %H:%M}" in html
    assert "The change log&#x27;s chain" in html


def test_what_is_wrong_is_told_with_links_to_it(logged_in: Any, topic: Topic) -> None:
    Topic._base_manager.filter(pk=topic.pk).update(definition="Something else.")
    client, run = logged_in("curator"), fixity.check()
    assert run.number
    for url in (BOARD, FINDINGS, LIST):
        assert "not what" in page(client, url)
    report = page(client, reverse("admin:archive_fixityrun_change", args=[run.pk]))
    assert reverse("admin:archive_topic_change", args=[topic.pk]) in report
    assert "/topics/terror/" in report
    assert "Terror &lt;ism&gt;" in report
    assert "it was changed past the log" in report
    assert " style=" not in report


def test_a_check_that_is_overdue_is_told(logged_in: Any, topic: Topic) -> None:
    fixity.check()
    FixityRun.objects.update(ended_at=timezone.now() - timedelta(hours=51))
    client = logged_in("curator")
    for url in (BOARD, FINDINGS, LIST):
        assert "overdue" in page(client, url)


def test_damage_of_what_is_gone_has_no_link(logged_in: Any, topic: Topic) -> None:
    Topic._base_manager.filter(pk=topic.pk)._raw_delete("default")
    run = fixity.check()
    report = page(logged_in("curator"), reverse("admin:archive_fixityrun_change", args=[run.pk]))
    assert "deleted past the log" in report


def test_the_page_of_findings_reads_no_log(logged_in: Any, topic: Topic) -> None:
    """What the last check found stands there, until the next."""
    client = logged_in("curator")
    Topic._base_manager.filter(pk=topic.pk).update(definition="Something else.")
    fixity.check()
    Topic._base_manager.filter(pk=topic.pk).update(definition="Another thing.")
    # What a process asks once.
    page(client, FINDINGS)
    with CaptureQueriesContext(connection) as few:
        html = page(client, FINDINGS)
    assert "it was changed past the log" in html
    # A log of more than the rules take at once costs no query more.
    for number in range(20):
        make.make_topic(name=f"Topic number {number}")
    with CaptureQueriesContext(connection) as many:
        page(client, FINDINGS)
    assert len(many) == len(few)
    assert not [one for one in many if Change._meta.db_table in one["sql"]]


def test_nobody_changes_an_outcome(logged_in: Any, topic: Topic) -> None:
    run = fixity.check()
    client = logged_in("superuser")
    assert client.get(reverse("admin:archive_fixityrun_add")).status_code == 403
    assert client.get(reverse("admin:archive_fixityrun_delete", args=[run.pk])).status_code == 403
    assert client.get(reverse("admin:archive_fixityrun_change", args=[run.pk + 1])).status_code == 404
    assert Client().get(reverse("admin:archive_fixityrun_change", args=[run.pk])).status_code == 302
