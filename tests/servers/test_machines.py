"""Three web machines with data folders of their own on one PostgreSQL, behind nginx as docs/deploy has it: one site for readers."""

import itertools
import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener, urlopen

import pytest
from django.db import connection

from tests.environment import allowed
from tests.servers.beside import beside
from tests.servers.curator import fetch, logged_in, token
from tests.servers.nginx import Proxy, proxy
from tests.servers.site import Site, own_database, served, site_in
from tests.with_postgres import free_port

# How long a change may take to be seen elsewhere.
PATIENCE = 1.0
_TOPIC = """
import json; from django.db.models import Count; from archive.models import Topic
topic = Topic.objects.annotate(n=Count("articles")).filter(n__gte=3).order_by("n", "pk").first()
print(json.dumps({"pk": topic.pk, "definition": topic.definition, "slug": topic.slug, "broader": topic.broader_id or ""}))
"""
_CAPTURES = """
from archive.ingest import captures
for one in captures.kept(): print(one, captures.digest(one))
"""


def test_the_documented_proxy_is_valid(tmp_path: Path) -> None:
    made = proxy(tmp_path, [free_port()])
    done = subprocess.run(made.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@dataclass
class Cluster:
    """The proxy, as the site that readers see, and the machines behind it."""

    front: Site
    proxy: Proxy
    machines: list[Site]
    # A curator's browser, and the topic that he renames. Few articles are about it: each machine writes them into its index.
    browser: OpenerDirector
    topic: dict[str, Any]
    running: list[ExitStack]

    def start(self, number: int) -> None:
        self.running[number].enter_context(served(self.machines[number]))

    def stop(self, number: int) -> None:
        self.running[number].close()

    def rename(self, name: str) -> int:
        address = f"{self.front.url}/admin/archive/topic/{self.topic['pk']}/change/"
        _, form = fetch(self.browser, address)
        fields = {"name": name, "slug": self.topic["slug"], "name_ru": "", "name_zh": "", "variants": "[]"}
        fields |= {"definition": self.topic["definition"], "broader": self.topic["broader"]}
        status, html = fetch(self.browser, address, {**fields, "csrfmiddlewaretoken": token(form)})
        assert "errornote" not in html, html
        return status


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if connection.vendor != "postgresql":
        pytest.skip("several machines share a PostgreSQL only")
    folders = [tmp_path_factory.mktemp(f"machine{n}") for n in range(3)]
    ports = [free_port() for _ in folders]
    front = proxy(tmp_path_factory.mktemp("proxy"), ports)
    with own_database(folders[0]) as database_url, pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("SSL_CERT_FILE", str(front.certificate))
        environment = {
            "DATABASE_URL": database_url,
            "SEARCH_URL": "whoosh://",
            "FILES_URL": "database",
            "SITE_URL": front.url,
            "ALLOWED_HOSTS": "localhost",
            "CSRF_TRUSTED_ORIGINS": front.url,
            "TRUSTED_PROXIES": "127.0.0.1",
            "WEB_CONCURRENCY": "1",
            "LOG_LEVEL": "INFO",
        }
        machines = [
            site_in(folder, **environment, PORT=str(port)) for folder, port in zip(folders, ports, strict=True)
        ]  # fmt: skip
        # All at once, on a database that is empty yet.
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda machine: machine.manage("prepare"), machines))
        running = [stack.enter_context(ExitStack()) for _ in machines]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda one, machine: one.enter_context(served(machine)), running, machines))
        stack.enter_context(front.running())
        site = Site(front.url, folders[0], machines[0].environment)
        topic = json.loads(machines[0].manage("shell", "-v", "0", "-c", _TOPIC).splitlines()[-1])
        made = Cluster(site, front, machines, logged_in(site), topic, running)
        yield made


