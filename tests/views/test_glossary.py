"""The glossary: every term, in its category, with its names, its links and its source."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from archive.models import Term
from tests import factories as make

pytestmark = pytest.mark.django_db
ADDRESS = "/help/glossary/"


def page(client: Client) -> str:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return response.content.decode()


def entry(html: str, slug: str) -> str:
    """The part of the page that belongs to the term."""
    parts = re.split(r'(?=<div class="term")', html.split("</section>\n  </main>")[0])
    (found,) = [part for part in parts if part.startswith(f'<div class="term" id="{slug}"')]
    return found


def row(part: str, label: str) -> str:
    """What stands beside a label, as text; empty where there is no such row."""
    found = re.search(rf"<dt>{label}</dt><dd>(.*?)</dd>", part, re.DOTALL)
    return " ".join(unescape(re.sub("<[^>]+>", "", found[1])).split()) if found else ""


def test_terms_stand_by_category_and_name(client: Client) -> None:
    for name, category in (("Xinjiang", "place"), ("terrorism", "threat"), ("Astana", "spelling"), ("RATS", "sco")):
        make.make_term(name=name, category=category, slug=name.lower())
    make.make_term(name="Shanghai Five", category="sco", slug="shanghai-five")
    make.make_term(name="accession", category="sco", slug="accession")
    html = page(client)
    order = ["accession", "rats", "shanghai-five", "terrorism", "xinjiang", "astana"]
    assert re.findall(r'<div class="term" id="([^"]+)"', html) == order
    headings = [unescape(one).strip() for one in re.findall(r'<h2 id="category_\w+">([^<]+)', html)]
    assert headings == ["SCO bodies and documents", "Threats", "Places and regions", "Spellings"]


def test_every_link_within_the_page_leads_to_something(client: Client) -> None:
    for category in Term.Category:
        make.make_term(category=category, related=["Pivot"])
    make.make_term(name="Pivot")
    html = page(client)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) <= set(ids)
    # From the index to each category and each term.
    assert {f"category_{category}" for category in Term.Category} <= set(links)
    index = html[html.index('<nav class="index"') : html.index('<section class="terms"')]
    assert set(re.findall(r'href="#([^"]+)"', index)) >= set(Term.objects.values_list("slug", flat=True))


def test_an_entry_shows_what_is_known_of_the_term(client: Client) -> None:
    make.make_term(
        slug="is",
        name="Islamic State",
        abbreviation="ISIL",
        name_ru="ИГИЛ",
        name_zh="伊斯兰国",
        variants=["ISIS", "ДАИШ", "Daesh", "达伊沙"],
        ambiguous=["IS"],
        definition="A <group> of that name.",
        source="https://example.org/a | a book",
        confidence="medium",
        note="As of 2014.",
    )
    part = entry(page(client), "is")
    assert ">Islamic State</a> <abbr>ISIL</abbr>" in part
    assert '<p lang="ru">ИГИЛ, ДАИШ</p>' in part
    assert re.search(r'<p lang="zh">伊斯兰国.达伊沙</p>', part)
    assert "A &lt;group&gt; of that name." in part
    assert row(part, "Also written") == "ISIS, Daesh"
    assert row(part, "Ambiguous") == "IS (not used to widen a search)"
    assert row(part, "Source") == "https://example.org/a; a book (confidence: medium) — As of 2014."
    assert 'href="https://example.org/a"' in part


def test_a_bare_term_has_no_empty_rows(client: Client) -> None:
    make.make_term(slug="bare")
    part = entry(page(client), "bare")
    assert re.findall("<dt>([^<]+)", part) == ["Source"]
    assert "lang=" not in part
    assert "<abbr>" not in part
    assert "confidence" not in part


def test_related_names_lead_to_the_term_that_they_mean(client: Client) -> None:
    make.make_term(slug="rats", name="Regional Anti-Terrorist Structure", abbreviation="RATS", variants=["RCTS"])
    make.make_term(slug="secretariat", name="SCO Secretariat", ambiguous=["Secretariat"])
    # Its variant is another's name: the name comes first.
    make.make_term(slug="another", name="Another", variants=["sco secretariat"])
    related = ["regional anti-terrorist structure", "RATS", "rcts", "SCO Secretariat", "Secretariat", "<Kashgar>"]
    make.make_term(slug="term", related=related)
    part = entry(page(client), "term")
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', part.split("<dt>Related terms</dt>")[1].split("</dd>")[0])
    assert links == [
        ("rats", "regional anti-terrorist structure"),
        ("rats", "RATS"),
        ("rats", "rcts"),
        ("secretariat", "SCO Secretariat"),
    ]
    assert row(part, "Related terms") == ", ".join(related)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("RATS", "RATS"),
        ("counter-terrorism", "counter-terrorism"),
        ("three evils", '"three evils"'),
        ("R&D = 100%", '"R&D = 100%"'),
        ("Шанхайский дух", '"Шанхайский дух"'),
    ],
)
def test_a_term_is_searched_for_as_a_whole(client: Client, name: str, asked: str) -> None:
    make.make_term(slug="term", name=name)
    part = entry(page(client), "term")
    address = urlsplit(unescape(re.search(r'class="find"><a href="([^"]+)"', part)[1]))  # type: ignore[index]
    assert address.path == "/search/"
    assert parse_qs(address.query) == {"q": [asked]}
    assert f'Search the archive<span class="hidden">: <span>{name}<' in unescape(part)


@pytest.mark.usefixtures("index")
def test_its_search_finds_what_has_the_words_side_by_side(client: Client) -> None:
    make.make_article(headline="The three evils again", slug="with")
    make.make_article(headline="Three towns and many evils", slug="without")
    make.make_term(slug="term", name="three evils")
    address = unescape(re.search(r'class="find"><a href="([^"]+)"', entry(page(client), "term"))[1])  # type: ignore[index]
    html = client.get(address).content.decode()
    assert "/articles/with/" in html
    assert "/articles/without/" not in html


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_a_source_that_is_not_public_is_not_named(client: Client, status: str) -> None:
    make.make_term(source_article=make.make_article(headline="Zanzibar secret", status=status))
    make.make_term(source_article=make.make_article(headline="Public news", slug="news"))
    html = page(client)
    assert "Zanzibar" not in html
    assert '<a href="/articles/news/">Public news</a>' in html


def test_an_old_address_leads_to_the_term_still(client: Client) -> None:
    """A server never sees what stands after `#`, so the page itself holds the old names."""
    term = make.make_term(slug="old")
    for slug in ("older", "new"):
        term.slug = slug
        term.save()
    part = entry(page(client), "new")
    assert set(re.findall(r'<span id="([^"]+)"', part)) == {"old", "older"}


def test_an_empty_glossary_says_so(client: Client) -> None:
    html = page(client)
    assert "The glossary has no terms yet." in html
    assert '<nav class="index"' not in html


@pytest.mark.parametrize("address", ["/", "/about/", "/search/?page=9", "/search/?q=zanzibar"])
@pytest.mark.usefixtures("index")
def test_the_way_there(client: Client, address: str) -> None:
    html = client.get(address).content.decode()
    ways: Any = re.findall(rf'href="{ADDRESS}"', html)
    # In the foot of every page; where words are explained or looked for, in the text too.
    assert len(ways) == (1 if address == "/" else 2)
