"""From what a reader typed to a tree, and back. Any text parses; mistakes are repaired, each repair told in one sentence.

query   = clause*                       all of them (AND)
clause  = item ("OR" item)*             any of them
item    = ("NOT" | "-")* atom
atom    = [field ":"] ( "(" query ")" | term )
term    = '"' words '"' ["~" distance] | word ["*" | "~" [edits]]
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import accumulate

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive import dates
from archive.search.query import (
    And,
    Everything,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Parsed,
    Period,
    Phrase,
    Prefix,
    QueryTooLong,
    Variants,
    Word,
)
from archive.search.scanner import DATE_FIELDS as DATE_FIELDS
from archive.search.scanner import FIELDS as FIELDS
from archive.search.scanner import Token, scan, words_of
from archive.search.text import STOP_WORDS
from archive.search.wording import days

MAX_CHARACTERS = 500
MAX_CLAUSES = 40
MAX_DEPTH = 10
MIN_PREFIX = 3
MAX_DISTANCE = 100
# What `"…"~` without a number means.
USUAL_DISTANCE = 10
# Letters that a word needs, by how many of them may differ.
MIN_FUZZY = {1: 4, 2: 6}


def parse(text: str) -> Parsed:
    """Understand a query.

    Raises QueryTooLong over MAX_CHARACTERS; anything else gives a tree, with notes on what was repaired.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryTooLong(
            _("The query has %(length)d characters; at most %(limit)d are searched. Please shorten it.")
            % {"length": len(text), "limit": MAX_CHARACTERS}
        )
    return _understood(text, get_language())


# A page asks several times for the same, and whoever turns its pages or chooses facets asks for it again.
@lru_cache(maxsize=1024)
def _understood(text: str, language: str | None) -> Parsed:
    """The cache keeps the notes of different languages apart."""
    parser = _Parser(text)
    tree = parser.query(depth=0)
    return Parsed(tree or Everything(), tuple(dict.fromkeys(parser.notes)))


