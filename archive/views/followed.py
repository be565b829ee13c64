"""Result pages that can be followed by e-mail: lists with their filters, and searches."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import search
from archive.filters import TOLERATED, ArticleFilterSet, BrowseFilterSet, EventFilterSet
from archive.models import Article, Event
from archive.overview import overview
from archive.search import Sort
from archive.views.portable import FOLLOWED, page_followed
from archive.views.search import MODELS, query_of
from archive.views.search_links import chips

# Characters of an address: a search of 500 Russian letters has 3,000.
_LONGEST = 4_000
# What an address has that is no question: where in the list somebody is, and how it is sorted.
_LEFT_OUT = ("page", "format", "sort")


class NotFollowed(Exception):
    """The address can't be followed; the message says why."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list: what it is called, its records, its filters."""

    label: str | Promise
    model: Any
    filters: type[BrowseFilterSet]


_LISTS: Mapping[str, _List] = {
    "articles": _List(gettext_lazy("Articles"), Article, ArticleFilterSet),
    "events": _List(gettext_lazy("Events"), Event, EventFilterSet),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """A result page; `query` are its parameters in one order."""

    page: str
    query: str

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.page}?{self.query}".encode()).hexdigest()

    @property
    def path(self) -> str:
        """Its address, without the site's, in the language at hand."""
        return f"{reverse(FOLLOWED[self.page])}{'?' if self.query else ''}{self.query}"

    @property
    def model(self) -> Any:
        """Of what there are results."""
        return _LISTS[self.page].model if self.page in _LISTS else MODELS[query_of(self.params).scope]

    @property
    def params(self) -> QueryDict:
        return QueryDict(self.query)

    def words(self) -> str:
        """What is followed, in the language at hand. Raises NotFollowed, and SearchError where the search is out of order."""
        if self.page in _LISTS:
            filterset = self._filterset()
            narrowed = [f"{chip.label}: {chip.value}" for chip in filterset.chips(filterset.groups())]
            return "; ".join([str(_LISTS[self.page].label), *narrowed])
        found = search.search(query_of(self.params))
        narrowed = [link.label for link in chips(self.params, found.facets)]
        return "; ".join([search.restate(found.parsed.tree), *narrowed])

    def keys(self) -> Collection[int]:
        """The keys of all results. Raises as `words` does."""
        if self.page in _LISTS:
            return self._filterset().found()
        return search.keys(replace(query_of(self.params), sort=Sort.NEWEST), _ALL)

    def _filterset(self) -> BrowseFilterSet:
        filterset = _LISTS[self.page].filters(self.params, overview())
        if not filterset.is_known:
            raise NotFollowed(" ".join(filterset.problems))
        return filterset


# More records than there will be.
_ALL = 10_000_000


def followed(address: str) -> Followed:
    """The page at an address of ours, with or without a language. Raises NotFollowed."""
    path, _mark, asked = address.partition("?")
    page = page_followed(path)
    if not page:
        raise NotFollowed(_("Only searches and the lists of articles and events can be followed."))
    if len(address) > _LONGEST:
        raise NotFollowed(_("The search is too long to be followed."))
    try:
        params = QueryDict(asked)
    except TooManyFieldsSent:
        raise NotFollowed(_("The search is too long to be followed.")) from None
    pairs = sorted(
        (name, value)
        for name, values in params.lists()
        for value in set(values)
        if value and name not in _LEFT_OUT and not name.startswith(TOLERATED)
    )
    found = Followed(page, urlencode(pairs))
    try:
        found.words()
    except search.IndexUnusable:
        raise
    except search.SearchError as error:
        raise NotFollowed(str(error)) from error
    return found
