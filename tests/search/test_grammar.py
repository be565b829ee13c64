"""From what a reader types to a tree: every text parses, mistakes are repaired and told."""

from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.search import grammar
from archive.search.grammar import (
    DATE_FIELDS,
    FIELDS,
    MAX_CHARACTERS,
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_DISTANCE,
    parse,
    write,
)
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
from archive.search.wording import days, describe, restate

A, B, C, D = Word("alpha"), Word("bravo"), Word("charlie"), Word("delta")
EVER = date.max


def period(first: date, last: date, written: str = "") -> Period:
    return Period(first, last, written)


YEAR_2014 = period(date(2014, 1, 1), date(2014, 12, 31))

CLEAN: dict[str, Node] = {
    "": Everything(),
    "   \t\n ": Everything(),
    "alpha": A,
    "ALPHA": A,
    "alpha bravo": And((A, B)),
    "alpha AND bravo": And((A, B)),
    "alpha and bravo": And((A, B)),
    '"alpha bravo"': Phrase(("alpha", "bravo")),
    '"the alpha of bravo"': Phrase(("the", "alpha", "of", "bravo")),
    '"alpha"': Phrase(("alpha",)),
    "alpha OR bravo": Or((A, B)),
    "alpha OR bravo OR charlie": Or((A, B, C)),
    "alpha or bravo": And((A, B)),
    "alpha OR bravo charlie": And((Or((A, B)), C)),
    "alpha (bravo charlie)": And((A, B, C)),
    "alpha OR (bravo OR charlie)": Or((A, B, C)),
    "alpha (bravo OR charlie)": And((A, Or((B, C)))),
    "alpha NOT bravo": And((A, Not(B))),
    "alpha -bravo": And((A, Not(B))),
    "alpha not bravo": And((A, Word("not"), B)),
    "-alpha": Not(A),
    "NOT alpha": Not(A),
    "NOT NOT alpha": A,
    "alpha OR NOT bravo": Or((A, Not(B))),
    '-"alpha bravo"': Not(Phrase(("alpha", "bravo"))),
    "-(alpha OR bravo)": Not(Or((A, B))),
    "NOT(alpha bravo)": Not(And((A, B))),
    "((alpha))": A,
    "(alpha OR (bravo -charlie)) delta": And((Or((A, And((B, Not(C))))), D)),
    "terror*": Prefix("terror"),
    "Тер*": Prefix("тер"),
    "alpha-bravo": And((A, B)),
    "x OR alpha-bravo": Or((Word("x"), And((A, B)))),
    "Xi'an": Word("xian"),
    "SCO’s": Word("sco"),
    "Лавров": Word("лавров"),
    "习近平": Word("习近平"),
    "Астана́": Word("астана"),
    # As phones, word processors and Chinese keyboards write the signs.
    "“alpha bravo”": Phrase(("alpha", "bravo")),
    "«alpha bravo» charlie": And((Phrase(("alpha", "bravo")), C)),
    "（alpha OR bravo） country：CN terror＊": And((Or((A, B)), InField("country", Word("cn")), Prefix("terror"))),
    # At the end of a sentence
    "terror*.": Prefix("terror"),
    "(terror*, sysoev~2; sysoev~)": And((Prefix("terror"), Fuzzy("sysoev", 2), Fuzzy("sysoev", 1))),
    # Near each other, and with typos
    '"alpha bravo"~5': Near(("alpha", "bravo"), 5),
    '"alpha bravo"~': Near(("alpha", "bravo"), 10),
    '"alpha of Xi’an"~100': Near(("alpha", "of", "xian"), 100),
    '"alpha bravo alpha"~1': Near(("alpha", "bravo"), 1),
    '-"alpha bravo"~5': Not(Near(("alpha", "bravo"), 5)),
    '"alpha bravo"~5charlie': And((Near(("alpha", "bravo"), 5), C)),
    "sysoev~": Fuzzy("sysoev", 1),
    "sysoev~1": Fuzzy("sysoev", 1),
    "Sysoev~2": Fuzzy("sysoev", 2),
    "Лавров~": Fuzzy("лавров", 1),
    "alpha OR bravo~": Or((A, Fuzzy("bravo", 1))),
    "-bravo~": Not(Fuzzy("bravo", 1)),
    "alpha-bravo~": And((A, Fuzzy("bravo", 1))),
    "alpha-terror*": And((A, Prefix("terror"))),
    # Too common to ask for beside other words; alone they are asked for.
    "the alpha of bravo": And((A, B)),
    "state-of-the-art": And((Word("state"), Word("art"))),
    "of": Word("of"),
    "of the": And((Word("of"), Word("the"))),
    "the -alpha": And((Word("the"), Not(A))),
    "alpha (of the)": A,
    "alpha (the -bravo)": And((A, Not(B))),
    "alpha OR the": Or((A, Word("the"))),
    "-(-alpha)": A,
    "-(-(alpha bravo)) charlie": And((A, B, C)),
    # Fields
    "title:alpha": InField("title", A),
    "TITLE:alpha": InField("title", A),
    'participant:"sergey lavrov"': InField("participant", Phrase(("sergey", "lavrov"))),
    "city:khanty-mansiysk": InField("city", Phrase(("khanty", "mansiysk"))),
    "city:khanty-mans*": And((InField("city", Word("khanty")), InField("city", Prefix("mans")))),
    "series:belt-and-road": InField("series", Phrase(("belt", "and", "road"))),
    "country: china": InField("country", Word("china")),
    "Putin: alpha": And((Word("putin"), A)),
    "country:CN": InField("country", Word("cn")),
    "topic:terror*": InField("topic", Prefix("terror")),
    "-kind:video": Not(InField("kind", Word("video"))),
    "alpha OR city:bravo": Or((A, InField("city", B))),
    "participant:alpha~": InField("participant", Fuzzy("alpha", 1)),
    'title:"alpha bravo"~5': InField("title", Near(("alpha", "bravo"), 5)),
    "title:(alpha OR city:bravo) charlie": And((Or((InField("title", A), InField("city", B))), C)),
    'city:(khanty-mansiysk -"alpha bravo")': And(
        (InField("city", Phrase(("khanty", "mansiysk"))), Not(InField("city", Phrase(("alpha", "bravo")))))
    ),
    "10:30": And((Word("10"), Word("30"))),
    "https://example.org": And((Word("https"), Word("example"), Word("org"))),
    # Dates
    "year:2014": YEAR_2014,
    "date:2014": YEAR_2014,
    'year:"2014"': YEAR_2014,
    "date:2014-08": period(date(2014, 8, 1), date(2014, 8, 31)),
    "date:2014-08-24": period(date(2014, 8, 24), date(2014, 8, 24)),
    "date:2014-06..2015-01": period(date(2014, 6, 1), date(2015, 1, 31)),
    "date:2014..": period(date(2014, 1, 1), EVER),
    "date:..2014": period(date.min, date(2014, 12, 31)),
    "year:2014..2016": period(date(2014, 1, 1), date(2016, 12, 31)),
    "before:2013": period(date.min, date(2012, 12, 31)),
    "after:2015-06-30": period(date(2015, 7, 1), EVER),
    "after:2015-06": period(date(2015, 7, 1), EVER),
    "before:0001": period(date.min, date.min),
    "after:9999": period(EVER, EVER),
    "alpha -year:2014": And((A, Not(YEAR_2014))),
    "year:(2014 OR 2013)": Or((YEAR_2014, period(date(2013, 1, 1), date(2013, 12, 31)))),
    'year:" 2014 .. 2016 "': period(date(2014, 1, 1), date(2016, 12, 31)),
    "date:..": period(date.min, EVER),
    "date:2014~": YEAR_2014,
}

