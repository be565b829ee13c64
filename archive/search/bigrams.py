"""A tree with its words as the index has them: runs of Chinese, Japanese or Korean as the phrases of their pairs.

A parsed tree keeps what the reader wrote, 习近平; the index has 习近 and 近平, side by side.
"""

from collections.abc import Iterable

from archive.search.query import (
    And,
    Everything,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    Variants,
    Word,
)
from archive.search.text import is_run, pieces

_Term = Word | Phrase | Prefix | Near | Fuzzy


def in_bigrams(node: Node) -> Node:
    """The tree to search and to mark by. A tree that went through already stays as it is."""
    match node:
        case And(nodes):
            return And(tuple(map(in_bigrams, nodes)))
        case Or(nodes):
            return Or(tuple(map(in_bigrams, nodes)))
        case Not(inner):
            return Not(in_bigrams(inner))
        case InField(name, inner):
            return InField(name, _term(inner))
        case Variants(written, others):
            names = tuple(other if isinstance(other, Period) else _name(other) for other in others)
            return Variants(tuple(map(_name, written)), names)
        case Everything() | Period():
            return node
    return _term(node)


def _term(term: _Term) -> _Term:
    match term:
        case Word() | Phrase():
            found = _name(term)
            # One character stands in the pairs that it begins.
            return Prefix(found.form) if isinstance(found, Word) and _is_character(found.form) else found
        case Near(forms, distance):
            return Near(_in_pieces(forms), distance)
    if not is_run(term.form) or _is_character(term.form):
        return term
    # Runs have no endings, and with a letter exchanged a name of two or three is another name.
    return term_of((term.form,))


def _name(term: Word | Phrase) -> Word | Phrase:
    forms = (term.form,) if isinstance(term, Word) else term.forms
    return term_of(forms) if any(map(is_run, forms)) else term


def term_of(forms: Iterable[str]) -> Word | Phrase:
    """What finds these words side by side."""
    found = _in_pieces(forms)
    return Word(found[0]) if len(found) == 1 else Phrase(found)


def _in_pieces(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(piece for form in forms for piece in pieces(form))


def _is_character(form: str) -> bool:
    return len(form) == 1 and is_run(form)
