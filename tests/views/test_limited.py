"""How often one client may search and ask for suggestions; what is kept is not counted."""

from typing import Any

import pytest
from django.test import Client

from archive import ratelimit
from archive.ratelimit import Limit
from archive.views import keeping

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    few = (Limit(2, 60),)
    monkeypatch.setattr(ratelimit, "LIMITS", {**ratelimit.LIMITS, "search": few, "suggestions": few})


def test_too_many_searches_are_told_how_long_to_wait(client: Client) -> None:
    assert [client.get(f"/search/?q=drill{n}").status_code for n in range(2)] == [200, 200]
    for address in ("/search/?q=drill3", "/search/facet/?key=year&q=drill", "/search/?q=drill&format=csv"):
        refused = client.get(address)
        assert (refused.status_code, 0 < int(refused["Retry-After"]) <= 60) == (429, True)
        assert f"Wait {refused['Retry-After']} seconds" in refused.content.decode()
    assert client.get("/articles/").status_code == 200
    assert client.get("/search/?q=drill3", REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get("/ru/search/?q=drill3").status_code == 429


@pytest.mark.parametrize("address", ["/search/suggest/", "/opensearch/suggestions"])
def test_too_many_suggestions(client: Client, address: str) -> None:
    assert [client.get(f"{address}?q={text}").status_code for text in ("x", "xi")] == [200, 200]
    refused = client.get(f"{address}?q=xi+j")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/json")
    assert refused["Retry-After"] in refused.json()["error"]
    # Each has its own count.
    assert client.get("/search/?q=xi").status_code == 200


def test_a_kept_page_costs_nothing(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAGE_CACHE_BYTES = 1_000_000
    monkeypatch.setattr(keeping, "shelf", keeping.Shelf())
    assert [client.get("/search/?q=drill").status_code for _ in range(9)] == [200] * 9
    assert client.get("/search/?q=another").status_code == 200
    assert client.get("/search/?q=a+third").status_code == 429
    assert client.get("/search/?q=drill").status_code == 200
