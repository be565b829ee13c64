"""How a page is described to programs, cited, and taken away in other formats: all of it rows, and many of them."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from archive.fragments import NOTHING, fill, join
from archive.views.describing import Citation, Described
from archive.views.portable import Way, Ways

register = template.Library()


@register.simple_tag
def description(described: Described | None) -> SafeString:
    """What the head says to programs of the page's record."""
    if not described:
        return NOTHING
    tags = join('<meta {}="{}" content="{}">\n  ', ((tag.attribute, tag.name, tag.content) for tag in described.tags))
    return fill(_DESCRIPTION, tags, described.json)


_DESCRIPTION = """<link rel="schema.DC" href="http://purl.org/dc/elements/1.1/">
  {}<script type="application/ld+json">{}</script>"""


@register.simple_tag
def format_links(groups: Iterable[Ways] | None) -> SafeString:
    """The other formats of a page, for its head."""
    ways = (way for group in groups or () if group.are_formats for way in group.ways)
    return join(
        '<link rel="alternate" type="{}" title="{}" href="{}">\n  ',
        ((way.media_type, way.label, way.url) for way in ways),
    )


@register.simple_tag
def take_away(groups: Iterable[Ways] | None) -> SafeString:
    """The same records in other formats, each a link."""
    rows = join(
        "<div><dt>{}</dt><dd>{}</dd></div>\n", ((group.label, join("{}", _links(group))) for group in groups or ())
    )
    return fill(_TAKE_AWAY, _("Take it with you"), rows) if rows else NOTHING


_TAKE_AWAY = """<section class="take-away" aria-labelledby="take-away">
    <h2 id="take-away">{}</h2>
    <dl>
      {}</dl>
  </section>
"""


def _links(group: Ways) -> Iterable[tuple[SafeString]]:
    return ((_link(way),) for way in group.ways)


def _link(way: Way) -> SafeString:
    return fill('<a rel="nofollow" type="{}" href="{}">{}</a>', way.media_type, way.url, way.label)


@register.simple_tag
def cite(described: Described | None, groups: Iterable[Ways] | None) -> SafeString:
    """The record cited in each style, with a button to copy it (shown by js/cite.js), and the formats of reference managers."""
    if not described or not described.citations:
        return NOTHING
    copy, label = _("Copy"), _("Copy the citation in the style %(style)s")
    rows = join(_CITATION, (_cited(one, label % {"style": one.style.name}, copy) for one in described.citations))
    first = next(iter(groups or ()), None)
    managers = SafeString(" · ".join(map(_link, first.ways)) if first else "")
    return fill(_CITE, _("Cite this record"), rows, _("For a reference manager:"), managers, _("Copied."))


def _cited(one: Citation, label: str, copy: str) -> tuple[Any, ...]:
    text = join("{}", ((fill("<i>{}</i>", run.text) if run.is_italic else run.text,) for run in one.runs))
    return one.style.name, one.key, one.style.language, text, one.key, label, copy


_CITE = """<details class="cite" id="cite">
    <summary>{}</summary>
    <dl>
      {}</dl>
    <p>{} {}</p>
    <p class="note" role="status" data-copied="{}"></p>
  </details>
"""
_CITATION = (
    '<div><dt>{}</dt><dd><p id="cite-{}" lang="{}">{}</p>'
    '<button type="button" data-copy="cite-{}" aria-label="{}" hidden>{}</button></dd></div>\n'
)
