"""The page of an article, where it stands in its source document."""

import re
from typing import Any

import pytest
from django.test import Client

from archive.curation.review import publish
from archive.models import Article
from tests import factories as make

pytestmark = pytest.mark.django_db


def _steps(client: Client, article: Article, prefix: str = "") -> dict[str, str]:
    """By direction the tag that leads to the article before, or after."""
    html = client.get(prefix + article.get_absolute_url()).content.decode()
    return dict(reversed(found) for found in re.findall(r'(<a rel="(prev|next)"[^>]*>[^<]*)', html))


@pytest.fixture
def items() -> list[Article]:
    """Six of a document, the third and the last two of which nobody may see; beside one of another document."""
    document: Any = make.make_document()
    make.make_article(source_document=make.make_document(), source_position=1)
    return [
        make.make_article(
            source_document=document,
            source_position=n,
            headline=f"Item {n}",
            slug=f"item-{n}",
            status="published" if n not in (3, 5, 6) else "draft",
        )
        for n in range(1, 7)
    ]


def test_an_article_leads_to_those_beside_it_in_its_source_document(client: Client, items: list[Article]) -> None:
    assert _steps(client, items[0]) == {"next": '<a rel="next" href="/articles/item-2/">Item 2 →'}
    assert _steps(client, items[1]) == {
        "prev": '<a rel="prev" href="/articles/item-1/">← Item 1',
        # The third is no public one.
        "next": '<a rel="next" href="/articles/item-4/">Item 4 →',
    }
    assert _steps(client, items[3]) == {"prev": '<a rel="prev" href="/articles/item-2/">← Item 2'}
    # On a Russian page it says what the headline is in.
    assert 'lang="en"' in _steps(client, items[0], "/ru")["next"]


def test_a_preview_leads_to_public_ones(admin_client: Client, items: list[Article]) -> None:
    assert {name: re.sub("<[^>]*>", "", tag) for name, tag in _steps(admin_client, items[2]).items()} == {
        "prev": "← Item 2",
        "next": "Item 4 →",
    }
    assert _steps(admin_client, items[5]).keys() == {"prev"}


def test_without_a_document_or_a_position_in_it_there_is_nothing_beside(client: Client, items: list[Article]) -> None:
    assert _steps(client, make.make_article()) == {}
    assert _steps(client, make.make_article(source_document=items[0].source_document)) == {}


def test_what_is_published_stands_between_at_once(client: Client, items: list[Article]) -> None:
    assert "Item 4" in _steps(client, items[1])["next"]
    publish(items[2], by="an editor")
    assert "Item 3" in _steps(client, items[1])["next"]