# What was typed, what is searched instead, and a piece of the sentence that says so.
REPAIRED: dict[str, tuple[Node, str]] = {
    '"alpha bravo': (Phrase(("alpha", "bravo")), "no partner"),
    'alpha "': (A, "no partner"),
    '"alpha" bravo"': (And((Phrase(("alpha",)), B)), "no partner"),
    "(alpha": (A, "not closed"),
    "(alpha OR bravo": (Or((A, B)), "not closed"),
    "alpha)": (A, "no partner"),
    ")) alpha bravo": (And((A, B)), "no partner"),
    "OR alpha": (A, "both sides"),
    "alpha OR": (A, "both sides"),
    "(alpha OR) bravo": (And((A, B)), "both sides"),
    "alpha OR OR bravo": (Or((A, B)), "several operators"),
    "alpha OR AND bravo": (Or((A, B)), "several operators"),
    "alpha NOT": (A, "after it"),
    "alpha NOT OR bravo": (And((A, B)), "after it"),
    "te*": (Word("te"), "too short"),
    "*": (Everything(), "finds nothing"),
    "alpha *": (A, "finds nothing"),
    "*terror*": (Prefix("terror"), "end of a word"),
    "ter*or": (Word("ter"), "end of a word"),
    "~alpha": (A, "end of a word"),
    "alpha~bravo": (And((A, B)), "end of a word"),
    '"terror* alpha"': (Phrase(("terror", "alpha")), "mean nothing"),
    "sysoev~9": (Fuzzy("sysoev", 2), "1 or 2 letters"),
    "sysoev~0": (Fuzzy("sysoev", 1), "1 or 2 letters"),
    "sysoev~0.8": (Fuzzy("sysoev", 1), "1 or 2 letters"),
    "alpha~2": (Fuzzy("alpha", 1), "at least 6"),
    "alpha~99": (Fuzzy("alpha", 1), "at least 6"),
    "xi~": (Word("xi"), "at least 4"),
    "x~9": (Word("x"), "at least 4"),
    "2014~": (Word("2014"), "at least 4"),
    "the~ alpha": (A, "at least 4"),
    "sysoev*~2": (Prefix("sysoev"), "don't go together"),
    "sysoev~*": (Prefix("sysoev"), "don't go together"),
    "~": (Everything(), "finds nothing"),
    "~2 alpha": (A, "finds nothing"),
    '"alpha bravo"~101': (Near(("alpha", "bravo"), 100), "taken as 100"),
    f'"alpha bravo"~{"9" * 400}': (Near(("alpha", "bravo"), 100), "taken as 100"),
    '"alpha bravo charlie"~1': (Near(("alpha", "bravo", "charlie"), 2), "taken as 2"),
    '"alpha bravo"~0': (Phrase(("alpha", "bravo")), "exactly as it stands"),
    '"alpha"~5': (Phrase(("alpha",)), "exactly as it stands"),
    '"alpha alpha"~5': (Phrase(("alpha", "alpha")), "exactly as it stands"),
    'city:"alpha"~': (InField("city", Phrase(("alpha",))), "exactly as it stands"),
    '"alpha bravo~5': (Phrase(("alpha", "bravo", "5")), "no partner"),
    'city:""': (Everything(), "no value"),
    "...": (Everything(), "holds no word"),
    "alpha +++": (A, "holds no word"),
    "alpha - bravo": (And((A, B)), "holds no word"),
    '""': (Everything(), ""),
    "()": (Everything(), ""),
    "colour:red": (And((Word("colour"), Word("red"))), "no field"),
    'colour:"alpha bravo"': (And((Word("colour"), Phrase(("alpha", "bravo")))), "no field"),
    "title:)": (Everything(), "no value"),
    "title:": (Everything(), "no value"),
    "title:(alpha (bravo)) charlie)": (And((InField("title", A), InField("title", B), C)), "no partner"),
    "title:(alpha bravo": (And((InField("title", A), InField("title", B))), "not closed"),
    "title:()": (Everything(), ""),
    "title:-alpha": (Not(A), "no value"),
    "colour:(red) alpha": (And((Word("colour"), Word("red"), A)), "no field"),
    "not_country:CN": (And((Word("not"), Word("country"), Word("cn"))), "no field"),
    "alpha OR colour:red": (Or((A, And((Word("colour"), Word("red"))))), "no field"),
    "-colour:red": (Not(And((Word("colour"), Word("red")))), "no field"),
    "city:...": (Everything(), "holds no word"),
    "year:abc": (Everything(), "not a date"),
    "alpha year:abc": (A, "not a date"),
    "year:2014-02-30": (Everything(), "does not exist"),
    "date:2014-13": (Everything(), "does not exist"),
    "date:0000": (Everything(), "does not exist"),
    "date:2015..2014": (Everything(), "before it starts"),
    "date:2014..x": (Everything(), "not a date"),
    "before:yesterday": (Everything(), "not a date"),
    "[a TO z]": (Word("z"), ""),
}


