"""What templates need beyond Django's own tags."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.conf import settings
from django.db.models import Model
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from archive import dates
from archive.filters import TOLERATED
from archive.languages import in_language, is_foreign, language_by_letters, spoken
from archive.pictures.bars import Bar, Chart, Column

register = template.Library()


# Put together here: a page has up to a hundred cards and options, and a template takes some ten times as long for each.


@register.simple_tag
def cards(shown: Iterable[Any], heading: str = "h3") -> SafeString:
    """Articles or events of a list (`archive.views.cards.Card`); `heading` is the element that their titles stand in."""
    rows = ((card.when, _flag(card), card.url, _lang(card.language), card.title, _facts(card.facts)) for card in shown)
    return _join('<div class="cards">{}</div>', [(_join(_CARD.replace("h3", heading), rows),)])


_CARD = """<article class="card">
  <p class="when">{}{}</p>
  <h3><a href="{}"{}>{}</a></h3>
  <p class="meta">{}</p>
</article>
"""


def _flag(card: Any) -> str:
    return format_html(' <span class="flag {}">{}</span>', card.flag_kind, card.flag) if card.flag else ""


def _facts(facts: Iterable[Any]) -> SafeString:
    return _join("<span>{}</span>\n", ((_fact(fact),) for fact in facts))


def _fact(fact: Any) -> str:
    if fact.url:
        return _join('<a href="{}"{}>{}</a>', [(fact.url, _lang(fact.language), fact.text)])
    if fact.language:
        return _join("<span{}>{}</span>", [(_lang(fact.language), fact.text)])
    return format_html("<em>{}</em>", fact.text) if fact.is_lacking else fact.text


@register.simple_tag
def options(group: Any) -> SafeString:
    """The boxes to tick of a filter (`archive.filters.Group`)."""
    rows = (
        (lang_by_letters(one.label), group.name, one.value, _CHECKED[one.is_chosen], capfirst(one.label))
        for one in group.options
    )
    return _join('<label{}><input type="checkbox" name="{}" value="{}"{}> {}</label>\n', rows)


_CHECKED = ("", SafeString(" checked"))


@register.simple_tag
def bars(chart: Chart) -> SafeString:
    """A chart of numbers along time (`archive.pictures.bars`), with its legend and the same numbers in a table."""
    if not chart:
        return SafeString("")
    names = [str(measure.label) for measure in chart.measures]
    return _join(
        _CHART,
        [
            (
                _join('<span class="{}">{}</span>\n', ((one.key, one.label) for one in chart.measures)),
                gettext("Each has a scale of its own.") if len(names) > 1 else "",
                _join(
                    "<li>{}{}{}</li>\n",
                    (
                        (_bar(column.bars[0]), _below(column), _bar(column.bars[1]) if len(names) > 1 else "")
                        for column in chart.columns
                    ),
                ),
                gettext("The numbers as a table"),
                gettext("Month") if chart.is_monthly else gettext("Year"),
                _join('<th scope="col" class="n">{}</th>', ((capfirst(name),) for name in names)),
                _join(
                    '<tr><th scope="row">{}</th>{}</tr>\n',
                    (
                        (_linked(column.url, column.name), _join('<td class="n">{}</td>', map(_number, column.bars)))
                        for column in chart.columns
                        if any(bar.count for bar in column.bars)
                    ),
                ),
            )
        ],
    )


_CHART = """<figure class="bars">
<figcaption class="legend">{}<small>{}</small></figcaption>
<ol>
{}</ol>
<details><summary>{}</summary>
<table class="counts"><thead><tr><th scope="col">{}</th>{}</tr></thead>
<tbody>
{}</tbody></table></details>
</figure>
"""
_BAR = (
    # The stylesheet says how high the highest is: 1em.
    '<a class="{}" href="{}"><svg height="{:.2f}em" aria-hidden="true" focusable="false"><rect width="100%" height="100%"/>'
    '</svg><span aria-hidden="true">{}</span><span class="hidden">{}</span></a>'
)
_NO_BAR = '<span class="{}"></span>'


def _bar(bar: Bar) -> SafeString:
    if not bar.count:
        return _join(_NO_BAR, [(bar.measure.key,)])
    return SafeString(_BAR.format(bar.measure.key, _escaped(bar.url), bar.share, bar.count, _escaped(bar.text)))


def _below(column: Column) -> SafeString:
    """The name of a column; where it has a page of its own, that is a link away."""
    if not column.url:
        return _join('<span class="when" aria-hidden="true">{}</span>', [(column.label,)])
    return _join(
        '<a class="when" href="{}"><span aria-hidden="true">{}</span><span class="hidden">{}</span></a>',
        [(column.url, column.label, column.name)],
    )


def _linked(url: str, text: object) -> SafeString:
    return _join('<a href="{}">{}</a>', [(url, text)]) if url else _join("{}", [(text,)])


def _number(bar: Bar) -> tuple[SafeString]:
    return (_linked(bar.url, bar.count),)


def _join(pattern: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """`format_html_join` without a look for lazy texts, which costs it most of its time."""
    return SafeString("".join(pattern.format(*map(_escaped, row)) for row in rows))


def _escaped(text: object) -> str:
    return text if isinstance(text, SafeString) else html.escape(str(text))


def _lang(language: str) -> SafeString:
    return format_html(' lang="{}"', language) if language else SafeString("")


@register.filter
def lang(of: Any) -> SafeString:
    """The attribute `lang` of what is shown in another language than the page; nothing where it is the page's own.

    Of a record it says the language of the name (or headline) that is shown; of a text give its language: "en".
    """
    language = spoken(of)
    return _lang(language if is_foreign(language) else "")


@register.filter
def lang_by_letters(text: Any) -> SafeString:
    """The same for a name at hand as a mere text, by its letters."""
    return lang(language_by_letters(str(text)))


@register.filter
def coded(text: str) -> SafeString:
    """A text with `code` in it, as the description of the API writes it."""
    parts = str(text).split("`")
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if n % 2 else one,) for n, one in enumerate(parts))
    )


@register.filter
def day(moment: Any) -> str:
    """The day of a time or date, as the active language writes it."""
    return dates.show(f"{moment:%Y-%m-%d}") if moment else ""


@register.filter
def number(n: Any) -> str:
    """A whole number with the separators of the active language; years are none."""
    return number_format(n, force_grouping=True)


@register.inclusion_tag("archive/includes/languages.html", takes_context=True)
def languages(context: dict[str, Any]) -> dict[str, Any]:
    """The same page in the other languages: links with `language`, `name` in that language, `url`; the present one too."""
    return {"links": _in_languages(context)}


@register.inclusion_tag("archive/includes/alternates.html", takes_context=True)
def alternates(context: dict[str, Any]) -> dict[str, Any]:
    """For programs: the page's own address and those of the same page in each language, without what others add to links."""
    links = _in_languages(context, drop=TOLERATED)
    return {"links": links, "site": settings.SITE_URL, "default": settings.LANGUAGE_CODE}


