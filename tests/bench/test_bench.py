"""The benchmark's own logic: figures, marks, and that all engines are asked the same and find the same."""

import tempfile
from itertools import product
from pathlib import Path

import pytest
from django.db import connection
from django.test import TestCase, override_settings

from archive import search
from archive.curation.corpus import generate
from archive.models import Article, Event, Topic
from archive.search.documents import documents
from tests.bench import inside, scaling
from tests.bench.corpus import Corpus, _multiply
from tests.bench.engines import PAGE, Answer, Engine, NotSupported, Ours, OursAlone, PlainWhoosh, written
from tests.bench.measure import Measured
from tests.bench.questions import KINDS, Question, Words, questions, read_words, words_of_articles
from tests.bench.report import report, table
from tests.bench.sql import Fts5
from tests.bench.timing import Series, Timed, judged, median, milliseconds, percentile, ratio, timed

# Figures --------------------------------------------------------------------------------------------------------------


def test_percentiles_are_values_that_were_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]

    assert percentile(values, 95) == 5.0
    assert percentile(values, 50) == 3.0
    assert percentile(values, 0) == 1.0
    assert percentile([7.0], 95) == 7.0
    assert percentile(list(range(1, 101)), 95) == 95


def test_the_median_is_the_middle() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([4.0, 1.0, 2.0, 3.0]) == 2.5


@pytest.mark.parametrize(
    ("value", "shown"), [(0.5, "0.50 ✓"), (1.0, "1.00 ✓"), (1.004, "1.00 ✓"), (1.006, "1.01 ✗"), (12.0, "12.00 ✗")]
)
def test_a_ratio_is_marked_by_what_it_shows(value: float, shown: str) -> None:
    assert judged(value) == shown


def test_nothing_is_divided_by_zero() -> None:
    assert ratio(0.0, 0.0) == 1.0
    assert ratio(2.0, 4.0) == 0.5


@pytest.mark.parametrize(("value", "shown"), [(0.123, "0.12"), (12.34, "12.3"), (123.4, "123"), (94_000, "94 000")])
def test_milliseconds_have_three_figures(value: float, shown: str) -> None:
    assert milliseconds(value) == shown


def test_the_time_of_another_process_counts() -> None:
    clock = iter((1_000_000, 6_000_000))

    assert timed(lambda: None, lambda: next(clock)).cpu >= 5


def test_warm_calls_are_what_counts() -> None:
    series = Series([Timed(1, 2)], [Timed(3, 4)])

    assert series.measured == [Timed(3, 4)]
    assert Series([Timed(1, 2)]).measured == [Timed(1, 2)]


def test_a_table_is_markdown() -> None:
    assert table(["", "a"], [["x", "10"]]) == "|   |  a |\n| - | -: |\n| x | 10 |"


def test_the_report_tells_what_was_not_measured() -> None:
    slow, fast = Series([Timed(9, 9)], [Timed(8, 8)]), Series([Timed(2, 2)], [Timed(4, 4)])
    measured = Measured(
        10,
        kinds={"rare word": {"ours": slow, "fts5": fast}},
        totals={"rare word": {"ours": [3], "fts5": [4]}},
        failures={("rare word", "whoosh"): "> 60 s", ("rare word", "postgres"): "no such thing"},
        limits={("rare word", "fts5"): "only the newest"},
        builds={name: {"documents": 10, "cpu": 1000.0, "bytes": 1e6} for name in ("ours", "fts5", "postgres")},
        memory={name: {"all": 1e6, "own": 1e6} for name in ("ours", "fts5", "postgres", "whoosh")},
    )

    shown = report(measured)

    assert "2.00 ✗" in shown
    assert "> 60 s" in shown
    assert "rare word, PostgreSQL: no such thing" in shown
    assert "rare word, SQLite FTS5 tells: only the newest" in shown
    assert "totals of this search / SQLite FTS5: 3/4" in shown


# Questions ------------------------------------------------------------------------------------------------------------


