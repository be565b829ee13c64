"""What stands on a page of results by the hundred: templates of their own would be most of the page's cost."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from archive.search import Fragment
from archive.templatetags.archive import lang_by_letters
from archive.views.search_links import FacetLink

register = template.Library()


@register.simple_tag
def facet_value(link: FacetLink, address: str = "") -> SafeString:
    """A list item: a link that includes the value, its number, one that excludes it. `address` is empty on the search page."""
    value = link.value
    return format_html(
        '<li{}><a href="{}?{}"{}{}>{}</a> <span class="count">{}</span> '
        '<a class="exclude" href="{}?{}" aria-label="{}"{}>{}</a></li>',
        _CLASSES[value.is_included, value.is_excluded],
        address,
        link.include,
        _CURRENT if value.is_included else _title(link.include_title),
        lang_by_letters(value.label),
        capfirst(value.label),
        "" if value.is_excluded else value.count,
        address,
        link.exclude,
        link.exclude_label,
        _title(link.exclude_title),
        "+" if value.is_excluded else "−",
    )


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
    return format_html(' title="{}"', text) if text else SafeString("")
