"""The inbox: what is polled becomes candidates once, whatever the sources do; what is taken becomes a draft."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from archive.curation import inbox
from archive.curation.review import NotAllowed
from archive.databases.locks import alone
from archive.ingest import fetch as fetching
from archive.ingest.items import Item
from archive.ingest.refusal import Refused
from archive.models import Article, Assignment, Candidate, Change, PolledSource
from tests.factories import (
    make_article,
    make_candidate,
    make_country,
    make_polled_source,
    make_publisher,
)
from tests.ingest.canary import Canary
from tests.ingest.documents import DIGEST, HEADLINES

pytestmark = pytest.mark.django_db
RSS = {"Content-Type": "application/rss+xml"}


@pytest.fixture
def canary() -> Any:
    with Canary() as canary:
        yield canary


@pytest.fixture
def web(canary: Canary, settings: Any) -> str:
    """The address of a server on loopback that may be asked."""
    settings.FETCH_ALLOWED_HOSTS = [canary.host]
    return f"http://{canary.host}"


@pytest.fixture
def folder(data_dir: Path) -> Path:
    made = data_dir / "inbox"
    made.mkdir()
    return made


def feed(*items: tuple[str, str], text: str = "") -> bytes:
    """A feed of headlines and links, each with a text of its own."""
    entries = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>Wed, 13 Apr 2016 10:00:00 GMT</pubDate>"
        f"<description>{text or f'Told at {link}.'}</description></item>"
        for title, link in items
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'.encode()


RIVER = ("Ministers sign the river protocol", "https://news.example/river")
PATROL = ("Border guards plan a patrol", "https://news.example/patrol")


def state() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Article, Candidate, Change)}


# What is new ----------------------------------------------------------------------------------------------------------


def test_a_feed_is_read_once_and_asked_for_news_only(canary: Canary, web: str) -> None:
    source = make_polled_source(address=f"{web}/feed")
    canary.answers["/feed"] = (200, {**RSS, "ETag": '"1"'}, feed(RIVER, PATROL))
    assert len(inbox.poll(source).new) == 2
    assert {one.headline for one in Candidate.objects.all()} == {RIVER[0], PATROL[0]}
    source.refresh_from_db()
    assert (source.etag, source.problem, source.polled_at is not None) == ('"1"', "", True)
    canary.answers["/feed"] = (304, {}, b"")
    assert inbox.poll(source).is_unchanged
    assert canary.headers["If-None-Match"] == '"1"'
    source.refresh_from_db()
    assert source.etag == '"1"'
    canary.answers["/feed"] = (200, {**RSS, "ETag": '"2"'}, feed(RIVER, PATROL, ("Third", "https://news.example/3")))
    assert [one.headline for one in inbox.poll(source).new] == ["Third"]


def test_what_was_seen_is_not_seen_again_in_whatever_source_and_state(canary: Canary, web: str) -> None:
    canary.answers["/a"] = canary.answers["/b"] = (200, RSS, feed(RIVER, PATROL))
    inbox.poll(make_polled_source(address=f"{web}/a"))
    Candidate.objects.filter(headline=RIVER[0]).update(state="dismissed")
    assert not inbox.poll(make_polled_source(address=f"{web}/b")).new
    # Another scheme and a tracker are no other address.
    river = (RIVER[0], "http://www.news.example/river/?utm_source=feed")
    canary.answers["/b"] = (200, RSS, feed(river, text="Other words."))
    assert not inbox.poll(PolledSource.objects.get(address=f"{web}/b")).new
    assert Candidate.objects.count() == 2


def test_what_the_archive_has_is_left_out(canary: Canary, web: str) -> None:
    make_article(url=RIVER[1])
    make_article(url="http://www.news.example/patrol/")
    make_article(url="https://news.example/gone", status="withdrawn")
    canary.answers["/feed"] = (200, RSS, feed(RIVER, PATROL, ("Gone", "https://news.example/gone")))
    polled = inbox.poll(make_polled_source(address=f"{web}/feed"))
    assert (polled.found, polled.new, polled.problem) == (3, (), "")


def test_suggestions_are_counted_when_it_is_found(canary: Canary, web: str) -> None:
    make_country(name="Ruritania")
    canary.answers["/feed"] = (200, RSS, feed(RIVER, text="Ministers of Ruritania signed."))
    inbox.poll(make_polled_source(address=f"{web}/feed"))
    candidate = Candidate.objects.get()
    assert inbox.suggested(candidate)[inbox.Kind.COUNTRY] == 1
    assert Item.from_json(candidate.item).text == "Ministers of Ruritania signed."


def test_a_dry_run_keeps_nothing(canary: Canary, web: str, capsys: Any) -> None:
    source = make_polled_source(address=f"{web}/feed")
    canary.answers["/feed"] = (200, {**RSS, "ETag": '"1"'}, feed(RIVER))
    before = state()
    call_command("poll_sources", "--dry-run")
    assert RIVER[0] in capsys.readouterr().out
    assert state() == before
    source.refresh_from_db()
    assert (source.etag, source.polled_at) == ("", None)


# What goes wrong ------------------------------------------------------------------------------------------------------


def test_one_failure_does_not_stop_the_others(canary: Canary, web: str, capsys: Any) -> None:
    broken = make_polled_source(name="A broken one", address=f"{web}/broken")
    make_polled_source(name="Off", address=f"{web}/off", is_active=False)
    make_polled_source(name="Whole", address=f"{web}/feed")
    canary.answers["/broken"] = (500, {}, b"")
    canary.answers["/feed"] = (200, RSS, feed(RIVER))
    with pytest.raises(CommandError, match="1 sources could not be read"):
        call_command("poll_sources")
    broken.refresh_from_db()
    assert "500" in broken.problem
    assert Candidate.objects.get().source.name == "Whole"
    assert "/off" not in canary.asked
    canary.answers["/broken"] = (200, RSS, feed(PATROL))
    call_command("poll_sources", "--source", "A broken one")
    broken.refresh_from_db()
    assert broken.problem == ""
    with pytest.raises(CommandError, match="no source named"):
        call_command("poll_sources", "--source", "Nobody")


def test_a_bug_of_a_reader_is_a_problem_of_its_source_only(
    canary: Canary, web: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*args: Any, **options: Any) -> None:
        raise RecursionError("too deep")

    source = make_polled_source(address=f"{web}/feed")
    monkeypatch.setattr(inbox, "read", stumble)
    assert "too deep" in inbox.poll(source).problem
    source.refresh_from_db()
    assert "too deep" in source.problem


def test_an_internal_address_is_not_asked(canary: Canary) -> None:
    source = make_polled_source(address=f"http://127.0.0.1:{canary.port}/feed")
    assert inbox.poll(source).problem
    assert canary.connections == 0


def test_addresses_that_a_feed_names_are_not_asked(canary: Canary, web: str) -> None:
    """A link to the inside is a link; nothing follows it, and taking it doesn't either."""
    canary.answers["/feed"] = (200, RSS, feed(("Inside", f"{web}/metadata"), ("File", "file:///etc/passwd")))
    inbox.poll(make_polled_source(address=f"{web}/feed"))
    by = User.objects.create_user("curator")
    articles = [inbox.take(one, by=by) for one in Candidate.objects.all()]
    assert canary.asked == ["/feed"]
    assert {one.url for one in articles} == {f"{web}/metadata", ""}


