"""The engine in the database: what it holds and answers, and that many can use it at once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.state import ProjectState
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive import search
from archive.checks import search_engine
from archive.search import IndexUnusable, Query, Scope, Sort
from archive.search.documents import SearchDocument
from archive.search.engine import _engine, engine
from archive.search.grammar import parse
from archive.search.postgres_engine import PLANNING, PostgresEngine, _transaction
from archive.search.postgres_query import Statement
from archive.search.postgres_rows import MAX_LEXEME, MAX_PLACE, MAX_PLACES, vector
from archive.search.query import IndexState
from tests import factories as make
from tests.search.asking import ask, found
from tests.search.engines import POSTGRES
from tests.search.oracle import check_any, make_documents, write

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="runs on PostgreSQL only")


class TestChoosingIt:
    @pytest.mark.skipif(connection.vendor == "postgresql", reason="runs on other databases only")
    def test_it_needs_postgresql(self, settings: Any) -> None:
        settings.SEARCH_URL = POSTGRES
        with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be PostgreSQL"):
            engine()
        assert [error.id for error in search_engine()] == ["archive.E001"]

    @on_postgresql
    @pytest.mark.parametrize("url", ["postgres://", "postgres:///"])
    def test_it_is_in_the_database_of_the_archive(self, url: str, settings: Any) -> None:
        settings.SEARCH_URL = url
        assert isinstance(engine(), PostgresEngine)
        assert search_engine() == []

    @on_postgresql
    def test_it_takes_no_address_and_does_not_repeat_one(self, settings: Any) -> None:
        settings.SEARCH_URL = "postgres://somebody:secret@elsewhere/archive"
        with pytest.raises(ImproperlyConfigured, match="takes no address") as raised:
            engine()
        assert "secret" not in str(raised.value)

    def test_engines_are_named_where_there_is_none_of_that_name(self) -> None:
        with pytest.raises(ImproperlyConfigured, match="postgres://"):
            _engine("tantivy://", "")


# One list for thousands of words: each with one of its own would take gigabytes as soon as the module is read.
_EVERYWHERE = [(place, "C") for place in range(1, 16_000)]


class TestVectors:
    """The limits of a tsvector are kept; PostgreSQL would refuse more, or change it without a word."""

    def test_words_with_their_places_and_weights(self) -> None:
        assert vector({"a": [(1, "A"), (3, "C")], ":kind:a": [(5, "D")]}) == ("'a':1A,3C ':kind:a':5", True)

    def test_quotes_and_backslashes(self) -> None:
        assert vector({"o'\\x": [(1, "A")]}) == (r"'o''\\x':1A", True)

    def test_places_past_the_last_are_left_out(self) -> None:
        text, is_whole = vector({"a": [(1, "C"), (MAX_PLACE + 1, "C")], "b": [(MAX_PLACE + 1, "C")]})
        assert (text, is_whole) == ("'a':1C 'b'", False)

    def test_so_are_places_that_are_too_many(self) -> None:
        text, is_whole = vector({"a": [(n, "C") for n in range(1, 400)]})
        assert (text.count(","), is_whole) == (MAX_PLACES - 1, False)

    def test_a_word_that_is_too_long_is_cut(self) -> None:
        text, _ = vector({"ж" * 3000: [(1, "C")]})
        assert len(text.partition("':")[0].strip("'").encode()) == MAX_LEXEME

    @on_postgresql
    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("words", "lexemes", "places"),
        [
            ({"a": [(n, "C") for n in range(1, 20_000)]}, 1, 255),
            ({"ж" * 5000: [(1, "A")], "b" * 5000: [(2, "A")]}, 2, 2),
            ({f"w{n}": [(n * 100 + i, "C") for i in range(100)] for n in range(1, 160)}, 159, 15_900),
            ({f"{n:05}{'w' * 100}": [(n, "C")] for n in range(1, 12_000)}, 9118, 9118),
            (dict.fromkeys((f"{n:05}" for n in range(3000)), _EVERYWHERE), 3000, 3000),
            ({"'": [(1, "A")], "\\": [(2, "B")], "''\\\\": [(3, "C")], ":a:*": [(4, "D")], " ": [(5, "A")]}, 5, 5),
        ],
        ids=["often", "long", "many places", "a megabyte", "a megabyte of places", "signs"],
    )
    def test_postgresql_takes_all_of_it_as_it_is(
        self, words: dict[str, list[tuple[int, str]]], lexemes: int, places: int
    ) -> None:
        text, _ = vector(words)
        with connection.cursor() as cursor:
            cursor.execute("SELECT lexeme, positions FROM unnest(%s::tsvector)", [text])
            stored = dict(cursor.fetchall())
        assert (len(stored), sum(map(len, stored.values()))) == (lexemes, places)
        assert all(lexeme in words for lexeme in stored) or places == 2
        assert all(place <= 16_383 for those in stored.values() for place in those)


@pytest.fixture
def postgres(settings: Any, db: None) -> PostgresEngine:
    settings.SEARCH_URL = POSTGRES
    chosen = engine()
    assert isinstance(chosen, PostgresEngine)
    return chosen


@on_postgresql
def test_every_tree(postgres: PostgresEngine) -> None:
    """What it answers is what reading every document would give, however the index grew."""
    documents = make_documents()
    outdated = [SearchDocument(one.scope, one.pk, "rare", ("alpha " * 5,), {}, {}) for one in documents]
    postgres.rebuild(outdated[:60], 1, "")
    for start in range(0, 150, 30):
        write(postgres, outdated[start : start + 40])
        write(postgres, documents[start : start + 20])
        write(postgres, documents[start + 20 : start + 30])
    write(postgres, documents[100:])
    assert postgres.contents() == {one.id: one.digest for one in documents}
    check_any(postgres, documents)


def _documents(number: int) -> list[SearchDocument]:
    return [
        SearchDocument(Scope.ARTICLES, n, f"border w{n}", ("a text",), {}, {"kind": ("news",)}) for n in range(number)
    ]


def _pks(text: str = "border") -> tuple[int, ...]:
    return engine().find(Query(text, sort=Sort.OLDEST, page_size=1000), parse(text).tree).pks


@on_postgresql
class TestAnIndexThatIsNotThere:
    """It is unusable, told so, and mended by a rebuild; nothing else breaks."""

    @pytest.fixture(autouse=True)
    def _indexed(self, postgres: PostgresEngine) -> None:
        make.make_article(headline="Border drill")
        search.rebuild_index()

    @pytest.mark.parametrize(
        ("damage", "told"),
        [
            ("DELETE FROM archive_searchstate", "no search index yet.*rebuild_index"),
            ("UPDATE archive_searchstate SET version = 0", "another version.*rebuild_index"),
            ("UPDATE archive_searchstate SET number = 1, sha256 = 'x'", "another database.*rebuild_index"),
            ("DROP TABLE archive_searchstate", "no tables.*migrate"),
            ("DROP TABLE archive_searchdocument", "no tables.*migrate"),
        ],
    )
    def test_is_unusable_and_no_other_error(self, damage: str, told: str, client: Client) -> None:
        with connection.cursor() as cursor:
            cursor.execute(damage)
        with pytest.raises(IndexUnusable, match=told):
            ask("border")
        assert client.get("/search/?q=border").status_code == 503
        assert client.get("/articles/").status_code == 200
        assert client.get("/readyz").status_code == (200 if damage.endswith("searchdocument") else 503)
        search.follow_changes()
        if not damage.startswith("DROP"):
            call_command("rebuild_index", "--if-needed")
            assert found("border") == ["Border drill"]

    def test_the_index_is_ready(self, client: Client) -> None:
        assert client.get("/readyz").json() == {"database": "ok", "index": "ok"}

    def test_the_check_finds_what_is_not_as_the_records_are(self) -> None:
        (article,) = search.documents.documents(Scope.ARTICLES, [ask("border").hits[0].record.pk])  # type: ignore[attr-defined]
        other = SearchDocument(Scope.ARTICLES, article.pk, "Something else", (), {}, {})
        surplus = SearchDocument(Scope.ARTICLES, 10**9, "Surplus", (), {}, {})
        assert engine().apply(lambda state: ([article.id], [other, surplus], state.number, state.sha256))
        report = search.check_index()
        assert (report.outdated, report.surplus, report.missing) == ((article.id,), (surplus.id,), ())
        search.repair_index(report)
        assert search.check_index().is_clean
        assert found("border") == ["Border drill"]

    def test_the_limits_of_a_search_end_with_it(self) -> None:
        def limits() -> Any:
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
                return cursor.fetchone()

        before = limits()
        with transaction.atomic():
            ask("border")
            make.make_article(headline="Border talks")
            search.rebuild_index()
            assert limits() == before


@contextmanager
def _other_connection() -> Iterator[None]:
    """For a thread: its connection is closed at the end."""
    try:
        yield
    finally:
        connection.close()


@on_postgresql
@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    @pytest.fixture
    def index(self, postgres: PostgresEngine, transactional_db: None) -> Iterator[PostgresEngine]:
        postgres.rebuild(_documents(40), 1, "")
        yield postgres
        postgres.rebuild([], 0, "")

    def test_a_search_is_one_statement_in_its_own_transaction(self, index: PostgresEngine) -> None:
        for text in ("border", 'border OR "a text" -w3 w*', ""):
            with CaptureQueriesContext(connection) as captured:
                _pks(text)
            assert [one["sql"].split()[0] for one in captured] == ["BEGIN", "SELECT", "WITH", "COMMIT"]

    @pytest.mark.parametrize("text", ["border", "border OR text", "bordr~2", '"a text" w*', "-border", "border -text"])
    def test_no_search_reads_every_vector(self, index: PostgresEngine, text: str) -> None:
        """Few as they are here, the planner would: it doesn't count what it costs to unpack them."""
        statement = Statement(Query(text), parse(text).tree, lambda _form, _edits: ["border"])
        with _transaction(PLANNING) as cursor:
            cursor.execute(f"EXPLAIN {statement.sql}", statement.params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert "archive_searchdocument" in plan
        assert "Seq Scan on archive_searchdocument" not in plan

    def test_words_of_which_any_will_do_are_asked_of_the_index_alone(self, index: PostgresEngine) -> None:
        """A second condition would be checked in the vector of each result."""
        statement = Statement(Query(), parse("border OR text OR w3").tree, lambda _form, _edits: [])
        condition = statement.matching(parse("border OR text OR w3").tree)
        assert condition.count("@@") == 1

    def test_two_writers_lose_nothing(self, index: PostgresEngine) -> None:
        def write(number: int) -> bool:
            one = SearchDocument(Scope.ARTICLES, 100 + number, f"border w{number}", (), {}, {})
            with _other_connection():
                return PostgresEngine().apply(lambda state: ([], [one], state.number + 1, ""))

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(write, range(20)))
        assert index.state() == IndexState(21, "", 60)
        assert len(_pks()) == 60

    def test_a_rebuild_takes_nothing_from_those_who_search(self, index: PostgresEngine) -> None:
        done = threading.Event()

        def searches() -> int:
            asked = 0
            with _other_connection():
                while not done.is_set():
                    assert _pks() == tuple(range(40))
                    asked += 1
            return asked

        with ThreadPoolExecutor(3) as pool:
            running = [pool.submit(searches) for _ in range(3)]
            for number in range(8):
                index.rebuild(_documents(40), number, "")
            done.set()
            assert all(one.result() for one in running)
        assert index.state() == IndexState(7, "", 40)
        assert _rows() == 40

    def test_during_a_rebuild_the_old_index_is_read_and_written(self, index: PostgresEngine) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[SearchDocument]:
            yield from _documents(3)
            begun.set()
            assert go_on.wait(10)

        def rebuild(documents: Any, number: int) -> None:
            with _other_connection():
                PostgresEngine().rebuild(documents, number, "")

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(rebuild, slowly(), 2)
            assert begun.wait(10)
            # Another rebuild waits for its end.
            second = pool.submit(rebuild, _documents(5), 3)
            assert len(_pks()) == 40
            one = SearchDocument(Scope.ARTICLES, 100, "border w100", (), {}, {})
            assert index.apply(lambda _: (["article:0"], [one], 9, ""), timeout=1)
            assert index.state() == IndexState(9, "", 40)
            assert _pks()[-1] == 100
            go_on.set()
            first.result()
            second.result()
        assert index.state() == IndexState(3, "", 5)
        assert _rows() == 5

    def test_a_rebuild_that_fails_leaves_the_old_index_and_no_rubbish(self, index: PostgresEngine) -> None:
        def failing() -> Iterator[SearchDocument]:
            yield from _documents(2)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            index.rebuild(failing(), 2, "")
        assert index.state() == IndexState(1, "", 40)
        assert _rows() == 40

    def test_while_another_writes_the_search_answers_from_what_there_is(self, index: PostgresEngine) -> None:
        holding, go_on = threading.Event(), threading.Event()

        def hold() -> bool:
            def slowly(state: IndexState) -> None:
                holding.set()
                assert go_on.wait(10)

            with _other_connection():
                return PostgresEngine().apply(slowly)

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(hold)
            assert holding.wait(10)
            assert not index.apply(lambda _: ([], _documents(1), 5, ""), timeout=0.1)
            assert len(_pks()) == 40
            go_on.set()
            assert writing.result()
        assert index.apply(lambda _: (["article:0"], _documents(1), 5, ""), timeout=0.1)

    def test_a_database_that_is_only_read_is_searched(self, index: PostgresEngine) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        try:
            assert not index.apply(lambda _: (["article:0"], [], 5, ""))
            assert len(_pks()) == 40
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET default_transaction_read_only = off")

    def test_words_that_come_later_are_known_to_fuzzy_words(self, index: PostgresEngine) -> None:
        assert _pks("sysoyev~") == ()
        for number in range(2):
            one = SearchDocument(Scope.ARTICLES, 100 + number, f"Sysoev{'s' * number}", (), {}, {})
            assert index.apply(lambda state, one=one: ([], [one], state.number + 1, ""))  # type: ignore[misc]
        assert _pks("sysoyev~") == (100,)
        assert _pks("sysoyev~2") == (100, 101)
        index.rebuild(_documents(2), 1, "")
        assert _pks("sysoyev~2") == ()
        assert _pks("bordr~") == (0, 1)