@pytest.mark.parametrize("text", CLEAN)
def test_a_query_without_mistakes_means_what_it_says(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree == CLEAN[text]
    assert parsed.notes == ()


@pytest.mark.parametrize("text", REPAIRED)
def test_a_mistake_is_repaired_and_told(text: str) -> None:
    tree, told = REPAIRED[text]
    parsed = parse(text)
    assert parsed.tree == tree
    assert told in " ".join(parsed.notes)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_takes_words_phrases_and_prefixes(field: str) -> None:
    assert parse(f'{field}:alpha {field}:"alpha bravo" {field}:alp*').tree == And(
        (InField(field, A), InField(field, Phrase(("alpha", "bravo"))), InField(field, Prefix("alp")))
    )


def test_an_unknown_field_is_told_with_the_fields_there_are() -> None:
    (note,) = parse("colour:red").notes
    assert all(field in note for field in (*FIELDS, *DATE_FIELDS))


def test_each_repair_is_told_once() -> None:
    assert len(parse("alpha) bravo) charlie)").notes) == 1


class TestLimits:
    def test_500_characters_are_searched(self) -> None:
        assert parse("x" * MAX_CHARACTERS).tree == Word("x" * MAX_CHARACTERS)

    def test_501_are_refused_with_both_numbers(self) -> None:
        with pytest.raises(QueryTooLong, match=r"501 .* 500"):
            parse("x" * (MAX_CHARACTERS + 1))

    def test_the_41st_term_is_left_out_and_told(self) -> None:
        words = [f"w{n}" for n in range(MAX_CLAUSES + 1)]
        parsed = parse(" ".join(words))
        assert parsed.tree == And(tuple(Word(word) for word in words[:-1]))
        assert parsed.notes == ("Only the first 40 terms were searched.",)

    @pytest.mark.parametrize("glue", ["-", "/", ",", "."])
    def test_words_that_are_glued_together_count_too(self, glue: str) -> None:
        parsed = parse("first " + glue.join(f"w{n}" for n in range(60)))
        assert len(_words_of(parsed.tree)) == MAX_CLAUSES
        assert parsed.notes == ("Only the first 40 terms were searched.",)

    def test_fields_phrases_and_alternatives_count_as_well(self) -> None:
        parsed = parse(" OR ".join(f'city:"a{n}"' for n in range(35)) + " x y z u v w")
        assert parsed.notes == ("Only the first 40 terms were searched.",)
        assert _depth(parsed.tree) == 2

    def test_ten_levels_of_brackets_are_read(self) -> None:
        parsed = parse("alpha OR (bravo " * MAX_DEPTH + "charlie" + ")" * MAX_DEPTH)
        assert parsed.notes == ()
        assert _depth(parsed.tree) == 2 * MAX_DEPTH

    def test_the_eleventh_level_is_read_without_its_brackets(self) -> None:
        parsed = parse("-(x " * MAX_DEPTH + "alpha (bravo charlie)" + ")" * MAX_DEPTH + " delta")
        without = parse("-(x " * MAX_DEPTH + "alpha bravo charlie" + ")" * MAX_DEPTH + " delta")
        assert parsed.tree == without.tree
        assert without.notes == ()
        assert parsed.notes == ("Brackets deeper than 10 levels were ignored.",)

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 499 + "a",
            ")" * 499 + "a",
            "()" * 250,
            '"' * 500,
            "-" * 500,
            "NOT " * 125,
            "NOT " * 124 + "a",
            "OR " * 166,
            "AND " * 125,
            "-(" * 250,
            "a:" * 250,
            "title:" * 83,
            "~" * 500,
            "*" * 500,
            "a OR (" * 83,
            '"("' * 166,
            "a\x00b\ud800c\u202ed",
        ],
    )
    def test_the_absurd_parses_too(self, text: str) -> None:
        _is_sound(text)