@register.simple_tag(takes_context=True)
def own_address(context: dict[str, Any]) -> str:
    """The whole address of this page, to be cited; empty where there is no request.

    Not `request.build_absolute_uri`: what a client calls our host is his word, and where it is a wrong one that raises.
    """
    return next((settings.SITE_URL + one["url"] for one in _in_languages(context, TOLERATED) if one["is_current"]), "")


def _in_languages(context: dict[str, Any], drop: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    request = context.get("request")
    if request is None:
        return []
    path, params = request.path, request.GET.copy()
    for name in [name for name in params if name.startswith(drop)] if drop else ():
        del params[name]
    asked = params.urlencode()
    return [
        {
            "language": language,
            "name": name,
            "url": in_language(path, language) + (f"?{asked}" if asked else ""),
            "is_current": language == get_language(),
        }
        for language, name in settings.LANGUAGES
    ]


@register.filter
def kind_of(record: Model) -> str:
    """The record's model name, for templates that show records of several kinds."""
    return record._meta.model_name or ""


@register.filter
def share(number: int, most: int) -> int:
    """`number` as a percentage of `most`, rounded up, so that something is never drawn as nothing."""
    return -(-100 * number // most) if most else 0


@register.filter
def is_address(text: str) -> bool:
    """True for a plain web address, which can be a link; others carry words of explanation."""
    return text.startswith(("http://", "https://")) and " " not in text


@register.filter
def without(params: Any, name: str) -> list[tuple[str, str]]:
    """Name and value pairs of a query string but for one name, for the hidden fields of a form."""
    return [(key, value) for key, values in params.lists() if key not in name.split(",") for value in values]
