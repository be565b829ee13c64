"""What pages of records say of other records: rows, cards and links, of which each has dozens."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext

from archive.fragments import NOTHING, fill, join, lang_attribute, lang_of_letters, linked
from archive.gaps import Gap
from archive.languages import sort_key
from archive.models import Coverage, Event, Office, Participant
from archive.overview import Leader, Name
from archive.templatetags.archive import facts_of, lang, share
from archive.views.cards import Card, Fact
from archive.views.records.event_series import Member

register = template.Library()


@register.simple_tag
def covered_event(coverage: Coverage, facts: Iterable[Fact]) -> SafeString:
    """An event that an article covers, and how."""
    event = coverage.event
    return fill(
        _COVERED,
        *(
            coverage.get_relation_display(),
            event.date_text,
            event.get_absolute_url(),
            lang(event),
            event,
            facts_of(facts),
        ),
        _note(coverage),
    )


_COVERED = """<article class="card">
  <p class="when"><span class="flag">{}</span> {}</p>
  <h3><a href="{}"{}>{}</a></h3>
  <p class="meta">{}</p>{}
</article>
"""


@register.simple_tag
def covering_articles(coverages: Iterable[Coverage]) -> SafeString:
    """The articles that cover an event, and how."""
    unknown = gettext("publisher not stated")
    return join(
        _COVERING,
        (
            (
                *(one.get_relation_display(), one.article.date_text, one.article.get_absolute_url(), lang(one.article)),
                *(one.article.shown_headline, one.article.publisher or one.article.agency or unknown, _note(one)),
            )
            for one in coverages
        ),
    )


_COVERING = """<article class="card">
  <p class="when"><span class="flag">{}</span> {}</p>
  <h4><a href="{}"{}>{}</a></h4>
  <p class="meta"><span>{}</span></p>{}
</article>
"""


def _note(coverage: Coverage) -> SafeString:
    return fill('\n  <p class="note"{}>{}</p>', lang("en"), coverage.note) if coverage.note else NOTHING


@register.simple_tag
def titles(cards: Iterable[Card]) -> SafeString:
    """Articles by their headlines alone, with date and publisher."""
    return join(_TITLE, ((one.url, lang_attribute(one.language), one.title, one.when, _by(one)) for one in cards))


_TITLE = '<li><a href="{}"{}>{}</a> <small>{}{}</small></li>\n'


def _by(card: Card) -> str:
    """The first that it says of an article is whom it is from."""
    by = card.facts[0]
    return f" · {by.text}" if by.url else ""


@register.simple_tag
def linked_name(record: Any) -> SafeString:
    """A record by its name, with a link to its page."""
    return fill('<a href="{}"{}>{}</a>', *_named(record))


@register.filter
def linked_names(records: Iterable[Any]) -> SafeString:
    """Records by their names, in the order of these, with commas between; nothing where there are none."""
    return SafeString(", ".join(map(linked_name, sorted(records, key=lambda one: sort_key(str(one))))))


def _named(record: Any) -> tuple[str, SafeString, Any]:
    return record.get_absolute_url(), lang(record), record


@register.simple_tag
def attended_events(attended: Iterable[Any]) -> SafeString:
    """Rows of a table: events that somebody attended, where, and as what (`archive.views.records.participants.Attended`)."""
    rows = (
        (
            *(one.event.date_text, *_named(one.event), _state(one.event), _where(one)),
            capfirst(", ".join(one.capacities)),
            join("<br><small{}>{}</small>", ((lang("en"), office) for office in one.offices)),
        )
        for one in attended
    )
    return join(_ATTENDED, rows)


_ATTENDED = '<tr><td class="date">{}</td><th scope="row"><a href="{}"{}>{}</a>{}</th><td class="place">{}</td><td>{}{}</td></tr>\n'


def _state(event: Event) -> SafeString:
    if event.state == Event.State.HELD:
        return NOTHING
    return fill(' <span class="flag {}">{}</span>', event.state, event.get_state_display())


def _where(one: Any) -> SafeString:
    return linked_name(one.city) if one.city else fill("<span{}>{}</span>", lang("en"), one.event.place)


@register.simple_tag
def people_of(people: Iterable[Participant]) -> SafeString:
    """Rows of a table: participants, their offices, and their numbers of events and articles."""
    lists = [reverse(f"archive:{kind}-list") for kind in ("event", "article")]
    rows = (
        (
            *(*_named(one), SafeString("<br>".join(map(_office, one.offices.all())))),
            *(
                linked(f"{url}?participant={one.slug}", n) if n else NOTHING
                for url, n in zip(lists, (one.event_count, one.article_count), strict=True)  # type: ignore[attr-defined]
            ),
        )
        for one in people
    )
    return join(_PERSON, rows)


_PERSON = '<tr><th scope="row"><a href="{}"{}>{}</a></th><td>{}</td><td class="n">{}</td><td class="n">{}</td></tr>\n'


def _office(office: Office) -> SafeString:
    body = f", {office.organisation}" if office.organisation else ""
    term = office.term_text
    when = fill(" <small{}>({})</small>", lang_of_letters(term), term) if term else NOTHING
    return fill("<span{}>{}</span>{}{}", lang("en"), office.title, body, when)


@register.simple_tag
def leaders(rows: Iterable[Leader], of: str, address: str, narrowed: str, by: str) -> SafeString:
    """Records with the number of "events" or "articles" that they share with the page's; the number leads to these."""
    return join(
        _LEADER,
        ((*_named(one), f"{address}?{narrowed}&{by}={one.slug}", _counted(one, of), one.count) for one in rows),
    )


