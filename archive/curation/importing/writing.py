"""The plan carried out: all of a document, in one transaction, or nothing."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from archive.curation.importing.exported import link
from archive.curation.importing.planning import Outcome, Planning, Row
from archive.ingest import captures
from archive.ingest.items import Document
from archive.ingest.refusal import Refused
from archive.models import Article, Change, SourceDocument, recording


def carry_out(
    document: Document, *, by: str, status: str = "draft", may_change_public: bool = True, data: bytes | None = None
) -> tuple[Row, ...]:
    """Write what `plan` says of the document, planned anew under the lock: two imports of one article make one of it.

    `data` are the bytes of the document, to be kept. Raises Refused; then nothing changed.
    """
    why = _("import of %(name)s") % {"name": document.name or document.address or _("a candidate")}
    try:
        with transaction.atomic(), recording(by=by, why=why):
            Change.objects.lock()
            planning = Planning(document, status, may_change_public)
            rows = planning.rows()
            if data is not None:
                # Before its row is committed: a file without a row is harmless, a row without its file is not.
                captures.store(data)
            source = planning.known.source_document
            if source is None and any(_needs_document(row) for row in rows):
                source = _source_document(document)
            _create([row for row in rows if row.outcome is Outcome.NEW], source, planning)
            for row in rows:
                if row.fills:
                    _fill(row, source)
            if data is not None:
                address, media_type = document.address or document.name, document.media_type
                captures.record(data, address=address, media_type=media_type, source_document=source)
    except (ValidationError, IntegrityError) as error:
        problem = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise Refused(_("Nothing of it was imported: %(problem)s") % {"problem": problem}) from error
    except OSError as error:
        raise Refused(
            _("Nothing of it was imported, for it can't be kept: %(problem)s") % {"problem": error}, 507
        ) from error
    return rows


def _needs_document(row: Row) -> bool:
    """Whether the row is to point to the document; rows of our own export name theirs."""
    return row.item.record is None and (row.outcome is Outcome.NEW or "source_document" in row.fills)


def _source_document(document: Document) -> SourceDocument | None:
    if not document.sha256:
        return None
    name = document.name
    if SourceDocument.objects.filter(name=name).exists():
        name = f"{name} ({document.sha256[:12]})"
    is_address = document.address.startswith(("http://", "https://"))
    source = SourceDocument(
        name=name,
        title=document.title[:300],
        kind=document.kind,
        sha256=document.sha256,
        address=document.address if is_address else "",
    )
    source.full_clean()
    source.save()
    return source


def _create(rows: Iterable[Row], source: SourceDocument | None, planning: Planning) -> None:
    rows = list(rows)
    articles = []
    for row in rows:
        assert row.article is not None
        if row.item.record is None:
            row.article.source_document = source
            is_free = source is not None and not planning.known.is_taken(row.item.position)
            row.article.source_position = row.item.position if is_free else None
            row.article.clean_fields(exclude=["publisher", "agency", "dateline_city", "source_document"])
            row.article.clean()
        articles.append(row.article)
    links = planning.exported.links
    names = ("countries", "participants", "topics") if links else ()
    many = {
        name: [links[one.slug].many.get(name, []) if one.slug in links else [] for one in articles] for name in names
    }
    if articles:
        Article.objects.bulk_create(articles, links=many)
        link(articles, links)


def _fill(row: Row, source: SourceDocument | None) -> None:
    assert row.article is not None
    article, item = row.article, row.item
    values = {"body": item.text, "text_sha256": item.text_sha256, "url": item.url}
    for name in row.fills:
        if name == "source_document":
            article.source_document, article.source_position = source, item.position
        else:
            setattr(article, name, values[name])
    article.save()