class _Parser:
    """Recursive descent over the tokens; `notes` collects the repairs."""

    def __init__(self, text: str) -> None:
        self.notes: list[str] = []
        self.tokens = list(self._flattened(scan(text, self.notes)))
        self.position = 0
        self.clauses = 0

    def _flattened(self, tokens: Iterable[Token]) -> Iterator[Token]:
        """The tokens without brackets, and their partners, that stand too deep."""
        depth = 0
        for token in tokens:
            depth += token.kind == "open"
            if depth <= MAX_DEPTH or token.kind not in ("open", "close"):
                yield token
            else:
                self.notes.append(_("Brackets deeper than %(limit)d levels were ignored.") % {"limit": MAX_DEPTH})
            depth = max(0, depth - (token.kind == "close"))

    def _peek(self) -> str:
        return self.tokens[self.position].kind if self.position < len(self.tokens) else ""

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def query(self, depth: int) -> Node | None:
        nodes: list[Node] = []
        while kind := self._peek():
            if kind == "close":
                if depth:
                    break
                self._next()
                self.notes.append(_("A closing bracket had no partner and was ignored."))
            elif kind == "and":
                self._next()
            elif kind == "or":
                self._next()
                self.notes.append(_("“OR” needs a word on both sides; it was ignored."))
            elif (node := self._clause(depth)) is not None:
                nodes.append(node)
        return _joined(And, nodes)

    def _clause(self, depth: int) -> Node | None:
        choices = [self._item(depth)]
        while self._peek() == "or" and self._skip_operators():
            choices.append(self._item(depth))
        return _joined(Or, [node for node in choices if node is not None])

    def _skip_operators(self) -> bool:
        """Step over “OR” and what repeats it; False, and no step, where nothing follows that it could join."""
        after = self.position + 1
        while after < len(self.tokens) and self.tokens[after].kind in ("or", "and"):
            after += 1
        if after == len(self.tokens) or self.tokens[after].kind == "close":
            return False
        if after > self.position + 1:
            self.notes.append(_("Of several operators in a row the first was used."))
        self.position = after
        return True

    def _item(self, depth: int) -> Node | None:
        negative = False
        while self._peek() == "not":
            self._next()
            negative = not negative
        if self._peek() in ("", "or", "and", "close"):
            if negative:
                self.notes.append(_("“NOT” needs a word after it; it was ignored."))
            return None
        node = self._atom(depth)
        if node is None or not negative:
            return node
        return node.node if isinstance(node, Not) else Not(node)

    def _atom(self, depth: int) -> Node | None:
        token = self._next()
        if token.kind == "open":
            return self._group(depth)
        if self.clauses >= MAX_CLAUSES:
            self._note_limit()
            return None
        self.clauses += 1
        if token.field in DATE_FIELDS:
            return self._period(token.field, token.text)
        term = self._term(token)
        return InField(token.field, term) if token.field and term else term

    def _note_limit(self) -> None:
        self.notes.append(_("Only the first %(limit)d terms were searched.") % {"limit": MAX_CLAUSES})

    def _group(self, depth: int) -> Node | None:
        node = self.query(depth + 1)
        if self._peek() == "close":
            self._next()
        else:
            self.notes.append(_("A bracket was not closed: it was closed at the end."))
        return node

    def _period(self, name: str, value: str) -> Node | None:
        try:
            first, last = _period_of(name, value)
        except dates.DateError as error:
            self.notes.append(_("%(field)s: %(error)s It was ignored.") % {"field": name, "error": error})
            return None
        # Blanks stood within quotation marks; what is kept needs none.
        return Period(first, last, f"{name}:{''.join(value.split())}")

    def _term(self, token: Token) -> Word | Phrase | Prefix | Near | Fuzzy | None:
        words = words_of(token.text)
        if words:
            return self._phrase(words, token.suffix) if token.kind == "phrase" else self._word(words[0], token.suffix)
        text = token.text.strip()
        if text.strip("*~\"' "):
            self.notes.append(_("“%(text)s” holds no word and was ignored.") % {"text": text[:30]})
        elif text or token.suffix:
            self.notes.append(
                _("“%(text)s” alone finds nothing; it was ignored.") % {"text": (text + token.suffix)[:30]}
            )
        elif token.field:
            self.notes.append(_("“%(field)s:” had no value and was ignored.") % {"field": token.field})
        return None

    def _phrase(self, words: list[str], suffix: str) -> Phrase | Near:
        """The words in this order or, with a distance behind them, near each other."""
        if not suffix:
            return Phrase(tuple(words))
        number = re.search(r"[0-9]+", suffix)
        distance = int(number[0]) if number else USUAL_DISTANCE
        near = tuple(dict.fromkeys(words))
        # Each is looked for by itself, so each counts.
        if len(near) - 1 > MAX_CLAUSES - self.clauses:
            self._note_limit()
            near = near[: MAX_CLAUSES - self.clauses + 1]
        if len(near) < 2 or not distance:
            self.notes.append(
                _("“~” after a phrase needs two words and a distance: the phrase was searched exactly as it stands.")
            )
            return Phrase(tuple(words))
        self.clauses += len(near) - 1
        possible = min(max(distance, len(near) - 1), MAX_DISTANCE)
        if possible != distance:
            self.notes.append(
                _("The distance “~%(given)s” was taken as %(taken)d: it can be from %(least)d to %(most)d here.")
                % {"given": str(distance)[:10], "taken": possible, "least": len(near) - 1, "most": MAX_DISTANCE}
            )
        return Near(near, possible)

    def _word(self, form: str, suffix: str) -> Word | Prefix | Fuzzy:
        if "*" not in suffix:
            return self._fuzzy(form, suffix) if suffix else Word(form)
        if "~" in suffix:
            self.notes.append(_("“*” and “~” don't go together: all words that begin so were searched."))
        if len(form) >= MIN_PREFIX:
            return Prefix(form)
        self.notes.append(
            _("“%(text)s” is too short: give at least %(least)d letters before “*”. It was searched as a word.")
            % {"text": f"{form}*", "least": MIN_PREFIX}
        )
        return Word(form)

    def _fuzzy(self, form: str, suffix: str) -> Word | Fuzzy:
        said = {"text": f"{form}{suffix}"[:30], "least": MIN_FUZZY[1], "most": max(MIN_FUZZY), "for_most": MIN_FUZZY[2]}
        if not form.isalpha() or len(form) < MIN_FUZZY[1]:
            self.notes.append(
                _("“%(text)s”: only words of at least %(least)d letters can be searched with “~”; it was left out.")
                % said
            )
            return Word(form)
        number = re.search(r"[0-9]+", suffix)
        given = int(number[0]) if number else 1
        edits = min(max(given, 1), max(MIN_FUZZY))
        if edits != given:
            self.notes.append(_("“%(text)s”: “~” can be 1 or %(most)d letters; the nearest was taken.") % said)
        if len(form) < MIN_FUZZY[edits]:
            self.notes.append(
                _("“%(text)s”: for two letters a word needs at least %(for_most)d; one was allowed to differ.") % said
            )
            edits = 1
        return Fuzzy(form, edits)


