"""What `check_archive` says of a change log that was tampered with, and of records changed past it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from archive.curation.quality import check
from archive.models import Article, Change, City, Event, Topic
from archive.models.change import digest, versions_of
from tests import factories as make

pytestmark = pytest.mark.django_db


def said(rule: str) -> list[tuple[str, str]]:
    """Key of the record or entry, and what is said of it."""
    return [(finding.record_key, finding.message) for finding in check([rule])]


def log_of(number: int) -> None:
    for n in range(number):
        make.make_topic(slug=f"topic-{n + 1}")


def test_a_long_log_of_all_kinds_of_changes_is_whole() -> None:
    article = make.make_article(topics=[make.make_topic()], countries=[make.make_country()])
    make.make_coverage(article=article)
    make.make_figure(number=5)
    make.make_city(latitude="51.17", longitude="71.45")
    article.topics.clear()
    Article.objects.update(language="ru")
    Event.objects.first().delete()
    make.make_correction_note(about=article)
    make.make_duplicate_decision(first=article)
    assert said("log-broken") == said("version-differs") == []


def test_what_somebody_else_saved_meanwhile_is_in_the_version() -> None:
    article = make.make_article(abstract="First.", language="en")
    topic = make.make_topic()
    older = Article.objects.get(pk=article.pk)
    article.abstract = "Second."
    article.save()
    older.topics.set([topic])
    older.language = "ru"
    older.save(update_fields=["language"])
    assert [(one.abstract, one.language) for one in article.history.order_by("pk")][-2:] == [
        ("Second.", "en"),
        ("Second.", "ru"),
    ]
    assert said("log-broken") == said("version-differs") == []


def test_an_entry_that_was_changed_is_told() -> None:
    log_of(3)
    Change.objects.filter(number=2).update(by="somebody else")
    assert said("log-broken") == [("2", "It is not what was written: its content does not match its hash.")]


def test_an_entry_that_was_changed_together_with_its_hash_is_told_of_the_next() -> None:
    log_of(3)
    entry = Change.objects.get(number=2)
    entry.by = "somebody else"
    Change.objects.filter(number=2).update(by=entry.by, sha256=entry.compute_sha256())
    assert said("log-broken") == [("3", "It does not follow the entry before it: one of the two was changed.")]


def test_an_entry_that_was_taken_out_is_told_of_the_next() -> None:
    log_of(4)
    Change.objects.filter(number=2)._raw_delete("default")
    ((key, message),) = said("log-broken")
    assert key == "3"
    assert message.startswith("The entry before it has the number 1: entries are missing.")
    # Renumbered, its own hash is wrong.
    Change.objects.filter(number=3).update(number=2)
    assert said("log-broken")[0][0] == "2"


def test_entries_cut_off_at_the_end_show_at_the_records() -> None:
    log_of(3)
    Change.objects.filter(number=3)._raw_delete("default")
    assert said("log-broken") == []
    assert said("version-differs") == [("topic-3", "The change log does not know of it: it was added past the log.")]


def test_records_added_changed_and_deleted_past_the_log() -> None:
    log_of(3)
    Topic._base_manager.filter(slug="topic-1").update(name="Other")
    Topic._base_manager.filter(slug="topic-2")._raw_delete("default")
    Topic._base_manager.bulk_create([Topic(slug="new", name="New", definition="x")])
    assert said("version-differs") == [
        ("2", "It is the last of a record that is not there any more: it was deleted past the log."),
        ("new", "The change log does not know of it: it was added past the log."),
        ("topic-1", "It is not what entry 1 of the change log says: it was changed past the log."),
    ]


def test_links_changed_past_the_log() -> None:
    article = make.make_article(topics=[make.make_topic()], slug="item")
    Article.topics.through._base_manager.all()._raw_delete("default")
    ((key, message),) = said("version-differs")
    assert key == article.slug
    assert "changed past the log" in message


def test_a_version_that_was_rewritten() -> None:
    city = make.make_city(slug="ufa")
    City.history.filter(id=city.pk).update(note="never said")
    ((key, message),) = said("version-differs")
    assert (key, "Its newest version in the history" in message) == ("ufa", True)


def test_a_column_that_came_later_is_no_change() -> None:
    """An entry of before the migration has the hash of the columns of then."""
    event = make.make_event()
    (version,) = versions_of([event])
    for name in ("authority_id", "name_ru", "name_zh", "variants"):
        del version[name]
    Change.objects.filter(number=1).update(version_sha256=digest(version))
    assert len(said("version-differs")) == 1
    later = timezone.now() + timedelta(hours=1)
    recorder: Any = MigrationRecorder(connection).Migration
    recorder.objects.filter(app="archive", name="0002_authority_file").update(applied=later)
    assert said("version-differs") == []
