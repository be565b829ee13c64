"""A curator who saves."""

from urllib.request import OpenerDirector

from tests.servers.curator import fetch, logged_in, token
from tests.servers.site import Site

# (browser) → what its forms send against forgery
_TOKENS: dict[OpenerDirector, str] = {}


def login(site: Site) -> OpenerDirector:
    """A curator's browser, with the form of a topic open."""
    return as_curator(logged_in(site), site)


def as_curator(browser: OpenerDirector, site: Site) -> OpenerDirector:
    """The same browser, which has a session, with the form of a topic open."""
    _TOKENS[browser] = token(fetch(browser, f"{site.url}/admin/archive/topic/add/")[1])
    return browser


def save_topic(browser: OpenerDirector, site: Site, name: str) -> tuple[int, str]:
    """Status and page after a topic of that name was saved."""
    fields = {
        "csrfmiddlewaretoken": _TOKENS[browser],
        "name": name,
        "slug": name.lower().replace(" ", "-"),
        "name_ru": "",
        "name_zh": "",
        "variants": "[]",
        "definition": "One. " * 400,
        "broader": "",
    }
    return fetch(browser, f"{site.url}/admin/archive/topic/add/", fields)
