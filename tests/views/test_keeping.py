"""Pages that are kept: the same as if they were made anew, and never older than the last change, whoever made it."""

import gzip
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from archive import search
from archive.curation.review import publish, withdraw
from archive.models import Article, CorrectionNote
from archive.search.engine import engine
from archive.views import keeping
from archive.views.shared_pages import SharedPages
from tests import factories as make
from tests.views.test_queries import LISTS

pytestmark = pytest.mark.django_db

# Nobody needs them quicker, and they say more than the records do.
_NEVER_KEPT = {"suggestions"}


@pytest.fixture(autouse=True)
def shelf(settings: Any, monkeypatch: pytest.MonkeyPatch) -> keeping.Shelf:
    """An empty one, in use."""
    settings.PAGE_CACHE_BYTES = 1_000_000
    empty = keeping.Shelf()
    monkeypatch.setattr(keeping, "shelf", empty)
    return empty


def _is_kept(client: Client, address: str) -> bool:
    """Whether the page is answered without being made: by the one query that asks for the log's head."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked) == 1


def _elsewhere(act: Callable[[], object]) -> None:
    """Do something on a connection of its own, as another process would."""
    errors = []

    def run() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001  # told in the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not errors, errors


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("name", sorted(LISTS.keys() - _NEVER_KEPT))
@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_a_kept_page_is_the_one_that_is_made(client: Client, settings: Any, name: str, prefix: str) -> None:
    article = make.make_article(headline="Headline")
    make.make_coverage(article=article, event=make.make_event(date="2014-05-03"))
    made, kept = client.get(prefix + LISTS[name]), client.get(prefix + LISTS[name])
    assert made.status_code == 200
    assert _is_kept(client, prefix + LISTS[name])
    settings.PAGE_CACHE_BYTES = 0
    bare = client.get(prefix + LISTS[name])
    assert made.content == kept.content == bare.content
    for header in ("Content-Type", "Content-Language", "Content-Security-Policy", "ETag", "Cache-Control"):
        assert made[header] == kept[header] == bare[header]
    assert "Cookie" in kept["Vary"]


@pytest.mark.usefixtures("index")
def test_pages_of_records_are_kept(client: Client) -> None:
    records = [
        *(make.make_country(), make.make_city(), make.make_topic(), make.make_series(), make.make_publisher()),
        *(make.make_participant(), make.make_event(), make.make_article()),
    ]
    search.ensure_fresh()
    assert [str(one) for one in records if not _is_kept(client, one.get_absolute_url())] == []


def test_who_has_the_page_is_told_so_until_it_is_another(client: Client) -> None:
    event = make.make_event(name="Drill")
    first = client.get("/events/")
    assert first["Cache-Control"] == "no-cache"
    known = {"If-None-Match": first["ETag"]}
    same = client.get("/events/", headers=known)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    event.name = "Another drill"
    event.save()
    changed = client.get("/events/", headers=known)
    assert changed.status_code == 200
    assert "Another drill" in changed.content.decode()
    # A change that the page says nothing of leaves it as it is.
    make.make_capture()
    make.make_accepted_finding()
    assert client.get("/events/", headers={"If-None-Match": changed["ETag"]}).status_code == 304


def test_the_time_of_a_change_is_told_when_its_second_is_over(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = datetime(2040, 3, 1, 12, 0, 0, 200_000, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: clock)
    event = make.make_event(name="Drill")
    assert "Last-Modified" not in client.get("/events/")
    clock += timedelta(seconds=0.5)
    event.name = "Drill at night"
    event.save()
    assert "Last-Modified" not in client.get("/events/")
    clock += timedelta(seconds=0.5)
    told = client.get("/events/")
    assert told["Last-Modified"] == "Thu, 01 Mar 2040 12:00:00 GMT"
    known = {"If-Modified-Since": told["Last-Modified"]}
    assert client.get("/events/", headers=known).status_code == 304
    event.name = "Another drill"
    event.save()
    assert client.get("/events/", headers=known).status_code == 200
    clock += timedelta(seconds=1)
    assert client.get("/events/", headers=known).status_code == 200


def test_compressed_for_those_who_take_it(client: Client) -> None:
    make.make_event(name="Drill")
    plain = client.get("/events/")
    packed = client.get("/events/", headers={"Accept-Encoding": "gzip"})
    assert (packed["Content-Encoding"], packed["ETag"]) == ("gzip", plain["ETag"])
    assert len(packed.content) < len(plain.content) / 2
    assert {"Accept-Encoding", "Cookie"} <= set(packed["Vary"].split(", "))
    assert client.head("/events/")["ETag"] == plain["ETag"]


@pytest.mark.django_db(transaction=True)
class TestChangesOfOthers:
    def test_what_is_published_is_there_at_once(self, client: Client) -> None:
        draft = make.make_article(headline="News of the day", status="in-review")
        assert "News of the day" not in client.get("/articles/").content.decode()
        assert client.get(draft.get_absolute_url()).status_code == 404
        _elsewhere(lambda: publish(Article.objects.get(), by="an editor"))
        assert "News of the day" in client.get("/articles/").content.decode()
        assert client.get(draft.get_absolute_url()).status_code == 200

    def test_what_is_withdrawn_is_gone_at_once(self, client: Client) -> None:
        article = make.make_article(headline="Not true")
        pages = ("/", "/articles/", "/ru/articles/", "/years/undated/")
        for address in (*pages, article.get_absolute_url()):
            client.get(address)
        _elsewhere(lambda: withdraw(Article.objects.get(), by="an editor", why="It was not true."))
        assert client.get(article.get_absolute_url()).status_code == 410
        assert [address for address in pages if "Not true" in client.get(address).content.decode()] == []

    def test_what_is_corrected_is_corrected_at_once(self, client: Client) -> None:
        publisher = make.make_publisher(name="Tmies")
        article = make.make_article(publisher=publisher)
        address = article.get_absolute_url()
        assert "Tmies" in client.get(address).content.decode()

        def correct() -> None:
            type(publisher).objects.filter(pk=publisher.pk).update(name="Times")
            CorrectionNote.objects.create(record_type="article", record_id=article.pk, text="A name was wrong.")

        _elsewhere(correct)
        html = client.get(address).content.decode()
        assert "Tmies" not in html
        assert "Times" in html
        assert "A name was wrong." in html
        _elsewhere(lambda: CorrectionNote.objects.get().delete())
        assert "A name was wrong." not in client.get(address).content.decode()

    def test_what_is_rolled_back_is_never_seen(self, client: Client) -> None:
        make.make_event(name="Drill")
        address = "/events/"
        before = client.get(address)

        def give_up() -> None:
            with transaction.atomic():
                make.make_event(name="Never held")
                transaction.set_rollback(True)

        _elsewhere(give_up)
        assert client.get(address)["ETag"] == before["ETag"]


def test_each_language_has_its_own(client: Client) -> None:
    make.make_event(name="Drill", name_ru="Учения")
    pages = [client.get(f"{prefix}/events/").content.decode() for prefix in ("", "/ru", "/zh-hans", "", "/ru")]
    assert ["Учения" in page for page in pages] == [False, True, False, False, True]
    assert pages[0] == pages[3]
    assert pages[1] == pages[4]


def _curator(*models: str) -> User:
    curator = User.objects.create_user("curator", is_staff=True)
    curator.user_permissions.set(Permission.objects.filter(codename__in=[f"view_{model}" for model in models]))
    return curator


@pytest.mark.usefixtures("index")
def test_what_a_curator_sees_is_kept_for_nobody(client: Client, shelf: keeping.Shelf) -> None:
    article = make.make_article(body="The whole captured text.")
    address = article.get_absolute_url()
    inside = Client()
    inside.force_login(_curator("article"))
    assert "The whole captured text." in inside.get(address).content.decode()
    assert not shelf._pages
    for _time in range(2):
        assert "The whole captured text." not in client.get(address).content.decode()
    assert "The whole captured text." in inside.get(address).content.decode()
    assert "ETag" not in inside.get(address)


def test_a_preview_is_kept_for_nobody(client: Client, shelf: keeping.Shelf) -> None:
    draft = make.make_event(status="draft")
    inside = Client()
    inside.force_login(_curator("event"))
    preview = inside.get(draft.get_absolute_url())
    assert preview.status_code == 200
    assert "no-store" in preview["Cache-Control"]
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert not shelf._pages


def test_another_day_is_another_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.make_event(name="Spring drill", date="2014-03-01")
    make.make_event(name="Autumn drill", date="2014-09-01")
    shown = {}
    for day in (date(2026, 3, 1), date(2026, 9, 1), date(2026, 3, 1)):
        monkeypatch.setattr(timezone, "localdate", lambda *_args, day=day: day)
        html = client.get("/").content.decode()
        (shown[day],) = [part.split("</section>")[0] for part in html.split('<section class="this-day"')[1:]]
    assert "Spring drill" in shown[date(2026, 3, 1)]
    assert "Spring drill" not in shown[date(2026, 9, 1)]
    assert "Autumn drill" in shown[date(2026, 9, 1)]


# Addresses of answers that have their own tag, and whether they are kept.
_TAGGED = {
    "/events/?format=atom": True,
    "/events/?format=ics": True,
    "/years/2014/?format=ris": True,
    "/api/v1/events": True,
    "/api/v1/changes?limit=1": True,
    # Of any length, written while they are read.
    "/events/?format=csv": False,
    "/events/?format=jsonl": False,
    # Who harvests comes there once.
    "/api/v1/changes?cursor={cursor}": False,
    # From the index, which may be behind.
    "/search/?q=drill&format=atom": False,
    "/api/v1/search?q=drill": False,
}


_SAID = ("Content-Type", "Content-Language", "Content-Disposition", "ETag", "Last-Modified", "Link", "Cache-Control")


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(("address", "is_kept"), _TAGGED.items())
def test_feeds_calendars_and_json_are_kept_until_the_archive_changes(
    client: Client, shelf: keeping.Shelf, address: str, is_kept: bool
) -> None:
    event = make.make_event(name="Border drill", date="2014-03-01")
    address = address.format(cursor=client.get("/api/v1/changes").json()["cursor"])
    shelf._pages.clear()
    made = client.get(address)
    assert made.status_code == 200
    body = made.getvalue()
    assert len(shelf._pages) == is_kept
    again = client.get(address)
    assert again.getvalue() == body
    # What is counted for each client is told to each.
    assert {key: again[key] for key in _SAID if key in again} == {key: made[key] for key in _SAID if key in made}
    assert client.get(address, headers={"if-none-match": made["ETag"]}).status_code == 304
    packed = client.get(address, headers={"accept-encoding": "gzip"})
    if "Content-Encoding" in packed:
        assert packed["ETag"] == f"W/{made['ETag']}"
        assert gzip.decompress(packed.getvalue()) == body
        assert client.get(address, headers={"if-none-match": packed["ETag"]}).status_code == 304
    event.name = "Mountain drill"
    event.save()
    assert client.get(address)["ETag"] != made["ETag"]


def test_other_formats_of_a_draft_are_kept_for_nobody(client: Client, shelf: keeping.Shelf) -> None:
    draft = make.make_event(status="draft")
    inside = Client()
    inside.force_login(_curator("event"))
    address = f"{draft.get_absolute_url()}?format=ris"
    inside.get(address)
    assert not shelf._pages
    assert client.get(address).status_code == 404


def test_the_head_alone_of_another_format_is_kept_for_nobody(client: Client, shelf: keeping.Shelf) -> None:
    make.make_event()
    assert client.head("/events/?format=atom").getvalue() == b""
    assert not shelf._pages
    assert b"<feed" in client.get("/events/?format=atom").getvalue()


def test_forms_and_mistakes_are_not_kept(client: Client, shelf: keeping.Shelf) -> None:
    event = make.make_event()
    withdrawn = make.make_event(status="withdrawn", withdrawal_reason="Wrong.", withdrawn_at=timezone.now())
    for address, status in (
        (f"/report/?record=event/{event.slug}", 200),
        ("/events/?sort=sideways", 400),
        ("/events/?page=99", 404),
        ("/events/no-such-event/", 404),
        (withdrawn.get_absolute_url(), 410),
        (f"{event.get_absolute_url()}?format=sideways", 400),
        ("/api/v1/events?sort=sideways", 400),
    ):
        assert client.get(address).status_code == status, address
    assert client.post("/events/").status_code == 405
    assert not shelf._pages


@pytest.mark.usefixtures("index")
def test_a_search_is_kept_while_the_index_is_up_to_date(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> set[str]:
        html = client.get("/search/?q=drill").content.decode()
        return {one.slug for one in (first, second) if one and one.get_absolute_url() in html}

    first, second = make.make_article(headline="Border drill"), None
    assert found() == {first.slug}
    assert _is_kept(client, "/search/?q=drill")
    second = make.make_article(headline="Mountain drill")
    # Another process writes the index at this moment: the search answers from what it has.
    with monkeypatch.context() as patched:
        patched.setattr(type(engine()), "apply", lambda *_args, **_kwargs: False)
        assert found() == {first.slug}
    assert found() == {first.slug, second.slug}


def _put(shelf: keeping.Shelf, state: keeping.State, name: str, content: bytes, most: int) -> None:
    shelf.put(state, (name, "en"), keeping.Page.of(HttpResponse(content)), most)


def test_a_shelf_holds_what_was_asked_for_last(shelf: keeping.Shelf) -> None:
    state = keeping.State(1, "a", date(2026, 3, 1))
    most = 3 * keeping.Page.of(HttpResponse(b"")).size + 100
    for name in ("one", "two", "three"):
        _put(shelf, state, name, b"", most)
    assert shelf.get(state, ("one", "en"), most)
    _put(shelf, state, "four", b"", most)
    assert [name for name in ("one", "two", "three", "four") if shelf.get(state, (name, "en"), most)] == [
        "one",
        "three",
        "four",
    ]
    # The same page once more takes no more room, and one that is larger than the shelf is not kept.
    _put(shelf, state, "four", b"", most)
    assert shelf.get(state, ("one", "en"), most)
    _put(shelf, state, "large", bytes(range(256)) * 400, 100)
    assert not shelf.get(state, ("large", "en"), most)
    _put(shelf, keeping.State(2, "b", date(2026, 3, 1)), "five", b"", most)
    assert not shelf.get(state, ("one", "en"), most)


@pytest.mark.usefixtures("index")
def test_what_another_worker_made_is_not_made_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these shelves is as one of a worker."""
    folder = tmp_path / "pages"
    folder.mkdir()

    def workers() -> None:
        monkeypatch.setattr(keeping, "shelf", keeping.Shelf(SharedPages(folder)))

    event = make.make_event(name="Drill", name_ru="Учения")
    addresses = ["/events/", "/ru/events/", "/events/?format=atom", "/api/v1/events", event.get_absolute_url()]
    workers()
    made = {address: client.get(address) for address in addresses}
    workers()
    for address, first in made.items():
        with monkeypatch.context() as patched:
            patched.delattr(keeping, "_in_turn")
            taken = client.get(address)
        assert (taken.status_code, taken.getvalue()) == (200, first.getvalue()), address
        assert {key: taken[key] for key in _SAID if key in first} == {key: first[key] for key in _SAID if key in first}
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    event.name = "Exercise"
    event.save()
    workers()
    assert "Exercise" in client.get("/events/").content.decode()
    assert len(list(folder.iterdir())) == 1