def _rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM archive_searchdocument")
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_the_migration_makes_its_tables_on_postgresql_only_and_takes_them_away_again() -> None:
    migration = import_module("archive.migrations.0003_postgres_search").Migration
    (operation,) = migration.operations

    def tables() -> set[str]:
        return {name for name in connection.introspection.table_names() if name.startswith("archive_search")}

    before = tables()
    assert bool(before) is (connection.vendor == "postgresql")
    if connection.vendor != "postgresql":
        return
    state = ProjectState()
    with connection.schema_editor() as editor:
        operation.database_backwards("archive", editor, state, state)
        assert tables() == set()
        operation.database_forwards("archive", editor, state, state)
        assert tables() == before


@on_postgresql
@pytest.mark.django_db
class TestDamage:
    """`check_archive --fixity` asks for whatever is not what was written."""

    @pytest.mark.parametrize(
        "change",
        [
            "facets = facets[2:]",
            "facets = array_append(facets, 'kind:other')",
            "stemmed = 'other:1A'",
            "exact = exact || 'other:900C'",
            "first = first + 1",
            "last = last + 1",
            "digest = digest # 1",
            "overlong = 'other'",
            "scope = 'event'",
        ],
    )
    def test_every_column_is_compared(self, change: str, settings: Any) -> None:
        settings.SEARCH_URL = POSTGRES
        one, _other = make.make_article(headline="Border patrol"), make.make_article(headline="Something else")
        search.rebuild_index()
        assert list(search.index_damages()) == []
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE archive_searchdocument SET {change} WHERE id = %s", [f"article:{one.pk}"])
        assert list(search.index_damages()) == [f"article:{one.pk}"]

    def test_words_that_are_lost_are_told_by_the_documents_that_have_them(self, settings: Any) -> None:
        settings.SEARCH_URL = POSTGRES
        one, _other = make.make_article(headline="Unheard patrol"), make.make_article(headline="Something else")
        search.rebuild_index()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE archive_searchword SET form = 'unheart' WHERE form = 'unheard'")
        assert list(search.index_damages()) == [f"article:{one.pk}"]
