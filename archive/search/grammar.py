"""From what a reader typed to a tree. Any text parses; mistakes are repaired, and each repair is told in one sentence.

query   = clause*                       all of them (AND)
clause  = item ("OR" item)*             any of them
item    = ("NOT" | "-")* atom
atom    = "(" query ")" | [field ":"] term
term    = '"' words '"' | word "*" | word
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from archive import dates
from archive.search.query import (
    And,
    Everything,
    InField,
    Node,
    Not,
    Or,
    Parsed,
    Period,
    Phrase,
    Prefix,
    QueryTooLong,
    Word,
)
from archive.search.text import STOP_WORDS, forms

MAX_CHARACTERS = 500
MAX_CLAUSES = 40
MAX_DEPTH = 10
MIN_PREFIX = 3

FIELDS = ("title", "participant", "country", "city", "dateline", "topic", "event", "series", "publisher", "kind")
DATE_FIELDS = ("year", "date", "before", "after")

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<field>[A-Za-z_]+):(?![:/])
    | (?P<phrase>"(?P<quoted>[^"]*)(?P<end>"?)(?:~\d*)?)
    | (?P<not>NOT(?=[\s()"]|$)|-(?=[^\s-]))
    | (?P<or>OR(?=[\s()"]|$))
    | (?P<and>AND(?=[\s()"]|$))
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Parsed:
    """Understand a query.

    Raises QueryTooLong over MAX_CHARACTERS; anything else gives a tree, with notes on what was repaired.
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryTooLong(
            _("The query has %(length)d characters; at most %(limit)d are searched. Please shorten it.")
            % {"length": len(text), "limit": MAX_CHARACTERS}
        )
    parser = _Parser(text)
    tree = parser.query(depth=0)
    return Parsed(tree or Everything(), tuple(dict.fromkeys(parser.notes)))


