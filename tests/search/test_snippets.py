"""What of a text is shown with a result, and what of it is marked."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.search.grammar import parse
from archive.search.query import And, Fragment, Not, Phrase, Variants, Word
from archive.search.snippets import LENGTH, SEARCHED, Marker, best_passage, mark
from archive.search.text import fold, forms
from archive.templatetags.results import marked as marked_up
from tests import factories as make
from tests.search.asking import ask

FILLER = "Nothing of interest stands in this sentence at all. " * 10


def marker(query: str) -> Marker:
    return Marker(parse(query).tree)


def marked(query: str, text: str) -> list[str]:
    return [fragment.text for fragment in mark(text, marker(query)) if fragment.is_hit]


def shown(query: str, text: str) -> str:
    return "".join(fragment.text for fragment in best_passage(text, marker(query)))


class TestMarks:
    @pytest.mark.parametrize(
        ("query", "text", "expected"),
        [
            ("patrol", "Patrols, patrolling; a patrol!", ["Patrols", "patrolling", "patrol"]),
            ("defense", "The defence minister", ["defence"]),
            ("sco", "The SCO’s summit", ["SCO’s"]),
            ("terror*", "Counter-terrorism", ["terrorism"]),
            ("лавров", "С. В. ЛАВРОВ", ["ЛАВРОВ"]),
            ("习近平", "President 习近平 said", ["习近平"]),
            ("resume", "A re\u0301sume\u0301", ["re\u0301sume\u0301"]),
            # A phrase is marked where it stands, not each of its words.
            ('"full membership"', "Full house: full membership for members", ["full", "membership"]),
            ('"of the"', "of the talks of a day", ["of", "the"]),
            ('"a a"', "a b a a a", ["a", "a", "a"]),
            ('"defence"', "defence and defences", ["defence"]),
            # Words near each other where they are near, whatever their order.
            ('"xi sharif"~3', "Xi met; then Sharif, who met Xi. Sharif", ["Xi", "Sharif", "Xi", "Sharif"]),
            ('"xi sharif"~1', "Xi met Sharif; Sharif, Xi. Sharif", ["Sharif", "Xi", "Sharif"]),
            ('"xi met sharif"~2', "Xi met; Xi met Sharif", ["Xi", "met", "Sharif"]),
            ('"xi sharif"~9', "Xi and Xis", []),
            # Words like it, by the letters that may differ.
            ("sysoev~", "Sysoyev, Sysoev’s, Sysoyeva, Ssyoev", ["Sysoyev", "Sysoev’s", "Ssyoev"]),
            ("sysoev~2", "Sysoyev, Sysoyeva, Soev, Sergeev", ["Sysoyev", "Sysoyeva", "Soev"]),
            ("participant:sysoev~", "Sysoyev", ["Sysoyev"]),
            # What is excluded is not asked for; what is asked for in a field is.
            ("border -patrol", "Border patrol", ["Border"]),
            ('border -"a patrol"~5 -patrols~', "A border patrol", ["border"]),
            ("NOT (border OR patrol)", "Border patrol", []),
            ("NOT NOT border", "Border patrol", ["Border"]),
            ("country:china (border OR patrol)", "China border patrol", ["China", "border", "patrol"]),
            ("year:2014", "In 2014", []),
            ("", "Border patrol", []),
        ],
    )
    def test_exactly_what_was_asked_for_is_marked(self, query: str, text: str, expected: list[str]) -> None:
        assert marked(query, text) == expected

    def test_other_names_are_marked_too(self) -> None:
        names = Variants((Word("rats"),), (Word("ркс"), Phrase(("anti", "terrorist", "structure"))))
        found = mark("RATS, the Anti-Terrorist Structure; РКС; a structure", Marker(And((names, Word("the")))))
        assert [one.text for one in found if one.is_hit] == ["RATS", "the", "Anti", "Terrorist", "Structure", "РКС"]
        assert not any(one.is_hit for one in mark("RATS, РКС", Marker(Not(names))))

    def test_the_text_is_whole(self) -> None:
        assert mark("A border, a patrol.", marker("border patrol")) == (
            Fragment("A "),
            Fragment("border", is_hit=True),
            Fragment(", a "),
            Fragment("patrol", is_hit=True),
            Fragment("."),
        )

    def test_no_text_is_no_fragment(self) -> None:
        assert mark("", marker("border")) == best_passage("", marker("border")) == ()


class TestBestPassage:
    def test_a_short_text_is_shown_whole(self) -> None:
        assert shown("nothing", "A  short\ntext") == "A short text"

    def test_a_long_one_from_its_beginning_where_nothing_matched(self) -> None:
        passage = shown("absent", FILLER)
        assert passage.startswith("Nothing of interest")
        assert passage.endswith(" …")

    def test_the_passage_has_the_match(self) -> None:
        passage = best_passage(f"{FILLER} The border patrol met. {FILLER}", marker("patrol"))
        assert [fragment.text for fragment in passage if fragment.is_hit] == ["patrol"]
        assert passage[0] == Fragment("… ")
        assert passage[-1] == Fragment(" …")

    def test_the_most_different_matches_win(self) -> None:
        text = f"border border border border. {FILLER} a border patrol at dawn. {FILLER} patrol"
        assert "border patrol at dawn" in shown("border patrol dawn", text)

    def test_the_match_has_words_before_it(self) -> None:
        assert "said that the border" in shown("border", f"{FILLER} They said that the border is open. {FILLER}")

    def test_it_is_cut_at_words(self) -> None:
        words = FILLER.split()
        passage = shown("absent", f"{FILLER} border {FILLER}").strip("… ")
        assert set(passage.split()) <= set(words)

    @pytest.mark.parametrize("place", [0, 100, 300, 600])
    def test_a_text_without_blanks_fills_its_room(self, place: int) -> None:
        text = "上" * place + "。习近平。" + "下" * 600
        passage = shown("习近平", text)
        assert "习近平" in passage
        assert 190 <= len(passage) <= LENGTH

    def test_the_last_words_can_be_shown(self) -> None:
        assert shown("patrol", f"{FILLER} the last patrol").endswith("the last patrol")

    def test_a_word_longer_than_the_passage_is_cut(self) -> None:
        assert len(shown("x*", f"{FILLER}{'x' * 500} {FILLER}")) <= LENGTH

    def test_a_very_long_text_costs_little(self) -> None:
        text = "border " * 1_000_000
        assert shown("border", text).startswith("border border")
        assert shown("patrol", text + "patrol").startswith("border border"), f"only {SEARCHED} characters are searched"


_words = st.sampled_from(["border", "patrols", "习近平", "x" * 250, "a", "<b>", "…", "Лавров", "e\u0301", "&amp;"])
_texts = st.one_of(
    st.text(max_size=300),
    st.lists(_words, max_size=60).map(" ".join),
    st.lists(_words, max_size=30).map("".join),
)
_queries = st.sampled_from(
    ["borde~", '"a border"~9', "border", "patrol* OR 习近平", '"a border"', "x*", "лавров -border", "b amp", ""]
)


@settings(max_examples=50)
@given(_texts, _queries, st.integers(20, 300))
@example("x" * 1000, "x*", 200)
@example("y " + "x" * 1000 + " border", "border", 20)
def test_a_passage_is_a_piece_of_the_text_and_no_longer_than_it_may_be(text: str, query: str, length: int) -> None:
    passage = best_passage(text, marker(query), length=length)
    assert sum(len(fragment.text) for fragment in passage) <= length
    joined = "".join(fragment.text for fragment in passage if fragment not in (Fragment("… "), Fragment(" …")))
    assert joined in " ".join(text.split())


@settings(max_examples=50)
@given(_texts, _queries)
def test_a_title_is_never_changed(text: str, query: str) -> None:
    assert "".join(fragment.text for fragment in mark(text, marker(query))) == text


@settings(max_examples=50)
@given(_texts, _queries)
def test_only_words_are_marked(text: str, query: str) -> None:
    assert all(len(forms(fragment.text)) == 1 for fragment in mark(text, marker(query)) if fragment.is_hit)


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert all(fold(form) == form for form in forms(text))


def test_fragments_are_plain_text_that_the_template_escapes() -> None:
    fragments = mark("<script>alert('border & patrol')</script>", marker("script patrol"))
    html = marked_up(fragments)
    assert html.strip() == (
        "&lt;<mark>script</mark>&gt;alert(&#x27;border &amp; <mark>patrol</mark>&#x27;)&lt;/<mark>script</mark>&gt;"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_a_result_shows_its_best_passage_of_200_characters_at_most() -> None:
    make.make_article(
        headline="Border talks", headline_supplied=True, abstract=FILLER, body=f"{FILLER} A patrol. {FILLER}"
    )
    (hit,) = ask("border patrol").hits
    assert [fragment.text for fragment in hit.title] == ["[", "Border", " talks]"]
    assert [fragment.text for fragment in hit.snippet if fragment.is_hit] == ["patrol"]
    assert sum(len(fragment.text) for fragment in hit.snippet) <= LENGTH
