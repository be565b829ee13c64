"""Suggestions for a draft: what it seems to be from, of when, and about; each with the words that led to it.

    found = suggest_links(article)            # or Draft(headline=…, text=…, printed_date=…, url=…, date=…)
    for kind, suggestions in found.groups:    # Kind.label names the group; Suggestion.label the thing
        …                                     # Suggestion.evidence: the words, and where they stand in which field
    accept(article, [found.find("country", "CN")], by="curator")       # one; all: accept(article, found, by=…)
    reject(article, suggestion, by="curator")

A form names a suggestion by `kind` and `key` and finds it again with `found.find(kind, key)`: making suggestions is cheap
(one pass over the text), so they are not stored. What is linked or filled in already, and what was decided before, is not
suggested. Of fields with one value (publisher, agency, dateline, dateline city, date) there is at most one suggestion; "accept
all" of a set is `accept(article, found.of(Kind.COUNTRY), by=…)`.

Everything is suggested from the records themselves: their names in all scripts, who attended what, where and when. Drafts of
events and participants count as well, withdrawn ones don't. An article has no host city of its own: it has those of its events.
"""

from archive.curation.suggestions.base import Draft, Evidence, Kind, Place, Suggestion, Suggestions
from archive.curation.suggestions.decisions import accept, reject
from archive.curation.suggestions.finding import suggest_links

__all__ = [
    "Draft",
    "Evidence",
    "Kind",
    "Place",
    "Suggestion",
    "Suggestions",
    "accept",
    "reject",
    "suggest_links",
]
