"""Which names stand for each other: those of one record, and those of the glossary.

The names of a record are a class. A record joins the class of another kind of record that bears its own name (the agency
Xinhua as a participant and as a publisher), a term of the glossary that of the record that bears one of its names. Nothing
else joins classes, so that no chain of likenesses leads from one thing to another; and a name that is then in two classes
could mean either, and is taken out of both.

Of persons, single words stand for each other as well: Lavrov, Лавров, 拉夫罗夫.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import Indel

from archive.search.bigrams import term_of
from archive.search.query import Phrase, Word
from archive.search.text import STOP_WORDS, forms, spelling, stem, words
from archive.search.transliteration import latin

# How alike two spellings of a word of a person's name are at least, 0 to 1: Sysoyev and Sysoev are, Ayatollah and Ali not.
_ALIKE = 0.6

# How alike a word of the Russian name in Latin letters is to the English one, to be a spelling of it: Shoygu is one of Shoigu.
_SPELT_ALIKE = 0.7

# Ordinary English words that are names as well. Where one has another name that matters, the glossary says so.
_COMMON = frozenset(
    (
        # syllables of Chinese, Korean and Vietnamese names
        *("ban", "bang", "bin", "can", "chin", "dan", "dong", "fan", "fang", "gang", "gong", "hang", "hung", "long"),
        *("man", "men", "pan", "pang", "pin", "ping", "ran", "rang", "sang", "she", "shun", "song", "sun", "sung"),
        *("tan", "tang", "ting", "wan", "wing", "young", "yuan", "zen"),
        # family names
        *("baker", "black", "brown", "bush", "butler", "carter", "cook", "cross", "day", "field", "fisher", "fox"),
        *("grant", "gray", "green", "hall", "hill", "hunt", "hunter", "king", "lake", "law", "march", "marsh", "mason"),
        *("may", "miller", "page", "park", "power", "price", "reed", "rice", "rose", "sharp", "singer", "stone"),
        *("straw", "taylor", "walker", "ward", "waters", "west", "white", "wise", "wood", "woods"),
        # given names
        *("art", "bill", "dean", "frank", "grace", "hope", "jack", "mark", "miles", "pat", "ray", "rich", "will"),
        # countries, cities and what is named after them
        *("bath", "buffalo", "chad", "cork", "danish", "dutch", "georgia", "jordan", "mobile", "nice", "orange"),
        *("polish", "reading", "split", "turkey", "us"),
        # meetings and exercises
        *("action", "cooperation", "coordination", "dialogue", "drill", "exercise", "forum", "friendship"),
        *("interaction", "partnership", "security", "shield", "solidarity", "summit", "thunder", "unity"),
    )
)

GLOSSARY = "term"

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bearer:
    """A record by its names: `own` are the English one, the Russian and the Chinese, `variants` the rest.

    Of a person's Chinese name in one piece `is_family_name_first` says that it is the whole name, else the family's.
    `silent` are those of its own names that stand for the others, but not the others for them.
    """

    kind: str
    own: tuple[str, ...]
    variants: tuple[str, ...] = ()
    is_person: bool = False
    is_family_name_first: bool = False
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is printed, and what finds it.

    Two names are the same that have the same key: case, accents and spelling joined, of common nouns the stem (drones,
    drone), without the words that are too common to ask for.
    """

    text: str
    key: Key
    # The stems of the same words.
    stems: Key
    node: Word | Phrase

    @property
    def terms(self) -> Key:
        return (self.node.form,) if isinstance(self.node, Word) else self.node.forms

    @property
    def says_too_little(self) -> bool:
        """Whether it is one word, too short or too common to tell what is meant."""
        if isinstance(self.node, Phrase):
            return False
        form = self.node.form
        shortest = 3 if form.isascii() else 2
        return len(form) < shortest or form.isdigit() or form in STOP_WORDS or form in _COMMON

    def implies(self, other: "Name") -> bool:
        """Whether whatever has this name in it has the other in it as well: SCO Secretariat implies SCO."""
        if isinstance(other.node, Word):
            return stem(other.node.form) in map(stem, self.terms)
        size = len(other.terms)
        return any(self.terms[start : start + size] == other.terms for start in range(len(self.terms) - size + 1))


def names_of(texts: Iterable[str]) -> list[Name]:
    """The texts as names, without those that have no word."""
    return [name for text in texts if (name := _name(text)) is not None]


@lru_cache(maxsize=16_384)
def _name(text: str) -> Name | None:
    found = list(words(text))
    if not found:
        return None
    asked = [(word.form, text[word.start : word.end]) for word in found]
    without = [one for one in asked if one[0] not in STOP_WORDS]
    # Of "IS-K" a single letter would be left.
    asked = without if len(without) > 1 else asked
    # "Organised crime": a capital at the beginning makes no proper name.
    is_sentence = len(asked) > 1 and all(printed.islower() for _, printed in asked[1:])
    stems = tuple(stem(form) for form, _ in asked)
    key = tuple(
        root if printed.islower() or (is_sentence and not place) else spelling(form)
        for place, (root, (form, printed)) in enumerate(zip(stems, asked, strict=True))
    )
    return Name(text, key, stems, term_of(word.form for word in found))


