"""Versions in the admin: two side by side, and taking chosen fields back."""

from typing import Any

import pytest
from django.urls import reverse

from archive.models import Article, Change
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> Any:
    made = make.make_article(headline="Ministers met", topics=[make.make_topic(name="Piracy")], status="draft")
    made.headline = "Defence ministers met"
    made.save()
    made.headline = "Defence ministers met twice"
    made.save()
    made.topics.clear()
    return made


def address(article: Any, index: int) -> str:
    version = article.history.order_by("history_id")[index]
    return reverse("admin:archive_article_simple_history", args=[article.pk, version.pk])


def test_a_version_beside_the_record_now(article: Any, logged_in: Any) -> None:
    page = logged_in("curator").get(address(article, 1)).content.decode()
    assert "<ins>" in page
    assert "<del>Piracy</del>" in page
    assert 'name="field" value="headline"' in page
    assert 'name="field" value="topics"' in page
    # What is the same, and what has ways of its own, has no box.
    assert 'value="slug"' not in page
    assert 'value="abstract"' not in page
    assert " style=" not in page
    assert "<script>" not in page


def test_any_two_versions(article: Any, logged_in: Any) -> None:
    client = logged_in("curator")
    versions = article.history.order_by("history_id")
    page = client.get(address(article, 1), {"with": versions[2].pk}).content.decode()
    assert "<del>Ministers</del><ins>Defence ministers</ins> met" in page
    assert "<del>Piracy</del>" not in page
    assert 'name="field"' not in page
    for other in ("x", "9" * 40, "0", "-1", "\0"):
        # NUL is refused before any page is asked.
        expected = 400 if "\0" in other else 404
        assert client.get(address(article, 1), {"with": other}).status_code == expected


def test_chosen_fields_are_taken_back(article: Any, logged_in: Any) -> None:
    client = logged_in("curator")
    chosen = {"field": ["headline", "status", "slug"], "why": "It was right."}
    assert client.post(address(article, 1), chosen).status_code == 302
    article.refresh_from_db()
    assert (article.headline, article.status, article.topics.count()) == ("Ministers met", "draft", 0)
    assert client.post(address(article, 1), {"field": "topics", "why": "That too."}).status_code == 302
    assert article.topics.count() == 1
    last = Change.objects.latest("number")
    assert (last.by, last.why) == ("a-curator", "That too.")


@pytest.mark.parametrize(
    "posted",
    [{"field": "headline"}, {"why": "x"}, {"field": "slug", "why": "x"}, {"field": "headline", "why": "\0"}],
)
def test_without_a_field_or_a_reason_nothing_is_done(article: Any, logged_in: Any, posted: dict[str, str]) -> None:
    client = logged_in("curator")
    answer = client.post(address(article, 1), posted, follow=True)
    assert "messagelist" in answer.content.decode()
    assert Article.objects.get().headline == "Defence ministers met twice"


@pytest.mark.parametrize(("role", "status"), [("curator", 403), ("editor", 302)])
def test_what_is_public_is_taken_back_by_editors(role: str, status: int, logged_in: Any) -> None:
    article = make.make_article(headline="Before")
    article.headline = "After"
    article.save()
    client = logged_in(role)
    page = client.get(address(article, 0)).content.decode()
    assert ('name="field"' in page) is (status == 302)
    assert client.post(address(article, 0), {"field": "headline", "why": "x"}).status_code == status
    article.refresh_from_db()
    assert article.headline == ("Before" if status == 302 else "After")
    assert article.status == "published"


def test_a_row_is_not_taken_back_to_another_record(logged_in: Any) -> None:
    client = logged_in("editor")
    first, second = make.make_event(), make.make_event()
    coverage = make.make_coverage(event=first, note="Before")
    coverage.event, coverage.note = second, "After"
    coverage.save()
    version = coverage.history.earliest("history_id")
    page = reverse("admin:archive_coverage_simple_history", args=[coverage.pk, version.pk])
    assert client.post(page, {"field": ["event", "note"], "why": "x"}).status_code == 302
    coverage.refresh_from_db()
    assert (coverage.event, coverage.note) == (second, "Before")


def test_values_that_do_not_fit_any_more_are_told(logged_in: Any) -> None:
    client = logged_in("editor")
    city = make.make_city(name="Atlantis")
    event = make.make_event(city=city)
    version = event.history.latest("history_id")
    event.city = None
    event.save()
    city.delete()
    page = reverse("admin:archive_event_simple_history", args=[event.pk, version.pk])
    answer = client.post(page, {"field": "city", "why": "x"}, follow=True)
    assert "is not a valid choice" in answer.content.decode()