class _Parser:
    """Recursive descent over the tokens; `notes` collects the repairs."""

    def __init__(self, text: str) -> None:
        self.notes: list[str] = []
        self.tokens = self._scan(text)
        self.position = 0
        self.clauses = 0

    def _scan(self, text: str) -> list[_Token]:
        # NUL and lone surrogates are no text; databases refuse them.
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", " ", text)
        found = []
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if match["phrase"] is not None:
                if not match["end"]:
                    self.notes.append(_("A quotation mark had no partner: the phrase was taken to the end."))
                if match["phrase"].rstrip("0123456789").endswith("~"):
                    self.notes.append(_("“~” is not understood yet: the words were searched as an exact phrase."))
                found.append(_Token("phrase", match["quoted"]))
            elif match["field"] is not None:
                name = match["field"].lower()
                # "Putin: we agree" is prose, "country: china" is meant as a field.
                has_value = text[match.end() :][:1].strip() or name in (*FIELDS, *DATE_FIELDS)
                found.append(_Token("field" if has_value else "word", name))
            else:
                found.append(_Token(kind, match[kind]))
        return list(self._flattened(found))

    def _flattened(self, tokens: list[_Token]) -> Iterator[_Token]:
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

    def _next(self) -> _Token:
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
        return _joined(And, _without_stop_words(nodes))

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
        return Not(node) if negative and node is not None else node

    def _atom(self, depth: int) -> Node | None:
        token = self._next()
        if token.kind == "open":
            return self._group(depth)
        if self.clauses >= MAX_CLAUSES:
            self._note_limit()
            return None
        self.clauses += 1
        if token.kind == "field":
            return self._field(token.text)
        return self._term(token)

    def _note_limit(self) -> None:
        self.notes.append(_("Only the first %(limit)d terms were searched.") % {"limit": MAX_CLAUSES})

    def _group(self, depth: int) -> Node | None:
        node = self.query(depth + 1)
        if self._peek() == "close":
            self._next()
        else:
            self.notes.append(_("A bracket was not closed: it was closed at the end."))
        return node

    def _field(self, name: str) -> Node | None:
        if self._peek() not in ("word", "phrase"):
            self.notes.append(_("“%(field)s:” had no value and was ignored.") % {"field": name})
            return None
        token = self._next()
        if name in DATE_FIELDS:
            return self._period(name, token.text)
        if name not in FIELDS:
            self.notes.append(
                _("There is no field “%(field)s”; the words were searched everywhere. Fields: %(fields)s.")
                % {"field": name[:30], "fields": ", ".join((*FIELDS, *DATE_FIELDS))}
            )
            nodes = [node for node in (self._term(_Token("word", name)), self._term(token)) if node is not None]
            return _joined(And, nodes)
        words = forms(token.text)
        if len(words) > 1 and not token.text.endswith("*"):
            # "city:khanty-mansiysk": its parts, as one name.
            token = _Token("phrase", token.text)
        term = self._term(token)
        parts = term.nodes if isinstance(term, And) else (term,)
        return _joined(And, [InField(name, part) for part in parts if isinstance(part, Word | Phrase | Prefix)])

    def _period(self, name: str, value: str) -> Node | None:
        try:
            first, last = _period_of(name, value)
        except dates.DateError as error:
            self.notes.append(_("%(field)s: %(error)s It was ignored.") % {"field": name, "error": error})
            return None
        return Period(first, last, f"{name}:{value}")

    def _term(self, token: _Token) -> Node | None:
        words = forms(token.text)
        if not words:
            if token.text.strip("*~\"' "):
                self.notes.append(_("“%(text)s” holds no word and was ignored.") % {"text": token.text[:30]})
            elif token.text.strip():
                self.notes.append(_("“%(text)s” alone finds nothing; it was ignored.") % {"text": token.text[:30]})
            return None
        if token.kind == "phrase":
            return Phrase(tuple(words))
        if "*" in token.text.rstrip("*"):
            self.notes.append(_("“*” is understood at the end of a word only."))
        if re.search(r"~\d*\Z", token.text):
            self.notes.append(_("“~” is not understood yet: the word was searched as it stands."))
            words = forms(re.sub(r"~\d*\Z", "", token.text)) or words
        if len(words) - 1 > MAX_CLAUSES - self.clauses:
            self._note_limit()
            return _joined(And, [Word(form) for form in words[: MAX_CLAUSES - self.clauses + 1]])
        self.clauses += len(words) - 1
        nodes: list[Node] = [Word(form) for form in words]
        if token.text.endswith("*"):
            if len(words[-1]) >= MIN_PREFIX:
                nodes[-1] = Prefix(words[-1])
            else:
                self.notes.append(
                    _("“%(text)s” is too short: give at least %(least)d letters before “*”. It was searched as a word.")
                    % {"text": token.text[:30], "least": MIN_PREFIX}
                )
        return _joined(And, _without_stop_words(nodes))


def _joined(kind: type[And] | type[Or], nodes: list[Node]) -> Node | None:
    """All of the nodes, or any of them, as one; what is joined the same way already is joined directly."""
    flat = [part for node in nodes for part in (node.nodes if isinstance(node, kind) else (node,))]
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


def describe(node: Node) -> str:
    """The tree in plain words, as the results page restates it."""
    match node:
        case Everything():
            return _("everything")
        case Word(form):
            return form
        case Phrase(words):
            return f"“{' '.join(words)}”"
        case Prefix(form):
            return _("words that begin with “%(prefix)s”") % {"prefix": form}
        case InField(name, term):
            return _("%(term)s in the field “%(field)s”") % {"term": describe(term), "field": name}
        case Period(written=written):
            return _("dated %(period)s") % {"period": written}
        case Not(inner):
            return _("not %(node)s") % {"node": _grouped(inner)}
        case Or(nodes):
            return _(" or ").join(_grouped(part) for part in nodes)
        case And(nodes):
            return _(" and ").join(_grouped(part) for part in nodes)
    raise TypeError(node)


def _grouped(node: Node) -> str:
    return f"({describe(node)})" if isinstance(node, And | Or) else describe(node)
