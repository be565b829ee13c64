"""What readers are told of a record's history, and taking single fields back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive.curation.history import FieldChange, Version, public_versions, restore
from archive.curation.review import NotAllowed, publish, withdraw
from archive.models import Article, Attendance, Change, Coverage, Delegation, Event, Figure, Topic, recording
from tests import factories as make

pytestmark = pytest.mark.django_db


def told(record: Any) -> list[str]:
    """The versions, newest first, each in a line: why, and what changed."""
    return [f"{version.why}: {'; '.join(map(_line, version.changes))}" for version in public_versions(record)]


def _line(change: FieldChange) -> str:
    if change.note:
        return change.note
    if change.removed or change.added:
        return f"{change.label} -{list(change.removed)} +{list(change.added)}"
    return f"{change.label} {change.old!r} → {change.new!r}"


def edit(record: Any, why: str = "", **fields: Any) -> None:
    with recording(by="an editor", why=why):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


def set_back(**ago: float) -> None:
    """Let all that was written up to now have been written so long ago."""
    for model in (Article, Event, Coverage, Attendance, Delegation, Figure):
        history: Any = model.history  # type: ignore[attr-defined]
        for row in history.all():
            history.filter(pk=row.pk).update(history_date=row.history_date - timedelta(**ago))


# What is told ---------------------------------------------------------------------------------------------------------


def test_a_record_that_was_never_public_has_no_history() -> None:
    draft = make.make_article(status="draft")
    edit(draft, headline="Other")
    assert public_versions(draft) == []


def test_drafts_before_publication_are_not_told() -> None:
    article = make.make_article(status="draft", headline="Secret draft")
    edit(article, "a secret reason", headline="As published")
    publish(article, by="ed", why="Checked.")
    (version,) = public_versions(article)
    assert version.is_first
    assert (version.why, version.changes) == ("Checked.", ())
    assert "ecret" not in repr(public_versions(article))


def test_fields_lists_and_rows_in_readers_words() -> None:
    china, topic = make.make_country(name="China"), make.make_topic(name="Piracy")
    event = make.make_event(date="2014-09-12", state="planned", variants=["Old name"])
    office = make.make_office(title="Minister")
    set_back(hours=3)
    edit(event, "It was held.", state="held", date="2014-09", ordinal=None, variants=["New name"])
    set_back(hours=2)
    with recording(by="ed", why="Who came."):
        event.topics.add(topic)
        delegation = make.make_delegation(event=event, country=china, capacity="observer")
        make.make_attendance(event=event, participant=office.participant, office=office, capacity="chair")
        make.make_figure(event=event, label="troops", text="7,000")
    set_back(hours=1)
    edit(delegation, "A guest.", capacity="guest")
    set_back(minutes=30)
    with recording(by="ed", why="Nobody came."):
        delegation.delete()
    assert told(event) == [
        "Nobody came.: delegations -['China, guest'] +[]",
        "A guest.: delegation “China”, capacity 'observer' → 'guest'",
        (
            f"Who came.: topics -[] +['Piracy']; attendances -[] +['{office.participant}, chair, Minister']; "
            "delegations -[] +['China, observer']; figures -[] +['troops, 7,000']"
        ),
        (
            "It was held.: variants -['Old name'] +['New name']; date '12 September 2014' → 'September 2014'; "
            "state 'planned' → 'held'"
        ),
        ": ",
    ]


def test_what_one_save_writes_is_one_version_and_two_edits_are_two() -> None:
    article = make.make_article(headline="One")
    set_back(hours=1)
    with transaction.atomic(), recording(by="ed", why="Checked."):
        edit(article, "Checked.", headline="Two")
        article.topics.set([make.make_topic(name="A")])
        make.make_coverage(article=article, event=make.make_event(name="Summit"))
    edit(article, "Checked.", headline="Three")
    assert told(article) == [
        "Checked.: headline 'Two' → 'Three'",
        "Checked.: headline 'One' → 'Two'; topics -[] +['A']; coverage -[] +['Summit, reports']",
        ": ",
    ]


def test_an_edit_right_after_publication_is_told() -> None:
    article = make.make_article(status="draft", headline="One")
    publish(article, by="ed")
    edit(article, headline="Two")
    assert told(article) == [": headline 'One' → 'Two'", ": "]


def test_changes_in_bulk_are_told() -> None:
    article = make.make_article(language="en")
    set_back(hours=1)
    with recording(by="ed", why="Wrong language."):
        Article.objects.update(language="ru")
    assert told(article) == ["Wrong language.: language 'en' → 'ru'", ": "]


def test_a_row_that_goes_to_another_record_is_taken_out_here_and_put_in_there() -> None:
    first, second = make.make_event(), make.make_event()
    coverage = make.make_coverage(event=first, article=make.make_article(headline="News"))
    set_back(hours=1)
    with recording(by="ed", why="Merged."):
        Coverage.objects.filter(pk=coverage.pk).update(event=second)
    assert told(first)[0] == "Merged.: coverage -['News, reports'] +[]"
    assert told(second)[0] == "Merged.: coverage -[] +['News, reports']"


def test_what_changes_nothing_for_readers_is_not_told() -> None:
    article = make.make_article()
    set_back(hours=1)
    edit(article, "Saved again.")
    assert len(public_versions(article)) == 1


def test_withdrawal_and_return_are_told() -> None:
    article = make.make_article()
    set_back(hours=1)
    withdraw(article, by="ed", why="It was not true.")
    publish(article, by="ed", why="It was true.")
    assert told(article) == [
        "It was true.: status 'withdrawn' → 'published'",
        "It was not true.: status 'published' → 'withdrawn'",
        ": ",
    ]


def test_nobody_is_named() -> None:
    article = make.make_article()
    user = User.objects.create_user("ada-lovelace")
    edit(article, headline="Other")
    article.history.update(history_user=user)
    assert "ada" not in repr(public_versions(article))
    assert not {"by", "user"} & set(Version.__dataclass_fields__)


def test_a_long_reason_is_told_whole_and_that_of_the_loader_in_words() -> None:
    why = "because " * 40
    article = make.make_article(headline="One")
    set_back(hours=1)
    edit(article, why, headline="Two")
    edit(article, f"fixtures {'0' * 64}", headline="Three")
    assert [version.why for version in public_versions(article)] == ["Loaded from the archive's own files.", why, ""]


# What is never told ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "in-review", "withdrawn"])
def test_links_to_what_is_not_public_are_not_told(status: str) -> None:
    hidden = {
        "participant": make.make_participant(name="Zanzibar body", kind="organisation", status=status),
        "event": make.make_event(name="Zanzibar event", status=status),
        "article": make.make_article(headline="Zanzibar article", status=status),
    }
    article, event = make.make_article(), make.make_event()
    set_back(hours=1)
    with recording(by="ed", why="Linked."):
        article.participants.add(hidden["participant"])
        make.make_coverage(article=article, event=hidden["event"])
        make.make_coverage(article=hidden["article"], event=event)
        make.make_attendance(event=event, participant=hidden["participant"])
        edit(event, "Linked.", parent=hidden["event"])
        person = make.make_participant()
        office = make.make_office(participant=person, organisation=hidden["participant"])
        make.make_attendance(event=event, participant=person, office=office, source_article=hidden["article"])
    set_back(minutes=30)
    edit(office, "Dates.", start="2014")
    assert "Zanzibar" not in repr([public_versions(record) for record in (article, event, person)])
    # The person did come, and that is told.
    assert any(person.name in line for line in told(event))
    assert told(article) == [": "]


@pytest.mark.parametrize(
    ("before", "after", "now", "is_told"),
    [
        ("open", "open", "open", True),
        ("restricted", "restricted", "restricted", False),
        ("restricted", "open", "open", False),
        ("open", "open", "restricted", False),
    ],
)
def test_texts_of_others_are_never_told(before: str, after: str, now: str, is_told: bool) -> None:
    article = make.make_article(body="The whole old text.", rights=before)
    set_back(hours=1)
    edit(article, body="The whole new text, longer.", rights=after)
    edit(article, rights=now)
    found = repr(public_versions(article))
    assert ("whole" in found) is is_told
    assert ("from 19 to 27 characters" in found) is not is_told


def test_links_to_what_was_deleted() -> None:
    topic, city = make.make_topic(name="Gone"), make.make_city(name="Gone too")
    event = make.make_event(topics=[topic], city=city)
    set_back(hours=1)
    edit(event, "Elsewhere.", city=None)
    event.topics.clear()
    topic.delete()
    city.delete()
    assert [change.old for version in public_versions(event) for change in version.changes] == [
        "a record that is not public"
    ]


def test_the_number_of_queries_does_not_grow_with_the_history() -> None:
    article = make.make_article(topics=[make.make_topic()], countries=[make.make_country()])
    make.make_coverage(article=article)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            public_versions(article)
        return len(found)

    def changed(n: int) -> None:
        edit(article, headline=f"Headline {n}", publisher=make.make_publisher())
        article.topics.add(make.make_topic())
        make.make_coverage(article=article)

    changed(1)
    few = queries()
    for n in range(2, 8):
        changed(n)
    assert queries() == few <= 14


# Taking back ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def article() -> Any:
    made = make.make_article(headline="Before", dateline="BEFORE", topics=[make.make_topic(name="Piracy")])
    edit(made, headline="After", dateline="AFTER")
    made.topics.set([make.make_topic(name="Other")])
    return made


def first_version(record: Any) -> Any:
    return record.history.order_by("history_id")[1]  # the one with the links


def test_chosen_fields_are_restored_as_a_new_change(article: Any) -> None:
    last, versions = Change.objects.last_number(), article.history.count()
    restore(article, first_version(article), ["headline", "topics"], by="ed", why="It was right.")
    article.refresh_from_db()
    assert (article.headline, article.dateline) == ("Before", "AFTER")
    assert [topic.name for topic in article.topics.all()] == ["Piracy"]
    written = Change.objects.after(last)
    assert {(one.by, one.why, one.record_id) for one in written} == {("ed", "It was right.", article.pk)}
    assert article.history.count() > versions
    # All that was is still there.
    assert article.history.filter(headline="After").exists()


@pytest.mark.parametrize(
    "name", ["slug", "status", "first_public_at", "withdrawal_reason", "id", "date_earliest", "nothing"]
)
def test_some_fields_are_never_restored(article: Any, name: str) -> None:
    with pytest.raises(NotAllowed, match="Choose"):
        restore(article, first_version(article), [name], by="ed", why="x")


def test_status_and_address_stay_whatever_is_restored_with_them(article: Any) -> None:
    version = first_version(article)
    edit(article, slug="another")
    withdraw(article, by="ed", why="x")
    restore(article, version, ["headline", "slug", "status"], by="ed", why="x")
    article.refresh_from_db()
    assert (article.headline, article.slug, article.status) == ("Before", "another", "withdrawn")


def test_what_somebody_else_changed_meanwhile_stays(article: Any) -> None:
    opened = Article.objects.get()
    edit(article, abstract="Somebody else's.")
    restore(opened, first_version(article), ["headline"], by="ed", why="x")
    article.refresh_from_db()
    assert (article.headline, article.abstract) == ("Before", "Somebody else's.")


def test_a_restoration_needs_its_reason_and_valid_values(article: Any) -> None:
    with pytest.raises(NotAllowed, match="why"):
        restore(article, first_version(article), ["headline"], by="ed", why=" ")
    publisher = make.make_publisher()
    edit(article, publisher=publisher)
    version = article.history.latest("history_id")
    edit(article, publisher=None)
    publisher.delete()
    last = Change.objects.last_number()
    with pytest.raises(ValidationError):
        restore(article, version, ["publisher"], by="ed", why="x")
    assert Change.objects.last_number() == last


def test_links_to_deleted_records_are_left_out(article: Any) -> None:
    Topic.objects.get(name="Piracy").delete()
    restore(article, first_version(article), ["topics"], by="ed", why="x")
    assert list(article.topics.all()) == []


@pytest.mark.parametrize("make_record", [make.make_city, make.make_topic, make.make_country, make.make_term])
def test_records_without_a_status_are_restored_too(make_record: Callable[..., Any]) -> None:
    record = make_record(name="Before")
    edit(record, name="After")
    restore(record, record.history.earliest("history_id"), ["name"], by="ed", why="x")
    record.refresh_from_db()
    assert record.name == "Before"
    assert timezone.now() >= record.history.latest("history_id").history_date
