"""Articles of our own export, put back as they were: links by slug and code, status and days as the caller may keep them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from archive.ingest.items import Document, Item
from archive.ingest.refusal import Refused
from archive.models import (
    Article,
    City,
    CorrectionNote,
    Country,
    Coverage,
    DuplicateDecision,
    Event,
    Participant,
    Publisher,
    SourceDocument,
    Topic,
)

_MOST_PROBLEMS = 20
_TEXTS = ("slug", "headline", "kind", "language", "dateline", "abstract", "body", "rights", "text_sha256", "url")
# Key of the row, model, the field that names the record there.
_LINKS: tuple[tuple[str, Any, str], ...] = (
    ("publisher", Publisher, "slug"),
    ("agency", Publisher, "slug"),
    ("dateline_city", City, "slug"),
    ("source_document", SourceDocument, "name"),
)
_MANY: tuple[tuple[str, Any, str], ...] = (
    ("countries", Country, "iso2"),
    ("participants", Participant, "slug"),
    ("topics", Topic, "slug"),
)
_REVIEW = ("status", "first_public_at", "withdrawn_at", "withdrawal_reason")


@dataclass(slots=True)
class Links:
    """What an article of an export is linked to, as keys; copies of the text may be articles of the same document."""

    many: dict[str, list[int]] = field(default_factory=dict)
    coverages: list[Coverage] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    notes: list[CorrectionNote] = field(default_factory=list)


class Exported:
    """Builds the articles of a document, and gathers what is missing or wrong instead of stopping at the first."""

    def __init__(self, document: Document, status: str) -> None:
        self.keeps_review = status == "as-exported"
        self.status = status
        self.links: dict[str, Links] = {}
        self.problems: list[str] = []
        rows = [item.record for item in document.items if item.record is not None]
        self._own = {_text(row.get("slug")) for row in rows}
        self._keys: dict[tuple[str, str], dict[str, int]] = {}
        for key, model, name in (*_LINKS, *_MANY):
            self._look_up(key, model, name, (one for row in rows for one in _list(row.get(key))))
        self._look_up(
            "events", Event, "slug", (_text(one.get("slug")) for row in rows for one in _dicts(row.get("events")))
        )
        self._look_up(
            "syndicated_with", Article, "slug", (one for row in rows for one in _list(row.get("syndicated_with")))
        )

    def refuse_problems(self) -> None:
        """Raise Refused where anything was wrong with any row."""
        if self.problems:
            shown = self.problems[:_MOST_PROBLEMS]
            if len(self.problems) > len(shown):
                shown.append(_("and %(count)d more.") % {"count": len(self.problems) - len(shown)})
            raise Refused("\n".join([_("Nothing of it was imported."), *shown]))

    def article(self, item: Item) -> Article:
        """The article, not yet saved; its links stand in `links` under its slug. What is wrong is added to `problems`."""
        row = item.record or {}
        published = row.get("published")
        date = published if isinstance(published, Mapping) else {}
        article = Article(
            **{name: _text(row.get(name)) for name in _TEXTS},
            headline_supplied=row.get("headline_supplied") is True,
            date=_text(date.get("edtf")),
            date_basis=_text(date.get("basis")),
            printed_date=_text(date.get("printed")),
            date_note=_text(date.get("note")),
            source_position=row.get("source_position") if isinstance(row.get("source_position"), int) else None,
            status=self.status,
        )
        if self.keeps_review:
            for name in _REVIEW:
                value = _text(row.get(name))
                setattr(article, name, _moment(value) if name.endswith("_at") else value)
        for key, model, _name in _LINKS:
            if row.get(key):
                setattr(article, f"{key}_id", self._key(item, key, model, _text(row[key])))
        self.links[article.slug] = self._links(item, row)
        self._check(item, article)
        return article

    def _links(self, item: Item, row: Mapping[str, Any]) -> Links:
        links = Links(copies=_list(row.get("syndicated_with")))
        for slug in links.copies:
            if slug not in self._own:
                self._key(item, "syndicated_with", Article, slug)
        for key, model, _name in _MANY:
            found = (self._key(item, key, model, one) for one in _list(row.get(key)))
            links.many[key] = [pk for pk in found if pk is not None]
        for one in _dicts(row.get("events")):
            if (pk := self._key(item, "events", Event, _text(one.get("slug")))) is not None:
                relation = _text(one.get("relation")) or Coverage.Relation.REPORTS
                coverage = Coverage(event_id=pk, relation=relation, note=_text(one.get("note")))
                self._refuse(item, lambda made=coverage: made.clean_fields(exclude=["article", "event"]))
                links.coverages.append(coverage)
        for one in _dicts(row.get("corrections")) if self.keeps_review else ():
            note = CorrectionNote(record_type="article", text=_text(one.get("text")), at=_moment(one.get("at")))
            self._refuse(item, lambda made=note: made.clean_fields(exclude=["record_id", "tip"]))
            links.notes.append(note)
        return links

    def _check(self, item: Item, article: Article) -> None:
        # Links are looked up already, without a query for each.
        links = {column.name for column in Article._meta.concrete_fields if column.is_relation}

        def check() -> None:
            article.clean_fields(exclude=links)
            article.clean()
            article.validate_constraints(exclude={"source_document", "source_position"})

        self._refuse(item, check)

    def _refuse(self, item: Item, check: Any) -> None:
        try:
            check()
        except ValidationError as error:
            self._problem(
                item, "; ".join(f"{name}: {' '.join(messages)}" for name, messages in error.message_dict.items())
            )

    def _key(self, item: Item, key: str, model: Any, name: str) -> int | None:
        pk = self._keys[key, model.__name__].get(name)
        if pk is None:
            what = {"what": model._meta.verbose_name, "name": name[:100]}
            self._problem(item, _("there is no %(what)s %(name)s here") % what)
        return pk

    def _problem(self, item: Item, words: str) -> None:
        self.problems.append(f"{_text((item.record or {}).get('slug'))[:120]}: {words}")

    def _look_up(self, key: str, model: Any, field_name: str, names: Iterable[str]) -> None:
        wanted = sorted({name for name in names if name})
        found = self._keys[key, model.__name__] = {}
        for start in range(0, len(wanted), 500):
            part = model._base_manager.filter(**{f"{field_name}__in": wanted[start : start + 500]})
            found.update(part.values_list(field_name, "pk"))


def link(articles: Iterable[Article], links: Mapping[str, Links]) -> None:
    """Save what the articles, saved already, are linked to; their many-to-many links were saved with them."""
    articles = [article for article in articles if article.slug in links]
    for article in articles:
        for coverage in links[article.slug].coverages:
            coverage.article = article
        for note in links[article.slug].notes:
            note.record_id = article.pk
    Coverage.objects.bulk_create([one for article in articles for one in links[article.slug].coverages])
    CorrectionNote.objects.bulk_create([one for article in articles for one in links[article.slug].notes])
    for article in articles:
        for slug in links[article.slug].copies:
            other = Article.objects.get(slug=slug)
            first, second = sorted((article, other), key=lambda one: one.pk)
            DuplicateDecision.objects.get_or_create(
                first=first, second=second, defaults={"outcome": DuplicateDecision.Outcome.SYNDICATED}
            )


def _moment(value: Any) -> Any:
    """A point in time; what is none stays as it is, and validation says so."""
    try:
        return parse_datetime(_text(value)) or _text(value) or None
    except ValueError:
        return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
