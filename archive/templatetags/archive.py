"""What templates need beyond Django's own tags."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import Model
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext

from archive import dates
from archive.fragments import NOTHING, escaped, fill, join, lang_attribute, lang_of, lang_of_letters, linked
from archive.languages import spoken
from archive.pictures.bars import Bar, Chart, Column
from archive.views.cards import Card, Fact

register = template.Library()


# Put together here: a page has up to a hundred cards and options, and a template takes some ten times as long for each.


@register.simple_tag
def cards(shown: Iterable[Card], heading: str = "h3") -> SafeString:
    """Articles or events of a list; `heading` is the element that their titles stand in."""
    return SafeString(f'<div class="cards">{"".join(_card(card, heading) for card in shown)}</div>')


def _card(card: Card, heading: str) -> SafeString:
    if heading not in card.drawn:
        card.drawn[heading] = fill(
            _CARD.replace("h3", heading),
            *(card.when, _flag(card), card.url, lang_attribute(card.language), card.title, facts_of(card.facts)),
        )
    return card.drawn[heading]


_CARD = """<article class="card">
  <p class="when">{}{}</p>
  <h3><a href="{}"{}>{}</a></h3>
  <p class="meta">{}</p>
</article>
"""


def _flag(card: Card) -> str:
    return format_html(' <span class="flag {}">{}</span>', card.flag_kind, card.flag) if card.flag else ""


def facts_of(facts: Iterable[Fact]) -> SafeString:
    """The facts of a card."""
    return join("<span>{}</span>\n", ((_fact(fact),) for fact in facts))


def _fact(fact: Fact) -> str:
    if fact.url:
        return join('<a href="{}"{}>{}</a>', [(fact.url, lang_attribute(fact.language), fact.text)])
    if fact.language:
        return join("<span{}>{}</span>", [(lang_attribute(fact.language), fact.text)])
    return format_html("<em>{}</em>", fact.text) if fact.is_lacking else fact.text


@register.simple_tag
def options(group: Any) -> SafeString:
    """The boxes to tick of a filter (`archive.filters.Group`)."""
    language = get_language()
    return SafeString(
        "".join([_option(language, group.name, one.value, str(one.label), one.is_chosen) for one in group.options])
    )


# A list offers some three hundred, the same on each of its pages.
@lru_cache(maxsize=4096)
def _option(_language: str | None, name: str, value: str, label: str, is_chosen: bool) -> SafeString:
    return fill(_OPTION, lang_of_letters(label), name, value, _CHECKED[is_chosen], capfirst(label))


_OPTION = '<label{}><input type="checkbox" name="{}" value="{}"{}> {}</label>\n'
_CHECKED = (NOTHING, SafeString(" checked"))


@register.simple_tag
def bars(chart: Chart) -> SafeString:
    """A chart of numbers along time (`archive.pictures.bars`), with its legend and the same numbers in a table."""
    if not chart:
        return NOTHING
    language = get_language()
    if language not in chart.drawn:
        chart.drawn[language] = _chart(chart)
    return chart.drawn[language]


def _chart(chart: Chart) -> SafeString:
    names = [str(measure.label) for measure in chart.measures]
    return join(
        _CHART,
        [
            (
                join('<span class="{}">{}</span>\n', ((one.key, one.label) for one in chart.measures)),
                gettext("Each has a scale of its own.") if len(names) > 1 else "",
                join(
                    "<li>{}{}{}</li>\n",
                    (
                        (_bar(column.bars[0]), _below(column), _bar(column.bars[1]) if len(names) > 1 else "")
                        for column in chart.columns
                    ),
                ),
                gettext("The numbers as a table"),
                gettext("Month") if chart.is_monthly else gettext("Year"),
                join('<th scope="col" class="n">{}</th>', ((capfirst(name),) for name in names)),
                join(
                    '<tr><th scope="row">{}</th>{}</tr>\n',
                    (
                        (linked(column.url, column.name), join('<td class="n">{}</td>', map(_number, column.bars)))
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
        return join(_NO_BAR, [(bar.measure.key,)])
    return SafeString(_BAR.format(bar.measure.key, escaped(bar.url), bar.share, bar.count, escaped(bar.text)))


def _below(column: Column) -> SafeString:
    """The name of a column; where it has a page of its own, that is a link away."""
    if not column.url:
        return join('<span class="when" aria-hidden="true">{}</span>', [(column.label,)])
    return join(
        '<a class="when" href="{}"><span aria-hidden="true">{}</span><span class="hidden">{}</span></a>',
        [(column.url, column.label, column.name)],
    )


def _number(bar: Bar) -> tuple[SafeString]:
    return (linked(bar.url, bar.count),)


@register.filter
def lang(of: Any) -> SafeString:
    """The attribute `lang` of what is shown in another language than the page; nothing where it is the page's own.

    Of a record it says the language of the name (or headline) that is shown; of a text give its language: "en".
    """
    return lang_of(spoken(of))


@register.filter
def lang_by_letters(text: Any) -> SafeString:
    """The same for a name at hand as a mere text, by its letters."""
    return lang_of_letters(text)


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
