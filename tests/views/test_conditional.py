"""What is told under a tag is at least as new as the tag says, whatever is changed while it is made."""

from typing import Any

import pytest
from django.test import Client

from archive.views import browse
from archive.views.api import records
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]


def _changed_within(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """The first call of that function, which comes after the first look at the records, meets a change."""
    called, changed = getattr(module, name), []

    def calls(*args: Any) -> Any:
        if not changed:
            changed.append(make.make_article(headline="Newer"))
        return called(*args)

    monkeypatch.setattr(module, name, calls)


@pytest.mark.parametrize(
    ("address", "module", "name"),
    [
        ("/api/v1/articles", records, "fields_of"),
        ("/articles/?format=atom", browse, "of_filtered"),
        ("/articles/?format=csv", browse, "of_filtered"),
    ],
)
def test_what_is_older_is_not_kept_as_what_is_newer(
    address: str, module: Any, name: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.make_article(headline="Older")
    client.get(address)
    with monkeypatch.context() as patched:
        _changed_within(patched, module, name)
        first = client.get(address)
    # Whoever was told the tag of then has to ask again, and whoever comes now gets all there is.
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    other = Client().get(address)
    assert b"Newer" in b"".join(other)
    assert other.headers["ETag"] != first.headers["ETag"]


def test_a_record_that_goes_while_it_is_looked_up_is_not_there(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    article = make.make_article(slug="one")

    def goes(*args: Any) -> Any:
        article.delete()
        return told(*args)

    told = records.answered
    monkeypatch.setattr(records, "answered", goes)
    assert client.get("/api/v1/articles/one").status_code in (404, 410)