def _get(browser: OpenerDirector, address: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with browser.open(Request(address, headers=headers), timeout=60) as response:
            return response.status, response.read().decode(), dict(response.headers)
    except HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def _direct(cluster: Cluster, number: int, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """From one machine, past the proxy, as the proxy asks."""
    return _get(build_opener(), cluster.machines[number].url + path, **{"X-Forwarded-Proto": "https", **headers})


def test_a_session_and_a_form_of_one_hold_on_all(cluster: Cluster) -> None:
    seen = Counter[str]()
    for _ in range(6):
        status, html, headers = _get(cluster.browser, f"{cluster.front.url}/admin/")
        assert (status, 'id="logout-form"' in html) == (200, True)
        seen[headers["X-Machine"]] += 1
    assert len(seen) == 3, seen
    # The form comes from one, and is sent to the next.
    assert [cluster.rename(f"Passed round {n}") for n in range(3)] == [200, 200, 200]


def test_what_is_published_through_one_is_seen_on_all_within_a_second(cluster: Cluster) -> None:
    page = f"/topics/{cluster.topic['slug']}/"
    for n in range(3):
        before = [_direct(cluster, number, page)[2]["ETag"] for number in range(3)]
        assert len(set(before)) == 1
        name = f"Seentopic{'abc'[n] * 3}"
        cluster.rename(name)
        written, tags = time.monotonic(), set()
        for number in range(3):
            while True:
                status, html, headers = _direct(cluster, number, page, **{"If-None-Match": before[number]})
                found = _direct(cluster, number, f"/search/?q={name}")[1].count('href="/articles/')
                if status == 200 and name in html and found > 2:
                    break
                assert time.monotonic() < written + allowed(PATIENCE), (number, status, found)
            tags.add(headers["ETag"])
        assert len(tags) == 1


def test_what_is_taken_in_by_one_is_kept_for_all(cluster: Cluster) -> None:
    address = f"{cluster.front.url}/admin/archive/article/add-news/"
    _, form = fetch(cluster.browser, address)
    text = "Ministers met in Dushanbe\n\n12 May 2014. Nobody else reports it, so that it can be told from all others."
    status, html = fetch(cluster.browser, address, {"csrfmiddlewaretoken": token(form), "text": text})
    assert (status, "errornote" in html) == (200, False)
    # Two: one of them at least is not the one that took it.
    kept = [machine.manage("shell", "-v", "0", "-c", _CAPTURES).split() for machine in cluster.machines[:2]]
    assert kept[0] == kept[1]
    assert (len(kept[0]), len(set(kept[0]))) == (2, 1)
    assert not any((machine.data_dir / "captures").exists() for machine in cluster.machines)
    # So with what all readers may take: made by one, the same from each.
    cluster.machines[1].manage("make_dumps")
    manifests = [_direct(cluster, number, "/dumps/manifest.json")[1] for number in range(3)]
    assert manifests[0] == manifests[1] == manifests[2]
    assert _direct(cluster, 2, "/dumps/events.geojson")[0] == 200


def test_a_backup_has_the_files_of_the_database_as_files(cluster: Cluster, tmp_path: Path) -> None:
    cluster.machines[0].manage("backup", str(tmp_path / "bags"))
    (bag,) = (tmp_path / "bags").iterdir()
    kept = cluster.machines[0].manage("shell", "-v", "0", "-c", _CAPTURES)
    assert {path.name for path in (bag / "data" / "captures").rglob("*") if path.is_file()} == set(kept.split())
    # The dumps, which are made anew, and who was counted are not in it.
    done = subprocess.run(["pg_restore", "--list", bag / "data" / "database.dump"], capture_output=True, text=True)
    assert "TABLE DATA public archive_article " in done.stdout
    assert "TABLE DATA public archive_filepart" not in done.stdout
    assert "TABLE DATA public archive_hits" not in done.stdout
    (tmp_path / "restored").mkdir()
    with own_database(tmp_path) as database_url:
        environment = {"DATABASE_URL": database_url, "FILES_URL": "database", "SEARCH_URL": "whoosh://"}
        restored = site_in(tmp_path / "restored", **environment)
        restored.manage("restore", str(bag))
        assert restored.manage("shell", "-v", "0", "-c", _CAPTURES) == kept


def test_wrong_passwords_count_on_all_together(cluster: Cluster) -> None:
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    address, answers = f"{cluster.front.url}/admin/login/", []
    _, form = fetch(browser, address)
    for _ in range(12):
        fields = {"username": "nobody", "password": "wrong", "csrfmiddlewaretoken": token(form)}
        answers.append(fetch(browser, address, fields)[0])
    assert answers == [200] * 10 + [429] * 2


# Restarting -----------------------------------------------------------------------------------------------------------

_PAGES = ("/", "/articles/?page={}", "/events/?page={}", "/search/?q=border+{}", "/topics/?q={}")


@contextmanager
def _load(cluster: Cluster) -> Iterator[Counter[str]]:
    """Ten pages a second, and somebody who saves as fast as answers come; counts what came."""
    counted: Counter[str] = Counter()

    def note(kind: str, status: object) -> None:
        counted[f"{kind} {status}"] += 1

    def read(first: int, is_over: threading.Event) -> None:
        for n in itertools.count(first, 2):
            if is_over.wait(0.2):
                return
            try:
                with urlopen(cluster.front.url + _PAGES[n % len(_PAGES)].format(1 + n % 3), timeout=60) as response:
                    response.read()
                    note("GET", response.status)
            except HTTPError as error:
                note("GET", error.code)
            except OSError as error:
                note("GET", repr(error))

    def write(is_over: threading.Event) -> None:
        for n in itertools.count():
            if is_over.wait(0.3):
                return
            try:
                note("POST", cluster.rename(f"Under load {n}"))
            except (AssertionError, OSError) as error:
                note("POST", repr(error)[:500])

    with beside(partial(read, 0), partial(read, 1), write):
        yield counted


def test_restarted_one_by_one_no_request_fails(cluster: Cluster) -> None:
    with _load(cluster) as counted:
        for number, machine in enumerate(cluster.machines):
            cluster.proxy.take_out(cluster.proxy.machines[number])
            # What a balancer that asks goes by; who comes all the same is answered.
            (machine.data_dir / "draining").touch()
            assert _direct(cluster, number, "/readyz")[0] == 503
            assert _direct(cluster, number, "/")[0] == 200
            time.sleep(0.5)
            cluster.stop(number)
            (machine.data_dir / "draining").unlink()
            cluster.start(number)
            cluster.proxy.take_out()
        time.sleep(1)
    assert set(counted) == {"GET 200", "POST 200"}, counted
    assert counted["GET 200"] > 20
    assert counted["POST 200"] > 3


def test_a_machine_that_is_lost_is_not_noticed_by_readers(cluster: Cluster) -> None:
    cluster.stop(1)
    try:
        seen = [_get(build_opener(), f"{cluster.front.url}/events/?page={n % 3 + 1}") for n in range(9)]
        assert [status for status, _html, _headers in seen] == [200] * 9
        # Some were tried there first.
        assert any("," in headers["X-Machine"] for _status, _html, headers in seen)
    finally:
        cluster.start(1)
