"""The index follows the change log, whatever happens to it; and it never shows what is not public."""

import errno
import gc
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import OperationalError, transaction
from django.test import Client
from whoosh import index as whoosh_index

from archive import search
from archive.models import Article, Change, Coverage, Participant, Status
from archive.search import IndexUnusable, Query, Scope, Sort, freshness, whoosh_engine
from archive.search.documents import SearchDocument
from archive.search.engine import _engine, engine
from archive.search.grammar import parse
from archive.search.query import IndexState
from archive.search.whoosh_engine import WhooshEngine
from tests import factories as make
from tests.search.asking import ask, counts, events, found, participants

Made = dict[str, Any]


def _world() -> Made:
    """An article and an event with one of everything that others are found by."""
    made: Made = {
        "city": make.make_city(name="Oldcity"),
        "country": make.make_country(name="Oldcountry"),
        "topic": make.make_topic(name="Oldtopic"),
        "series": make.make_series(name="Oldseries"),
        "participant": make.make_participant(name="Oldperson"),
        "publisher": make.make_publisher(name="Oldpublisher"),
    }
    made["event"] = make.make_event(name="Oldevent", city=made["city"], series=made["series"])
    made["article"] = make.make_article(
        headline="Oldheadline",
        publisher=made["publisher"],
        countries=[made["country"]],
        topics=[made["topic"]],
        participants=[made["participant"]],
    )
    made["coverage"] = make.make_coverage(article=made["article"], event=made["event"])
    made["attendance"] = make.make_attendance(event=made["event"], participant=made["participant"])
    made["delegation"] = make.make_delegation(event=made["event"], country=made["country"])
    return made