# Characters that mean something, often; everything else, now and then.
_signs = [
    *("(", ")", '"', "-", "*", "~", "~2", '"~5', ":", "..", " ", "（", "”"),
    *(" OR ", " AND ", " NOT ", "title:", "year:", "date:2014..", "before:2015-06", "colour:", "city:("),
]
_pieces = st.one_of(
    st.sampled_from(_signs),
    st.sampled_from(["alpha", "bravo", "习近平", "Лавров", "2014", "x", "the", "of", "Xi’an", "½", "ß"]),
    st.text(max_size=4),
)
_texts = st.one_of(
    st.text(max_size=MAX_CHARACTERS),
    st.lists(_pieces, max_size=60).map("".join).map(lambda text: text[:MAX_CHARACTERS]),
)


@given(_texts)
@example("\ud800")
@example("İ" * 500)
def test_any_text_parses(text: str) -> None:
    _is_sound(text)


@given(_texts)
def test_blanks_around_a_query_mean_nothing(text: str) -> None:
    if len(text) < MAX_CHARACTERS - 1:
        assert parse(f" {text} ").tree == parse(text).tree


@pytest.mark.parametrize(
    "piece", ["(", ")", '"', "~", "*", "-", "~1", "~.", "*~", ":", "a:", "title:(", "a-", '"a"~', '"a b"~9 ', "’", "½"]
)
def test_whatever_repeats_is_read_to_the_end(piece: str) -> None:
    """An expression that backtracks would never come back."""
    _is_sound((piece * MAX_CHARACTERS)[: MAX_CHARACTERS - 1] + "x")