def _joined(kind: type[And] | type[Or], nodes: list[Node]) -> Node | None:
    """All of the nodes, or any of them, as one; what is joined the same way already is joined directly."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, kind) else (node,))]
    if kind is And:
        flat = _without_stop_words(flat)
    if not flat:
        return None
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _without_stop_words(nodes: list[Node]) -> list[Node]:
    """Without the words that are too common to ask for, where others are left to ask for."""
    kept = [node for node in nodes if not (isinstance(node, Word) and node.form in STOP_WORDS)]
    return nodes if all(isinstance(node, Not) for node in kept) else kept


def _period_of(name: str, value: str) -> tuple[date, date]:
    """First and last day of ``year:2014``, ``date:2014-06..2015-01``, ``before:2013``, ``after:2015-06-30``."""
    first, dots, last = value.partition("..")
    if name in ("year", "date") and dots:
        start = dates.parse(first).earliest if first else date.min
        end = dates.parse(last).latest if last else date.max
        if start > end:
            raise dates.DateError(_("“%(text)s” ends before it starts.") % {"text": value[: dates.MAX_LENGTH]})
        return start, end
    partial = dates.parse(value)
    match name:
        case "before":
            return date.min, date.fromordinal(max(1, partial.earliest.toordinal() - 1))
        case "after":
            return date.fromordinal(min(date.max.toordinal(), partial.latest.toordinal() + 1)), date.max
    return partial.earliest, partial.latest


# Tree to text ---------------------------------------------------------------------------------------------------------


def write(tree: Node) -> str:
    """A query that parses to this tree, without notes; of variants, the words as they were written.

    It may be longer than MAX_CHARACTERS where signs fold to several letters ("ß") or a field stood before a group.
    """
    clear = _written(tree, is_clear=True)
    nesting = accumulate((sign == "(") - (sign == ")") for sign in clear)
    is_fine = len(clear) <= MAX_CHARACTERS and max(nesting, default=0) <= MAX_DEPTH
    return clear if is_fine else _written(tree, is_clear=False)


def _written(node: Node, *, is_clear: bool) -> str:
    """`is_clear` puts brackets around alternatives where readers, but not the grammar, need them: (a OR b) c."""

    def within(part: Node, *kinds: type[And] | type[Or]) -> str:
        if isinstance(part, Variants):
            part = _as_written(part)
        text = _written(part, is_clear=is_clear)
        return f"({text})" if isinstance(part, kinds) else text

    match node:
        case Everything():
            return ""
        case Word(form):
            return form
        case Phrase(words):
            return f'"{" ".join(words)}"'
        case Near(words, distance):
            return f'"{" ".join(words)}"~{distance}'
        case Prefix(form):
            return f"{form}*"
        case Fuzzy(form, edits):
            return f"{form}~" if edits == 1 else f"{form}~{edits}"
        case InField(name, term):
            return f"{name}:{_written(term, is_clear=is_clear)}"
        case Variants():
            return _written(_as_written(node), is_clear=is_clear)
        case Period(first, last, written):
            return written or f"date:{days(first, last)}"
        case Not(inner):
            return f"-{within(inner, And, Or)}"
        case Or(nodes):
            return " OR ".join(within(part, And) for part in nodes)
        case And(nodes):
            return " ".join(within(part, *((Or,) if is_clear else ())) for part in nodes)
    raise TypeError(node)


def _as_written(node: Variants) -> Node:
    return node.written[0] if len(node.written) == 1 else And(node.written)
