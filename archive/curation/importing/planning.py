"""What each item of a document becomes, decided before anything is written."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from archive.curation.importing.drafts import Drafts
from archive.curation.importing.exported import Exported
from archive.curation.importing.matching import Known, Match
from archive.ingest.items import Document, Item
from archive.ingest.refusal import Refused
from archive.models import Article, Redirect

# What `status` may be. With the last, records of our own export keep theirs: for who has the database itself.
STATUSES = ("draft", "in-review", "as-exported")

# What an import may fill where it is empty; `position` goes with the document.
_FILLABLE = ("body", "text_sha256", "url", "source_document")


class Outcome(StrEnum):
    """What becomes of an item."""

    NEW = "new"
    MATCHED = "matched"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of one item: why, the article that it is or becomes, and the empty fields of it that are filled.

    The article of a new item has no key before it is written.
    """

    item: Item
    outcome: Outcome
    why: str = ""
    article: Article | None = None
    fills: tuple[str, ...] = ()


def plan(document: Document, *, status: str = "draft", may_change_public: bool = True) -> tuple[Row, ...]:
    """What would become of each item now. A few queries, none of which writes.

    Raises Refused where a row of our own export can't be an article here: then no item of the document can be taken in.
    """
    return Planning(document, status, may_change_public).rows()


class Planning:
    """One plan: what was known before, and what the items so far became."""

    def __init__(self, document: Document, status: str, may_change_public: bool) -> None:
        if status not in STATUSES:
            raise Refused(_("The status is one of: %(statuses)s.") % {"statuses": ", ".join(STATUSES)}, 400)
        self.document = document
        self.may_change_public = may_change_public
        self.known = Known(document)
        self.drafts = Drafts("draft" if status == "as-exported" else status)
        self.exported = Exported(document, status)
        # The first item for each article and each identity.
        self._seen: dict[object, int] = {}

    def rows(self) -> tuple[Row, ...]:
        """Call it once."""
        rows = tuple(self._row(item) for item in self.document.items)
        self.exported.refuse_problems()
        return rows

    def _row(self, item: Item) -> Row:
        if not item.headline and not item.text:
            return Row(item, Outcome.SKIPPED, _("It has neither a headline nor a text."))
        for identity in _identities(item):
            if (first := self._seen.setdefault(identity, item.position)) != item.position:
                return Row(item, Outcome.DUPLICATE, _("It repeats item %(position)d.") % {"position": first})
        match = self.known.find(item)
        return self._new(item) if match is None else self._matched(item, match)

    def _new(self, item: Item) -> Row:
        if item.record is not None:
            if (slug := str(item.record.get("slug"))) and Redirect.objects.filter(
                record_type="article", old_slug=slug
            ).exists():
                why = _("The address %(slug)s was given up; what it leads to now is left alone.") % {"slug": slug}
                return Row(item, Outcome.SKIPPED, why)
            return Row(item, Outcome.NEW, article=self.exported.article(item))
        other = self.known.of_same_headline(item)
        why = _("%(slug)s has the same headline and date, but another text.") % {"slug": other.slug} if other else ""
        return Row(item, Outcome.NEW, why, self.drafts.article(item))

    def _matched(self, item: Item, match: Match) -> Row:
        article = match.article
        if article.is_withdrawn:
            return Row(
                item, Outcome.SKIPPED, _("It was withdrawn: %(why)s") % {"why": article.withdrawal_reason}, article
            )
        first = self._seen.setdefault(article.pk, item.position)
        if first != item.position:
            return Row(item, Outcome.DUPLICATE, _("Item %(position)d is that article.") % {"position": first}, article)
        if match.is_same_text and item.url and article.url and item.url != article.url:
            return Row(item, Outcome.DUPLICATE, _("The same text, at another address."), article)
        how = str(match.how)
        if item.text and article.text_sha256 not in ("", item.text_sha256):
            return Row(
                item, Outcome.MATCHED, _("%(how)s; its text is another than the one on record") % {"how": how}, article
            )
        fills = self._fills(item, article)
        if fills and article.is_published and not self.may_change_public:
            why = _("%(how)s; it is public, an editor can add to it: %(fields)s")
            return Row(item, Outcome.MATCHED, why % {"how": how, "fields": ", ".join(fills)}, article)
        return Row(item, Outcome.MATCHED, how, article, fills)

    def _fills(self, item: Item, article: Article) -> tuple[str, ...]:
        """What the article lacks and the item has; nothing that was there once and was taken out."""
        is_open = article.rights == Article.Rights.OPEN
        has = {
            # A text that is shown to everybody is put in by hand.
            "body": item.text and not is_open,
            "text_sha256": item.text,
            "url": item.url,
            "source_document": self.document.sha256 and item.record is None and not self.known.is_taken(item.position),
        }
        wanted = [name for name in _FILLABLE if has[name] and not getattr(article, name)]
        versions = Article.history.model.objects.filter(id=article.pk)
        empty = {"source_document": None}
        return tuple(name for name in wanted if not versions.exclude(**{name: empty.get(name, "")}).exists())


def _identities(item: Item) -> tuple[object, ...]:
    """By what two items of one document are known to be the same."""
    if item.record is not None:
        return (("slug", item.record.get("slug")),)
    own = ("text", item.text_sha256) if item.text else ("headline", item.headline, item.printed_date)
    return (own, ("address", item.url, item.headline)) if item.url else (own,)
