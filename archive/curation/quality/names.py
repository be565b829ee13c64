"""Records that may be one and the same."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from archive.curation.naming import key_of
from archive.curation.quality.base import Bounds, Problem, bounds, live, problem
from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Term, Topic
from archive.search.text import forms

_NAMED = (Participant, Event, City, Country, Topic, EventSeries, Publisher, Term)

# Names -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Use:
    """A name as a record uses it: as its own, or as a variant."""

    record: Any
    name: str
    is_own: bool


def shared_names() -> Iterator[Problem]:
    message = _("“%(name)s” is also a name of %(other)s (%(key)s). Merge the two, or tell their names apart.")
    for model in _NAMED:
        uses: defaultdict[str, dict[Any, _Use]] = defaultdict(dict)
        for record in sorted(live(model), key=key_of):
            own = [name for name in (record.name, record.name_ru, record.name_zh) if name]
            for name, is_own in (*((name, True) for name in own), *((name, False) for name in record.variants)):
                # In lower case, without accents and punctuation, in the compatibility form of its letters.
                if normal := " ".join(forms(name)):
                    uses[normal].setdefault(record.pk, _Use(record, name, is_own))
        for use, first in _clashes(uses.values()):
            yield problem(use.record, message, name=use.name, other=first.record, key=key_of(first.record))


def _clashes(shared: Iterable[dict[Any, _Use]]) -> Iterator[tuple[_Use, _Use]]:
    """Each use of a name with the first use by another record.

    A variant that two persons share is no clash unless it is the name of one: many are “President Xi” or “Y. S. Li”.
    """
    for uses in shared:
        earlier: list[_Use] = []
        for use in uses.values():
            is_person = getattr(use.record, "is_person", False)
            if first := next((one for one in earlier if use.is_own or one.is_own or not is_person), None):
                yield use, first
            earlier.append(use)


# Events ---------------------------------------------------------------------------------------------------------------


def repeated_events() -> Iterator[Problem]:
    message = _("%(other)s (%(date)s) is of the same series and the same days. Merge the two, or number them.")
    events = live(Event).filter(series__isnull=False).in_series_order()
    for _series, group in groupby(sorted(events, key=lambda event: event.series_id), key=lambda event: event.series_id):
        dated = [(event, days) for event in group if (days := bounds(event.date))]
        for index, (first, days) in enumerate(dated):
            for event, later_days in dated[index + 1 :]:
                if later_days.begins_from > days.ends_by:
                    break
                if _may_be_one(first, days, event, later_days):
                    # By key: databases differ in how they sort what is equal but for the slug.
                    other, record = sorted((first, event), key=key_of)
                    yield problem(record, message, other=other, date=other.date_text)


def _may_be_one(first: Event, days: Bounds, event: Event, later_days: Bounds) -> bool:
    """Whether two events of a series whose days meet may be the same: by date alone, as far as that is exact."""
    begin_known = days.begins_from == days.begins_by and later_days.begins_from == later_days.begins_by
    # Two numbers tell them apart; the same number twice is another rule's finding.
    are_numbered = first.ordinal is not None and event.ordinal is not None
    is_part = first.pk == event.parent_id or event.pk == first.parent_id
    return (begin_known or first.date == event.date) and not are_numbered and not is_part


# Articles -------------------------------------------------------------------------------------------------------------


def repeated_texts() -> Iterator[Problem]:
    message = _("Its source text is that of “%(other)s” (%(slug)s), word for word. Withdraw or delete one of the two.")
    articles = live(Article).exclude(text_sha256="")
    yield from _repeated(articles, message, lambda article: article.text_sha256)


def repeated_headlines() -> Iterator[Problem]:
    message = _("“%(other)s” (%(slug)s) is of the same publisher and date. Withdraw or delete one of the two.")
    # A headline of the source's is the item's name; one of ours says little.
    articles = live(Article).exclude(date="").filter(headline_supplied=False)
    yield from _repeated(articles, message, lambda one: (one.headline.casefold(), one.date, one.publisher_id))


def _repeated(articles: QuerySet, message: str, key: Callable[[Article], Hashable]) -> Iterator[Problem]:
    first_with: dict[Hashable, Article] = {}
    read = articles.only("slug", "headline", "headline_supplied", "text_sha256", "date", "publisher")
    for article in sorted(read, key=key_of):
        if (first := first_with.setdefault(key(article), article)) is not article:
            yield problem(article, message, other=first, slug=first.slug)
