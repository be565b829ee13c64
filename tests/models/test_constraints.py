"""The database itself refuses what no record may be, whichever way it comes: past `full_clean()`, past `save()`."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from archive.models import Article, Assignment, Redirect, Status, SuggestionDecision
from tests.factories import (
    make_accepted_finding,
    make_alert,
    make_article,
    make_attendance,
    make_candidate,
    make_capture,
    make_city,
    make_correction_note,
    make_country,
    make_country_status,
    make_coverage,
    make_delegation,
    make_document,
    make_duplicate_decision,
    make_event,
    make_event_source,
    make_figure,
    make_merge,
    make_office,
    make_participant,
    make_polled_source,
    make_publisher,
    make_reading,
    make_series,
    make_term,
    make_tip,
    make_topic,
)

pytestmark = pytest.mark.django_db


def make_redirect() -> Redirect:
    return Redirect.objects.create(record_type="article", old_slug="old", new_slug="new")


def make_assignment() -> Assignment:
    user = User.objects.create_user("a-curator")
    return Assignment.objects.create(record_type="article", record_id=1, user=user)


def make_suggestion_decision() -> SuggestionDecision:
    return SuggestionDecision.objects.create(
        article=make_article(), kind="topic", key="iran", is_accepted=True, by="a-curator"
    )


FACTORIES: dict[str, Callable[..., Any]] = {
    "acceptedfinding": make_accepted_finding,
    "alert": make_alert,
    "article": make_article,
    "assignment": make_assignment,
    "attendance": make_attendance,
    "candidate": make_candidate,
    "capture": make_capture,
    "city": make_city,
    "correctionnote": make_correction_note,
    "country": make_country,
    "countrystatus": make_country_status,
    "coverage": make_coverage,
    "delegation": make_delegation,
    "duplicatedecision": make_duplicate_decision,
    "event": make_event,
    "eventseries": make_series,
    "eventsource": make_event_source,
    "figure": make_figure,
    "merge": make_merge,
    "office": make_office,
    "participant": make_participant,
    "polledsource": make_polled_source,
    "publisher": make_publisher,
    "reading": make_reading,
    "redirect": make_redirect,
    "sourcedocument": make_document,
    "suggestiondecision": make_suggestion_decision,
    "term": make_term,
    "tip": make_tip,
    "topic": make_topic,
}
MODELS = [apps.get_model("archive", name) for name in FACTORIES]

# Values ---------------------------------------------------------------------------------------------------------------

# Constraint → values that it refuses of a record that is fine otherwise. A callable gets the record.
REFUSED: dict[str, list[dict[str, Any]]] = {
    **{
        f"{name}_date_whole": [
            {"date": ""},
            {"date_basis": ""},
            {"date": "", "date_basis": ""},
            {"date_earliest": None},
            {"date_latest": None},
            {"date_earliest": "2014-09-14", "date_latest": "2014-09-13"},
        ]
        for name in ("article", "event")
    },
    **{
        f"{name}_date_explained": [{"date_basis": basis} for basis in ("inferred", "looked-up", "corrected")]
        for name in ("article", "event")
    },
    **{
        f"{name}_has_source": [{"source": ""}]
        for name in (
            "attendance",
            "countrystatus",
            "delegation",
            "eventsource",
            "figure",
            "office",
            "reading",
            "term",
        )
    },
    "acceptedfinding_explained": [{"reason": ""}],
    "article_sha256_form": [{"text_sha256": "a" * 63}, {"text_sha256": "A" * 64}, {"text_sha256": "g" * 64}],
    "article_position_in_document": [{"source_position": 1}],
    "capture_sha256_form": [{"sha256": ""}, {"sha256": "A" * 64}],
    "city_coordinates": [
        {"latitude": 1},
        {"longitude": 1},
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": -181},
    ],
    "correctionnote_says_something": [{"text": ""}],
    "country_iso2_form": [{"iso2": "cn"}, {"iso2": "C"}, {"iso2": "C1"}],
    "country_iso3_form": [{"iso3": "chn"}, {"iso3": "CN"}],
    "countrystatus_has_start": [{"start": ""}],
    "duplicatedecision_in_order": [
        {"first": lambda record: record.second},
        {"first": lambda record: record.second, "second": lambda record: record.first},
    ],
    "event_ordinal_in_series": [
        {"ordinal": 3},
        {"ordinal_basis": "stated"},
        {"ordinal": 3, "ordinal_basis": "stated"},
    ],
    "event_video_without_city": [{"format": "video", "city": make_city}],
    "event_not_its_own_parent": [{"parent": lambda record: record}],
    "topic_not_its_own_broader": [{"broader": lambda record: record}],
    "merge_explained": [{"why": ""}],
    "office_of_one": [{"country": make_country, "organisation": make_participant}],
    "redirect_elsewhere": [{"new_slug": "old"}],
    "redirect_gone_explained": [{"new_slug": ""}],
    "sourcedocument_sha256_form": [{"sha256": ""}, {"sha256": "g" * 64}],
}
# Tried in all combinations further down.
REVIEW = {
    f"{name}_{rule}" for name in ("article", "event", "participant") for rule in ("public_once", "withdrawal_explained")
}


def refused(record: models.Model, **values: Any) -> str:
    """The database's message on an update past all of our code; empty where it takes it."""
    try:
        with transaction.atomic():
            type(record)._base_manager.filter(pk=record.pk).update(**values)
    except IntegrityError as error:
        return str(error)
    return ""


