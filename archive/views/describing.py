"""How a page describes its record to programs, and how the record is cited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext

from archive.formats import jsonld
from archive.formats.citation.citable import ARCHIVE, Citable, citables
from archive.formats.citation.styles import STYLES, Runs, Style
from archive.formats.meta import Picture, Tag, citing, sharing
from archive.models import Article, Event
from archive.views.portable import plural_of

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation written out in a style."""

    key: str
    style: Style
    runs: Runs


@dataclass(frozen=True, slots=True)
class Described:
    """What the head of a page says: meta elements, and nodes of JSON-LD as text that can stand in a script element."""

    tags: tuple[Tag, ...]
    json: SafeString
    citations: tuple[Citation, ...] = ()


def describe(request: HttpRequest, record: Any) -> Described:
    """Of a public record, with what `archive.formats.jsonld` reads loaded; of articles and events also `citables`."""
    site = settings.SITE_URL
    text = next((value for name in _TEXTS if (value := getattr(record, name, ""))), "")
    tags = card(
        title=str(record),
        description=Truncator(text).chars(_LONGEST),
        url=site + request.path,
        kind="article" if isinstance(record, Article) else "website",
    )
    citations: tuple[Citation, ...] = ()
    with translation.override("en"):
        nodes = [jsonld.described(record, site), jsonld.breadcrumbs(_way_to(record), site)]
        if isinstance(record, Article | Event):
            [one] = citables([record], site=site, accessed=timezone.localdate())
            tags += citing(one)
            citations = _citations(one)
    return Described(tags, _json(nodes), citations)


# Where a record says in a few sentences what it is.
_TEXTS = ("abstract", "summary", "description", "definition")


def describe_archive(request: HttpRequest, description: str) -> Described:
    """Of the home page."""
    site = settings.SITE_URL
    with translation.override("en"):
        node = jsonld.website(site, reverse("archive:search"))
    tags = card(title=gettext("SCO security archive"), description=description, url=site + request.path)
    return Described(tags, _json([node]))


def card(*, title: str, description: str, url: str, kind: str = "website") -> tuple[Tag, ...]:
    """What links to the page look like elsewhere, in the language at hand, with the site's picture (`python -m tests.card`)."""
    picture = Picture(settings.SITE_URL + static("card.png"), 1200, 630, gettext("SCO security archive"))
    language = get_language() or settings.LANGUAGE_CODE
    return sharing(title=title, description=description, url=url, language=language, picture=picture, kind=kind)


def _citations(one: Citable) -> tuple[Citation, ...]:
    return tuple(Citation(key, style, style.write(one)) for key, style in STYLES.items())


def _way_to(record: Any) -> list[tuple[str, str]]:
    """The steps from the home page, in English."""
    plural = plural_of(type(record))
    above = reverse(f"archive:{'series' if plural == 'series' else record._meta.model_name}-list")
    name = record.shown_headline if isinstance(record, Article) else record.name
    return [(ARCHIVE, reverse("archive:home")), (plural.capitalize(), above), (name, record.get_absolute_url())]


def _json(nodes: Sequence[jsonld.Node]) -> SafeString:
    # `dumped` leaves nothing in it that could end the element.
    return mark_safe(jsonld.dumped(nodes if len(nodes) > 1 else nodes[0]))  # noqa: S308
