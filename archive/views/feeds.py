"""A page of a feed: what is newest in the archive first, with pages (RFC 5005), and tombstones on the first one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.http import urlencode

from archive.addresses import address
from archive.formats.entries import entry, for_feed
from archive.formats.feed import Deleted, Feed
from archive.models import Redirect
from archive.stamps import stamps
from archive.views.paging import page_of
from archive.views.portable import Chosen, Portable, address_of

PAGE_SIZE = 50
# So many tombstones are on the first page, the newest.
_MOST_DELETED = 100
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_MOVED = "It stands at another address now."

# When a record was first public, which part of the feed it is in, its place there, its key and slug.
_Row = tuple[datetime, int, int, int, str]


def feed_page(request: HttpRequest, portable: Portable) -> Feed:
    """The page that the address asks for, in the language at hand, which ought to be English. Raises BadPage.

    Records are in the order in which they were published here, those of one moment as on the page.
    """
    rows = sorted(
        (row for at, part in enumerate(portable.feed) for row in _rows(at, part)),
        key=lambda row: (-row[0].timestamp(), *row[1:]),
    )
    page = page_of(request, rows, PAGE_SIZE)
    known = stamps()
    entries = tuple(
        entry(
            record, settings.SITE_URL, stamp.at if (stamp := known.get((kind, record.slug))) else record.first_public_at
        )
        for kind, record in _records(portable, list(page.object_list))
    )
    deleted = _deleted(portable, rows) if page.number == 1 else ()
    path, params = address_of(request)
    here = settings.SITE_URL + path
    links = _links(here, [*params, ("format", request.GET["format"])], page)
    return Feed(
        title=portable.name(),
        url=links["first"],
        page_url=f"{here}?{urlencode(params)}" if params else here,
        updated=max([_NEVER, *(one.updated for one in entries), *(one.at for one in deleted)]),
        links=links,
        entries=entries,
        deleted=deleted,
    )


def _rows(at: int, part: Chosen) -> Iterator[_Row]:
    """All are read and those of the part taken: databases take only so many keys in a question."""
    places = {key: place for place, key in enumerate(part.keys())}
    for key, slug, public_at in part.records.order_by().values_list("pk", "slug", "first_public_at"):
        if key in places:
            yield public_at.replace(microsecond=0), at, places[key], key, slug


def _records(portable: Portable, rows: Sequence[_Row]) -> Iterator[tuple[str, Any]]:
    """The records with the names of their models, in the order of the rows."""
    found = {
        (at, key): record
        for at, part in enumerate(portable.feed)
        for key, record in for_feed(part.records).in_bulk([row[3] for row in rows if row[1] == at]).items()
    }
    for _public_at, at, _place, key, _slug in rows:
        if (at, key) in found:
            yield portable.feed[at].records.model._meta.model_name or "", found[at, key]


def _deleted(portable: Portable, rows: Sequence[_Row]) -> tuple[Deleted, ...]:
    """What was withdrawn, deleted or moved, newest first."""
    found: list[Deleted] = []
    for at, part in enumerate(portable.feed):
        if part.withdrawn is not None:
            found += _of_part(part, {row[4] for row in rows if row[1] == at})
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:_MOST_DELETED])


def _of_part(part: Chosen, slugs: set[str]) -> Iterator[Deleted]:
    """What was withdrawn from a part of a feed, where its records of those slugs stood before, and what was deleted.

    Of a deleted record nobody knows any more what it was linked to: it is told of in every feed of its kind.
    """
    model: Any = part.records.model
    kind = model._meta.model_name

    def page_of_record(slug: str) -> str:
        return settings.SITE_URL + address(kind, slug)

    withdrawn = part.withdrawn().order_by("-withdrawn_at") if part.withdrawn else model.objects.none()
    found = withdrawn.values_list("slug", "withdrawn_at", "withdrawal_reason").distinct()[:_MOST_DELETED]
    for slug, at, why in found:
        yield Deleted(page_of_record(slug), at, why)
    left = (one for one in Redirect.objects.of_public(model) if not one.new_slug or one.new_slug in slugs)
    for one in islice(left, _MOST_DELETED):
        moved_to = page_of_record(one.new_slug) if one.new_slug else ""
        yield Deleted(page_of_record(one.old_slug), one.at, _MOVED if moved_to else one.why, moved_to)


def _links(here: str, params: list[tuple[str, str]], page: Page) -> dict[str, str]:
    def to(number: int) -> str:
        return f"{here}?{urlencode([*params, ('page', str(number))] if number > 1 else params)}"

    last = page.paginator.num_pages
    found = {"self": to(page.number), "first": to(1)}
    if page.has_previous():
        found["previous"] = to(page.number - 1)
    if page.has_next():
        found["next"] = to(page.number + 1)
    return found | {"last": to(last)}
