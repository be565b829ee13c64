"""The admin's forms as a browser would post them."""

import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    """Names and values of the inputs of the form whose id ends in `_form`."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = (given.get("id") or "").endswith("_form")
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input" and given.get("type") not in ("submit", "checkbox"):
            self.values[name] = given.get("value") or ""
        elif tag == "input" and given.get("type") == "checkbox" and "checked" in given:
            self.values[name] = "on"
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values.setdefault(self._select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def filled_form(client: Client, url: str) -> dict[str, Any]:
    """What the form at `url` holds, without the empty rows that scripts copy."""
    page = client.get(url)
    assert page.status_code == 200
    fields = _Fields()
    fields.feed(page.content.decode())
    return {name: value for name, value in fields.values.items() if name and not re.search(r"-__prefix__-", name)}