def test_a_source_that_redirects_inside_is_refused(canary: Canary, web: str) -> None:
    canary.redirect("/feed", f"http://localhost:{canary.port}/metadata")
    assert inbox.poll(make_polled_source(address=f"{web}/feed")).problem
    assert canary.asked == ["/feed"]


def test_a_source_that_takes_too_long(canary: Canary, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "DEADLINE", 0.5)
    canary.answers["/slow"] = (200, {**RSS, "Content-Length": "100000"}, b"")
    source = make_polled_source(address=f"{web}/slow", etag='"old"')
    assert "takes longer" in inbox.poll(source).problem
    source.refresh_from_db()
    # All of it is asked for again.
    assert source.etag == ""


def test_one_at_a_time() -> None:
    with alone("poll_sources"), pytest.raises(CommandError, match="at work"):
        call_command("poll_sources")
    call_command("poll_sources")


# Saved files ----------------------------------------------------------------------------------------------------------


def test_a_folder_of_saved_files(folder: Path) -> None:
    (folder / "week").mkdir()
    (folder / "week" / "digest.txt").write_text(DIGEST)
    (folder / "week" / "feed.xml").write_bytes(feed(RIVER))
    (folder / "week" / ".half-written").write_text("x")
    source = make_polled_source(address="week")
    polled = inbox.poll(source)
    # The protocol stands in both, at different texts: a curator decides.
    assert (polled.found, polled.problem) == (len(HEADLINES) + 1, "")
    assert inbox.poll(PolledSource.objects.get()).is_unchanged
    (folder / "week" / "more.xml").write_bytes(feed(PATROL))
    assert [one.headline for one in inbox.poll(PolledSource.objects.get()).new] == [PATROL[0]]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(folder: Path) -> None:
    (folder / "a.bin").write_bytes(b"\x00\x01\x02\xff" * 50)
    (folder / "b.xml").write_bytes(feed(RIVER))
    source = make_polled_source(address=str(folder))
    polled = inbox.poll(source)
    assert [one.headline for one in polled.new] == [RIVER[0]]
    assert polled.problem.startswith("a.bin: ")
    source.refresh_from_db()
    assert (source.problem, source.etag) == (polled.problem, "")


