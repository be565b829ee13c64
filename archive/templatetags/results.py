"""What stands on a page of results by the hundred: templates of their own would be most of the page's cost."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext

from archive.fragments import NOTHING, fill, join, lang_of, lang_of_letters
from archive.models import Article, Event, Participant
from archive.search import FacetValue, Fragment, Hit, Reason
from archive.templatetags.archive import lang, share
from archive.views.search_links import Bar, FacetLink

register = template.Library()


@register.simple_tag
def facet_values(links: Iterable[FacetLink], address: str = "") -> SafeString:
    """List items: a link that includes the value, its number, one that excludes it. `address` is empty on the search page."""
    return join(_VALUE, (_value(link, link.value, address) for link in links))


def _value(link: FacetLink, value: FacetValue, address: str) -> tuple[object, ...]:
    return (
        _CLASSES[value.is_included, value.is_excluded],
        address,
        link.include,
        _CURRENT if value.is_included else _title(link.include_title),
        lang_of_letters(value.label),
        capfirst(value.label),
        "" if value.is_excluded else value.count,
        address,
        link.exclude,
        link.exclude_label,
        _title(link.exclude_title),
        "+" if value.is_excluded else "−",
    )


_VALUE = (
    '<li{}><a href="{}?{}"{}{}>{}</a> <span class="count">{}</span> '
    '<a class="exclude" href="{}?{}" aria-label="{}"{}>{}</a></li>'
)


@register.simple_tag
def histogram_bars(bars: Iterable[Bar], most: int) -> SafeString:
    """List items: a bar for each number, the highest as high as the picture."""
    return join(
        _BAR,
        (
            (
                _CHOSEN[bar.value.is_included],
                *_ends(bar),
                share(bar.value.count, most),
                bar.label,
                bar.title,
                _END[bool(bar.query)],
            )
            for bar in bars
        ),
    )


def _ends(bar: Bar) -> tuple[SafeString]:
    return (fill('<a href="?{}" title="{}">', bar.query, bar.title) if bar.query else _BARE,)


_BAR = (
    '<li{}>{}<svg viewBox="0 0 10 100" aria-hidden="true" focusable="false" preserveAspectRatio="none">'
    '<g transform="translate(0 100) scale(1 -1)"><rect width="10" height="{}"/></g></svg>'
    '<span aria-hidden="true">{}</span><span class="hidden">{}</span>{}</li>\n'
)
_CHOSEN = (NOTHING, SafeString(' class="chosen"'))
_BARE, _END = SafeString('<span class="bare">'), (SafeString("</span>"), SafeString("</a>"))


@register.simple_tag
def hits(found: Iterable[Hit]) -> SafeString:
    """What was found: when, the title, the passage and why, and a few words on what it is."""
    english = lang_of("en")
    return join(
        _HIT,
        (
            (
                *(_when(hit.record), _address(hit.record), lang(hit.record), marked(hit.title)),
                fill('<p class="snippet"{}>{}</p>\n', english, marked(hit.snippet)) if hit.snippet else NOTHING,
                fill('<p class="reasons">{}</p>\n', join(_REASON, map(_reason, hit.reasons)))
                if hit.reasons
                else NOTHING,
                _about(hit.record),
            )
            for hit in found
        ),
    )


_HIT = """<article class="card hit">
  {}<h3><a href="{}"{}>{}</a></h3>
  {}{}<p class="meta">{}</p>
</article>
"""
_REASON = "<span>{}: <span{}>{}</span></span>"


def _address(record: Any) -> str:
    return record.get_absolute_url()


def _when(record: Any) -> SafeString:
    return NOTHING if isinstance(record, Participant) else fill('<p class="when">{}</p>\n  ', record.date_text)


def _reason(reason: Reason) -> tuple[object, ...]:
    return reason.label, lang_of_letters("".join(one.text for one in reason.text)), marked(reason.text)


def _about(record: Any) -> SafeString:
    if isinstance(record, Article):
        by = record.publisher or record.agency
        return _said(by) if by else fill("<span>{}</span>", gettext("publisher not stated"))
    beside = record.city if isinstance(record, Event) else record.country
    kind = fill("<span>{}</span>", capfirst(record.get_kind_display()))
    return SafeString(f"{kind} {_said(beside)}") if beside else kind


def _said(record: Any) -> SafeString:
    return fill("<span{}>{}</span>", lang(record), record)


@register.filter
def marked(fragments: Iterable[Fragment]) -> SafeString:
    """Text with its matches marked, escaped."""
    return SafeString(
        "".join(f"<mark>{escape(one.text)}</mark>" if one.is_hit else escape(one.text) for one in fragments)
    )


_CLASSES = {
    (False, False): SafeString(""),
    (True, False): SafeString(' class="included"'),
    (False, True): SafeString(' class="excluded"'),
    (True, True): SafeString(' class="included"'),
}
_CURRENT = SafeString(' aria-current="true"')


def _title(text: str) -> SafeString:
    return fill(' title="{}"', text) if text else NOTHING