_LEADER = '<li><a href="{}"{}>{}</a> <a class="count" href="{}" aria-label="{}">{}</a></li>\n'


@register.simple_tag
def ranked(rows: Iterable[Leader], most: int) -> SafeString:
    """Records with their numbers, each with a bar: the one that has `most` fills it."""
    return join(_RANKED, ((*_named(one), one.count, share(one.count, most)) for one in rows))


_RANKED = (
    '<li><a href="{}"{}>{}</a> <span class="count">{}</span><svg viewBox="0 0 100 2" preserveAspectRatio="none" '
    'aria-hidden="true" focusable="false"><rect class="track" width="100" height="2"/><rect width="{}" height="2"/></svg></li>\n'
)


@register.simple_tag
def names(rows: Iterable[tuple[str, Name]]) -> SafeString:
    """Names with their addresses."""
    return join('<li><a href="{}"{}>{}</a></li>\n', ((url, lang(name), name.name) for url, name in rows))


def _counted(one: Leader, of: str) -> str:
    if of == "events":
        text = ngettext("%(name)s: %(n)s event", "%(name)s: %(n)s events", one.count)
    else:
        text = ngettext("%(name)s: %(n)s article", "%(name)s: %(n)s articles", one.count)
    return text % {"name": one.name, "n": one.count}


@register.simple_tag
def series_rows(rows: Iterable[Member | Gap], has_numbers: bool) -> SafeString:
    """Rows of a table: the events of a series, and its gaps; `has_numbers` says whether there is a column of numbers."""
    articles = reverse("archive:article-list")
    return SafeString(
        "".join(_gap(row, has_numbers) if isinstance(row, Gap) else _member(row, articles, has_numbers) for row in rows)
    )


def _gap(gap: Gap, has_numbers: bool) -> SafeString:
    if gap.kind == "years":
        said = gettext("no event in this archive")
    elif gap.is_doubtful:
        said = gettext("not in this archive, unless among the events without a number")
    else:
        said = gettext("not in this archive")
    number, year = ("", gap.span) if gap.kind == "years" else (gap.span, "")
    return fill(_GAP, fill(_NUMBER, number) if has_numbers else NOTHING, year, said)


_NUMBER = '<td class="n">{}</td>'
_GAP = '<tr class="gap">{}<td class="date">{}</td><td colspan="3">{}</td></tr>\n'


def _member(row: Member, articles: str, has_numbers: bool) -> SafeString:
    event, city = row.event, row.city
    if city:
        place = linked_name(city)
    elif event.place:
        place = fill("<span{}>{}</span>", lang("en"), event.place)
    else:
        place = fill("{}", capfirst(event.get_format_display()) if event.format == Event.Format.VIDEO else "")
    if n := row.article_count:
        text = ngettext("%(n)s article", "%(n)s articles", n) % {"n": n}
        press = fill('<a href="{}?event={}">{}</a>', articles, event.slug, text)
    else:
        press = fill("<em>{}</em>", gettext("no article yet"))
    number = fill(_NUMBER, _ordinal(event)) if has_numbers else NOTHING
    return fill(_MEMBER, number, event.date_text, *_named(event), _state(event), place, press)


def _ordinal(event: Event) -> str:
    if event.ordinal_basis == Event.OrdinalBasis.INFERRED:
        return f"[{event.ordinal}]"
    return str(event.ordinal or "")


_MEMBER = (
    '<tr>{}<td class="date">{}</td><th scope="row"><a href="{}"{}>{}</a>{}</th><td class="place">{}</td>'
    '<td class="press">{}</td></tr>\n'
)
