"""From a query to one SQL statement on the search documents: what matches, in what order, and how many of each facet value.

One statement sees one state of the index; so page, totals and counts always agree.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import Any

from archive.search.postgres_rows import FIELD_ONLY, NAMES, TEXTS, TITLE, in_field, quoted
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
    Query,
    Sort,
    Variants,
    Word,
)
from archive.search.text import stem

# The words of the index that are like a form: (form, edits) → forms, the likest first.
LikeWords = Callable[[str, int], Iterable[str]]

# Of more results than these only the newest are ranked, by two terms half as many, and so on: each costs some 15 µs for each
# term, for its vector has to be read.
MAX_RANKED = 20_000
# More terms than these are ranked as one: each costs a look into every result.
MAX_WEIGHED = 8
# The vector that a term is ranked by, and what its places weigh there (D, C, B, A): those of the embedded engine, the
# highest of them 1, because ts_rank takes no more.
_RANKED = {
    "any form": ("d.stemmed", "{0, 0.333, 0.5, 1}"),
    "as written": ("d.exact", "{0, 0.333, 0.333, 0.333}"),
    "title": ("d.stemmed", "{0, 0, 0, 1}"),
}
_VARIANT_WEIGHT = 0.7
# Further pages than any index has: PostgreSQL's numbers end somewhere.
_LAST_START = 2**31

_NEWEST = "first DESC, last DESC, pk"
_ORDERS = {Sort.NEWEST: _NEWEST, Sort.OLDEST: "first = 0, first, last, pk"}

_Term = Word | Phrase | Prefix | Near | Fuzzy


@dataclass(frozen=True, slots=True)
class _Scoring:
    """A tsquery that raises the score of what it matches."""

    kind: str
    tsquery: str
    weight: float


class Statement:
    """A statement's text and the values of its parameters; of how many results it finds the best match, if of any."""

    def __init__(self, query: Query, tree: Node, like: LikeWords) -> None:
        self.ranked: int | None = None
        self.params: dict[str, Any] = {}
        self._like = like
        self._tree = tree
        self.sql = self._statement(query)

    def _param(self, value: object) -> str:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def _tsquery(self, text: str) -> str:
        return f"{self._param(text)}::tsquery"

    def _statement(self, query: Query) -> str:
        """Values: change number and hash, version of the index, totals by scope, the page's keys; for each facet value in how many
        results it is, without and with the includes of its own facet.
        """
        scope = self._param(query.scope.value)
        included = {key: self._carrying(key, values) for key, values in query.include.items() if values}
        excluded = [self._carrying(key, values) for key, values in query.exclude.items() if values]
        flags = {key: f"chosen_{place}" for place, key in enumerate(included)}
        conditions = [
            "d.generation = (SELECT generation FROM state)",
            self.matching(self._tree),
            *(f"NOT {one}" for one in excluded),
        ]
        columns = ["d.ctid AS row", "d.scope", "d.pk", "d.first", "d.last", "d.facets"]
        columns += [f"{included[key]} AS {flag}" for key, flag in flags.items()]
        chosen = _all(flags.values())
        start = min((query.page - 1) * query.page_size, _LAST_START)
        return f"""
            WITH state AS MATERIALIZED (SELECT generation, version, number, sha256, documents FROM archive_searchstate),
            matched AS MATERIALIZED (
                SELECT {", ".join(columns)} FROM archive_searchdocument AS d WHERE {_all(conditions)}
            ),
            totals AS (SELECT scope, count(*) AS number FROM matched WHERE {chosen} GROUP BY scope),
            counts AS (
                SELECT value, count(*) FILTER (WHERE {self._counted(flags)}) AS number,
                    count(*) FILTER (WHERE {chosen}) AS carried
                FROM matched, unnest(facets) AS value WHERE scope = {scope} GROUP BY value
            )
            SELECT
                (SELECT number FROM state),
                (SELECT sha256 FROM state),
                (SELECT version FROM state),
                (SELECT jsonb_object_agg(scope, number)::text FROM totals),
                ARRAY({self._ordered(query.sort, f"scope = {scope} AND {chosen}")}
                    LIMIT {int(query.page_size)} OFFSET {start}
                ),
                (SELECT jsonb_object_agg(value, jsonb_build_array(number, carried))::text FROM counts)
        """

    def _carrying(self, key: str, values: Iterable[str]) -> str:
        """The documents that carry any of the values of a facet. What is no text for PostgreSQL, no document carries."""
        wanted = [f"{key}:{value}" for value in values if "\0" not in value and value.isprintable()]
        return f"d.facets && {self._param(wanted)}::text[]"

    def _counted(self, flags: dict[str, str]) -> str:
        """Which matches a facet's value is counted in: a facet's own includes don't narrow its counts."""
        if not flags:
            return "TRUE"
        cases = [
            f"WHEN {self._param(key)} THEN {_all(flag for other, flag in flags.items() if other != key)}"
            for key in flags
        ]
        return f"CASE split_part(value, ':', 1) {' '.join(cases)} ELSE {_all(flags.values())} END"

    # Matching ---------------------------------------------------------------------------------------------------------

    def matching(self, node: Node, *, title_only: bool = False) -> str:
        """The condition on a document that the tree asks for; never NULL."""
        match node:
            case Everything():
                return "TRUE"
            case Period(first, last):
                return self._dated(first, last)
            case Not(inner):
                return f"NOT {self.matching(inner)}"
            case Or(nodes):
                return self._either(nodes, title_only=title_only)
            case And(nodes):
                return _all(self.matching(part, title_only=title_only) for part in nodes)
            case Variants(written, others):
                # That a record is dated in a year is not said by its title.
                kept = [other for other in others if not (title_only and isinstance(other, Period))]
                return self._either([written[0] if len(written) == 1 else And(written), *kept], title_only=title_only)
            case InField("title", term):
                return self.matching(term, title_only=True)
            case InField(name, term):
                return self._exact(term, lambda form: in_field(name, form))
            case Word():
                return self._either([node], title_only=title_only)
        return self._exact(node, str, title_only=title_only)

    def _either(self, nodes: Sequence[Node], *, title_only: bool) -> str:
        """Any of the nodes; words together in one tsquery, which an index answers alone: of two each result's vector is read."""
        words = [_lexeme(stem(node.form), title_only=title_only) for node in nodes if isinstance(node, Word)]
        found = [f"d.stemmed @@ {self._tsquery(' | '.join(words))}"] if words else []
        others = [self.matching(node, title_only=title_only) for node in nodes if not isinstance(node, Word)]
        return _any((*found, *others))

    def _dated(self, first: date, last: date) -> str:
        return f"(d.first > 0 AND d.first <= {last.toordinal()} AND d.last >= {first.toordinal()})"

    def _exact(self, term: _Term, lexeme: Callable[[str], str], *, title_only: bool = False) -> str:
        """The documents that have the term among the unstemmed words; `lexeme` says how a word stands there."""
        match term:
            case Phrase(forms) if len(forms) > 1:
                return self._phrase([lexeme(form) for form in forms], title_only=title_only)
            case Near(forms, distance) if len(set(forms)) > 1:
                return self._near([lexeme(form) for form in dict.fromkeys(forms)], distance, title_only=title_only)
            case Fuzzy(form, edits):
                likes = [_lexeme(lexeme(like), title_only=title_only) for like in self._like(form, edits)]
                return f"d.exact @@ {self._tsquery(' | '.join(likes))}" if likes else "FALSE"
            case Prefix(form):
                return f"d.exact @@ {self._tsquery(_lexeme(lexeme(form), title_only=title_only, is_prefix=True))}"
            case Word(form) | Phrase((form, *_)) | Near((form, *_)):
                return f"d.exact @@ {self._tsquery(_lexeme(lexeme(form), title_only=title_only))}"
        raise TypeError(term)

    def _phrase(self, lexemes: list[str], *, title_only: bool) -> str:
        """The words follow each other: by their places, or in the text where a vector has no room for all places."""
        words = [_lexeme(one, title_only=title_only) for one in lexemes]
        followed = f"d.exact @@ {self._tsquery(' <-> '.join(words))}"
        if title_only:
            return followed
        having = f"d.exact @@ {self._tsquery(' & '.join(words))}"
        pattern = self._param(f"% {' '.join(lexemes)} %")
        # Without `having` every document would be read for its text.
        return f"({having} AND ({followed} OR coalesce(d.overlong LIKE {pattern}, FALSE)))"

    def _near(self, lexemes: list[str], distance: int, *, title_only: bool) -> str:
        """From some word on, each of the words stands within the distance; texts are further apart from each other.

        Two words are asked for at each distance, in both orders, which is quicker than looking at all places of a vector.
        """
        words = [_lexeme(one, title_only=title_only) for one in lexemes]
        pair = " | ".join(
            f"{one} <{n}> {other}" for n in range(1, distance + 1) for one, other in permutations(words[:2])
        )
        near = f"d.exact @@ {self._tsquery(' & '.join([f'({pair})', *words[2:]]))}"
        if len(words) == 2:
            return near
        standing = _all(f"bool_or(word.lexeme = {self._param(one)}) OVER stretch" for one in lexemes)
        weights = [TITLE] if title_only else [TITLE, NAMES, TEXTS, FIELD_ONLY]
        return f"""({near} AND EXISTS (
            SELECT FROM (
                SELECT {standing} AS is_hit
                FROM unnest(d.exact) AS word, unnest(word.positions, word.weights) AS at (place, weight)
                WHERE word.lexeme = ANY({self._param(lexemes)}::text[]) AND at.weight = ANY({self._param(weights)}::text[])
                WINDOW stretch AS (ORDER BY at.place RANGE BETWEEN CURRENT ROW AND {int(distance)} FOLLOWING)
            ) AS stretches WHERE is_hit
        ))"""

    # Order ------------------------------------------------------------------------------------------------------------

    def _ordered(self, sort: Sort, wanted: str) -> str:
        """The keys of the wanted matches in order.

        Best match: what the title alone answers comes first, then by score; ties, and queries without words, by date.
        """
        scoring = list(dict.fromkeys(self._scoring(self._tree))) if sort is Sort.RELEVANCE else []
        if not scoring:
            return f"SELECT pk FROM matched WHERE {wanted} ORDER BY {_ORDERS.get(sort, _NEWEST)}"
        self.ranked = MAX_RANKED // min(len(scoring), MAX_WEIGHED)
        # In a CASE, and not as a condition of the join: that would be looked at when the vectors have been read.
        is_ranked = f"newest.place <= {self.ranked}"
        return f"""
            SELECT newest.pk FROM (
                SELECT row, pk, first, last, row_number() OVER (ORDER BY {_NEWEST}) AS place FROM matched WHERE {wanted}
            ) AS newest JOIN LATERAL (
                SELECT CASE WHEN {is_ranked} THEN {self.matching(self._tree, title_only=True)} END AS by_title,
                    CASE WHEN {is_ranked} THEN {self._score(scoring)} END AS score
                FROM archive_searchdocument AS d WHERE d.ctid = newest.row
            ) AS ranked ON TRUE
            ORDER BY by_title DESC NULLS LAST, score DESC NULLS LAST, newest.place
        """

    def _scoring(self, node: Node, weight: float = 1.0) -> Iterator[_Scoring]:
        """What raises a document's score; what is excluded doesn't."""
        match node:
            case Word(form):
                yield _Scoring("any form", _lexeme(stem(form)), weight)
            case Phrase(forms) | Near(forms):
                for form in forms:
                    yield from self._scoring(Word(form), weight)
            case Prefix(form):
                yield _Scoring("as written", _lexeme(form, is_prefix=True), weight)
            case Fuzzy(form, edits):
                if likes := [_lexeme(like) for like in self._like(form, edits)]:
                    yield _Scoring("as written", " | ".join(likes), weight)
            case InField("title", Word(form)):
                yield _Scoring("title", _lexeme(stem(form), title_only=True), weight)
            case And(nodes) | Or(nodes):
                for part in nodes:
                    yield from self._scoring(part, weight)
            case Variants(written, others):
                for word in written:
                    yield from self._scoring(word, weight)
                for other in others:
                    yield from self._scoring(other, weight * _VARIANT_WEIGHT)

    def _score(self, scoring: list[_Scoring]) -> str:
        """ts_rank of each term (frequency, falling off; over the length's logarithm), weighed by how rare the term is."""
        if len(scoring) > MAX_WEIGHED:
            by_kind = {one.kind: [other.tsquery for other in scoring if other.kind == one.kind] for one in scoring}
            scoring = [_Scoring(kind, " | ".join(those), 1.0) for kind, those in by_kind.items()]
        ranks = []
        for one in scoring:
            (vector, weights), tsquery = _RANKED[one.kind], self._tsquery(one.tsquery)
            rank = f"{one.weight} * ts_rank('{weights}', {vector}, {tsquery}, 1)"
            ranks.append(rank if len(scoring) == 1 else f"{rank} * {_rarity(vector, tsquery)}")
        return " + ".join(ranks)


def _rarity(vector: str, tsquery: str) -> str:
    """The inverse document frequency of BM25: a number for the statement, not for each document."""
    return f"""(
        SELECT ln(1 + (state.documents - carriers.number + 0.5) / (carriers.number + 0.5)) FROM state, (
            SELECT count(*) AS number FROM archive_searchdocument AS d
            WHERE d.generation = (SELECT generation FROM state) AND {vector} @@ {tsquery}
        ) AS carriers
    )"""


def _lexeme(lexeme: str, *, title_only: bool = False, is_prefix: bool = False) -> str:
    """A lexeme of a tsquery."""
    marks = "*" * is_prefix + TITLE * title_only
    return f"{quoted(lexeme)}:{marks}" if marks else quoted(lexeme)


def _all(conditions: Iterable[str]) -> str:
    return f"({' AND '.join(conditions) or 'TRUE'})"


def _any(conditions: Iterable[str]) -> str:
    return f"({' OR '.join(conditions) or 'FALSE'})"
