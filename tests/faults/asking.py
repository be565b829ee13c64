"""One request, and how long it took."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.servers.site import Site

PAGES = ("/", "/articles/", "/events/", "/years/2014/", "/participants/", "/api/v1/events")
# Each is a word that no test asks twice, lest the answer be one that was kept.
SEARCH = "/search/?q=summit+{}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    seconds: float


def ask(site: Site, path: str, patience: float = 60, source: str = "127.0.0.1") -> Answer:
    """The answer to GET, on a connection of its own from that address. Raises OSError where there is none."""
    begun = time.monotonic()
    address = urlsplit(site.url)
    connection = http.client.HTTPConnection(
        str(address.hostname), address.port, timeout=patience, source_address=(source, 0)
    )
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read().decode()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, text, time.monotonic() - begun)
    finally:
        connection.close()


def until(site: Site, path: str, status: int, seconds: float) -> float:
    """Ask until the answer has the status; the seconds that it took. Fails after so many."""
    begun = time.monotonic()
    while (answer := ask(site, path)).status != status:
        assert time.monotonic() - begun < seconds, (answer.status, answer.text[:500])
        time.sleep(0.1)
    return time.monotonic() - begun


def is_refusal(answer: Answer, status: int = 503) -> bool:
    """A sentence in the form that was asked for, when to come again, and nothing of what is inside."""
    told = answer.text.lower()
    return (
        answer.status == status
        and answer.headers["retry-after"].isdigit()
        and ("<p>" in told or "problem+json" in answer.headers["content-type"])
        and not any(word in told for word in ("traceback", "operationalerror", "sqlite", "psycopg", "/tmp"))
    )