def test_what_a_curator_sees_is_left_for_no_other_worker(client: Client, tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    monkeypatch.setattr(keeping, "shelf", keeping.Shelf(SharedPages(folder)))
    draft = make.make_event(status="draft")
    inside = Client()
    inside.force_login(_curator("event"))
    for address in (draft.get_absolute_url(), "/events/"):
        assert inside.get(address).status_code == 200
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert list(folder.iterdir()) == []


def test_what_many_ask_for_at_once_is_made_once(rf: Any) -> None:
    """As after a change, when everybody asks for the same pages anew."""
    readers, made = 6, []
    together = threading.Barrier(readers)

    def view(request: Any) -> HttpResponse:
        made.append(request.path)
        # All others are here by then.
        time.sleep(0.3)
        return HttpResponse(f"page {len(made)}")

    page, seen = keeping.kept(view), []

    def read() -> None:
        together.wait()
        seen.append(page(rf.get("/asked/")).content)
        connections.close_all()

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(made), len(seen), set(seen)) == (1, readers, {b"page 1"})
    assert keeping.making._pages == {}


def test_a_page_that_breaks_keeps_nobody_waiting(rf: Any) -> None:
    def view(request: Any) -> HttpResponse:
        raise ValueError(request.path)

    for _time in range(2):
        with pytest.raises(ValueError, match="/asked/"):
            keeping.kept(view)(rf.get("/asked/"))
    assert keeping.making._pages == {}
