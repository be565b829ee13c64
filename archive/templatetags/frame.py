"""What stands around every page and beside every record: the navigation, the way back, flags of status, numbers of pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django import template
from django.core.paginator import Page
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import dates
from archive.templatetags.archive import own_address
from archive.views.describing import card

register = template.Library()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the archive: the name of its address, what it is called, and (of pictures) what is seen there."""

    name: str
    label: str | Promise
    says: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A section as a page links to it. `current` is "page" on the section's own page, "true" below it."""

    url: str
    label: str
    says: str
    current: str


@register.simple_block_tag(takes_context=True)
def titled(context: Any, content: str) -> SafeString:
    """The page's title, and its card for links elsewhere where the page does not describe itself (`described`)."""
    title = unescape(content).strip()
    address = own_address(context)
    tags = () if context.get("described") or not address else card(title=title, description="", url=address)
    rows = ((tag.attribute, tag.name, tag.content) for tag in tags)
    return format_html("<title>{}</title>{}", title, format_html_join("", '\n  <meta {}="{}" content="{}">', rows))


# The main navigation, in two groups. A new part of the archive is a row here: header, footer and home page follow.
WAYS_IN = (
    Section("archive:event-list", gettext_lazy("Events")),
    Section("archive:article-list", gettext_lazy("Articles")),
    Section("archive:year-list", gettext_lazy("Years")),
    Section("archive:city-list", gettext_lazy("Cities")),
    Section("archive:topic-list", gettext_lazy("Topics")),
    Section("archive:participant-list", gettext_lazy("People")),
    Section("archive:country-list", gettext_lazy("Countries")),
    Section("archive:series-list", gettext_lazy("Series")),
)
PICTURES = (
    Section(
        "archive:timeline",
        gettext_lazy("Timeline"),
        gettext_lazy("Which bodies met when, exercises, changes of membership, and how much press there was."),
    ),
    Section(
        "archive:map",
        gettext_lazy("Map"),
        gettext_lazy("Where events were held: a circle for each host city, by year and by series."),
    ),
    Section(
        "archive:network",
        gettext_lazy("Network"),
        gettext_lazy("Who met whom: people, organisations and countries at the same events."),
    ),
    Section(
        "archive:coverage",
        gettext_lazy("Coverage"),
        gettext_lazy("What the archive holds and what it lacks: events without press, gaps, open dates, sources."),
    ),
)
_GROUPS = ((gettext_lazy("Ways in"), WAYS_IN), (gettext_lazy("Pictures"), PICTURES))


@register.inclusion_tag("archive/includes/nav.html", takes_context=True)
def nav(context: dict[str, Any]) -> dict[str, Any]:
    """The main navigation: its groups, those without a row left out."""
    path = context["request"].path if "request" in context else ""
    return {"groups": [(label, _items(sections, path)) for label, sections in _GROUPS if sections]}


@register.simple_tag
def pictures() -> list[Item]:
    """The pages that show the archive as a picture."""
    return _items(PICTURES, "")


def _items(sections: tuple[Section, ...], path: str) -> list[Item]:
    return [_item(section, reverse(section.name), path) for section in sections]


def _item(section: Section, url: str, path: str) -> Item:
    current = ("page" if path == url else "true") if path.startswith(url) else ""
    return Item(url, str(section.label), str(section.says), current)


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way from the home page to this one; without an address it is this one."""

    position: int
    text: str
    url: str


@register.inclusion_tag("archive/includes/crumbs.html")
def breadcrumbs(here: object, url: str = "", name: object = "") -> dict[str, Any]:
    """Where a page stands: below the home page and, if it has one, the list of that address and name."""
    steps = [(_("Archive"), reverse("archive:home")), (name, url), (here, "")]
    shown = [(str(text), target) for text, target in steps if text]
    return {"crumbs": [Crumb(at, text, target) for at, (text, target) in enumerate(shown, 1)]}


# What a flag says of a record is said by its word, and by its form (the class) for who looks over a list.
@register.simple_tag
def flag(kind: str, text: str) -> SafeString:
    """A flag of status or kind of date: planned, announced, cancelled, corrected, withdrawn have a form of their own."""
    return format_html('<span class="flag {}">{}</span>', kind, text)


@register.simple_tag
def today() -> str:
    """The present day in words."""
    return dates.show(timezone.localdate().isoformat())


@register.filter
def elided(page: Page) -> Iterator[int | str]:
    """The numbers of pages to link to from this one: the first, the last, the neighbours, "…" between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
