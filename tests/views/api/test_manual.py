"""What is written of the API is true: docs/api.md, the examples of the document, and the page that is made of it."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings as project
from django.test import Client

from archive import search
from archive.curation.loading import load
from archive.views.api import document
from archive.views.api.problems import KINDS
from archive.views.api.resources import RESOURCES
from archive.views.api.routes import api
from tests.seed import SeedTestCase
from tests.views.api.asking import answer, everything

DOCUMENTED = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# By operation; records are those that the document names.
ADDRESSES = {
    "root": "/api/v1/",
    **{f"list-{one.plural}": f"/api/v1/{one.plural}?limit=1" for one in RESOURCES.values()},
    "list-articles": "/api/v1/articles?year=2014&country=KZ&limit=1&fields=headline,published,links",
    "list-events": "/api/v1/events?year=2014&country=KZ&limit=1&fields=name,dates,city,links",
    **{f"get-{kind}": f"/api/v1/{one.plural}/{document.KEYS[kind]}" for kind, one in RESOURCES.items()},
    "search": "/api/v1/search?q=%22full+membership%22&country=IR&limit=1&fields=headline",
    "suggestions": "/api/v1/suggestions?q=Dush",
    "changes": "/api/v1/changes?limit=2&fields=at,action,moved_to",
}
EXAMPLES = Path(document.__file__).with_name("examples.json")


def assert_has(found: Any, shown: Any, where: str = "") -> None:
    """All that is shown is there, of the same type; what is shown as “…” or null may be anything."""
    if shown is None or found is None or (isinstance(shown, str) and shown == "…"):
        return
    kinds = (int, float) if isinstance(shown, int | float) and not isinstance(shown, bool) else type(shown)
    assert isinstance(found, kinds), (where, shown, found)
    if isinstance(shown, dict):
        assert shown.keys() <= found.keys(), (where, shown.keys() - found.keys())
        for key, value in shown.items():
            assert_has(found[key], value, f"{where}.{key}")
    elif isinstance(shown, list) and shown:
        assert found, where
        for value in shown:
            assert_has(found[0], value, f"{where}[]")


def _blocks() -> list[tuple[str, str]]:
    text = Path(project.BASE_DIR, "docs", "api.md").read_text(encoding="utf-8")
    return BLOCK.findall(text)


def _curl(line: str, site: str) -> tuple[int, dict[str, str], bytes]:
    """What the command gets, as far as our examples use it."""
    words = shlex.split(line)
    assert words[0] == "curl"
    [address] = [word for word in words[1:] if word.startswith("http")]
    assert set(words[1:]) <= {address, "-I"}
    request = Request(address.replace(DOCUMENTED, site), method="HEAD" if "-I" in words else "GET")
    try:
        with urlopen(request, timeout=60) as response:
            return response.status, dict(response.headers), response.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.fixture
def site(live_server: Any, settings: Any) -> Iterator[str]:
    settings.SITE_URL = live_server.url
    load(project.FIXTURES_DIR)
    search.rebuild_index()
    yield live_server.url


@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_documentation_run(site: str, client: Client) -> None:
    blocks = _blocks()
    ran = 0
    for (language, text), (shown_as, shown) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "sh":
            status, headers, content = _curl(text, site)
            if shown_as == "json":
                told = json.loads(shown)
                assert status == told.get("status", 200)
                assert_has(json.loads(content), told, text)
            else:
                assert shown_as == "http"
                names = [line.partition(":")[0] for line in shown.splitlines()[1:]]
                assert set(names) <= set(headers)
            ran += 1
        elif language == "python":
            kept: dict[str, Any] = {}
            exec(text.replace(DOCUMENTED, site), kept)
            public = sum(len(everything(client, f"/api/v1/{one.plural}?limit=200")) for one in RESOURCES.values())
            assert len(kept["copy"]) == public > 300
            ran += 1
    assert ran == len([language for language, _text in blocks if language in ("sh", "python")])


class TestExamples(SeedTestCase):
    @pytest.fixture(autouse=True)
    def _option(self, request: pytest.FixtureRequest) -> None:
        self.is_written = request.config.getoption("--write-examples")

    def test_the_document_shows_what_is_answered(self) -> None:
        answers = {
            name: {"address": address, "answer": answer(self.client, address)} for name, address in ADDRESSES.items()
        }
        if self.is_written:
            # One time for all, so that nothing differs but what was changed.
            written = re.sub(
                r"\d{4}-\d\d-\d\dT[\d:.]+Z", "2026-11-22T08:00:00Z", json.dumps(answers, ensure_ascii=False, indent=1)
            )
            EXAMPLES.write_text(written + "\n", encoding="utf-8")
            document.examples.cache_clear()
        kept = document.examples(DOCUMENTED)
        for name, found in answers.items():
            assert kept[name]["address"] == found["address"]
            assert_has(found["answer"], kept[name]["answer"], name)
            assert_has(kept[name]["answer"], found["answer"], name)
        told = document.document(api)
        operations = [one for methods in told["paths"].values() for one in methods.values()]
        assert {one["operationId"] for one in operations} == ADDRESSES.keys()
        for one in operations:
            assert one["responses"]["200"]["content"]["application/json"]["example"]

    def test_examples_of_parameters_are_understood(self) -> None:
        told = json.loads(document.text(api))
        for path, methods in told["paths"].items():
            for one in methods["get"]["parameters"]:
                for example in one.get("examples", {}).values():
                    value = example["value"][0] if isinstance(example["value"], list) else example["value"]
                    response = self.client.get(f"/api/v1{path}", {one["name"]: value})
                    assert response.status_code == 200, (path, one["name"], value)
                    assert response.json().get("total", 1) > 0, (path, one["name"], value)

    def test_the_page_says_all_that_the_document_says(self) -> None:
        told = json.loads(document.text(api))
        for prefix in ("", "/ru", "/zh-hans"):
            html = self.client.get(f"{prefix}/api/").content.decode()
            for path, methods in told["paths"].items():
                assert f"<code>/api/v1{path}</code>" in html
                assert all(f"<code>{one['name']}</code>" in html for one in methods["get"]["parameters"])
            ids = re.findall(r'\bid="([^"]+)"', html)
            assert len(ids) == len(set(ids))
            assert {*told["components"]["schemas"], *ADDRESSES} <= set(ids)
            # Every reference leads somewhere.
            assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
            for address in re.findall(r'href="(/api/v1/[^"]+)"', html):
                assert self.client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_the_documentation_names_every_kind_of_problem() -> None:
    text = Path(project.BASE_DIR, "docs", "api.md").read_text(encoding="utf-8")
    assert [name for name in KINDS if f"`{name}`" not in text] == []
    assert [one.plural for one in RESOURCES.values() if f"/{one.plural}`" not in text] == []
