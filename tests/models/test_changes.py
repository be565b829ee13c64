"""Whatever changes a record writes its entry into the log and its version into the history, in the same transaction."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from simple_history.middleware import HistoryRequestMiddleware

from archive.models import Article, Change, City, Coverage, Event, Figure, Topic, recording
from archive.models.change import digest, versions_of
from tests.factories import (
    make_article,
    make_city,
    make_country,
    make_coverage,
    make_event,
    make_figure,
    make_participant,
    make_topic,
)

pytestmark = pytest.mark.django_db

Written = list[tuple[str, str, str]]


def written_by(do: Callable[[], Any]) -> Written:
    """What `do` logs: kind, key and action of each entry, in order."""
    last = Change.objects.last_number()
    do()
    return [(one.record_type, one.record_key, one.action) for one in Change.objects.after(last)]


def assert_log_is_whole() -> None:
    """Numbers without gaps, each entry chained to the one before, and the last entry of each record true to it."""
    entries = list(Change.objects.order_by("number"))
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    for entry, before in zip(entries, [None, *entries], strict=False):
        assert entry.sha256 == entry.compute_sha256()
        assert entry.previous_sha256 == (before.sha256 if before else "")
    for entry in {(entry.record_type, entry.record_id): entry for entry in entries}.values():
        model: Any = {"article": Article, "event": Event, "topic": Topic, "figure": Figure, "city": City}.get(
            entry.record_type
        )
        if model is not None and entry.action != "deleted":
            assert_true_to(entry, model)


def assert_true_to(entry: Change, model: Any) -> None:
    record = model.objects.get(pk=entry.record_id)
    (version,) = versions_of([record])
    assert entry.version_sha256 == digest(version)
    kept = record.history.first()
    for field in model._meta.concrete_fields:
        assert getattr(kept, field.attname) == getattr(record, field.attname), field
    for name in model._history_m2m_fields:
        field = model._meta.get_field(name)
        linked = sorted(getattr(record, name).values_list("pk", flat=True))
        assert sorted(getattr(kept, name).values_list(field.m2m_reverse_name(), flat=True)) == linked, name


@pytest.fixture(autouse=True)
def _the_log_is_whole_afterwards() -> Any:
    yield
    assert_log_is_whole()


# Single records -------------------------------------------------------------------------------------------------------


def test_creating_saving_and_deleting_are_logged() -> None:
    assert written_by(lambda: make_topic(slug="drugs")) == [("topic", "drugs", "created")]
    topic = Topic.objects.get()
    assert written_by(topic.save) == [("topic", "drugs", "updated")]
    assert written_by(topic.delete) == [("topic", "drugs", "deleted")]
    assert [version.history_type for version in Topic.history.order_by("history_id")] == ["+", "~", "-"]


def test_get_or_create_and_update_or_create_are_logged() -> None:
    values = {"name": "Drugs", "definition": "…"}
    assert written_by(lambda: Topic.objects.get_or_create(slug="drugs", defaults=values)) == [
        ("topic", "drugs", "created")
    ]
    assert written_by(lambda: Topic.objects.get_or_create(slug="drugs", defaults=values)) == []
    assert written_by(lambda: Topic.objects.update_or_create(slug="drugs", defaults={"name": "Narcotics"})) == [
        ("topic", "drugs", "updated")
    ]


def test_the_entry_holds_the_hash_of_the_row_not_of_the_object_in_memory() -> None:
    figure = make_figure(number=Decimal(5))
    assert_true_to(Change.objects.latest("number"), Figure)
    city = make_city(latitude="51.17", longitude="71.45")
    assert_true_to(Change.objects.latest("number"), City)
    city.name, city.note = "Nur-Sultan", "not saved"
    city.save(update_fields=["name"])
    (version,) = versions_of([City.objects.get()])
    assert Change.objects.latest("number").version_sha256 == digest(version)
    city.save()
    figure.delete()


def test_deleting_a_record_logs_what_goes_with_it() -> None:
    coverage = make_coverage(article=make_article(slug="item"), event=make_event(slug="summit"))
    make_figure(event=coverage.event, label="troops", text="7,000")
    assert sorted(written_by(coverage.event.delete)) == [
        ("coverage", "item/summit", "deleted"),
        ("event", "summit", "deleted"),
        ("figure", "summit/troops/7,000", "deleted"),
    ]


def test_deleting_many_at_once_logs_each() -> None:
    make_topic(slug="a")
    make_topic(slug="b")
    assert sorted(written_by(lambda: Topic.objects.all().delete())) == [
        ("topic", "a", "deleted"),
        ("topic", "b", "deleted"),
    ]


def test_deleting_what_others_link_to_logs_that_they_lost_the_link() -> None:
    topic = make_topic(slug="drugs")
    make_article(slug="item", topics=[topic])
    make_event(slug="summit", topics=[topic])
    assert sorted(written_by(topic.delete)) == [
        ("article", "item", "updated"),
        ("event", "summit", "updated"),
        ("topic", "drugs", "deleted"),
    ]


# Many-to-many links ---------------------------------------------------------------------------------------------------

ITEM_CHANGED = [("article", "item", "updated")]


def test_links_are_part_of_the_record_that_holds_them() -> None:
    article, topic, other = make_article(slug="item"), make_topic(), make_topic()
    assert written_by(lambda: article.topics.add(topic)) == ITEM_CHANGED
    assert written_by(lambda: article.topics.remove(topic)) == ITEM_CHANGED
    assert written_by(lambda: article.topics.set([other])) == ITEM_CHANGED
    assert written_by(lambda: article.topics.set([other])) == []
    assert written_by(article.topics.clear) == ITEM_CHANGED


def test_links_made_from_the_other_side_are_changes_of_the_same_record() -> None:
    article, topic = make_article(slug="item"), make_topic()
    assert written_by(lambda: topic.articles.add(article)) == ITEM_CHANGED
    assert_log_is_whole()
    assert written_by(lambda: topic.articles.remove(article)) == ITEM_CHANGED
    assert_log_is_whole()
    assert written_by(lambda: topic.articles.set([article])) == ITEM_CHANGED
    assert_log_is_whole()
    assert written_by(topic.articles.clear) == ITEM_CHANGED


def test_links_with_rows_of_their_own_are_logged_as_such() -> None:
    article, event = make_article(slug="item"), make_event(slug="summit")
    assert written_by(lambda: article.events.add(event)) == [("coverage", "item/summit", "created")]
    assert written_by(lambda: Coverage.objects.all().delete()) == [("coverage", "item/summit", "deleted")]


# Bulk writes ----------------------------------------------------------------------------------------------------------


def _article(slug: str) -> Article:
    return Article(slug=slug, headline=slug, date="2014-09", date_basis="text")


def test_bulk_creation_is_logged_with_its_links() -> None:
    topic, country = make_topic(), make_country()
    links = {"topics": [[topic.pk], []], "countries": [[country.pk], [country.pk]]}
    created = written_by(lambda: Article.objects.bulk_create([_article("a"), _article("b")], links=links))
    assert created == [("article", "a", "created"), ("article", "b", "created")]
    first, second = Article.objects.order_by("slug")
    assert (list(first.topics.all()), list(second.topics.all())) == ([topic], [])
    assert first.date_earliest is not None
    assert first.history.get().history_type == "+"


def test_bulk_updates_are_logged_for_each_record_that_they_touch() -> None:
    topic = make_topic()
    for slug in ("a", "b", "c"):
        make_article(slug=slug, topics=[topic])
    touched = Article.objects.filter(slug__in=["a", "b"])
    both = [("article", "a", "updated"), ("article", "b", "updated")]
    assert written_by(lambda: touched.update(language="ru")) == both
    # What is updated may be what the rows were chosen by.
    assert written_by(lambda: Article.objects.filter(language="ru").update(language="zh")) == both
    articles = list(touched)
    for article in articles:
        article.dateline = "DUSHANBE"
    assert written_by(lambda: Article.objects.bulk_update(articles, ["dateline"])) == both
    assert written_by(lambda: Article.objects.none().update(language="en")) == []
    assert set(Article.objects.values_list("dateline", "language")) == {("DUSHANBE", "zh"), ("", "en")}


def test_a_sliced_queryset_updates_what_it_shows() -> None:
    make_topic(slug="a")
    make_topic(slug="b")
    assert written_by(lambda: Topic.objects.order_by("-slug")[:1].update(name="Last")) == [("topic", "b", "updated")]


def test_updates_through_a_related_manager_are_logged() -> None:
    event = make_event(slug="summit")
    make_figure(event=event, label="troops", text="7,000")
    assert written_by(lambda: event.figures.update(unit="people")) == [("figure", "summit/troops/7,000", "updated")]


# Transactions ---------------------------------------------------------------------------------------------------------


class Undone(Exception):
    pass


def _all_kinds_of_changes() -> None:
    article = make_article(topics=[make_topic()])
    Article.objects.update(language="ru")
    Article.objects.bulk_create([_article("bulk")], links={"countries": [[make_country().pk]]})
    article.delete()


def test_what_is_rolled_back_was_never_logged() -> None:
    make_topic()
    before = list(Change.objects.values_list("number", "sha256")), Article.history.count(), Topic.history.count()
    with pytest.raises(Undone), transaction.atomic():
        _all_kinds_of_changes()
        raise Undone
    assert (
        list(Change.objects.values_list("number", "sha256")),
        Article.history.count(),
        Topic.history.count(),
    ) == before


def test_a_refused_change_is_not_logged() -> None:
    make_article(slug="taken")
    last, versions = Change.objects.last_number(), Article.history.count()
    for refused in (lambda: _article("taken").save(), lambda: Article.objects.bulk_create([_article("taken")])):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()
    assert (Change.objects.last_number(), Article.history.count()) == (last, versions)


# Who and why ----------------------------------------------------------------------------------------------------------


def _in_request(user: Any, do: Callable[[], Any]) -> None:
    """Run inside a request of that user, as the middleware sets it up."""
    request = RequestFactory().get("/")
    request.user = user

    def view(_: Any) -> HttpResponse:
        do()
        return HttpResponse()

    HistoryRequestMiddleware(view)(request)


def last_actor() -> tuple[str, str]:
    entry = Change.objects.latest("number")
    return entry.by, entry.why


def test_an_entry_says_who_and_why() -> None:
    with recording(by="ada", why="a wrong name"):
        topic = make_topic()
        assert last_actor() == ("ada", "a wrong name")
        with recording(by="ben"):
            topic.save()
        assert last_actor() == ("ben", "")
        Topic.objects.update(name="Other")
        assert last_actor() == ("ada", "a wrong name")
    topic.save()
    assert last_actor() == ("", "")
    assert [version.history_change_reason for version in topic.history.order_by("history_id")] == [
        "a wrong name",
        None,
        "a wrong name",
        None,
    ]


def test_the_user_of_the_request_is_who_unless_somebody_is_named() -> None:
    ada = User.objects.create_user("ada")
    _in_request(ada, make_topic)
    assert last_actor() == ("ada", "")
    assert Topic.history.latest("history_id").history_user == ada
    with recording(why="tidied up"):
        _in_request(ada, lambda: Topic.objects.update(name="Tidy"))
    assert last_actor() == ("ada", "tidied up")
    with recording(by="load_archive"):
        _in_request(ada, make_topic)
    assert last_actor() == ("load_archive", "")
    _in_request(AnonymousUser(), make_topic)
    assert last_actor() == ("", "")
    make_topic()
    assert last_actor() == ("", "")


def test_a_long_reason_is_whole_in_the_log() -> None:
    why = "because " * 100
    with recording(by="ada", why=why):
        make_topic()
        Topic.objects.update(name="Other")
    assert last_actor() == ("ada", why)


# The log itself -------------------------------------------------------------------------------------------------------


def test_an_entry_is_neither_saved_nor_deleted() -> None:
    make_topic()
    entry = Change.objects.get()
    entry.by = "nobody"
    for write in (entry.save, entry.delete):
        with pytest.raises(TypeError, match="append-only"):
            write()
    assert Change.objects.get().by == ""


@pytest.mark.parametrize("name", ["at", "record_key", "action", "by", "why", "version_sha256", "previous_sha256"])
def test_a_forged_entry_does_not_match_its_hash(name: str) -> None:
    make_topic()
    entry = Change.objects.get()
    assert entry.compute_sha256() == entry.sha256
    value = getattr(entry, name)
    setattr(entry, name, value.replace(year=2000) if name == "at" else f"{value}x")
    assert entry.compute_sha256() != entry.sha256


def test_the_number_of_queries_does_not_grow_with_the_records() -> None:
    for _ in range(3):
        make_article(topics=[make_topic()], participants=[make_participant()])
    one, all_of_them = Article.objects.filter(pk=Article.objects.latest("pk").pk), Article.objects.all()
    assert _queries(lambda: one.update(language="ru")) == _queries(lambda: all_of_them.update(language="ru"))


def _queries(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        do()
    return len(queries)


_COLUMNS = 'at, record_type, record_id, record_key, action, "by", why, version_sha256'


class TestTheDatabaseKeepsTheLog:
    """Whatever walks past the model: a bulk write, a statement by hand."""

    @pytest.fixture(autouse=True)
    def _entries(self, append_only: None) -> None:
        make_article()
        make_topic()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE archive_change SET why = 'another'",
            "DELETE FROM archive_change WHERE number = 1",
            "DELETE FROM archive_change",
            f"INSERT INTO archive_change SELECT number + 7, {_COLUMNS}, sha256, sha256 FROM archive_change WHERE number = 1",
            f"INSERT INTO archive_change SELECT number + 1, {_COLUMNS}, '', sha256 FROM archive_change WHERE number = 2",
        ],
    )
    def test_nothing_is_edited_deleted_or_out_of_order(self, statement: str) -> None:
        before = list(Change.objects.values())
        assert len(before) == 2
        with pytest.raises(IntegrityError, match="log"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert list(Change.objects.values()) == before

    def test_single_and_bulk_writes_go_on(self) -> None:
        last = Change.objects.last_number()
        topic = Topic.objects.get()
        topic.name = "Another"
        topic.save()
        Topic.objects.update(definition="Another.")
        Topic.objects.bulk_create([Topic(slug=f"t{n}", name=f"T{n}", definition="One.") for n in range(3)])
        topic.delete()
        assert Change.objects.last_number() == last + 6
