"""Which article of the archive an item is."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from archive.ingest.items import Document, Item
from archive.models import Article, SourceDocument

# Databases take so many values in one query.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Match:
    """An article, how it was found (for the reader), and whether the item's text is known to be that of the article."""

    article: Article
    how: Any
    is_same_text: bool = False


class Known:
    """The articles that the items of a document may be, read in a few queries."""

    def __init__(self, document: Document) -> None:
        items = document.items
        self.source_document = (
            SourceDocument.objects.filter(sha256=document.sha256).first() if document.sha256 else None
        )
        self._by_text = _by("text_sha256", {item.text_sha256 for item in items})
        self._by_headline = _by("headline", {item.headline for item in items})
        self._by_address = _by("url", {item.url for item in items})
        self._by_slug = _by("slug", {str(item.record.get("slug")) for item in items if item.record is not None})
        placed = Article.objects.filter(source_document=self.source_document) if self.source_document else ()
        self._by_position = {article.source_position: article for article in placed if article.source_position}

    def find(self, item: Item) -> Match | None:
        """The article that the item is: by its slug, its text, its place in this document, its address, its headline."""
        if item.record is not None:
            named = self._by_slug.get(str(item.record.get("slug")), [])
            return Match(named[0], _("by its slug"), named[0].text_sha256 == item.text_sha256) if named else None
        return self._by_same_text(item) or self._at_same_place(item) or self._of_same_name(item)

    def is_taken(self, position: int) -> bool:
        """Whether an article stands at that position of this document."""
        return position in self._by_position

    def of_same_headline(self, item: Item) -> Article | None:
        """An article with the headline and date of the item, whatever its text; undated ones only where neither has one."""
        for article in self._by_headline.get(item.headline, ()):
            if article.date == item.date and (item.date or not (article.text_sha256 or item.text)):
                return article
        return None

    def _by_same_text(self, item: Item) -> Match | None:
        found = self._by_text.get(item.text_sha256, [])
        # Of several copies the one from this very place, else the one from this address.
        best = max(found, key=lambda one: (self._stands_at(one, item), one.url == item.url, -one.pk), default=None)
        return Match(best, _("by its text"), is_same_text=True) if best else None

    def _at_same_place(self, item: Item) -> Match | None:
        article = self._by_position.get(item.position)
        if article and (article.headline == item.headline or not (article.text_sha256 and item.text_sha256)):
            return Match(article, _("by its place in the document"))
        return None

    def _of_same_name(self, item: Item) -> Match | None:
        for article in self._by_address.get(item.url, ()):
            return Match(article, _("by its address"))
        same = self.of_same_headline(item)
        # Two papers may print one headline on one day: with another text it is another article.
        if same and not (same.text_sha256 and item.text_sha256):
            return Match(same, _("by its headline and date"))
        return None

    def _stands_at(self, article: Article, item: Item) -> bool:
        return self._by_position.get(item.position) == article


def _by(field: str, values: Collection[str]) -> dict[str, list[Article]]:
    """The articles by the value of a field, oldest first."""
    wanted = sorted(set(values) - {""})
    found: defaultdict[str, list[Article]] = defaultdict(list)
    for start in range(0, len(wanted), _BATCH):
        for article in Article.objects.filter(**{f"{field}__in": wanted[start : start + _BATCH]}).order_by("pk"):
            found[getattr(article, field)].append(article)
    return found