# What is written is read the same ------------------------------------------------------------------------------------

WRITTEN = {
    "": "",
    "ALPHA  AND bravo": "alpha bravo",
    "alpha OR bravo charlie": "(alpha OR bravo) charlie",
    "alpha OR (bravo charlie)": "alpha OR (bravo charlie)",
    "NOT alpha NOT (bravo OR charlie)": "-alpha -(bravo OR charlie)",
    "x OR alpha-bravo": "x OR (alpha bravo)",
    '"The Alpha"': '"the alpha"',
    '"xi sharif"~': '"xi sharif"~10',
    "sysoev~1 sysoev~2 terror*": "sysoev~ sysoev~2 terror*",
    'country:CN participant:sysoev~ title:"a b"~5': 'country:cn participant:sysoev~ title:"a b"~5',
    "title:(alpha OR bravo)": "title:alpha OR title:bravo",
    "city:khanty-mansiysk": 'city:"khanty mansiysk"',
    "before:2013 -year:2014": "before:2013 -year:2014",
    'year:" 2014 .. 2015 "': "year:2014..2015",
    "or OR and": "or OR and",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_tree_is_written_as_a_reader_would(text: str) -> None:
    assert write(parse(text).tree) == WRITTEN[text]


def _read_again(tree: Node) -> Parsed:
    # "ß" is written "ss": what was short enough may be longer now.
    with patch.object(grammar, "MAX_CHARACTERS", 20 * MAX_CHARACTERS):
        return parse(write(tree))


@settings(max_examples=300)
@given(_texts)
@example("½ OR ﷺ Ŀ-ＯＲ")
@example("alpha OR (bravo " * MAX_DEPTH + "x OR charlie-delta" + ")" * MAX_DEPTH)
@example("-(x " * MAX_DEPTH + '-colour:"red blue" y OR city:khanty-mans*')
@example("(x (y OR " * 9 + "z")
@example("ß" * 500)
@example('"' + " ".join(f"w{n}" for n in range(99)) + '"~3 alpha bravo')
def test_what_is_written_is_read_the_same(text: str) -> None:
    tree = parse(text).tree
    assert _read_again(tree) == Parsed(tree)


_words = st.sampled_from(["alpha", "習近平", "лавров", "xian", "2014", "x", "not", "mig29"])
_several = st.lists(_words, min_size=2, max_size=4, unique=True).map(tuple)
_days = st.dates() | st.sampled_from([date.min, date.max, date(2014, 1, 1), date(2014, 6, 30), date(2014, 12, 31)])
_terms = st.one_of(
    _words.map(Word),
    _words.map(lambda word: Phrase((word,))),
    _several.map(Phrase),
    st.builds(Near, _several, st.integers(3, MAX_DISTANCE)),
    st.sampled_from(["alp", "習近平", "mig2"]).map(Prefix),
    st.builds(Fuzzy, st.sampled_from(["sysoev", "лавров"]), st.integers(1, 2)),
)
_leaves = st.one_of(
    _terms,
    st.builds(InField, st.sampled_from(FIELDS), _terms),
    st.tuples(_days, _days).map(lambda pair: Period(min(pair), max(pair), "")),
)


def _several_of(kind: type[And] | type[Or], nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    parts = nodes.filter(lambda node: not isinstance(node, kind))
    return st.lists(parts, min_size=2, max_size=3).map(lambda some: kind(tuple(some)))


_trees: st.SearchStrategy[Node] = st.recursive(
    _leaves,
    lambda nodes: st.one_of(
        nodes.filter(lambda node: not isinstance(node, Not)).map(Not), _several_of(And, nodes), _several_of(Or, nodes)
    ),
    max_leaves=9,
)


@given(_trees)
def test_every_tree_can_be_written(tree: Node) -> None:
    assert parse(write(tree)) == Parsed(tree)


def test_variants_are_written_as_the_reader_wrote_them() -> None:
    both = Variants((A, B), (Word("x"),))
    assert write(And((both, C))) == "alpha bravo charlie"
    assert write(Or((both, C))) == "(alpha bravo) OR charlie"
    assert write(Not(both)) == "-(alpha bravo)"
    assert write(Not(Variants((A,), (B,)))) == "-alpha"


@given(_days, _days)
@example(date.min, date.min)
@example(date.max, date.max)
@example(date.min, date.max)
def test_a_period_can_be_written_by_its_days(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert parse(f"date:{days(first, last)}") == Parsed(Period(first, last, ""))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2014, 1, 1), date(2014, 12, 31), "2014"),
        (date(2014, 8, 1), date(2014, 8, 31), "2014-08"),
        (date(2014, 8, 24), date(2014, 8, 24), "2014-08-24"),
        (date(2014, 6, 1), date(2015, 1, 31), "2014-06..2015-01"),
        (date(2014, 1, 1), EVER, "2014.."),
        (date.min, date(2014, 12, 31), "..2014"),
    ],
)
def test_a_period_is_written_short(first: date, last: date, text: str) -> None:
    assert days(first, last) == text


