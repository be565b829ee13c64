"""What stands around every page and beside every record: the navigation, the way back, flags of status, numbers of pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from archive import dates
from archive.filters import TOLERATED
from archive.fragments import NOTHING, fill, join, lang_of_letters
from archive.languages import in_language
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


class _Steady(template.Node):
    """What stands between the tags, as it was when it was first drawn in that language."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        self._drawn: dict[tuple[str | None, str], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), get_script_prefix())
        if key not in self._drawn:
            self._drawn[key] = self.nodelist.render(context)
        return self._drawn[key]


@register.tag
def steady(parser: template.base.Parser, _token: template.base.Token) -> _Steady:
    """`{% steady %}…{% endsteady %}`: what is the same on every page of a language, drawn once by each process.

    Only texts, addresses of sections and static files may stand there: nothing of the request, of a record or of the day.
    """
    nodelist = parser.parse(("endsteady",))
    parser.delete_first_token()
    return _Steady(nodelist)


@register.simple_tag(takes_context=True)
def nav(context: dict[str, Any]) -> SafeString:
    """The main navigation: its groups, those without a row left out; the section of the current address is marked."""
    path = context["request"].path if "request" in context else ""
    below = next((url for url in _urls(get_language(), get_script_prefix()) if path.startswith(url)), "")
    return _nav(get_language(), get_script_prefix(), path if path == below else below and f"{below}…")


@lru_cache(maxsize=8)
def _urls(language: str | None, prefix: str) -> tuple[str, ...]:
    return tuple(reverse(section.name) for _label, sections in _GROUPS for section in sections)


@lru_cache(maxsize=200)
def _nav(language: str | None, prefix: str, path: str) -> SafeString:
    """As it is at a section's address, or anywhere below it, in a language, under a prefix."""
    groups = [(label, _items(sections, path)) for label, sections in _GROUPS if sections]
    return join(
        '<ul aria-label="{}">\n{}</ul>\n',
        (
            (label, join('<li><a href="{}"{}>{}</a></li>\n', ((one.url, _current(one), one.label) for one in items)))
            for label, items in groups
        ),
    )


def _current(item: Item) -> SafeString:
    return fill(' aria-current="{}"', item.current) if item.current else NOTHING


# The page itself -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Version:
    """The page in a language, by that language's own name."""

    language: str
    name: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def languages(context: dict[str, Any]) -> SafeString:
    """The same page in each language, each by its own name."""
    rows = (
        (fill('<span aria-current="true" lang="{}">{}</span>', one.language, one.name),)
        if one.is_current
        else (fill('<a href="{}" lang="{}" hreflang="{}">{}</a>', one.url, one.language, one.language, one.name),)
        for one in _versions(context)
    )
    return fill(_LANGUAGES, _("Language"), join("<li>{}</li>\n", rows))


_LANGUAGES = '<nav class="languages" aria-label="{}">\n<ul>\n{}</ul>\n</nav>'


@register.simple_tag(takes_context=True)
def alternates(context: dict[str, Any]) -> SafeString:
    """For programs: the page's own address and those of the same page in each language, without what others add to links."""
    links = []
    for one in _versions(context, drop=TOLERATED):
        if one.is_current:
            links.append((SafeString('rel="canonical"'), one.url))
        links.append((fill('rel="alternate" hreflang="{}"', one.language), one.url))
        if one.language == settings.LANGUAGE_CODE:
            links.append((SafeString('rel="alternate" hreflang="x-default"'), one.url))
    return join('<link {} href="{}{}">\n  ', ((rel, settings.SITE_URL, url) for rel, url in links))


@register.simple_tag(takes_context=True)
def own_address(context: dict[str, Any]) -> str:
    """The whole address of this page, to be cited; empty where there is no request.

    Not `request.build_absolute_uri`: what a client calls our host is his word, and where it is a wrong one that raises.
    """
    return next((settings.SITE_URL + one.url for one in _versions(context, TOLERATED) if one.is_current), "")


def _versions(context: dict[str, Any], drop: tuple[str, ...] = ()) -> list[_Version]:
    request = context.get("request")
    if request is None:
        return []
    path, params = request.path, request.GET
    if unwanted := [name for name in params if name.startswith(drop)] if drop else ():
        params = params.copy()
        for name in unwanted:
            del params[name]
    asked = f"?{params.urlencode()}" if params else ""
    return [
        _Version(language, name, in_language(path, language) + asked, language == get_language())
        for language, name in settings.LANGUAGES
    ]


@register.simple_tag
def pictures() -> list[Item]:
    """The pages that show the archive as a picture."""
    return _items(PICTURES, "")


def _items(sections: tuple[Section, ...], path: str) -> list[Item]:
    return [_item(section, reverse(section.name), path) for section in sections]


def _item(section: Section, url: str, path: str) -> Item:
    current = ("page" if path == url else "true") if path.startswith(url) else ""
    return Item(url, str(section.label), str(section.says), current)


@register.simple_tag
def breadcrumbs(here: object, url: str = "", name: object = "") -> SafeString:
    """Where a page stands, for readers and (BreadcrumbList) for machines: below the home page and, if it has one, the list
    of that address and name."""
    steps = [(_("Archive"), reverse("archive:home")), (name, url), (here, "")]
    shown = [(str(text), target) for text, target in steps if text]
    return fill(_CRUMBS, _("You are here"), join(_CRUMB, ((_step(*step), at) for at, step in enumerate(shown, 1))))


def _step(text: str, url: str) -> SafeString:
    lang = lang_of_letters(text)
    if url:
        return fill('<a itemprop="item" href="{}"{}><span itemprop="name">{}</span></a>', url, lang, text)
    return fill('<span itemprop="name"{} aria-current="page">{}</span>', lang, text)


_CRUMBS = """<nav class="breadcrumbs" aria-label="{}">
  <ol itemscope itemtype="https://schema.org/BreadcrumbList">
    {}</ol>
</nav>
"""
_CRUMB = (
    '<li itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem">{}'
    '<meta itemprop="position" content="{}"></li>\n'
)


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