def _value(value: Any, record: models.Model) -> Any:
    if not callable(value):
        return value
    return value() if value in FACTORIES.values() else value(record)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [(name, values) for name, cases in REFUSED.items() for values in cases],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_bad_value_is_refused(constraint: str, values: dict[str, Any]) -> None:
    record = FACTORIES[constraint.split("_", maxsplit=1)[0]]()
    assert constraint in refused(record, **{name: _value(value, record) for name, value in values.items()})


CHOICES = [(model, field) for model in MODELS for field in model._meta.concrete_fields if field.choices]


@pytest.mark.parametrize(("model", "field"), CHOICES, ids=str)
def test_only_the_choices_of_a_field_are_stored(model: type[models.Model], field: models.Field) -> None:
    name = model._meta.model_name or ""
    message = refused(FACTORIES[name](), **{field.name: "xyz"})
    # An unknown status breaks two rules, and either may be named.
    assert f"{name}_{field.name}_allowed" in message or (field.name == "status" and f"{name}_public_once" in message)


def test_every_check_of_the_database_is_tested() -> None:
    checks = {
        constraint.name
        for model in apps.get_app_config("archive").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint)
    }
    assert checks == {
        *REFUSED,
        *REVIEW,
        *(f"{model._meta.model_name}_{field.name}_allowed" for model, field in CHOICES),
    }


# Review ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_article, make_event, make_participant])
def test_a_status_goes_with_the_dates_and_the_reason_that_it_needs(make: Callable[..., Any]) -> None:
    now = timezone.now()
    for status, public, withdrawn, reason in product(Status.values, (None, now), (None, now), ("", "Wrong.")):
        is_valid = (
            (public is not None) == (status in ("published", "withdrawn"))
            and (withdrawn is not None) == (status == "withdrawn")
            and bool(reason) == (status == "withdrawn")
        )
        values = {"first_public_at": public, "withdrawn_at": withdrawn, "withdrawal_reason": reason}
        assert bool(refused(make(), status=status, **values)) is not is_valid, (status, values)


# Duplicates -----------------------------------------------------------------------------------------------------------

