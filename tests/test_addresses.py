"""Addresses of records are those that Django would give, in each language and wherever the site is mounted."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.urls import reverse, set_script_prefix
from django.utils import translation

from archive.addresses import address

KINDS = ("article", "city", "country", "event", "participant", "publisher", "series", "topic")


@pytest.fixture
def mounted() -> Iterator[None]:
    set_script_prefix("/archive/")
    yield
    set_script_prefix("/")


def test_addresses_are_those_of_reverse() -> None:
    for kind in KINDS:
        assert address(kind, "a-2-b") == reverse(f"archive:{kind}-detail", args=["a-2-b"])
    assert address("year", "2014") == reverse("archive:year-detail", args=[2014])


@override_settings(LANGUAGES=[("en", "English"), ("ru", "Russian")])
def test_each_language_has_its_own() -> None:
    with translation.override("ru"):
        assert (
            address("city", "tashkent") == reverse("archive:city-detail", args=["tashkent"]) == "/ru/cities/tashkent/"
        )
    assert address("city", "tashkent") == "/cities/tashkent/"


@pytest.mark.usefixtures("mounted")
def test_a_site_below_a_path_keeps_it() -> None:
    assert address("city", "tashkent") == "/archive/cities/tashkent/"
