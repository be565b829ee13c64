"""What of a found text to show: the best passage, its matches marked. Plain text in fragments; nothing here is HTML."""

from collections.abc import Callable, Iterator

from archive.search.query import And, Fragment, InField, Node, Or, Phrase, Prefix, Word
from archive.search.text import Token, stem, tokens

LENGTH = 200

_Matches = Callable[[str], bool]


def matcher(tree: Node) -> _Matches:
    """A test whether a folded word is one that the query asked for (what it excludes isn't)."""
    stems: set[str] = set()
    exact: set[str] = set()
    prefixes: list[str] = []
    for term in _terms(tree):
        match term:
            case Word(form):
                stems.add(stem(form))
            case Phrase(forms):
                exact.update(forms)
            case Prefix(form):
                prefixes.append(form)
    starts = tuple(prefixes)
    return lambda form: form in exact or stem(form) in stems or (bool(starts) and form.startswith(starts))


def _terms(node: Node) -> Iterator[Word | Phrase | Prefix]:
    match node:
        case Word() | Phrase() | Prefix():
            yield node
        case InField(_, term):
            yield term
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _terms(part)


def mark(text: str, matches: _Matches) -> tuple[Fragment, ...]:
    """The whole text in fragments."""
    return _fragments(text, 0, len(text), [token for token in tokens(text) if matches(token.form)])


def best_passage(text: str, matches: _Matches, *, length: int = LENGTH) -> tuple[Fragment, ...]:
    """The passage of at most `length` characters with the most different matches, cut at words; the beginning if none."""
    text = " ".join(text.split())
    if len(text) <= length:
        return mark(text, matches)
    hits = [token for token in tokens(text) if matches(token.form)]
    start, end = _window(text, hits, length)
    inside = [token for token in hits if token.start >= start and token.end <= end]
    fragments = _fragments(text, start, end, inside)
    before = (Fragment("… "),) if start else ()
    after = (Fragment(" …"),) if end < len(text) else ()
    return before + fragments + after


def _window(text: str, hits: list[Token], length: int) -> tuple[int, int]:
    room = length - 4  # for the ellipses
    best, most = 0, 0
    for token in hits:
        inside = {hit.form for hit in hits if token.start <= hit.start and hit.end <= token.start + room * 3 // 4}
        if len(inside) > most:
            best, most = token.start, len(inside)
    # Some words before the first match give it context.
    start = max(0, min(best - room // 5, len(text) - room)) if most else 0
    if start:
        start = text.find(" ", start, start + 30) + 1 or start
    end = min(len(text), start + room)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1)
    return start, end


def _fragments(text: str, start: int, end: int, hits: list[Token]) -> tuple[Fragment, ...]:
    fragments = []
    position = start
    for token in hits:
        if token.start > position:
            fragments.append(Fragment(text[position : token.start]))
        fragments.append(Fragment(text[token.start : token.end], is_hit=True))
        position = token.end
    if position < end:
        fragments.append(Fragment(text[position:end]))
    return tuple(fragments)
