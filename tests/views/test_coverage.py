"""What the archive holds and lacks: each number is that of the list that it leads to."""

import re
from html import unescape

import pytest
from django.test import Client

from archive.curation.review import withdraw
from archive.models import SourceDocument, Term
from tests import factories as make
from tests.seed import SeedTestCase

# A link to a list with its number: in text, in a cell of the grid, in the chart.
_LINK = re.compile(
    r'<a (?:class="\w+" )?href="(/(?:events|articles)/\?[^"]+)"[^>]*>(?:[^<]*</?(?:title|rect)[^>]*>)*(?:<text[^>]*>)?([\d,]+)'
)


def numbers(html: str) -> set[tuple[str, int]]:
    return {(unescape(url), int(n.replace(",", ""))) for url, n in _LINK.findall(html)}


def total(client: Client, address: str) -> int:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["page"].paginator.count


class SeedCoverageTest(SeedTestCase):
    client_class = Client

    def test_every_number_is_that_of_its_list(self) -> None:
        html = self.client.get("/coverage/").content.decode()
        found = numbers(html)
        assert len(found) > 300
        assert {url for url, n in found if total(self.client, url) != n} == set()
        # Nothing was overlooked: each of the page's own links to a list has a number.
        links = set(map(unescape, re.findall(r'href="(/(?:events|articles)/\?[^"]+)"', html)))
        assert links == {url for url, _n in found}

    def test_records_are_those_of_their_lists(self) -> None:
        html = self.client.get("/coverage/").content.decode()
        rows = dict(re.findall(r'<li><a href="([^"]+)"><strong>(\d+)</strong>', html))
        assert len(rows) == 11
        assert int(rows.pop("/help/glossary/")) == Term.objects.count()
        assert int(rows.pop("/coverage/#documents")) == SourceDocument.objects.count()
        assert {url: total(self.client, url) for url in rows} == {url: int(n) for url, n in rows.items()}

    def test_forms_of_dates_add_up(self) -> None:
        held = self.client.get("/coverage/").context["held"]
        assert sum(row.events for row in held.precisions) == held.records["events"]
        assert sum(row.articles for row in held.precisions) == held.records["articles"]
        assert sum(row.n for row in held.series) == held.records["events"]
        assert sum(row.covered for row in held.series) == held.covered
        assert sum(n for _code, n in held.languages) == held.records["articles"]

    def test_what_is_missing_is_said_in_words(self) -> None:
        html = re.sub(r"<[^>]+>", "", unescape(self.client.get("/coverage/").content.decode()))
        assert "Years with events, but without any article: 1996–2011, 2019–2026." in html
        assert "No article is in Russian." in html
        assert "70 articles: neither publisher nor agency is stated" in html


@pytest.mark.django_db
def test_gaps_stand_in_the_grid_and_in_the_list(client: Client) -> None:
    yearly = make.make_series(is_yearly=True)
    for year in (2010, 2013):
        make.make_event(series=yearly, date=f"{year}-05-22")
    numbered = make.make_series()
    make.make_event(series=numbered, ordinal=3, ordinal_basis="stated", date="2012")
    response = client.get("/coverage/")
    rows = {row.series: row for row in response.context["held"].series}
    assert [cell.year for cell in rows[yearly].cells if cell.is_gap] == [2011, 2012]
    assert [gap.span for gap in rows[numbered].missing_numbers] == ["1–2"]
    html = response.content.decode()
    assert html.count('class="gap">×') == 2
    assert "2011–2012" in html


@pytest.mark.django_db
def test_press_is_told_by_word_and_form(client: Client) -> None:
    series = make.make_series()
    events = [make.make_event(series=series, date=f"20{year}-05-01") for year in (10, 11, 11, 12)]
    for event in events[:2]:
        make.make_coverage(event=event)
    make.make_coverage(event=events[3], article=make.make_article(status="draft"))
    html = client.get("/coverage/").content.decode()
    cells = dict(re.findall(r'<a class="(\w+)" href="[^"]+" title="([^"]+)">', html))
    assert cells == {"all": "1 event, 1 with press", "some": "2 events, 1 with press", "none": "1 event, 0 with press"}


@pytest.mark.django_db
def test_the_numbers_follow_each_change(client: Client) -> None:
    def held() -> tuple[int, int]:
        found = client.get("/coverage/").context["held"]
        return found.records["events"], found.covered

    event = make.make_event()
    assert held() == (1, 0)
    coverage = make.make_coverage(event=event)
    assert held() == (1, 1)
    withdraw(coverage.article, by="an editor", why="It was not true.")
    assert held() == (1, 0)
