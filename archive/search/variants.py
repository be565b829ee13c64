"""Other names of what was asked for: spellings, transliterations, abbreviations (`archive.search.aliases` finds them)."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from django.utils import translation

from archive.kept import Kept
from archive.models import City, Country, Event, EventSeries, Participant, Publisher, Term, Topic
from archive.search.aliases import GLOSSARY, Bearer, Class, Key, Name, classes, refused
from archive.search.query import And, Node, Not, Or, Period, Variants, Word
from archive.search.text import spelling, stem
from archive.search.wording import describe

# Most other names of one name; and of one query, as many as it may have terms of its own: each costs as much.
MAX_OTHERS = 16
MAX_IN_QUERY = 40

# What the archive may be dated in; other numbers are numbers.
_YEAR = re.compile(r"199\d|20[0-4]\d")

# Whose changes make another table.
_READ = ("country", "city", "eventseries", "topic", "participant", "publisher", "term")

_NAMES = ("name", "name_ru", "name_zh", "variants")
# Where the family name comes first, and the Chinese name is the whole name.
_FAMILY_NAME_FIRST = ["CN", "HK", "JP", "KH", "KP", "KR", "MM", "MO", "TW", "VN"]

# What was written, and the other names of it that are searched.
Used = tuple[tuple[str, tuple[str, ...]], ...]


class Table:
    """What each known name can be replaced by."""

    def __init__(self, found: Iterable[Class], refused: Collection[Key] = ()) -> None:
        self._by_stems: dict[Key, list[tuple[Key, tuple[Name, ...]]]] = defaultdict(list)
        # By its stem a refused word could be taken for a name: terror for terrorism.
        self._refused = refused
        for one in found:
            names = _without_repeats(one.names.values())
            for name in one.names.values():
                if name.key in one.silent:
                    continue
                others = tuple(other for other in names if not _is_found_by(name, other))[:MAX_OTHERS]
                if others:
                    self._by_stems[name.stems].append((name.key, others))
        self.longest = max(map(len, self._by_stems), default=0)

    def others(self, written: Sequence[str]) -> tuple[Name, ...]:
        """The other names of what these words are a name of; none where it could be several things, or is unknown."""
        if tuple(written) in self._refused:
            return ()
        found = [
            (key, others)
            for key, others in self._by_stems.get(tuple(map(stem, written)), ())
            if all(part in (spelling(form), stem(form)) for part, form in zip(key, written, strict=True))
        ]
        if len(found) > 1:
            exact = tuple(map(spelling, written))
            found = [(key, others) for key, others in found if key == exact]
        return found[0][1] if len(found) == 1 else ()


def _without_repeats(names: Iterable[Name]) -> list[Name]:
    """The names without those that another one finds anyway."""
    kept: list[Name] = []
    for name in names:
        if not any(name.implies(other) for other in kept):
            kept = [other for other in kept if not other.implies(name)] + [name]
    return kept


def _is_found_by(name: Name, other: Name) -> bool:
    """Whether who asks for the words of a name finds the other one with them."""
    return other.implies(name) if len(name.stems) == 1 else {*name.stems} <= {*map(stem, other.terms)}


# Made from the records ------------------------------------------------------------------------------------------------


def _read() -> Table:
    """A constant number of queries."""
    records = list(_records())
    ambiguous = refused(records, chain.from_iterable(Term.objects.values_list("ambiguous", flat=True)))
    return Table(classes(records, ambiguous), ambiguous)


def _records() -> Iterator[Bearer]:
    """What has names, in an order that never changes; the glossary last."""
    for model in (Country, City, Topic, Publisher):
        for *own, variants in model.objects.order_by("name", "pk").values_list(*_NAMES):
            yield Bearer(model.__name__, tuple(own), tuple(variants))
    for *own, variants, abbreviation in EventSeries.objects.order_by("name", "pk").values_list(*_NAMES, "abbreviation"):
        yield Bearer("EventSeries", tuple(own), (*variants, abbreviation))
    participants = Participant.objects.published().order_by("name", "pk")
    for *own, variants, kind, country in participants.values_list(*_NAMES, "kind", "country__iso2"):
        yield Bearer(
            "Participant",
            tuple(own),
            tuple(variants),
            is_person=kind == Participant.Kind.PERSON,
            is_family_name_first=country in _FAMILY_NAME_FIRST,
        )
    for names in Term.objects.synonyms():
        yield Bearer(GLOSSARY, names)
    for _value, label in Event.Kind.choices:
        names = tuple(_in(language, label) for language in ("en", "ru", "zh-hans"))
        # Texts are English: who asks in that language has what he needs.
        yield Bearer(GLOSSARY, names, silent=names[:1])


def _in(language: str, text: object) -> str:
    with translation.override(language):
        return str(text)


# The table of the records as they are.
table = Kept(_read, _READ)


# A tree with them -----------------------------------------------------------------------------------------------------


def expand(tree: Node, table: Table) -> tuple[Node, Used]:
    """The tree with the known names in it replaced by `Variants`, and which they are.

    Words that stand unquoted and in no field, one or several side by side; the longest name wins. Also those that are
    excluded: who wants nothing about Lavrov wants nothing about Лавров either, and what a word finds and what its
    exclusion leaves are together everything. After MAX_IN_QUERY other names the rest is searched as written.
    """
    expansion = _Expansion(table)
    return expansion.expand(tree), tuple(expansion.used.items())


class _Expansion:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._left = MAX_IN_QUERY
        self.used: dict[str, tuple[str, ...]] = {}

    def expand(self, node: Node) -> Node:
        match node:
            case Word():
                return self._side_by_side([node])[0]
            case Not(inner):
                return Not(self.expand(inner))
            case Or(nodes):
                return Or(tuple(map(self.expand, nodes)))
            case And(nodes):
                found: list[Node] = []
                run: list[Word] = []
                for part in nodes:
                    if isinstance(part, Word):
                        run.append(part)
                        continue
                    found += self._side_by_side(run)
                    run = []
                    found.append(self.expand(part))
                found += self._side_by_side(run)
                return found[0] if len(found) == 1 else And(tuple(found))
        return node

    def _side_by_side(self, run: list[Word]) -> list[Node]:
        """The words with the names among them replaced: first the longest, of equally long ones the first."""
        for size in range(min(len(run), max(1, self._table.longest)), 0, -1):
            for start in range(len(run) - size + 1):
                written = tuple(run[start : start + size])
                if (variants := self._variants(written)) is not None:
                    return [*self._side_by_side(run[:start]), variants, *self._side_by_side(run[start + size :])]
        return list(run)

    def _variants(self, written: tuple[Word, ...]) -> Variants | None:
        if len(written) == 1 and _YEAR.fullmatch(written[0].form):
            return self._dated(written[0])
        others = self._table.others([word.form for word in written])
        if not others or len(others) > self._left:
            return None
        self._left -= len(others)
        self.used[" ".join(word.form for word in written)] = tuple(name.text for name in others)
        return Variants(written, tuple(name.node for name in others))

    def _dated(self, year: Word) -> Variants:
        """A year, or what is dated in it: few texts repeat the year of their date."""
        period = Period(date(int(year.form), 1, 1), date(int(year.form), 12, 31), f"year:{year.form}")
        self.used[year.form] = (describe(period),)
        return Variants((year,), (period,))