# No operator changes what the other words mean ------------------------------------------------------------------------

_plain = st.lists(
    st.sampled_from(
        ["alpha", "bravo", '"alpha bravo"', '"xi sharif"~5', "terror*", "sysoev~", "city:osh", "year:2014"]
    ),
    min_size=1,
    max_size=20,
)
_operators = st.sampled_from(
    [" ", " OR ", " AND ", " NOT ", " -", " (", ") ", " OR (", " -(", ") OR ", " the ", " OR -"]
)


@given(_plain, st.lists(_operators, min_size=21, max_size=21))
def test_whatever_stands_between_them_the_words_mean_the_same(words: list[str], between: list[str]) -> None:
    alone = [parse(word).tree for word in words]
    text = between[0].lstrip() + "".join(word + operator for word, operator in zip(words, between[1:], strict=False))
    assert [node for node in _words_of(parse(text).tree) if node != Word("the")] == alone


@given(_plain, st.sampled_from(["-x", "NOT x", "(x OR y)", "year:2014", '"x y"', "x*", "title:x", "x", '"x y"~5']))
def test_what_is_added_never_changes_what_the_other_words_mean(words: list[str], added: str) -> None:
    before = [parse(word).tree for word in words]
    tree = parse(" ".join([*words, added])).tree
    assert isinstance(tree, And)
    assert list(tree.nodes[: len(before)]) == before