def save(record: Any, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(record, name, value)
    record.full_clean()
    record.save()


def withdraw(record: Any) -> None:
    save(record, status=Status.WITHDRAWN, withdrawn_at=record.first_public_at, withdrawal_reason="Wrong.")


def move(coverage: Coverage) -> None:
    save(coverage, article=make.make_article(headline="Elsewhere"))


# What is done, by which words the article and the event are no longer found, and by which they are from then on.
CHANGES: dict[str, tuple[Callable[[Made], object], str, str]] = {
    "headline edited": (lambda made: save(made["article"], headline="Newheadline"), "oldheadline", "newheadline"),
    "abstract added": (lambda made: save(made["article"], abstract="Newabstract"), "", "newabstract"),
    "bulk update": (lambda _: Article.objects.update(headline="Newheadline"), "oldheadline", "newheadline"),
    "city renamed": (lambda made: save(made["city"], name="Newcity"), "oldcity", "newcity"),
    "city given a variant": (lambda made: save(made["city"], variants=["Newcity"]), "", "newcity"),
    "country renamed": (lambda made: save(made["country"], name="Newcountry"), "oldcountry", "newcountry"),
    "topic renamed": (lambda made: save(made["topic"], name="Newtopic"), "oldtopic", "newtopic"),
    "series renamed": (lambda made: save(made["series"], name="Newseries"), "oldseries", "newseries"),
    "publisher renamed": (lambda made: save(made["publisher"], name="Newpublisher"), "oldpublisher", "newpublisher"),
    "participant renamed": (lambda made: save(made["participant"], name="Newperson"), "oldperson", "newperson"),
    "participants renamed in bulk": (
        lambda _: Participant.objects.update(name="Newperson"),
        "oldperson",
        "newperson",
    ),
    "event renamed": (lambda made: save(made["event"], name="Newevent"), "oldevent", "newevent"),
    "event withdrawn": (lambda made: withdraw(made["event"]), "oldevent oldcity oldseries", "oldheadline"),
    "event moved": (
        lambda made: save(made["event"], city=make.make_city(name="Newcity")),
        "oldcity",
        "newcity",
    ),
    "participant withdrawn": (lambda made: withdraw(made["participant"]), "oldperson", "oldheadline"),
    "coverage deleted": (lambda made: made["coverage"].delete(), "oldevent oldcity", "oldheadline"),
    "coverages deleted in bulk": (lambda _: Coverage.objects.all().delete(), "oldevent", "oldheadline"),
    "coverage moved": (lambda made: move(made["coverage"]), "oldevent", "oldheadline"),
    "coverage of another event": (
        lambda made: save(made["coverage"], event=make.make_event(name="Newevent")),
        "oldevent",
        "newevent",
    ),
    "coverage added": (
        lambda made: make.make_coverage(article=made["article"], event=make.make_event(name="Newevent")),
        "",
        "newevent oldevent",
    ),
    "event deleted": (
        lambda made: (made["attendance"].delete(), made["event"].delete()),
        "oldevent oldcity",
        "oldheadline",
    ),
    "topic unlinked": (lambda made: made["article"].topics.remove(made["topic"]), "oldtopic", "oldheadline"),
    "topic unlinked from its side": (lambda made: made["topic"].articles.clear(), "oldtopic", "oldheadline"),
    "topic linked from its side": (
        lambda made: make.make_topic(name="Newtopic").articles.add(made["article"]),
        "",
        "newtopic oldtopic",
    ),
    "topic deleted": (lambda made: made["topic"].delete(), "oldtopic", "oldheadline"),
    "participant deleted": (
        lambda made: (made["attendance"].delete(), made["participant"].delete()),
        "oldperson",
        "oldheadline",
    ),
    "countries set": (
        lambda made: made["article"].countries.set([make.make_country(name="Newcountry")]),
        "oldcountry",
        "newcountry",
    ),
    "publisher changed": (
        lambda made: save(made["article"], publisher=make.make_publisher(name="Newpublisher")),
        "oldpublisher",
        "newpublisher",
    ),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("engine")
class TestEachChange:
    @pytest.mark.parametrize("what", CHANGES)
    def test_is_seen_by_the_next_search(self, what: str) -> None:
        change, gone, there = CHANGES[what]
        made = _world()
        for word in gone.split():
            assert found(word) == ["Oldheadline"], "before"
        change(made)
        slug = made["article"].slug
        assert [word for word in gone.split() if slug in _slugs(word)] == []
        assert [word for word in there.split() if slug not in _slugs(word)] == []

    def test_publishing_and_withdrawing(self) -> None:
        article = make.make_article(headline="Border drill", status=Status.DRAFT)
        assert found("border") == []
        save(article, status=Status.PUBLISHED, first_public_at=Change.objects.latest("number").at)
        assert found("border") == ["Border drill"]
        withdraw(article)
        assert found("border") == []
        assert ask("").total == 0

    def test_deleting(self) -> None:
        for delete in (Article.delete, lambda article: Article.objects.filter(pk=article.pk).delete()):
            article = make.make_article(headline="Border drill")
            assert found("border") == ["Border drill"]
            delete(article)
            assert found("border") == []

    def test_creating_in_bulk(self) -> None:
        one, two = (make.make_article(headline=f"Model {n}") for n in range(2))
        one.pk = two.pk = None
        one.slug, two.slug = "copy-1", "copy-2"
        Article.objects.bulk_create([one, two])
        assert ask("model").total == 4

    def test_what_an_event_is_found_by(self) -> None:
        made = _world()
        for word in ("oldcity", "oldcountry", "oldseries", "oldperson"):
            assert events(word) == ["Oldevent"]
        made["attendance"].delete()
        assert events("oldperson") == []
        save(made["delegation"], capacity="announced-only")
        assert events("oldcountry") == []
        made["event"].host_countries.add(made["country"])
        assert events("oldcountry") == ["Oldevent"]
        made["event"].topics.add(made["topic"])
        assert events("oldtopic") == ["Oldevent"]

    def test_what_a_participant_is_found_by(self) -> None:
        person = make.make_participant(name="Somebody")
        office = make.make_office(participant=person, title="Minister of Defence")
        assert participants("minister") == ["Somebody"]
        save(office, title="Envoy")
        assert participants("minister") == []
        office.delete()
        assert participants("envoy") == []
        save(person, country=make.make_country(name="Oldcountry"))
        assert participants("oldcountry") == ["Somebody"]

    def test_facets_follow_as_well(self) -> None:
        made = _world()
        slug = made["topic"].slug
        assert counts(ask(), "topic") == {slug: 1}
        made["topic"].delete()
        assert counts(ask(), "topic") == {}

    def test_of_a_record_that_is_no_document_is_passed_over(self) -> None:
        make.make_article(headline="Border drill")
        before = engine().state()
        term = make.make_term(name="Oldterm", definition="What a border is.")
        assert set(ask("oldterm").totals.values()) == {0}
        save(term, name="Newterm", variants=["skirmish"])
        assert set(ask("newterm").totals.values()) == {0}
        term.delete()
        assert found("border") == ["Border drill"]
        after = engine().state()
        assert after.number == Change.objects.last_number() == before.number + 4
        assert after.documents == before.documents + 1
        search.rebuild_index()
        assert engine().state() == after

    def test_many_at_once(self) -> None:
        topic = make.make_topic(name="Oldtopic")
        for n in range(30):
            make.make_article(headline=f"Article {n}", topics=[topic])
        assert ask("oldtopic").total == 30
        save(topic, name="Newtopic")
        assert (ask("oldtopic").total, ask("newtopic").total) == (0, 30)


def _not_now(*args: object, **kwargs: object) -> bool:
    """For an engine's `apply` that can't write."""
    return False


def _not_again(*args: object) -> None:
    raise AssertionError("the index was read again")


def _slugs(text: str) -> list[str]:
    return [hit.record.slug for hit in ask(text).hits]  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.usefixtures("engine")
class TestNothingThatIsNotPublic:
    @pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.WITHDRAWN])
    def test_is_found_or_counted(self, status: Status) -> None:
        make.make_article(headline="Hidden", status=status)
        make.make_event(name="Hidden", status=status)
        make.make_participant(name="Hidden", status=status)
        for text in ("", "hidden", "-something"):
            assert set(ask(text).totals.values()) == {0}
            assert all(not facet.values for facet in ask(text).facets)

    @pytest.mark.parametrize("status", [Status.DRAFT, Status.IN_REVIEW, Status.WITHDRAWN])
    def test_gives_its_name_to_public_records(self, status: Status) -> None:
        person = make.make_participant(name="Hidden person", status=status)
        meeting = make.make_event(
            name="Hidden event",
            status=status,
            city=make.make_city(name="Hidden city"),
            series=make.make_series(name="Hidden series"),
        )
        article = make.make_article(headline="Public", participants=[person])
        make.make_coverage(article=article, event=meeting)
        make.make_attendance(event=make.make_event(name="Public"), participant=person)
        assert ask("public").totals == {Scope.ARTICLES: 1, Scope.EVENTS: 1, Scope.PARTICIPANTS: 0}
        assert set(ask("hidden").totals.values()) == {0}
        for key in ("participant", "city", "series"):
            assert counts(ask("public"), key) == counts(ask("public", scope=Scope.EVENTS), key) == {}

    def test_is_shown_by_an_index_that_lags_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        article = make.make_article(headline="Public")
        assert found("public") == ["Public"]
        withdraw(article)
        monkeypatch.setattr(type(engine()), "apply", _not_now)
        assert found("public") == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("engine")
