"""What is seen of a request from outside it: ids, lines of the log, metrics, and who may read those."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from archive import outcomes
from archive.logs import JsonFormatter
from archive.views import monitoring, pages
from archive.views.seeing import BY_ITSELF
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """All that is logged, on any level, as production writes it."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Kept()
    handler.setFormatter(JsonFormatter())
    root, access = logging.getLogger(), logging.getLogger("archive.access")
    level = root.level, access.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    access.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level[0])
    access.setLevel(level[1])


def accesses(lines: list[str]) -> list[dict[str, Any]]:
    return [told for told in map(json.loads, lines) if told["logger"] == "archive.access"]


def test_what_a_new_worker_asks_itself_is_no_readers_request(client: Client, lines: list[str]) -> None:
    assert client.get("/about/", **{BY_ITSELF: True}).status_code == 200
    assert accesses(lines) == []
    assert client.get("/about/", HTTP_ARCHIVE_BY_ITSELF="True").status_code == 200
    assert len(accesses(lines)) == 1


# Ids ------------------------------------------------------------------------------------------------------------------


def test_every_answer_has_an_id_which_a_trusted_proxy_may_give(client: Client, settings: Any) -> None:
    given = "proxy-0123456789"
    first, second = client.get("/about/"), client.get("/no-such-page/", HTTP_X_REQUEST_ID=given)
    assert first["X-Request-ID"] != second["X-Request-ID"] != given
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert client.get("/about/", HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given
    assert client.get("/about/", HTTP_X_REQUEST_ID="<b>")["X-Request-ID"] != "<b>"


def broken(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("broken on purpose, by reader@example.org")


def test_the_page_of_a_fault_tells_the_id_of_the_line_with_the_trace(
    client: Client, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "overview", broken)
    answer = client.get("/about/?q=planted")
    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    (told,) = [one for one in map(json.loads, lines) if "trace" in one]
    assert told["request_id"] == answer["X-Request-ID"]
    assert "RuntimeError: broken on purpose, by (e-mail)" in told["trace"]
    assert accesses(lines)[0]["status"] == 500


def test_traces_of_templates_are_there(client: Client, lines: list[str], settings: Any, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "about.html").write_text("{% broken_on_purpose %}")
    (templates,) = settings.TEMPLATES
    settings.TEMPLATES = [{**templates, "DIRS": [tmp_path, *templates["DIRS"]]}]
    assert client.get("/about/").status_code == 500
    assert any("broken_on_purpose" in json.loads(one).get("trace", "") for one in lines)


def test_traces_of_middleware_are_there(client: Client, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.middleware.common.CommonMiddleware.process_request", broken)
    assert client.get("/about/").status_code == 500
    assert any("broken on purpose" in json.loads(one).get("trace", "") for one in lines)
    assert accesses(lines)[-1]["status"] == 500


def test_a_log_that_fails_fails_no_request(client: Client, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    class Full:
        def write(self, text: str) -> None:
            raise OSError(28, "No space left on device")

        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    handler = logging.StreamHandler(Full())  # type: ignore[arg-type]
    logging.getLogger("archive.access").addHandler(handler)
    logging.getLogger("archive.access").setLevel(logging.INFO)
    try:
        assert client.get("/about/").status_code == 200
    finally:
        logging.getLogger("archive.access").removeHandler(handler)
        logging.getLogger("archive.access").setLevel(logging.NOTSET)


# Lines ----------------------------------------------------------------------------------------------------------------


def test_a_line_for_each_request(client: Client, lines: list[str]) -> None:
    make.make_topic(slug="terror")
    client.get("/topics/terror/?format=csv")
    client.get("/nowhere/")
    (found, lost) = accesses(lines)
    assert (found["method"], found["path"], found["status"]) == ("GET", "/topics/terror/", 200)
    assert found["view"] == "archive:topic-detail"
    assert found["milliseconds"] > 0
    assert (lost["status"], lost["view"]) == (404, "none")
    assert "user_id" not in found


def test_no_path_makes_a_line_of_its_own(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "archive.access"):
        client.get("/a%0Ab%0D%1b/")
    assert [one.getMessage() for one in caplog.records if one.name == "archive.access"] == ["GET /a%0Ab%0D%1B/ 404"]


def test_a_curator_is_a_number(client: Client, lines: list[str]) -> None:
    user = User.objects.create_superuser("miss-planted")
    client.force_login(user)
    lines.clear()
    client.get(reverse("admin:index"))
    assert accesses(lines)[-1]["user_id"] == user.pk
    assert not any("miss-planted" in one for one in lines if json.loads(one)["logger"] != "django.db.backends")


PLANTED = "planted-7f3a"


def test_nothing_personal_is_in_the_log_of_a_whole_run(
    client: Client, lines: list[str], index: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searching, following, confirming, ending, reporting, failing logins, faults: by a reader with an address and a cookie."""
    secret = {
        "REMOTE_ADDR": "203.0.113.77",
        "HTTP_X_FORWARDED_FOR": "198.51.100.88",
        "HTTP_USER_AGENT": f"Browser/{PLANTED}",
        "HTTP_REFERER": f"https://elsewhere.example/?from={PLANTED}",
        "HTTP_COOKIE": f"sessionid={PLANTED}",
    }
    make.make_article(headline="Found")
    for path in ("/search/", "/ru/search/", "/articles/", "/api/v1/articles", "/search/suggest/", "/nowhere/", "/oai"):
        client.get(path, {"q": PLANTED, "verb": PLANTED}, **secret)
    client.get(f"/search/?q={PLANTED}%ff%00&page=x", **secret)
    form = {"email": f"{PLANTED}@example.org", "page": "search", "query": "q=found", "frequency": "daily"}
    client.post("/follow/", form, **secret)
    words = [word for one in mail.outbox for word in str(one.body).split()]
    token = next((word.rstrip("/").rpartition("/")[2] for word in words if "/confirm/" in word), f"eyJ-{PLANTED}")
    for action in ("confirm", "stop"):
        client.get(f"/follow/{action}/{token}/", **secret)
        client.post(f"/follow/{action}/{token}/", **secret)
        client.get(f"/zh-hans/follow/{action}/{token}", **secret)
    client.post("/report/", {"message": PLANTED, "email": f"{PLANTED}@example.org"}, **secret)
    client.post("/admin/login/", {"username": PLANTED, "password": PLANTED}, **secret)
    monkeypatch.setattr(pages, "overview", broken)
    client.get(f"/about/?q={PLANTED}", **secret)
    text = "\n".join(one for one in lines if json.loads(one)["logger"] != "django.db.backends")
    assert len(accesses(lines)) >= 17
    for planted in (PLANTED, token, "203.0.113.77", "198.51.100.88", "reader@example.org"):
        assert planted not in text, next(one for one in text.splitlines() if planted in one)


# Metrics --------------------------------------------------------------------------------------------------------------


def read(client: Client, **meta: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    """Values by name, and values of labels by the labels' names."""
    answer = client.get("/metrics", **meta)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(one.name, tuple(value for _, value in sorted(one.labels.items()))): one.value for one in samples}


def test_only_this_machine_and_who_has_the_token_may_read(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.post("/metrics").status_code == 405
    away = {"REMOTE_ADDR": "203.0.113.7"}
    assert client.get("/metrics", **away).status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", **away).status_code == 404
    settings.METRICS_TOKEN = "long and secret"
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer long and secret", **away).status_code == 200
    for wrong in ("Bearer long and secre", "Bearer", "long", "Bearer lóng"):
        assert client.get("/metrics", HTTP_AUTHORIZATION=wrong, **away).status_code == 404, wrong


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA"])
def test_who_comes_through_a_proxy_on_this_machine_may_not(header: str, client: Client, settings: Any) -> None:
    assert client.get("/metrics", **{header: "127.0.0.1"}).status_code == 404
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", **{header: "127.0.0.1"}).status_code == 404


def test_requests_and_searches_are_counted(client: Client, index: None) -> None:
    before = read(client)

    def more(name: str, *labels: str) -> float:
        return read(client).get((name, labels), 0) - before.get((name, labels), 0)

    client.get("/search/", {"q": "nothing-is-called-so"})
    client.get("/nowhere/at/all/")
    assert more("archive_requests_total", "GET", "200", "archive:search") == 1
    assert more("archive_requests_total", "GET", "404", "none") == 1
    assert more("archive_searches_without_results_total", "whoosh") >= 1
    assert more("archive_search_seconds_count", "whoosh", "search") >= 1
    client.generic("BREW" * 9, "/about/")
    assert more("archive_requests_total", "other", "405", "archive:about") == 1


def test_how_the_archive_stands(client: Client, index: None) -> None:
    make.make_topic()
    make.make_candidate()
    outcomes.tell("backup", "made")
    outcomes.tell("import", "new", 3)
    told = read(client)
    assert told["archive_database_up", ()] == told["archive_index_up", ()] == 1
    assert told["archive_changes", ()] > 0
    assert told["archive_index_lag", ()] >= 1  # nothing was committed in a test
    assert told["archive_waiting", ("candidates",)] == 1
    assert told["archive_outcomes_total", ("new", "import")] == 3
    assert told["archive_outcome_last_seconds", ("made", "backup")] > 1.7e9
    assert ("archive_fixity_last_seconds", ()) not in told


def test_without_an_index_or_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(client)["archive_index_up", ()] == 0

    def lost(*args: Any) -> Any:
        raise DatabaseError

    monkeypatch.setattr(monitoring.connection, "cursor", lost)
    told = read(client)
    assert told["archive_database_up", ()] == 0
    assert any(name == "archive_requests_total" for name, _labels in told)


def test_refusals_and_failed_searches_are_counted(client: Client) -> None:
    before = read(client)
    assert client.get("/search/", {"q": "word"}).status_code == 503
    after = read(client)
    key = ("archive_search_failures_total", ("whoosh", "IndexUnusable"))
    assert after[key] - before.get(key, 0) >= 1


def test_outcomes_that_can_not_be_counted_fail_nothing(data_dir: Path) -> None:
    (data_dir / "outcomes.json").write_text("{ no")
    outcomes.tell("poll", "read")
    outcomes.tell("poll", "read", 2)
    assert [(one.name, one.result, one.number) for one in outcomes.outcomes()] == [("poll", "read", 3)]
    (data_dir / "outcomes.lock").unlink()
    (data_dir / "outcomes.lock").mkdir()
    outcomes.tell("poll", "read")
