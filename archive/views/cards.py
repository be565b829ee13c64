"""Articles and events as lists show them. Of each record only what its card says is read, and names come from the overview."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive.addresses import address
from archive.languages import NAME_FIELDS, Told, is_foreign, sort_key
from archive.models import Article, City, Country, Event, Publisher
from archive.overview import Overview

# How a list says where the date of an article comes from; on the record's own page the reason stands beside it.
_BASES = {
    "printed": gettext_lazy("date with a note"),
    "dateline": gettext_lazy("date of the dateline"),
    "text": gettext_lazy("date from the text"),
    "inferred": gettext_lazy("date inferred"),
    "looked-up": gettext_lazy("date looked up"),
    "corrected": gettext_lazy("date corrected"),
}

# A communiqué may name all members and partners.
_MOST_COUNTRIES = 6


@dataclass(frozen=True, slots=True)
class Fact:
    """A few words about a record, and where they lead."""

    text: str
    url: str = ""
    is_lacking: bool = False
    # Where it is another than that of the page.
    language: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A record in a list; `flag` qualifies its date, `flag_kind` gives the flag its form (see `{% flag %}`)."""

    slug: str
    url: str
    title: str
    when: str
    flag: str
    facts: tuple[Fact, ...]
    # That of the title, where it is another than that of the page.
    language: str = ""
    flag_kind: str = ""
    # As it is drawn under a heading of each kind: it is shown on many pages.
    drawn: dict[str, SafeString] = field(default_factory=dict, compare=False, repr=False)


def cards_of(model: Any, keys: Sequence[int], archive: Overview) -> list[Card]:
    """Cards of the records of those keys, in that order. The database has the last word: what is not public now is left out."""
    return list(cards_by_key(model, keys, archive).values())


def cards_by_key(model: Any, keys: Sequence[int], archive: Overview) -> dict[int, Card]:
    """`cards_of`, each by its key; a key may stand there twice. Two queries where any was not made before."""

    def make(keys: list[int]) -> dict[int, Card]:
        found = model.objects.published().only(*_KINDS[model].fields).in_bulk(keys)
        return dict(zip(found, _made(model, list(found.values()), archive), strict=True))

    return archive.each(("card", model), keys, make)


def named(model: Any, pk: int, archive: Overview) -> Fact:
    """A country, city or publisher by its name, with its address."""
    name = archive.name(model, pk)
    return Fact(name.name, address(model._meta.model_name, name.key), language=_foreign(name.shown_language))


def _foreign(language: str) -> str:
    return language if is_foreign(language) else ""


def shown_foreign(told: Told) -> str:
    """The language in which something is shown, where it is another than that of the page."""
    return _foreign(told.shown_language)


def countries_of(model: Any, records: Iterable[Any], archive: Overview) -> Mapping[int, Sequence[Fact]]:
    """The countries of each article, or the hosts of each event, by name; one query."""
    field = model._meta.get_field(_KINDS[model].countries)
    own, other = field.m2m_column_name(), field.m2m_reverse_name()
    links = field.remote_field.through.objects.filter(**{f"{own}__in": [record.pk for record in records]})
    known = archive.once("countries by name", lambda: _by_name(archive))
    found: dict[int, list[tuple[int, Fact]]] = defaultdict(list)
    for pk, country in links.order_by().values_list(own, other):
        # One that was made since the overview is left out.
        if country in known:
            found[pk].append(known[country])
    return {pk: [fact for _place, fact in sorted(places, key=itemgetter(0))] for pk, places in found.items()}


def _by_name(archive: Overview) -> dict[int, tuple[int, Fact]]:
    """All countries by key, each with its place among them by name."""
    facts = [(pk, named(Country, pk, archive)) for pk in archive.records(Country)]
    facts.sort(key=lambda pair: sort_key(pair[1].text))
    return {pk: (place, fact) for place, (pk, fact) in enumerate(facts)}


def _made(model: Any, records: list[Any], archive: Overview) -> list[Card]:
    return list(_KINDS[model].make(records, countries_of(model, records, archive), archive))


def _articles(records: list[Article], countries: Mapping[int, Sequence[Fact]], archive: Overview) -> Iterator[Card]:
    kinds = dict(Article.Kind.choices)
    for article in records:
        by = [pk for pk in (article.publisher_id, article.agency_id) if pk is not None]
        facts = [named(Publisher, pk, archive) for pk in by] or [Fact(_("publisher not stated"))]
        if article.kind != Article.Kind.NEWS:
            facts.append(Fact(capfirst(str(kinds[article.kind]))))
        yield Card(
            article.slug,
            address("article", article.slug),
            article.shown_headline,
            article.date_text,
            str(_BASES.get(article.date_basis, "")) if article.date_is_explained else "",
            (*facts, *countries.get(article.pk, ())[:_MOST_COUNTRIES]),
            _foreign(article.shown_language),
            article.date_basis,
        )


def _events(records: list[Event], countries: Mapping[int, Sequence[Fact]], archive: Overview) -> Iterator[Card]:
    kinds, states, formats = map(dict, (Event.Kind.choices, Event.State.choices, Event.Format.choices))
    for event in records:
        facts = [Fact(capfirst(str(kinds[event.kind])))]
        if event.city_id is not None:
            facts.append(named(City, event.city_id, archive))
        elif event.place:
            facts.append(Fact(event.place, language=_foreign("en")))
        facts += countries.get(event.pk, ())
        if event.format in (Event.Format.VIDEO, Event.Format.HYBRID):
            facts.append(Fact(str(formats[event.format])))
        yield Card(
            event.slug,
            address("event", event.slug),
            str(event),
            event.date_text,
            str(states[event.state]) if event.state != Event.State.HELD else "",
            (*facts, _coverage(archive.covering.get(event.pk, 0))),
            _foreign(event.shown_language),
            event.state,
        )


def _coverage(n: int) -> Fact:
    if not n:
        return Fact(_("no article in this archive yet"), is_lacking=True)
    return Fact(ngettext("%(n)s article", "%(n)s articles", n) % {"n": n})


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a card reads of a model: its fields, its link to countries; and how cards are made of them."""

    fields: tuple[str, ...]
    countries: str
    make: Callable[[list[Any], Mapping[int, Sequence[Fact]], Overview], Iterator[Card]]


_KINDS: Mapping[Any, _Kind] = {
    Article: _Kind(
        (
            *("slug", "headline", "headline_supplied", "language", "kind", "date", "date_basis", "date_note"),
            *("publisher", "agency"),
        ),
        "countries",
        _articles,
    ),
    Event: _Kind(("slug", *NAME_FIELDS, "kind", "format", "state", "place", "city", "date"), "host_countries", _events),
}