class TestTransactions:
    def test_a_commit_is_followed_without_a_search(self) -> None:
        make.make_article(headline="Border drill")
        assert engine().state().number == Change.objects.last_number()
        assert _pks("border") == set(Article.objects.values_list("pk", flat=True))

    def test_a_transaction_is_followed_as_a_whole_at_its_end(self) -> None:
        with transaction.atomic():
            before = engine().state()
            make.make_article(headline="Border drill")
            make.make_article(headline="Border talks")
            assert engine().state() == before
        assert len(_pks("border")) == 2

    def test_what_is_rolled_back_never_appears(self) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            make.make_article(headline="Border drill")
            # Not even in a search that is made within the transaction.
            assert found("border") == []
            raise ZeroDivisionError
        assert found("border") == []
        make.make_article(headline="Border talks")
        assert found("border") == ["Border talks"]

    def test_a_savepoint_that_is_rolled_back_neither(self) -> None:
        with transaction.atomic():
            make.make_article(headline="Border talks")
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                make.make_article(headline="Border drill")
                raise ZeroDivisionError
        assert found("border") == ["Border talks"]

    def test_what_was_committed_while_nobody_listened_is_caught_up_with(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as deaf:
            deaf.setattr(type(engine()), "apply", _not_now)
            make.make_article(headline="Border drill")
        assert _pks("border") == set()
        assert found("border") == ["Border drill"]

    def test_what_changes_during_a_rebuild_is_in_it(self) -> None:
        make.make_article(headline="Border drill")

        def meanwhile(those: Iterable[SearchDocument]) -> Iterator[SearchDocument]:
            yield from those
            make.make_article(headline="Border talks")

        state = search.rebuild_index(progress=meanwhile)
        assert state.number == Change.objects.last_number()
        assert len(_pks("border")) == 2


def _pks(text: str) -> set[int]:
    """What the index holds now, without following the log first."""
    return set(engine().find(Query(text), parse(text).tree).pks)


@pytest.mark.django_db
class TestTheWrongDatabase:
    """An index that is true to another log is refused, not used and not written."""

    @pytest.fixture(autouse=True)
    def _articles(self, engine: str) -> None:
        make.make_article(headline="Border drill")

    @pytest.mark.parametrize("ahead", [0, -1, 5])
    def test_is_told_by_the_hash_of_its_last_change(self, ahead: int) -> None:
        engine().rebuild([], Change.objects.last_number() + ahead, "0" * 64)
        with pytest.raises(IndexUnusable, match=r"another database.*rebuild_index"):
            ask("border")
        make.make_article(headline="Border talks")
        with pytest.raises(IndexUnusable, match="another database"):
            ask("border")

    def test_following_it_does_no_harm(self, caplog: pytest.LogCaptureFixture) -> None:
        engine().rebuild([], 7, "0" * 64)
        state = engine().state()
        with caplog.at_level(logging.INFO):
            search.follow_changes()
        assert "another database" in caplog.text
        assert engine().state() == state

    def test_a_rebuild_mends_it(self) -> None:
        engine().rebuild([], 7, "0" * 64)
        search.rebuild_index()
        assert found("border") == ["Border drill"]


# Damage -----------------------------------------------------------------------------------------------------------------


def _generation(folder: Path) -> Path:
    return (folder / "current").resolve()


def _file(folder: Path, pattern: str) -> Path:
    return max(_generation(folder).glob(pattern))


def _truncate(path: Path, size: int) -> None:
    os.truncate(path, size)


def _replace(path: Path, by: bytes | None) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    if by is not None:
        path.write_bytes(by)


def _empty(folder: Path) -> None:
    for path in _generation(folder).iterdir():
        path.unlink()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no folder": shutil.rmtree,
    "empty folder": lambda folder: (shutil.rmtree(folder), folder.mkdir()),
    "a file instead of the folder": lambda folder: _replace(folder, b"x"),
    "no link": lambda folder: (folder / "current").unlink(),
    "a dangling link": lambda folder: shutil.rmtree(_generation(folder)),
    "a file instead of the link": lambda folder: _replace(folder / "current", b"x"),
    "a link to a file": lambda folder: _replace(_generation(folder), b"x"),
    "an empty generation": _empty,
    "another version": lambda folder: _file(folder, "version-*").rename(_generation(folder) / "version-0"),
    "no table of contents": lambda folder: _file(folder, "*.toc").unlink(),
    "an empty table of contents": lambda folder: _truncate(_file(folder, "*.toc"), 0),
    "half a table of contents": lambda folder: _truncate(_file(folder, "*.toc"), 200),
    "a garbled table of contents": lambda folder: _file(folder, "*.toc").write_bytes(b"garbage" * 100),
    "no segment": lambda folder: _file(folder, "*.seg").unlink(),
    "an empty segment": lambda folder: _truncate(_file(folder, "*.seg"), 0),
    "half a segment": lambda folder: _truncate(_file(folder, "*.seg"), _file(folder, "*.seg").stat().st_size // 2),
    "a garbled segment": lambda folder: _file(folder, "*.seg").write_bytes(os.urandom(5000)),
}


@pytest.mark.django_db
# Where reading fails, Whoosh leaves it to Python to close the file.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning")
class TestDamage:
    """Whatever is wrong with the index: it is unusable, told so, and mended by a rebuild; nothing else breaks."""

    @pytest.fixture(autouse=True)
    def _indexed(self, index: None) -> Iterator[None]:
        make.make_article(headline="Border drill")
        ask("border")
        yield
        gc.collect()

    @pytest.fixture
    def folder(self, data_dir: Path) -> Path:
        return data_dir / "index"

    @pytest.mark.parametrize("damage", DAMAGES)
    def test_is_an_unusable_index_and_no_other_error(self, damage: str, folder: Path) -> None:
        DAMAGES[damage](folder)
        _engine.cache_clear()  # a process that starts now
        for _ in range(2):
            with pytest.raises(IndexUnusable, match="rebuild_index"):
                ask("border")
        make.make_article(headline="Border talks")
        search.follow_changes()
        with pytest.raises(IndexUnusable):
            ask("border")
        if not folder.is_file():
            search.rebuild_index()
            assert sorted(found("border")) == ["Border drill", "Border talks"]

    # A file that shrinks while it is mapped ends any process; nothing ever does that.
    @pytest.mark.parametrize(
        "damage", [name for name in DAMAGES if not name.endswith(" segment") or name == "no segment"]
    )
    def test_under_a_running_process_too(self, damage: str, folder: Path) -> None:
        """What it holds open it may go on to answer from."""
        DAMAGES[damage](folder)
        with suppress(IndexUnusable):
            assert found("border") == ["Border drill"]
        make.make_article(headline="Border talks")
        search.follow_changes()
        with suppress(IndexUnusable):
            assert "Border drill" in found("border")
        if not folder.is_file():
            search.rebuild_index()
            assert sorted(found("border")) == ["Border drill", "Border talks"]

    def test_the_page_says_so_and_browsing_goes_on(self, folder: Path, client: Client) -> None:
        shutil.rmtree(folder)
        response = client.get("/search/", {"q": "border"})
        assert response.status_code == 503
        assert "browsing works as usual" in response.content.decode()
        assert client.get("/articles/").status_code == 200
        assert client.get("/").status_code == 200

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can turn into somebody who may not read")
    def test_an_unreadable_folder(self, folder: Path) -> None:
        folder.chmod(0o700)
        _engine.cache_clear()
        os.seteuid(65534)
        try:
            with pytest.raises(IndexUnusable):
                ask("border")
            search.follow_changes()
        finally:
            os.seteuid(0)
        assert found("border") == ["Border drill"]

    def test_a_broken_index_costs_the_next_reader_nothing(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        DAMAGES["a garbled segment"](folder)
        _engine.cache_clear()
        with pytest.raises(IndexUnusable):
            ask("border")
        monkeypatch.setattr(WhooshEngine, "_open", _not_again)
        with pytest.raises(IndexUnusable, match="rebuild_index"):
            ask("border")

    def test_what_is_wrong_with_the_database_is_not_blamed_on_the_index(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(state: IndexState) -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(freshness, "_todo", fail)
        make.make_article(headline="Border talks")
        with pytest.raises(OperationalError):
            ask("border")
        search.follow_changes()
        assert "gone" in caplog.text
        monkeypatch.undo()
        assert len(found("border")) == 2

    @pytest.mark.parametrize("failing", ["_write", "_add_state"])
    def test_a_full_disk_leaves_what_there_was(
        self, failing: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def full(*args: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        make.make_article(headline="Border talks")
        with monkeypatch.context() as patched:
            patched.setattr(whoosh_engine, failing, full)
            assert found("border") == ["Border drill"]
            assert "No space left" in caplog.text
            search.follow_changes()
            with pytest.raises(OSError, match="No space") if failing == "_add_state" else nullcontext():
                search.rebuild_index()
        assert sorted(found("border")) == ["Border drill", "Border talks"]

    def test_while_another_process_writes_the_search_answers_from_what_there_is(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(freshness, "SEARCH_PATIENCE", 0.05)
        make.make_article(headline="Border talks")
        writer = whoosh_index.open_dir(str(_generation(folder))).writer()
        try:
            assert found("border") == ["Border drill"]
        finally:
            writer.cancel()
        assert len(found("border")) == 2


# Threads and processes ----------------------------------------------------------------------------------------------------


def _documents(number: int) -> list[SearchDocument]:
    return [
        SearchDocument(Scope.ARTICLES, n, f"border w{n}", ("a text",), {}, {"kind": ("news",)}) for n in range(number)
    ]


def _ask_engine(engine: WhooshEngine, text: str = "border") -> tuple[int, ...]:
    return engine.find(Query(text, sort=Sort.OLDEST, page_size=1000), parse(text).tree).pks


class TestThreads:
    @pytest.fixture
    def engine(self, tmp_path: Path) -> WhooshEngine:
        engine = WhooshEngine(tmp_path / "index")
        engine.rebuild(_documents(40), 1, "")
        return engine

    def test_eight_at_once_answer_alike(self, engine: WhooshEngine) -> None:
        texts = ["border", '"border w7"', "w*", "w1 OR w2", "border -w3", ""] * 20
        alone = [_ask_engine(engine, text) for text in texts]
        fresh = WhooshEngine(engine.folder)
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(lambda text: _ask_engine(fresh, text), texts)) == alone

    def test_a_rebuild_takes_nothing_from_those_who_search(self, engine: WhooshEngine) -> None:
        expected = tuple(range(40))
        done = threading.Event()

        def searches() -> int:
            asked = 0
            while not done.is_set():
                assert _ask_engine(engine) == expected
                # As a process that has just started.
                assert _ask_engine(WhooshEngine(engine.folder)) == expected
                asked += 1
            return asked

        with ThreadPoolExecutor(3) as pool:
            running = [pool.submit(searches) for _ in range(3)]
            for number in range(8):
                engine.rebuild(_documents(40), number, "")
            done.set()
            assert all(one.result() for one in running)
        assert engine.state() == IndexState(7, "", 40)

    def test_a_commit_takes_nothing_from_those_who_search(self, engine: WhooshEngine) -> None:
        expected = tuple(range(40))
        done = threading.Event()

        def searches() -> None:
            while not done.is_set():
                assert _ask_engine(engine) == expected
                assert _ask_engine(WhooshEngine(engine.folder)) == expected

        with ThreadPoolExecutor(3) as pool:
            running = [pool.submit(searches) for _ in range(3)]
            for number in range(12):
                # Each is replaced within one commit, and so never missing.
                one = _documents(40)[number]
                written = WhooshEngine(engine.folder).apply(
                    lambda state, one=one: ([f"article:{one.pk}"], [one], state.number + 1, "")  # type: ignore[misc]
                )
                assert written
            done.set()
            for one_running in running:
                one_running.result()
        assert engine.state() == IndexState(13, "", 40)

    def test_two_writers_lose_nothing(self, engine: WhooshEngine) -> None:
        def write(number: int) -> bool:
            one = SearchDocument(Scope.ARTICLES, 100 + number, f"border w{number}", (), {}, {})
            return WhooshEngine(engine.folder).apply(lambda state: ([], [one], state.number + 1, ""))

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(write, range(20)))
        assert engine.state() == IndexState(21, "", 60)

    def test_rebuilds_wait_for_each_other(self, engine: WhooshEngine) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slowly() -> Iterator[SearchDocument]:
            begun.set()
            yield from _documents(3)
            assert go_on.wait(10)

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(engine.rebuild, slowly(), 2, "")
            assert begun.wait(10)
            second = pool.submit(WhooshEngine(engine.folder).rebuild, _documents(5), 3, "")
            assert engine.state().documents == 40
            go_on.set()
            first.result()
            second.result()
        assert engine.state() == IndexState(3, "", 5)
        assert len(list(engine.folder.glob("g-*"))) == 1

    def test_no_file_stays_open(self, engine: WhooshEngine) -> None:
        for number in range(3):
            engine.rebuild(_documents(5), number, "")
            _ask_engine(engine)
        before = len(os.listdir("/proc/self/fd"))
        for number in range(20):
            engine.rebuild(_documents(5), number, "")
            _ask_engine(engine)
        assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_a_rebuild_that_fails_leaves_the_old_index_and_no_rubbish(tmp_path: Path) -> None:
    engine = WhooshEngine(tmp_path / "index")
    engine.rebuild(_documents(4), 1, "")

    def failing() -> Iterator[SearchDocument]:
        yield from _documents(2)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        engine.rebuild(failing(), 2, "")
    assert engine.state() == IndexState(1, "", 4)
    assert len(list(engine.folder.glob("g-*"))) == 1


class TestProcesses:
    def test_a_rebuild_that_is_killed_leaves_the_old_index_and_the_next_one_cleans_up(self, tmp_path: Path) -> None:
        engine = WhooshEngine(tmp_path / "index")
        engine.rebuild(_documents(4), 1, "")
        with _process(tmp_path, "rebuild", str(engine.folder)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "half\n"
            process.kill()
            process.wait(10)
        assert len(list(engine.folder.glob("g-*"))) == 2
        assert _ask_engine(WhooshEngine(engine.folder)) == _ask_engine(engine) == (0, 1, 2, 3)
        (engine.folder / "current-left").symlink_to("g-nothing")
        engine.rebuild(_documents(5), 2, "")
        assert len(list(engine.folder.glob("g-*"))) == 1
        assert {path.name for path in engine.folder.iterdir() if not path.name.startswith("g-")} == {
            "current",
            "rebuild.lock",
        }

    def test_several_on_one_archive(self, tmp_path: Path) -> None:
        """Two that write see their own changes and each other's; eight threads get equal results while a rebuild runs."""
        for command in (["migrate", "--verbosity", "0"], ["rebuild_index"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=project.BASE_DIR,
                env=_environment(tmp_path),
                check=True,
                capture_output=True,
            )
        with _process(tmp_path, "write", "alpha", "5") as one, _process(tmp_path, "write", "bravo", "5") as other:
            _finish(one, other)
        engine = WhooshEngine(tmp_path / "index")
        assert len(_ask_engine(engine, "alpha")) == len(_ask_engine(engine, "bravo")) == 5
        assert engine.state().documents == 10
        with _process(tmp_path, "threads", "alpha", "5") as process:
            _finish(process)


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ARCHIVE_DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'archive.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "scosite.settings",
    }


@contextmanager
def _process(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.search.second_process", *arguments]
    with subprocess.Popen(
        command,
        cwd=project.BASE_DIR,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _finish(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert (process.returncode, output.endswith("done\n")) == (0, True), output
