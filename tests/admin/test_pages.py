"""Every page of the admin answers, for a superuser; lists cost the same, however long."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.curation import fixity
from archive.models import Change, Record, Redirect
from tests import factories

MAKERS: dict[str, Callable[[], Any]] = {
    "acceptedfinding": factories.make_accepted_finding,
    "alert": factories.make_alert,
    "article": factories.make_article,
    "attendance": factories.make_attendance,
    "candidate": factories.make_candidate,
    "change": lambda: factories.make_topic() and Change.objects.latest("number"),
    "city": factories.make_city,
    "correctionnote": factories.make_correction_note,
    "country": factories.make_country,
    "countrystatus": factories.make_country_status,
    "coverage": factories.make_coverage,
    "delegation": factories.make_delegation,
    "duplicatedecision": factories.make_duplicate_decision,
    "event": factories.make_event,
    "eventseries": factories.make_series,
    "eventsource": factories.make_event_source,
    "figure": factories.make_figure,
    "fixityrun": fixity.check,
    "group": lambda: Group.objects.create(name="Readers"),
    "merge": factories.make_merge,
    "office": factories.make_office,
    "participant": factories.make_participant,
    "polledsource": factories.make_polled_source,
    "publisher": factories.make_publisher,
    "reading": factories.make_reading,
    "redirect": lambda: Redirect.objects.create(record_type="article", old_slug="old", why="gone"),
    "sourcedocument": factories.make_document,
    "term": factories.make_term,
    "tip": factories.make_tip,
    "topic": factories.make_topic,
    "user": lambda: User.objects.create_user("somebody"),
}
NEVER_ADDED = ("alert", "candidate", "change", "fixityrun", "tip")
REGISTERED = sorted(model._meta.model_name or "" for model in admin.site._registry)


def url(model_name: str, page: str, *args: Any) -> str:
    label = "auth" if model_name in ("user", "group") else "archive"
    return reverse(f"admin:{label}_{model_name}_{page}", args=args)


def test_every_record_model_is_registered() -> None:
    def concrete(model: type) -> set[str]:
        own = set() if model._meta.abstract else {model._meta.model_name}
        return own.union(*map(concrete, model.__subclasses__()))

    assert concrete(Record) | {"change", "redirect"} <= set(REGISTERED)


@pytest.mark.parametrize("name", REGISTERED)
def test_list_add_and_change_page_answer(name: str, logged_in: Any) -> None:
    client = logged_in("superuser")
    record = MAKERS[name]()
    listed = client.get(url(name, "changelist"), {"q": "a"})
    assert listed.status_code == 200
    assert client.get(url(name, "changelist")).status_code == 200
    assert client.get(url(name, "add")).status_code == (403 if name in NEVER_ADDED else 200)
    assert client.get(url(name, "change", record.pk)).status_code == 200
    assert client.get(url(name, "history", record.pk)).status_code == 200


def test_forms_have_no_giant_selects() -> None:
    for model, page in admin.site._registry.items():
        for part in (page, *(inline(model, admin.site) for inline in page.inlines)):
            if not issubclass(part.model, Record):
                continue
            owner = getattr(part, "fk_name", None) or (part.model is not model and model._meta.model_name)
            links = {
                field.name
                for field in (*part.model._meta.concrete_fields, *part.model._meta.many_to_many)
                if field.is_relation
                and (field.many_to_one or field.one_to_one or field.remote_field.through._meta.auto_created)
            }
            assert links - {owner} <= set(part.autocomplete_fields), (model, part)


@pytest.mark.parametrize("name", [name for name in REGISTERED if name not in ("group", "user", "redirect", "change")])
def test_lists_cost_the_same_however_long(name: str, logged_in: Any) -> None:
    client = logged_in("superuser")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name, "changelist")).status_code == 200
        return len(captured)

    for _ in range(3):
        MAKERS[name]()
    client.get(url(name, "changelist"))
    few = queries()
    # Making rows is what takes time: the two long lists get thirty, the others ten.
    for _ in range(27 if name in ("article", "event") else 7):
        MAKERS[name]()
    assert queries() == few


def test_no_page_has_inline_script_or_style(logged_in: Any) -> None:
    client = logged_in("superuser")
    article = factories.make_article(status="draft")
    article.save()
    version = article.history.first()
    pages = [
        reverse("admin:index"),
        url("article", "changelist"),
        url("article", "add"),
        url("article", "change", article.pk),
        url("article", "history", article.pk),
        url("article", "publish", article.pk),
        reverse("admin:archive_article_simple_history", args=[article.pk, version.pk]),
        url("article", "delete", article.pk),
    ]
    for page in pages:
        html = client.get(page).content.decode()
        assert " style=" not in html, page
        assert "<style" not in html, page
        assert "<script>" not in html, page


@pytest.mark.parametrize("page", ["change", "history", "publish", "delete"])
@pytest.mark.parametrize("key", ["nothing", "99999999999999999999999", "0"])
def test_addresses_of_nothing(page: str, key: str, logged_in: Any) -> None:
    answer = logged_in("superuser").get(url("article", page, key))
    assert answer.status_code in (302, 404)


def test_a_version_is_shown_beside_the_record_and_not_restored_unasked(logged_in: Any) -> None:
    client = logged_in("superuser")
    topic = factories.make_topic(name="Piracy")
    article = factories.make_article(headline="Before", status="draft", topics=[topic])
    version = article.history.latest()
    article.headline = "After"
    article.save()
    article.topics.clear()
    address = reverse("admin:archive_article_simple_history", args=[article.pk, version.pk])
    page = client.get(address).content.decode()
    assert "Before" in page
    assert "After" in page
    assert "Piracy" in page
    assert client.post(address, {"headline": "Before"}).status_code == 302
    article.refresh_from_db()
    assert article.headline == "After"