# Constraint, or column → what a second record must not share with a first.
DUPLICATES: dict[str, tuple[str, ...]] = {
    "article.slug": ("slug",),
    "city.slug": ("slug",),
    "event.slug": ("slug",),
    "eventseries.slug": ("slug",),
    "participant.slug": ("slug",),
    "publisher.slug": ("slug",),
    "term.slug": ("slug",),
    "topic.slug": ("slug",),
    "country.iso2": ("iso2",),
    "country.iso3": ("iso3",),
    "sourcedocument.name": ("name",),
    "sourcedocument.sha256": ("sha256",),
    "publisher.organisation": ("organisation",),
    "acceptedfinding_once": ("rule", "record_type", "record_key"),
    "alert_once": ("email", "fingerprint"),
    "article_position_once": ("source_document", "source_position"),
    "assignment_once": ("record_type", "record_id"),
    "attendance_once": ("event", "participant", "capacity"),
    "candidate_once": ("source", "identity"),
    "capture_once": ("sha256", "address"),
    "countrystatus_once": ("country", "status", "start"),
    "coverage_once": ("article", "event"),
    "delegation_once": ("event", "country"),
    "duplicatedecision_once": ("first", "second"),
    "eventsource_once": ("event", "supports", "source"),
    "event_authority_id_once": ("authority_id",),
    "figure_once": ("event", "label", "text"),
    "office_once": ("participant", "title", "start"),
    "polledsource.address": ("address",),
    "polledsource.name": ("name",),
    "reading_once": ("event", "field", "value"),
    "redirect_once": ("record_type", "old_slug"),
    "suggestiondecision_once": ("article", "kind", "key"),
}
# What a first record needs so that there is something to share.
SHARED: dict[str, Callable[[], dict[str, Any]]] = {
    "publisher.organisation": lambda: {"organisation": make_participant(kind="organisation")},
    "event_authority_id_once": lambda: {"authority_id": "CHS-16"},
    "article_position_once": lambda: {"source_document": make_document(), "source_position": 1},
}


@pytest.mark.parametrize("rule", DUPLICATES)
def test_a_duplicate_is_refused(rule: str) -> None:
    make = FACTORIES[rule.replace(".", "_").split("_", maxsplit=1)[0]]
    first = make(**SHARED.get(rule, dict)())
    # A second row with all values of the first, but for the other unique columns.
    second = type(first)._base_manager.get(pk=first.pk)
    second.pk, second._state.adding = None, True
    for field in second._meta.concrete_fields:
        if field.unique and not field.primary_key and field.name not in DUPLICATES[rule]:
            setattr(second, field.name, _another(field))
    with pytest.raises(IntegrityError), transaction.atomic():
        type(first)._base_manager.bulk_create([second])


def _another(field: models.Field) -> Any:
    others = {
        "iso2": "ZZ",
        "iso3": "ZZZ",
        "sha256": "f" * 64,
        "slug": "another",
        "name": "another.txt",
        "address": "another",
    }
    return others.get(field.name)


def test_every_uniqueness_of_the_database_is_tested() -> None:
    rules = set()
    for model in (*MODELS, Redirect):
        rules |= {one.name for one in model._meta.constraints if isinstance(one, models.UniqueConstraint)}
        rules |= {
            f"{model._meta.model_name}.{field.name}"
            for field in model._meta.concrete_fields
            if field.unique and not field.primary_key
        }
    assert rules == set(DUPLICATES)


def test_a_duplicate_is_refused_by_saving_and_by_writing_in_bulk() -> None:
    make_article(slug="taken")
    another = {"slug": "taken", "headline": "Another", "date": "2014", "date_basis": "text"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Article(**another).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.bulk_create([Article(**another)])


# References -----------------------------------------------------------------------------------------------------------


def test_what_others_refer_to_is_not_deleted() -> None:
    country = make_country()
    make_city(country=country)
    with pytest.raises(models.ProtectedError):
        country.delete()
    article = make_article()
    make_figure(source_article=article)
    with pytest.raises(models.ProtectedError):
        article.delete()