def test_a_question_survives_the_pipe() -> None:
    question = Question(all_of=("a", "b"), days=(1, 2), is_by_date=True)

    assert Question.from_json(question.as_json()) == question
    assert Question.from_json({**question.as_json(), "all_of": ["a", "b"]}) == question


def test_questions_are_written_in_the_language_of_the_archive() -> None:
    question = Question(("a",), ("b", "c"), ("d",), ("e", "f"), "pref", "fuzz", (735_000, 735_001))

    assert written(question) == 'a (b OR c) -d "e f" pref* fuzz~2 date:2013-05-12..2013-05-13'
    assert not search.parse(written(Question(("a",), ("b", "c"), ("d",), ("e", "f"), "pref"))).notes


# Engines --------------------------------------------------------------------------------------------------------------


# Kinds whose words all engines cut the same.
SAME = (
    "rare word",
    "common word",
    "two words AND",
    "three words OR",
    "phrase",
    "prefix",
    "date range, by date",
    "boolean + date, by date",
)


def _shown(answer: Answer) -> dict[str, dict[str, int]]:
    return {key: dict(counts) for key, counts in answer.counts.items() if counts}


class TestEngines(TestCase):
    """A small corpus in this search, in plain Whoosh on its index, and in FTS5."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.enterClassContext(override_settings(DATA_DIR=cls.folder))
        generate(articles=100, seed=1)
        search.rebuild_index()
        fts5 = Fts5(cls.folder / "fts5.sqlite3")
        fts5.build()
        cls.asked = questions(read_words(fts5.connection))
        fts5.connection.close()

    def setUp(self) -> None:
        # The suite gives each test a folder of its own; these share theirs.
        self.enterContext(override_settings(DATA_DIR=self.folder))
        self.fts5, self.ours, self.whoosh = Fts5(self.folder / "fts5.sqlite3"), OursAlone(), PlainWhoosh()
        for engine in (self.fts5, self.ours, self.whoosh):
            engine.open()
        self.addCleanup(self.fts5.connection.close)

    def answers(self, engine: Engine, kind: str) -> list[Answer]:
        return [engine.ask(question) for question in self.asked[kind]]

    def test_each_kind_has_questions_that_find_something(self) -> None:
        assert list(self.asked) == list(KINDS)
        assert self.asked == questions(read_words(self.fts5.connection))
        for kind, some in self.asked.items():
            assert some, kind
        for kind in ("rare word", "common word", "three words OR", "phrase", "date range, by date"):
            assert all(answer.total for answer in self.answers(self.fts5, kind)), kind

    def test_engines_agree_on_totals_and_on_the_counts_of_all_facets(self) -> None:
        for engine, kind in product((self.fts5, self.whoosh), SAME):
            with self.subTest(engine=engine, kind=kind):
                for ours, theirs in zip(self.answers(self.ours, kind), self.answers(engine, kind), strict=True):
                    assert theirs.total == ours.total
                    assert _shown(theirs) == _shown(ours)

    def test_the_newest_are_the_same_in_all(self) -> None:
        kind = "date range, by date"
        ours, theirs = self.answers(self.ours, kind), self.answers(self.fts5, kind)
        assert [answer.ids for answer in ours] == [answer.ids for answer in theirs]

    def test_each_hit_has_its_snippet(self) -> None:
        for engine in (Ours(), self.fts5, self.whoosh):
            for answer in self.answers(engine, "common word"):
                assert len(answer.ids) == len(answer.snippets) == min(PAGE, answer.total)
                # A word that stands in names only has no place in the text to show.
                assert any(title and snippet for title, snippet in answer.snippets)  # type: ignore[misc]

    def test_what_an_engine_can_not_do_is_said(self) -> None:
        with pytest.raises(NotSupported):
            self.fts5.ask(Question(fuzzy="word"))


def test_words_are_as_frequent_as_asked_for() -> None:
    words = Words(100, {f"word{n}": n for n in range(1, 100)}, {("a", "b"): 1})

    assert all(20 <= words.frequencies[word] <= 60 for word in words.between(0.2, 0.6, 5))
    assert all(5 <= words.frequencies[word] <= 12 for word in words.between(5, 12, 5))
    assert len(words.between(0.2, 0.6, 5)) == 5


class TestScaling(TestCase):
    """What `tests.bench.scaling` asks and reports, and the larger corpora that it asks of."""

    @classmethod
    def setUpTestData(cls) -> None:
        generate(articles=100, seed=1)

    def test_the_report_tells_of_limits_and_of_totals_that_differ(self) -> None:
        one = scaling.Measured({"rare word": [1.0, 3.0]}, {"rare word": [3], "phrase": [9]}, {"phrase": "too slow"}, {})
        other = scaling.Measured(
            {"rare word": [5.0]}, {"rare word": [4]}, {"rare word": "the newest alone"}, {"size": "7"}
        )
        shown = scaling._report(Corpus(1_000, 1, Path()), {"a": one, "b": other}, {"read": 1.0, "cut": 2.0})
        assert "### 1 000 articles" in shown
        assert "| rare word" in shown and "2.00 (3.00)" in shown
        assert "- phrase, a: too slow" in shown and "- rare word, b: the newest alone" in shown
        assert "- rare word: totals differ: [(3,), (4,)]" in shown
        assert "phrase: totals differ" not in shown

    def test_the_words_of_the_database_are_counted_by_articles(self) -> None:
        words = words_of_articles()
        (word, n) = next((word, n) for word, n in sorted(words.frequencies.items()) if n == 3)
        holding = [one for one in Article.objects.published() if word in f"{one.abstract} {one.body}".lower().split()]
        assert (words.articles, len(holding)) == (100, n)
        assert all(questions(words)[kind] for kind in KINDS)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="a corpus is a file")
    def test_a_corpus_is_multiplied_with_other_rare_words(self) -> None:
        before, links = words_of_articles(), Article.topics.through.objects.count()
        with connection.cursor():
            _multiply(connection.connection, 3)
        after = words_of_articles()
        assert (Article.objects.published().count(), Article.topics.through.objects.count()) == (300, 3 * links)
        assert Article.objects.values("slug").distinct().count() == 300
        common = max(before.frequencies, key=before.frequencies.__getitem__)
        assert after.frequencies[common] == 3 * before.frequencies[common]
        assert len(after.frequencies) > len(before.frequencies)
        assert len(list(documents(search.Scope.ARTICLES, Article.objects.values_list("pk", flat=True)))) == 300


# Pages ----------------------------------------------------------------------------------------------------------------


class TestFurtherEvents(TestCase):
    """What is done within the environment of a corpus, for the benchmark of pages."""

    @classmethod
    def setUpTestData(cls) -> None:
        generate(articles=100, seed=1)

    def test_they_stand_beside_those_that_there_are(self) -> None:
        before = Event.objects.published().count()
        assert inside.fill(before + 20) == {"events": before + 20}
        assert Event.objects.published().count() == before + 20
        further = Event.objects.filter(slug__contains="-further-")
        assert further.filter(coverages__isnull=False).exists()
        assert further.filter(delegations__isnull=False).exists()
        assert inside.fill(before) == {"events": before + 20}

    def test_the_leading_records_are_those_with_most(self) -> None:
        found = inside.leading()
        topics = Topic.objects.with_counts()
        most = max(topics, key=lambda one: one.event_count + one.article_count)  # type: ignore[attr-defined]
        best = topics.get(slug=found["Topic"].strip("/").rpartition("/")[2])
        assert best.event_count + best.article_count == most.event_count + most.article_count  # type: ignore[attr-defined]

    def test_queries_of_a_page_are_counted(self) -> None:
        assert inside.queries(["/help/accessibility/", "/topics/"]) == {"/help/accessibility/": 1, "/topics/": 4}