@dataclass(eq=False, slots=True)
class Class:
    """Names that stand for each other, by key. By its `silent` ones it is not asked for."""

    names: dict[Key, Name] = field(default_factory=dict)
    silent: set[Key] = field(default_factory=set)
    _own: set[Key] = field(default_factory=set)
    _kinds: set[str] = field(default_factory=set)

    def add(self, names: Iterable[Name]) -> None:
        for name in names:
            self.names.setdefault(name.key, name)

    def drop(self, key: Key) -> None:
        self.names.pop(key, None)

    def add_record(self, kind: str, names: list[Name], own: list[Name]) -> None:
        self.add(names)
        self._kinds.add(kind)
        if kind != GLOSSARY:
            self._own.update(name.key for name in own)

    def may_take(self, kind: str, name: Name) -> bool:
        """Whether a record of the kind may join for this name. A term may for any, a record for its own only."""
        return kind not in self._kinds and (kind == GLOSSARY or name.key in self._own)


def refused(records: Iterable[Bearer], ambiguous: Iterable[str]) -> set[Key]:
    """The words of what the glossary calls ambiguous, without those that another of its terms means plainly."""
    return {_forms(text) for text in ambiguous} - _plain(records)


def _plain(records: Iterable[Bearer]) -> set[Key]:
    return {_forms(text) for one in records if one.kind == GLOSSARY for text in one.own}


@lru_cache(maxsize=16_384)
def _forms(text: str) -> Key:
    return tuple(forms(text))


def classes(records: Sequence[Bearer], refused: Collection[Key] = ()) -> list[Class]:
    """The classes of the records' names; terms of the glossary have to come last. What is `refused` is in none of them.

    Nor is what says too little, unless it is in the glossary.
    """
    plain = _plain(records)

    def fit(texts: Iterable[str]) -> list[Name]:
        known = [text for text in texts if _forms(text) not in refused]
        return [name for name in names_of(known) if not name.says_too_little or _forms(name.text) in plain]

    found: list[Class] = []
    bearing: dict[Key, list[Class]] = defaultdict(list)
    persons: list[tuple[Class, Bearer]] = []
    for record in records:
        own, names = fit(record.own), fit((*record.own, *record.variants))
        one = _to_join(record.kind, own, bearing)
        if one is None:
            one = Class(silent={name.key for name in fit(record.silent)})
            found.append(one)
        one.add_record(record.kind, names, own)
        for name in names:
            if one not in bearing[name.key]:
                bearing[name.key].append(one)
        if record.is_person:
            persons.append((one, record))
    apart = [(one, _words_apart(one, record)) for one, record in persons]
    shared = Counter(key for one, columns in apart for key in {word.key for word in _words_of(one, columns)})
    for one, columns in apart:
        for column in columns:
            word = Class()
            word.add(name for name in fit(column) if shared[name.key] == 1)
            if len(word.names) > 1:
                found.append(word)
                # Who asks for one word of it asks for that word, whoever bears it.
                one.silent |= word.names.keys()
    _take_apart(found)
    return found


def _to_join(kind: str, own: Iterable[Name], bearing: dict[Key, list[Class]]) -> Class | None:
    for name in own:
        takers = [one for one in bearing[name.key] if one.may_take(kind, name)]
        if len(takers) == 1:
            return takers[0]
    return None


def _take_apart(found: list[Class]) -> None:
    """Drop the names by which several classes are asked for."""
    asked = Counter(key for one in found for key in one.names if key not in one.silent)
    for one in found:
        for key in [key for key in one.names if asked[key] > 1]:
            one.drop(key)


# Persons --------------------------------------------------------------------------------------------------------------


def _words_of(one: Class, columns: Iterable[Iterable[str]]) -> Iterator[Name]:
    """The words of all names, and the other spellings of them."""
    yield from (word for name in one.names.values() for word in names_of(_split(name.text)))
    yield from (word for column in columns for word in names_of(column))


def _words_apart(one: Class, record: Bearer) -> list[list[str]]:
    """The words of a person's name, each with its other spellings.

    The Russian name is aligned with the English one where both have as many words, and so is a Chinese one that has
    points between them; what the Russian words are in Latin letters are other spellings. In one piece, the Chinese name of
    a foreigner is that of the family. A word of another spelling goes with the word that it is most like, if it is like
    any: "Makhmudov Victor" is turned round, "Ayatollah Khamenei" has a title in it.
    """
    columns = [[word] for word in _split(record.own[0])]
    if len(columns) < 2:
        return []
    for text in record.own[1:]:
        found = _split(text)
        if len(found) == len(columns):
            for column, word in zip(columns, found, strict=True):
                column.append(word)
                if not record.is_family_name_first:
                    column += [form for form in latin(word) if _likeness(form, column[0]) >= _SPELT_ALIKE]
        elif len(found) == 1 and not record.is_family_name_first:
            columns[-1].append(text)
    for name in one.names.values():
        found = _split(name.text)
        if len(found) in (1, len(columns)):
            for word in found:
                likeness = [max(_likeness(word, other) for other in column) for column in columns]
                if max(likeness) >= _ALIKE:
                    columns[likeness.index(max(likeness))].append(word)
    return columns


@lru_cache(maxsize=16_384)
def _split(text: str) -> tuple[str, ...]:
    return tuple(text[word.start : word.end] for word in words(text))


@lru_cache(maxsize=65_536)
def _likeness(word: str, other: str) -> float:
    return Indel.normalized_similarity(word.casefold(), other.casefold())
