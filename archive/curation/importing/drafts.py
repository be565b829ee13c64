"""New articles of items: with what the source prints, and nothing that it does not say."""

from django.utils.text import slugify
from django.utils.translation import gettext as _

from archive.ingest.headlines import stand_in
from archive.ingest.items import Item
from archive.models import Article, Publisher, Redirect

_SLUG_LENGTH = 80


class Drafts:
    """Makes articles, not yet saved, of the items of one document; their slugs are free, and different from each other."""

    def __init__(self, status: str) -> None:
        self.status = status
        self._given: set[str] = set()
        self._publishers: dict[str, Publisher] | None = None

    def article(self, item: Item) -> Article:
        return Article(
            slug=self._slug(item),
            headline=item.headline or stand_in(item.text),
            headline_supplied=not item.headline or item.headline_supplied,
            kind=item.kind if item.kind in Article.Kind.values else Article.Kind.NEWS,
            publisher=self._publisher(item.publisher_name),
            agency=self._publisher(item.agency_name),
            language=item.language or "en",
            dateline=item.dateline,
            printed_date=item.printed_date,
            date=item.date,
            date_basis=item.date_basis,
            date_note=_date_note(item),
            url=item.url,
            body=item.text,
            text_sha256=item.text_sha256,
            status=self.status,
        )

    def _slug(self, item: Item) -> str:
        words = slugify((item.headline or stand_in(item.text)).replace("'", "").replace("’", ""))
        if len(words) > _SLUG_LENGTH:
            words = words[:_SLUG_LENGTH].rpartition("-")[0] or words[:_SLUG_LENGTH]
        # What is not written in Latin letters leaves nothing.
        base = words.strip("-") or f"article-{(item.text_sha256 or 'x')[:8]}"
        if item.date and item.date[:4].isdigit() and item.date[:4] not in base:
            base = f"{base}-{item.date[:4]}"
        taken = self._given | set(_taken(base))
        number, slug = 1, base
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        self._given.add(slug)
        return slug

    def _publisher(self, name: str) -> Publisher | None:
        """The publisher that has exactly that name; who it may be else is for the curator."""
        if self._publishers is None:
            self._publishers = {
                known.casefold(): publisher
                for publisher in Publisher.objects.order_by("-pk")
                for known in publisher.all_names
            }
        return self._publishers.get(name.casefold()) if name else None


def _taken(base: str) -> list[str]:
    """Slugs that begin so and are, or once were, those of articles."""
    return [
        *Article.objects.filter(slug__startswith=base).values_list("slug", flat=True),
        *Redirect.objects.filter(record_type="article", old_slug__startswith=base).values_list("old_slug", flat=True),
    ]


def _date_note(item: Item) -> str:
    doubts = [flag.words for flag in item.flags if flag.kind == "date"]
    notes = [item.date_note] if item.date_note else []
    return " ".join([*notes, _("To check: %(doubts)s") % {"doubts": " ".join(doubts)}] if doubts else notes)