@given(_plain)
def test_brackets_around_everything_mean_nothing(words: list[str]) -> None:
    text = " ".join(words)
    assert parse(f"({text})").tree == parse(text).tree


@given(_plain)
def test_double_negation_means_nothing(words: list[str]) -> None:
    text = " ".join(words)
    assert parse(f"NOT NOT ({text})").tree == parse(f"-(-({text}))").tree == parse(text).tree


# In plain words -------------------------------------------------------------------------------------------------------

RESTATED = {
    "": "everything",
    "alpha": "items with alpha",
    "alpha bravo": "items with alpha and bravo",
    "alpha bravo charlie": "items with alpha, bravo and charlie",
    "alpha OR bravo": "items with alpha or bravo",
    "alpha (bravo OR charlie)": "items with alpha and (bravo or charlie)",
    "alpha OR (bravo charlie)": "items with alpha or (bravo and charlie)",
    "alpha OR (bravo -charlie)": "items with alpha or (bravo without charlie)",
    "alpha OR -bravo": "items with alpha or not bravo",
    "alpha OR (-bravo -charlie)": "items with alpha or (not (bravo or charlie))",
    'alpha -"bravo charlie"': "items with alpha, without “bravo charlie”",
    "-alpha -bravo -(charlie OR delta)": "items without alpha, bravo, charlie or delta",
    "-(alpha bravo)": "items without (alpha and bravo)",
    "terror*": "items with words that begin with “terror”",
    '"xi sharif"~10': "items with “xi” and “sharif” within 10 words of each other",
    '"xi sharif"~1': "items with “xi” and “sharif” next to each other",
    "sysoev~": "items with words like “sysoev” (one letter different)",
    "sysoev~2": "items with words like “sysoev” (up to 2 letters different)",
    "city:osh": "items with “osh” as host city",
    "title:alpha": "items with alpha in the title",
    "participant:lavr*": "items with words that begin with “lavr” in a participant’s name",
    "year:2014": "items dated in 2014",
    "year:2014 -iran border": "items with border, dated in 2014, without iran",
    "date:2014-08": "items dated in August 2014",
    "date:2014-08-24 -x": "items dated on 24 August 2014, without x",
    "date:2014-06..2015-01": "items dated from June 2014 to January 2015",
    "year:2014..": "items dated from 2014 on",
    "date:..2014-06": "items dated up to June 2014",
    "date:..": "items dated at any time",
    "before:2013": "items dated before 2013",
    "alpha after:2015-06-30": "items with alpha, dated after 30 June 2015",
    "alpha -year:2014": "items with alpha, without a date in 2014",
    "alpha OR before:2014": "items with alpha or a date before 2014",
}


@pytest.mark.parametrize("text", RESTATED)
def test_a_query_is_restated_in_plain_words(text: str) -> None:
    assert restate(parse(text).tree) == RESTATED[text]


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_has_words(field: str) -> None:
    assert "“osh”" in restate(parse(f'{field}:"osh"').tree)


def test_variants_are_restated_as_they_were_written() -> None:
    both = Variants((A, B), (Word("x"),))
    assert restate(And((both, C))) == "items with alpha, bravo and charlie"
    assert restate(And((C, Not(both)))) == "items with charlie, without (alpha and bravo)"
    assert describe(Variants((A,), (B,))) == "alpha"


def _is_sound(text: str) -> None:
    parsed = parse(text)
    assert all(isinstance(note, str) and note for note in parsed.notes)
    assert restate(parsed.tree)
    assert len(_words_of(parsed.tree)) <= MAX_CLAUSES
    assert _depth(parsed.tree) <= 3 * MAX_DEPTH + 3


def _words_of(node: Node) -> list[Node]:
    match node:
        case And(nodes) | Or(nodes):
            return [word for part in nodes for word in _words_of(part)]
        case Not(inner):
            return _words_of(inner)
        case Everything():
            return []
    return [node]


def _depth(node: Node) -> int:
    match node:
        case And(nodes) | Or(nodes):
            return 1 + max(_depth(part) for part in nodes)
        case Not(inner):
            return 1 + _depth(inner)
    return 0