@pytest.mark.parametrize(
    "address",
    [
        "/etc/passwd",
        "..",
        "../archive.sqlite3",
        "week/../../secret_key",
        "a\0b",
        "link",
        "file:///etc/passwd",
        "ftp://a.example/",
    ],
)
def test_no_other_path_is_read(address: str, folder: Path) -> None:
    (folder.parent / "secret_key").write_text("secret")
    (folder / "link").symlink_to(folder.parent / "secret_key")
    with pytest.raises(Refused):
        inbox.path_of(address)
    # A null character gets into no row.
    if "\0" not in address:
        assert inbox.poll(make_polled_source(address=address)).problem
    assert not Candidate.objects.exists()


def test_links_in_a_folder_lead_nowhere_else(folder: Path) -> None:
    (folder.parent / "outside.xml").write_bytes(feed(RIVER))
    (folder / "link.xml").symlink_to(folder.parent / "outside.xml")
    assert inbox.poll(make_polled_source(address=".")).found == 0


def test_what_is_missing_is_a_problem(folder: Path) -> None:
    assert "No such file" in inbox.poll(make_polled_source(address="nothing.xml")).problem
    os.mkfifo(folder / "pipe")
    assert not inbox.poll(make_polled_source(address=".")).new


# Taking ---------------------------------------------------------------------------------------------------------------


def test_what_is_taken_is_a_draft_of_who_took_it() -> None:
    by = User.objects.create_user("curator")
    publisher = make_publisher()
    item = Item(headline="Taken", text="A text.", url="https://news.example/taken", publisher_name="Whoever")
    source = make_polled_source(publisher=publisher)
    candidate = make_candidate(source=source, item={**item.to_json(), "suggested": {}})
    article = inbox.take(candidate, by=by)
    assert (article.headline, article.body, article.status) == ("Taken", "A text.", "draft")
    assert article.publisher == publisher
    assert (candidate.state, candidate.article) == ("taken", article)
    assert Assignment.objects.get().record_id == article.pk
    assert Change.objects.get(record_type="article").by == "curator"
    with pytest.raises(NotAllowed):
        inbox.take(candidate, by=by)
    assert Article.objects.count() == 1


def test_what_the_archive_got_meanwhile_is_not_made_twice() -> None:
    by = User.objects.create_user("curator")
    article = make_article(url="https://news.example/taken")
    candidate = make_candidate(item=Item(headline="Taken", url=article.url).to_json())
    assert inbox.take(candidate, by=by) == article
    assert not Assignment.objects.exists()


def test_nothing_is_kept_of_what_cannot_be_taken() -> None:
    by = User.objects.create_user("curator")
    withdrawn = make_article(url="https://news.example/gone", status="withdrawn")
    candidate = make_candidate(item=Item(headline="Gone", url=withdrawn.url).to_json())
    before = state()
    with pytest.raises(NotAllowed, match="withdrawn"):
        inbox.take(candidate, by=by)
    assert state() == before
    assert Candidate.objects.get().state == "waiting"


def test_of_two_who_decide_one_is_told() -> None:
    candidate = make_candidate()
    stale = Candidate.objects.get()
    inbox.move(candidate, Candidate.State.WAITING, Candidate.State.DISMISSED)
    with pytest.raises(NotAllowed):
        inbox.move(stale, Candidate.State.WAITING, Candidate.State.DISMISSED)
    inbox.move(candidate, Candidate.State.DISMISSED, Candidate.State.WAITING)
    assert Candidate.objects.get().state == "waiting"
