"""Records made one, and taken apart again."""

import contextlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from archive import search
from archive.curation import merging
from archive.curation.merging import CHOSEN, NotMergeable, kept_record, merge, plan, undo
from archive.models import (
    Article,
    Assignment,
    Attendance,
    Change,
    City,
    CorrectionNote,
    Coverage,
    DuplicateDecision,
    Event,
    Office,
    Participant,
    Record,
    Redirect,
    SuggestionDecision,
    Tip,
)
from archive.models.change import versions_of
from tests import factories as make

pytestmark = pytest.mark.django_db

MAKERS: dict[type[Record], Callable[..., Any]] = {
    Article: make.make_article,
    Event: make.make_event,
    Participant: make.make_participant,
    City: make.make_city,
}


def make_one(kept: Any, merged: Any, **choices: str) -> Any:
    return merge(kept, merged, choices, by="ed", why="They are one.")


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every record of the archive, and the rows beside them, as plain values."""
    found = {}
    for model in apps.get_app_config("archive").get_models():
        if issubclass(model, Record) or model in (Tip, SuggestionDecision, Assignment, Redirect):
            found[model.__name__] = versions_of(model._base_manager.order_by("pk"))  # type: ignore[arg-type]
    return found


# What moves -----------------------------------------------------------------------------------------------------------


def test_articles() -> None:
    event, shared, topic = make.make_event(), make.make_event(), make.make_topic()
    kept, merged = make.make_article(slug="kept"), make.make_article(slug="merged", topics=[topic])
    moved = make.make_coverage(article=merged, event=event)
    mine = make.make_coverage(article=kept, event=shared, note="mine")
    make.make_coverage(article=merged, event=shared, note="theirs")
    figure = make.make_figure(source_article=merged)
    make_one(kept, merged)
    assert set(Coverage.objects.values_list("pk", "article")) == {(moved.pk, kept.pk), (mine.pk, kept.pk)}
    assert list(kept.topics.all()) == [topic]
    figure.refresh_from_db()
    assert figure.source_article == kept
    assert not Article.objects.filter(slug="merged").exists()
    assert Article.history.filter(slug="merged").count() == 2 + 1  # made, linked to its topic, deleted


def test_what_names_its_record_without_a_key_moves_too() -> None:
    kept, merged = make.make_participant(), make.make_participant()
    named = {"record_type": "participant", "record_id": merged.pk}
    tip, note = Tip.objects.create(text="wrong", **named), CorrectionNote.objects.create(text="Mended.", **named)
    make_one(kept, merged)
    for row in (tip, note):
        row.refresh_from_db()
        assert row.record_id == kept.pk


def test_participants_offices_and_attendances() -> None:
    """An office that both have is kept once, and an attendance in it is one in the kept office."""
    kept, merged = make.make_participant(name="Lavrov"), make.make_participant(name="Lawrow", name_ru="Лавров")
    mine = make.make_office(participant=kept, title="Minister", start="2004")
    theirs = make.make_office(participant=merged, title="Minister", start="2004")
    other = make.make_office(participant=merged, title="Ambassador")
    attendance = make.make_attendance(participant=merged, office=theirs)
    article = make.make_article(participants=[merged])
    make_one(kept, merged)
    attendance.refresh_from_db()
    assert (attendance.participant, attendance.office) == (kept, mine)
    assert set(Office.objects.values_list("pk", "participant")) == {(mine.pk, kept.pk), (other.pk, kept.pk)}
    assert list(article.participants.all()) == [kept]
    kept.refresh_from_db()
    assert kept.variants == ["Lawrow", "Лавров"]


def test_the_name_that_is_not_chosen_becomes_a_variant() -> None:
    kept = make.make_city(name="Khujand", name_ru="", variants=["Khudzhand"])
    merged = make.make_city(name="Leninabad", name_ru="Худжанд", variants=["khudzhand", "Hojend"])
    make_one(kept, merged, name="merged", name_ru="merged")
    kept.refresh_from_db()
    assert (kept.name, kept.name_ru) == ("Leninabad", "Худжанд")
    assert kept.variants == ["Khudzhand", "Khujand", "Hojend"]


def test_cities() -> None:
    kept, merged = make.make_city(), make.make_city()
    event, article = make.make_event(city=merged), make.make_article(dateline="DUSHANBE", dateline_city=merged)
    make_one(kept, merged)
    event.refresh_from_db()
    article.refresh_from_db()
    assert (event.city, article.dateline_city) == (kept, kept)


def test_events_and_what_is_part_of_them() -> None:
    kept = make.make_event()
    merged = make.make_event(authority_id="M-1")
    part = make.make_event(parent=merged)
    status = make.make_country_status(event=merged)
    make_one(kept, merged, authority_id="merged")
    for row in (part, status, kept):
        row.refresh_from_db()
    assert (part.parent, status.event, kept.authority_id) == (kept, kept, "M-1")


@pytest.mark.parametrize("inner_is_kept", [True, False])
def test_an_event_and_its_part(inner_is_kept: bool) -> None:
    grandparent = make.make_event()
    outer = make.make_event(parent=grandparent)
    inner = make.make_event(parent=outer)
    before = everything()
    kept, merged = (inner, outer) if inner_is_kept else (outer, inner)
    merged_into = make_one(kept, merged, parent="merged")
    kept.refresh_from_db()
    assert kept.parent == (grandparent if inner_is_kept else None)
    assert undo(merged_into, by="ed", why="No.") == ()
    assert everything() == before


def test_fields_are_chosen_in_groups() -> None:
    kept = make.make_article(date="2014", date_basis="printed", abstract="Ours.", slug="kept")
    merged = make.make_article(date="2014-09-12", date_basis="inferred", date_note="so it says", abstract="Theirs.")
    make_one(kept, merged, date="merged")
    kept.refresh_from_db()
    assert (kept.date, kept.date_basis, kept.date_note, kept.abstract) == (
        *("2014-09-12", "inferred", "so it says"),
        "Ours.",
    )
    assert kept.date_earliest.isoformat() == "2014-09-12"


def test_a_place_in_a_document_can_be_taken_over() -> None:
    document = make.make_document()
    kept, merged = make.make_article(), make.make_article(source_document=document, source_position=3)
    make_one(kept, merged, source_document="merged")
    kept.refresh_from_db()
    assert (kept.source_document, kept.source_position) == (document, 3)


def test_decisions_follow_and_the_one_on_the_two_goes() -> None:
    kept, merged, early, late = (make.make_article() for _ in range(4))
    make.make_duplicate_decision(first=kept, second=merged)
    make.make_duplicate_decision(first=kept, second=late)
    make.make_duplicate_decision(first=merged, second=late)
    make.make_duplicate_decision(first=merged, second=early, outcome="syndicated")
    merged_into = make_one(late, merged)
    decisions = DuplicateDecision.objects.order_by("pk").values_list("first", "second", "outcome")
    assert list(decisions) == [(kept.pk, late.pk, "different"), (early.pk, late.pk, "syndicated")]
    before = {"different": 3, "syndicated": 1}
    undo(merged_into, by="ed", why="No.")
    assert {
        outcome: DuplicateDecision.objects.filter(outcome=outcome).count() for outcome in ("different", "syndicated")
    } == before


def test_every_field_that_can_be_edited_is_chosen_or_follows() -> None:
    for model, groups in CHOSEN.items():
        chosen = [name for group in groups for name in group]
        fields = {field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key}
        assert fields - set(chosen) == {"slug", "status", "variants"} & fields
        assert len(chosen) == len(set(chosen))


def test_no_link_to_a_record_is_overlooked() -> None:
    """Whatever points to a record of these kinds, but for the versions of the history."""
    for model in CHOSEN:
        columns = {(one.related_model._meta.model_name, one.field.name) for one in merging.links.relations(model)}
        for other in apps.get_app_config("archive").get_models():
            for field in (*other._meta.concrete_fields, *other._meta.many_to_many):
                has_rows = field.many_to_many and not field.remote_field.through._meta.auto_created
                is_version = other._meta.model_name.startswith("historical")
                if field.related_model is model and not is_version and not has_rows:
                    assert (other._meta.model_name, field.name) in columns


# The old address, the log, the index ----------------------------------------------------------------------------------


def test_the_old_addresses_lead_to_the_kept_record(client: Any) -> None:
    kept, merged = make.make_city(slug="kept"), make.make_city(slug="old")
    merged.slug = "merged"
    merged.save()
    make_one(kept, merged)
    for slug in ("old", "merged"):
        answer = client.get(f"/cities/{slug}/")
        assert (answer.status_code, answer["Location"]) == (301, kept.get_absolute_url())
    assert Redirect.objects.get(old_slug="merged").why == "They are one."
    with pytest.raises(ValidationError, match="never reused"):
        make.make_city(slug="merged")


def test_everything_is_logged_with_who_and_why() -> None:
    kept, merged = make.make_participant(slug="kept"), make.make_participant(slug="merged")
    event, article = make.make_event(slug="summit"), make.make_article(slug="item", participants=[merged])
    make.make_attendance(participant=merged, event=event)
    assert article.pk
    last = Change.objects.last_number()
    made = make_one(kept, merged)
    entries = Change.objects.after(last)
    assert set(entries.values_list("by", "why")) == {("ed", "They are one.")}
    assert {(one.record_type, one.record_key, one.action) for one in entries} == {
        ("attendance", "summit/kept/attendee", "updated"),
        ("article", "item", "updated"),
        ("participant", "merged", "deleted"),
        ("participant", "kept", "updated"),
    }
    assert (made.kept_id, made.merged_slug, made.by) == (kept.pk, "merged", "ed")


@pytest.mark.usefixtures("index")
def test_the_kept_record_is_found_by_the_other_s_names_at_once(django_capture_on_commit_callbacks: Any) -> None:
    kept, merged = make.make_city(name="Khujand", slug="khujand"), make.make_city(name="Leninabad", slug="leninabad")
    make.make_event(name="Ministers meet", city=kept)
    make.make_event(name="Guards meet", city=merged)
    search.ensure_fresh()

    def found(text: str) -> int:
        return search.search(search.Query(text=text, scope=search.Scope.EVENTS)).total

    assert (found("city:leninabad"), found("city:khujand")) == (1, 1)
    with django_capture_on_commit_callbacks(execute=True):
        merged_into = make_one(kept, merged)
    assert (found("city:leninabad"), found("city:khujand")) == (2, 2)
    with django_capture_on_commit_callbacks(execute=True):
        undo(merged_into, by="ed", why="No.")
    assert (found("city:leninabad"), found("city:khujand")) == (1, 1)


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "merged", "is_refused"),
    [
        ("published", "published", False),
        ("published", "draft", False),
        ("draft", "in-review", False),
        ("published", "withdrawn", False),
        ("withdrawn", "withdrawn", False),
        ("draft", "published", True),
        ("in-review", "withdrawn", True),
        ("withdrawn", "published", True),
        ("withdrawn", "draft", True),
    ],
)
def test_what_was_public_stays_so(kept: str, merged: str, is_refused: bool) -> None:
    one, other = make.make_article(status=kept), make.make_article(status=merged)
    assert bool(plan(one, other).refusal) is is_refused
    if is_refused:
        with pytest.raises(NotMergeable):
            make_one(one, other)
    else:
        make_one(one, other)
    assert Article.objects.filter(pk=other.pk).exists() is is_refused


def test_what_can_t_be_merged() -> None:
    one = make.make_article()
    for kept, merged in ((one, one), (one, make.make_event()), (make.make_topic(), make.make_topic())):
        with pytest.raises(NotMergeable):
            make_one(kept, merged)
    with pytest.raises(NotMergeable, match="Say why"):
        merge(one, make.make_article(), {}, by="ed", why="  ")
    gone = make.make_article()
    make_one(one, gone)
    with pytest.raises(NotMergeable, match="no more"):
        make_one(one, gone)


def test_two_bodies_that_publish_are_not_merged_over_their_publishers() -> None:
    kept, merged = (make.make_participant(kind="organisation") for _ in range(2))
    for one in (kept, merged):
        make.make_publisher(organisation=one)
    before = everything()
    with pytest.raises(NotMergeable, match="publisher"):
        make_one(kept, merged)
    assert everything() == before


def test_values_that_don_t_go_together_are_refused_and_nothing_is_done() -> None:
    kept, merged = make.make_event(format="video"), make.make_event(city=make.make_city(), format="in-person")
    before = everything()
    with pytest.raises(ValidationError, match="no host city"):
        make_one(kept, merged, city="merged")
    assert everything() == before
    make_one(kept, merged, city="merged", format="merged")


# The plan -------------------------------------------------------------------------------------------------------------


def test_the_plan_says_what_differs_and_what_moves() -> None:
    event = make.make_event()
    kept = make.make_article(headline="Same", abstract="", language="en", slug="kept")
    merged = make.make_article(headline="Same", headline_supplied=True, abstract="Theirs.", language="en")
    for article in (kept, merged):
        make.make_coverage(article=article, event=event)
    make.make_coverage(article=merged)
    made = plan(kept, merged)
    choices = {one.name: (one.kept, one.merged, one.preselected) for one in made.choices}
    assert choices == {
        "headline": ("Same", "Same · headline supplied", "kept"),
        "abstract": ("", "Theirs.", "merged"),
    }
    assert [(move.moved, move.doubled) for move in made.moves] == [(1, 1)]
    assert plan(make.make_city(name="A"), make.make_city(name="B", variants=["C"])).variants == ("B", "C")


@pytest.mark.parametrize(
    ("mine", "theirs", "preselected"),
    [
        ({}, {"body": "Text.", "text_sha256": "ab" * 32}, "merged"),
        ({"text_sha256": "ab" * 32}, {}, "kept"),
        ({"text_sha256": "ab" * 32}, {"body": "Text.", "text_sha256": "cd" * 32}, "kept"),
    ],
)
def test_an_empty_field_gives_way_to_a_filled_one(mine: Any, theirs: Any, preselected: str) -> None:
    made = plan(make.make_article(headline="One", **mine), make.make_article(headline="One", **theirs))
    assert [(one.name, one.preselected) for one in made.choices] == [("body", preselected)]


# Undoing --------------------------------------------------------------------------------------------------------------


def test_undone_means_as_if_it_had_not_been(client: Any) -> None:
    kept, merged = make.make_city(name="Khujand"), make.make_city(name="Leninabad", variants=["Hojend"])
    make.make_event(city=merged)
    before = everything()
    made = make_one(kept, merged, name="merged")
    assert kept_record(made) == kept
    assert undo(made, by="chief", why="Two cities.") == ()
    assert everything() == before
    made.refresh_from_db()
    assert made.undone_at is not None
    assert made.undone_by == "chief"
    assert client.get(merged.get_absolute_url()).status_code == 200
    with pytest.raises(NotMergeable, match="undone already"):
        undo(made, by="chief", why="Again.")


def test_what_was_edited_since_is_left_and_said() -> None:
    kept = make.make_article(abstract="Ours.", slug="kept")
    merged = make.make_article(abstract="Theirs.", url="https://example.org/x")
    coverage, elsewhere = make.make_coverage(article=merged), make.make_article()
    made = make_one(kept, merged, abstract="merged", url="merged")
    kept.refresh_from_db()
    kept.abstract = "Better."
    kept.save()
    coverage.refresh_from_db()
    coverage.article = elsewhere
    coverage.save()
    left = undo(made, by="ed", why="No.")
    kept.refresh_from_db()
    coverage.refresh_from_db()
    assert (kept.abstract, kept.url) == ("Better.", "")
    assert coverage.article == elsewhere
    assert len(left) == 2
    assert any("abstract" in text for text in left)


def test_what_is_gone_since_is_said() -> None:
    kept, merged = make.make_participant(), make.make_participant(country=make.make_country())
    article, attendance = make.make_article(participants=[merged]), make.make_attendance(participant=merged)
    make.make_attendance(participant=kept, event=(event := make.make_event()))
    make.make_attendance(participant=merged, event=event)
    made = make_one(kept, merged)
    attendance.delete()
    article.participants.clear()
    event.delete()
    country = merged.country
    country.delete()
    left = undo(made, by="ed", why="No.")
    restored = Participant.objects.get(slug=merged.slug)
    assert (restored.pk, restored.country) == (merged.pk, None)
    assert not Attendance.objects.exists()
    assert not article.participants.exists()
    assert len(left) == 4


def test_variants_that_were_added_since_stay_and_those_taken_out_stay_out() -> None:
    kept, merged = make.make_city(name="A", variants=["a1", "a2"]), make.make_city(name="B")
    made = make_one(kept, merged)
    kept.refresh_from_db()
    kept.variants = [*(name for name in kept.variants if name != "a2"), "new"]
    kept.save()
    assert undo(made, by="ed", why="No.") == ()
    kept.refresh_from_db()
    assert kept.variants == ["a1", "new"]


def test_merges_in_a_row_are_undone_from_the_last() -> None:
    first, second, third = (make.make_city() for _ in range(3))
    make.make_event(city=first)
    before = everything()
    one = make_one(second, first)
    two = make_one(third, second)
    with pytest.raises(NotMergeable, match="undo that merge first"):
        undo(one, by="ed", why="No.")
    assert undo(two, by="ed", why="No.") == ()
    assert Redirect.objects.get(old_slug=first.slug).new_slug == second.slug
    assert undo(one, by="ed", why="No.") == ()
    assert everything() == before


def test_an_undoing_needs_a_reason_and_a_free_address() -> None:
    made = make_one(make.make_city(), make.make_city())
    with pytest.raises(NotMergeable, match="Say why"):
        undo(made, by="ed", why="")
    made.refresh_from_db()
    assert made.undone_at is None


# Any two records of a small archive, linked at random -----------------------------------------------------------------

_some = st.lists(st.integers(0, 3), max_size=3, unique=True)


class RoundTripTest(HypothesisTestCase):
    @hypothesis_settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(
        model=st.sampled_from(list(CHOSEN)),
        links=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 1), st.integers(0, 2)), max_size=12, unique=True),
        taken=st.sets(st.sampled_from(sorted({group[0] for groups in CHOSEN.values() for group in groups}))),
    )
    def test_merge_then_undo_changes_nothing(self, model: type, links: Any, taken: Any) -> None:
        two = {
            one: (MAKERS[one](), MAKERS[one](**({"variants": ["V"], "name_ru": "Имя"} if one is not Article else {})))
            for one in CHOSEN
        }
        others = {one: [MAKERS[one]() for _ in range(3)] for one in CHOSEN}
        countries, topics = [make.make_country() for _ in range(3)], [make.make_topic() for _ in range(3)]
        for kind, which, n in links:
            # One end is one of the two, the other any of three.
            ends = {one.__name__.lower(): two[one][which] if one is model else others[one][n] for one in CHOSEN}
            with contextlib.suppress(ValidationError):  # some are linked already
                LINKS[kind](SimpleNamespace(**ends, country=countries[n], topic=topics[n], n=n))
        before = everything()
        kept, merged = two[model]
        try:
            made = merge(kept, merged, dict.fromkeys(taken, "merged"), by="ed", why="One.")
        except ValidationError:
            assert everything() == before
            return
        assert undo(made, by="ed", why="Two.") == ()
        assert everything() == before


LINKS: list[Callable[[Any], Any]] = [
    lambda to: make.make_coverage(article=to.article, event=to.event),
    lambda to: make.make_attendance(event=to.event, participant=to.participant),
    lambda to: make.make_office(participant=to.participant, title=f"Title {to.n}"),
    lambda to: make.make_delegation(event=to.event, country=to.country),
    lambda to: make.make_figure(event=to.event, text=f"{to.n} tanks", source_article=to.article),
    lambda to: to.article.participants.add(to.participant),
    lambda to: (to.article.topics.add(to.topic), to.event.host_countries.add(to.country)),
    lambda to: Event.objects.filter(pk=to.event.pk).update(city=to.city),
]
