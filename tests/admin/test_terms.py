"""Terms of the glossary in the admin: found by any name, edited by editors, each list explained."""

from typing import Any

import pytest
from django.urls import reverse

from archive.models import Change, Term
from tests.admin.forms import filled_form
from tests.factories import make_term

LIST = "admin:archive_term_changelist"


def listed(client: Any, **query: str) -> set[str]:
    return {term.slug for term in client.get(reverse(LIST), query).context["cl"].result_list}


@pytest.mark.parametrize("text", ["regional", "rats", "РАТС", "反恐", "RCTS", "structures"])
def test_a_term_is_found_by_any_of_its_names(text: str, logged_in: Any) -> None:
    make_term(
        slug="rats",
        name="Regional Anti-Terrorist Structure",
        abbreviation="RATS",
        name_ru="РАТС",
        name_zh="地区反恐怖机构",
        variants=["RCTS"],
        ambiguous=["structures"],
    )
    make_term(slug="other")
    assert listed(logged_in("curator"), q=text) == {"rats"}


def test_terms_are_filtered_by_category(logged_in: Any) -> None:
    make_term(slug="a", category="threat")
    make_term(slug="b", category="place")
    assert listed(logged_in("curator"), category="threat") == {"a"}


def test_an_editor_changes_a_term_list_by_list(logged_in: Any) -> None:
    term = make_term(slug="drill", variants=["old"])
    address = reverse("admin:archive_term_change", args=[term.pk])
    lists = {"variants": "war game\nwar games", "ambiguous": "drill\n\n exercise ", "related": "Peace Mission"}
    client = logged_in("editor")
    assert client.post(address, {**filled_form(client, address), **lists, "_why": "sorted"}).status_code == 302
    term.refresh_from_db()
    assert (term.variants, term.ambiguous, term.related) == (
        ["war game", "war games"],
        ["drill", "exercise"],
        ["Peace Mission"],
    )
    last = Change.objects.latest("number")
    assert (last.record_type, last.record_key, last.why) == ("term", "drill", "sorted")


def test_each_list_says_what_it_is_for(logged_in: Any) -> None:
    html = logged_in("editor").get(reverse("admin:archive_term_add")).content.decode()
    for sentence in ("search uses them.", "shown, never used by search.", "Names of other terms, one on each line."):
        assert html.count(sentence) == 1


def test_a_curator_adds_terms_and_changes_none(logged_in: Any) -> None:
    client = logged_in("curator")
    address = reverse("admin:archive_term_add")
    form = {"name": "New", "slug": "new", "category": "sco", "definition": "…", "source": "a book"}
    assert client.post(address, {**filled_form(client, address), **form}).status_code == 302
    term = Term.objects.get(slug="new")
    assert client.post(reverse("admin:archive_term_change", args=[term.pk]), {"name": "X"}).status_code == 403


def test_a_term_without_a_source_is_sent_back_with_a_sentence(logged_in: Any) -> None:
    client = logged_in("editor")
    address = reverse("admin:archive_term_add")
    form = {"name": "New", "slug": "new", "category": "sco", "definition": "…"}
    answer = client.post(address, {**filled_form(client, address), **form})
    assert answer.status_code == 200
    assert "Every statement needs a source" in answer.content.decode()
