"""From what a reader types to a tree: every text parses, mistakes are repaired and told."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.search.grammar import DATE_FIELDS, FIELDS, MAX_CHARACTERS, MAX_CLAUSES, MAX_DEPTH, describe, parse
from archive.search.query import (
    And,
    Everything,
    InField,
    Node,
    Not,
    Or,
    Period,
    Phrase,
    Prefix,
    QueryTooLong,
    Word,
)

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
    # Too common to ask for beside other words; alone they are asked for.
    "the alpha of bravo": And((A, B)),
    "state-of-the-art": And((Word("state"), Word("art"))),
    "of": Word("of"),
    "of the": And((Word("of"), Word("the"))),
    "the -alpha": And((Word("the"), Not(A))),
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
    "sysoev~2": (Word("sysoev"), "not understood"),
    "x~9": (Word("x"), "not understood"),
    '"alpha bravo"~10': (Phrase(("alpha", "bravo")), "not understood"),
    "...": (Everything(), "holds no word"),
    "alpha +++": (A, "holds no word"),
    "alpha - bravo": (And((A, B)), "holds no word"),
    '""': (Everything(), ""),
    "()": (Everything(), ""),
    "colour:red": (And((Word("colour"), Word("red"))), "no field"),
    'colour:"alpha bravo"': (And((Word("colour"), Phrase(("alpha", "bravo")))), "no field"),
    "title:)": (Everything(), "no value"),
    "title:": (Everything(), "no value"),
    "alpha title:(bravo OR charlie)": (And((A, Or((B, C)))), "no value"),
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
        assert len(_words(parsed.tree)) == MAX_CLAUSES
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
_pieces = st.one_of(
    st.sampled_from(
        [
            "(",
            ")",
            '"',
            "-",
            "*",
            "~",
            ":",
            "..",
            " ",
            " OR ",
            " AND ",
            " NOT ",
            "title:",
            "year:",
            "date:2014..",
            "the",
        ]
    ),
    st.sampled_from(["alpha", "bravo", "习近平", "Лавров", "2014", "x"]),
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


_plain = st.lists(st.sampled_from(["alpha", "bravo", "charlie", '"alpha bravo"', "terror*", "city:osh"]), min_size=1)


@given(_plain, st.sampled_from(["-x", "NOT x", "(x OR y)", "year:2014", '"x y"', "x*", "title:x", "x"]))
def test_what_is_added_never_changes_what_the_other_words_mean(words: list[str], added: str) -> None:
    words = words[:20]
    before = [parse(word).tree for word in words]
    tree = parse(" ".join([*words, added])).tree
    assert isinstance(tree, And)
    assert list(tree.nodes[: len(before)]) == before


@given(_plain)
def test_brackets_around_everything_mean_nothing(words: list[str]) -> None:
    text = " ".join(words[:20])
    assert parse(f"({text})").tree == parse(text).tree


@given(_plain)
def test_double_negation_means_nothing(words: list[str]) -> None:
    text = " ".join(words[:20])
    assert parse(f"NOT NOT ({text})").tree == parse(text).tree


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "everything"),
        ("alpha bravo", "alpha and bravo"),
        ("alpha (bravo OR charlie)", "alpha and (bravo or charlie)"),
        ('alpha -"bravo charlie"', "alpha and not “bravo charlie”"),
        ("-(alpha bravo)", "not (alpha and bravo)"),
        ("terror*", "words that begin with “terror”"),
        ("city:osh year:2014", "osh in the field “city” and dated year:2014"),
    ],
)
def test_a_query_is_restated_in_plain_words(text: str, said: str) -> None:
    assert describe(parse(text).tree) == said


def _is_sound(text: str) -> None:
    parsed = parse(text)
    assert all(isinstance(note, str) and note for note in parsed.notes)
    assert describe(parsed.tree)
    assert len(_words(parsed.tree)) <= MAX_CLAUSES
    assert _depth(parsed.tree) <= 3 * MAX_DEPTH + 3


def _words(node: Node) -> list[Node]:
    match node:
        case And(nodes) | Or(nodes):
            return [word for part in nodes for word in _words(part)]
        case Not(inner):
            return _words(inner)
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
