"""What stands around every page: navigation, breadcrumbs, flags, numbers of pages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client
from django.urls import reverse

from archive.models import Event
from archive.models.base import DateBasis
from archive.templatetags.frame import PICTURES, WAYS_IN, elided
from tests import factories as make

pytestmark = pytest.mark.django_db

SECTIONS = [reverse(section.name) for section in (*WAYS_IN, *PICTURES)]


def navigation(html: str) -> str:
    found = re.search(r'<nav class="main".*?</nav>', html, re.DOTALL)
    assert found
    return found[0]


def crumbs(html: str) -> list[str]:
    (found,) = re.findall(r'<nav class="breadcrumbs".*?</nav>', html, re.DOTALL)
    return re.findall(r'itemprop="name"[^>]*>([^<]+)<', found)


@pytest.mark.parametrize("address", SECTIONS)
def test_each_section_is_marked_on_its_own_page_and_has_a_way_back(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', navigation(html)) == [address]
    assert len(crumbs(html)) == 2


def test_below_a_section_it_is_marked_as_that_of_the_page(client: Client) -> None:
    event = make.make_event(name="Peace Drill")
    html = client.get(event.get_absolute_url()).content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="true"', navigation(html)) == ["/events/"]
    assert crumbs(html) == ["Archive", "Events", "Peace Drill"]
    assert re.findall(r'itemprop="position" content="(\d)"', html) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "address",
    ["/about/", "/help/glossary/", "/help/search/", "/search/", "/publishers/", "/years/undated/", "/nowhere/"],
)
def test_pages_outside_the_navigation_have_a_way_back_too(client: Client, address: str) -> None:
    assert crumbs(client.get(address).content.decode())[0] == "Archive"


def test_a_flag_of_status_has_a_form_of_its_own() -> None:
    css = (Path(settings.BASE_DIR) / "static" / "css" / "archive.css").read_text()
    forms = {}
    for kind in ("planned", "announced", "cancelled", "corrected", "withdrawn"):
        sign = re.search(rf'\.flag\.{kind}::before {{ content: "(.)', css)
        assert sign, kind
        forms[kind] = sign[1]
    assert len(set(forms.values())) == len(forms)
    assert set(Event.State.values) - {"held"} <= set(forms)
    assert DateBasis.CORRECTED in forms


def test_a_flag_is_escaped() -> None:
    shown = Template("{% load frame %}{% flag kind text %}").render(Context({"kind": '"x', "text": "<b>"}))
    assert shown == '<span class="flag &quot;x">&lt;b&gt;</span>'


def test_of_many_pages_the_neighbours_and_the_ends_are_offered() -> None:
    paginator = Paginator(range(1000), 10)
    assert list(elided(paginator.page(50))) == [1, "…", 48, 49, 50, 51, 52, "…", 100]


def test_a_printed_page_says_where_it_is_from(client: Client) -> None:
    html = client.get("/about/?x=1").content.decode()
    assert re.search(rf'<p class="cited">[^<]*{re.escape(settings.SITE_URL)}/about/\?x=1', html)
