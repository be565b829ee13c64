"""What an OpenSearch index holds of a document: its mapping, and a document as the cluster takes it.

The cluster's own analysis is not used: `archive.search.text` cuts and stems for every engine, so that all of them find the
same. What is sent are our terms with blanks between them, and the cluster cuts at blanks.
"""

import re
from collections.abc import Iterable
from typing import Any

from archive.search.documents import FACETS, SearchDocument
from archive.search.grammar import FIELDS, MAX_DISTANCE
from archive.search.text import stem, terms

# Changes whenever the mapping or the analysis does: an index of another version is rebuilt, not read.
VERSION = 1

# Where an index keeps up to which change it is true; in no scope, so that no search finds it.
STATE_ID = "state"

# Lucene's whitespace tokenizer cuts what is longer in two ("maxTokenLen", in units of UTF-16).
MAX_TERM = 255

_BLANKS = re.compile(r"\s+")

_STEMS = {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
# So wide a gap between texts that no phrase runs from one into the next, and no words of two are near each other.
_WORDS = {"type": "text", "analyzer": "whitespace", "position_increment_gap": MAX_DISTANCE + 1, "norms": False}
_KEPT = {"type": "keyword", "index": False, "doc_values": False}

MAPPING = {
    "dynamic": "strict",
    # Of documents nothing is shown from here; of the state everything.
    "_source": {"includes": ["version", "number", "sha256"]},
    "properties": {
        "scope": {"type": "keyword"},
        "pk": {"type": "long"},
        "digest": {"type": "long", "index": False},
        "first": {"type": "integer"},
        "last": {"type": "integer"},
        **dict.fromkeys(("title", "names", "text"), _STEMS),
        **dict.fromkeys(("exact", *(f"in_{name}" for name in FIELDS)), _WORDS),
        **{f"facet_{key}": {"type": "keyword"} for key in FACETS},
        **dict.fromkeys(("version", "number", "sha256"), _KEPT),
    },
}


def term(form: str) -> str:
    """A form as it stands in the index: without the blanks that some ligatures are folded into, and not too long."""
    form = _BLANKS.sub("_", form)
    if len(form) * 2 <= MAX_TERM:
        return form
    return form.encode("utf-16-le")[: MAX_TERM * 2].decode("utf-16-le", errors="ignore")


def row(document: SearchDocument) -> dict[str, Any]:
    """The values of a document's fields; dates as day numbers, none where there is none."""
    everything = (document.title, *document.texts, *document.names)
    words = {text: terms(text) for text in dict.fromkeys(everything)}
    values: dict[str, Any] = {
        "scope": document.scope.value,
        "pk": document.pk,
        "digest": document.digest,
        "title": _stems(words, [document.title]),
        "names": _stems(words, document.names),
        "text": _stems(words, document.texts),
        "exact": [_line(words[text]) for text in everything],
        "in_title": _line(words[document.title]),
    }
    if document.earliest and document.latest:
        values |= {"first": document.earliest.toordinal(), "last": document.latest.toordinal()}
    for name, texts in document.fields.items():
        values[f"in_{name}"] = [_line(words.get(text) or terms(text)) for text in texts]
    return values | {f"facet_{key}": list(chosen) for key, chosen in document.facets.items()}


def state(number: int, sha256: str) -> dict[str, Any]:
    """The document that says up to which change the index is true."""
    return {"version": VERSION, "number": number, "sha256": sha256}


def _stems(words: dict[str, list[str]], texts: Iterable[str]) -> list[str]:
    return [_line(map(stem, words[text])) for text in texts]


def _line(forms: Iterable[str]) -> str:
    return " ".join(map(term, forms))
