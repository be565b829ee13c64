"""The search page: what its links promise is what they lead to; what to try where nothing is found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from random import Random
from threading import BoundedSemaphore
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import search
from archive.models import Article
from archive.search import turns
from archive.views.search import query_of
from tests import factories as make
from tests.seed import SeedTestCase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]


def html_of(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def total_of(link: str) -> int:
    """The number of results of a link of the page."""
    query = query_of(QueryDict(urlsplit(link).query))
    return search.search(replace(query, page_size=1)).total


# The page as a reader sees it -----------------------------------------------------------------------------------------


@dataclass
class Promise:
    """A link of the page and the number of results that it promises, in its text or in its title."""

    what: str
    link: str
    number: int


class _Links(HTMLParser):
    """The items of facets and histogram: their links with title, and the number that stands beside."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: list[dict[str, str]] = []
        self._in = ""
        self._class = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("class") in ("facets", "facets whole", "histogram") or (
            self._in and "side" in given.get("class", "")
        ):
            self._in = given["class"]
        elif tag == "li" and self._in:
            self.items.append({"in": self._in, "state": given.get("class", "")})
        elif self._in and self.items and tag in ("a", "span"):
            self._class = given.get("class", "") or tag
            if tag == "a":
                name = "exclude" if given.get("class") == "exclude" else "include"
                self.items[-1].setdefault(name, given.get("href", ""))
                self.items[-1].setdefault(f"{name} title", given.get("title", ""))

    def handle_data(self, data: str) -> None:
        if self._in and self.items and self._class == "count" and data.strip():
            self.items[-1]["count"] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._class = ""
        if tag == "nav" or (tag == "ul" and self._in == "facets whole"):
            self._in = ""


def _number(text: str) -> int:
    found = re.search(r"(\d+) results?", text)
    assert found, text
    return int(found[1])


def promises(html: str) -> Iterator[Promise]:
    """Everything that facets and bars promise. The values of a facet of which something is chosen promise in their titles."""
    for item in _Links(html).items:
        if item["in"] == "histogram":
            if "include" in item:
                yield Promise("bar", item["include"], _number(item["include title"].rpartition(": ")[2]))
            continue
        if "include" not in item or "exclude" not in item:
            continue
        if item["include title"]:
            yield Promise("added", item["include"], _number(item["include title"]))
            # Alone, it is what stands beside it.
        elif not item["state"]:
            yield Promise("included", item["include"], int(item["count"]))
        if item["exclude title"]:
            yield Promise("excluded", item["exclude"], _number(item["exclude title"]))


def assert_kept(client: Client, address: str) -> int:
    """Follow all links of a page; how many there were."""
    made = list(promises(html_of(client, address)))
    broken = [(promise, found) for promise in made if (found := total_of(promise.link)) != promise.number]
    assert broken == [], address
    return len(made)


class SeedLinkTests(SeedTestCase):
    def test_each_number_is_the_total_that_its_link_leads_to(self) -> None:
        for address in (
            "/search/?q=drill",
            "/search/?q=terror*&country=CN&not_topic=iran",
            "/search/?country=CN&country=RU&kind=news&year=2014",
            "/search/?in=events&q=council&year=2015&month=2015-09",
            "/search/facet/?key=participant&q=russia&participant=xi-jinping",
        ):
            with self.subTest(address):
                self.assertGreater(assert_kept(self.client, address), 10)

    def test_a_link_leads_to_the_page_with_that_total(self) -> None:
        """Through the page itself, lest address and question differ."""
        made = list(promises(html_of(self.client, "/search/?q=drill&country=CN")))
        for promise in made[::7]:
            with self.subTest(promise.link):
                shown = html_of(self.client, f"/search/{promise.link}")
                self.assertEqual(_number(re.search(r'class="found"[^>]*>([^<:]*)', shown)[1]), promise.number)  # type: ignore[index]

    def test_what_is_most_like_an_article_is_about_the_same(self) -> None:
        article = Article.objects.get(slug="russia-china-welcome-india-pakistan-joining-sco-2015")
        found = search.similar(article, 6)
        self.assertEqual(len(found), 6)
        self.assertNotIn(article.pk, found)
        for one in Article.objects.filter(pk__in=found):
            self.assertRegex(one.headline, "(?i)pakistan|india|member|expan|accession")

    def test_no_page_of_results_is_longer_than_twenty(self) -> None:
        self.assertEqual(html_of(self.client, "/search/").count('<article class="card hit">'), 20)


def _small_archive(random: Random) -> None:
    countries = [make.make_country() for _ in range(4)]
    topics = [make.make_topic() for _ in range(15)]
    people = [make.make_participant() for _ in range(3)]
    events = [
        make.make_event(city=make.make_city(), series=make.make_series(), date=day) for day in ("2013", "2014-05")
    ]
    days = ("2013", "2014", "2014-05", "2014-05-02", "2014-12-30/2015-01-02", "2013/2015", "2015/..", "")
    for n in range(24):
        day = random.choice(days)
        one = make.make_article(
            headline=f"{random.choice(('alpha', 'bravo'))} {random.choice(('charlie', 'delta'))} {n}",
            date=day,
            date_basis="text" if day else "",
            countries=random.sample(countries, random.randint(0, 3)),
            topics=random.sample(topics, random.randint(0, 4)),
            participants=random.sample(people, random.randint(0, 2)),
        )
        if random.random() < 0.4:
            make.make_coverage(article=one, event=random.choice(events))


@pytest.mark.parametrize("seed", [1])
def test_each_number_is_the_total_that_its_link_leads_to(client: Client, seed: int) -> None:
    """For any query and any choice on small random archives."""
    _small_archive(Random(seed))
    everything = search.search(search.Query())
    values = {facet.key: [value.value for value in facet.values] for facet in everything.facets if facet.values}

    @settings(max_examples=5, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        params = [("q", data.draw(st.sampled_from(["", "alpha", "alpha OR charlie", "-bravo", "year:2014"])))]
        params.append(("in", data.draw(st.sampled_from(["articles", "articles", "events"]))))
        for key in data.draw(st.lists(st.sampled_from(list(values)), max_size=3, unique=True)):
            chosen = data.draw(st.lists(st.sampled_from(values[key]), min_size=1, max_size=2, unique=True))
            params += [(data.draw(st.sampled_from([key, key, f"not_{key}"])), value) for value in chosen]
        assert_kept(client, f"/search/?{urlencode(params)}")
        assert_kept(client, f"/search/facet/?key=topic&{urlencode(params)}")

    holds()


class TestHistogram:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        for day in ("2012-03", "2014-05", "2014-05-06", "2014-05/2014-06", "2014", "2014/2015"):
            make.make_article(headline=f"Drill of {day}", date=day)

    def bars(self, client: Client, address: str) -> dict[str, int]:
        bars = client.get(address).context["bars"]
        return {bar.label: bar.value.count for bar in bars}

    def test_years_run_evenly(self, client: Client) -> None:
        assert self.bars(client, "/search/") == {"’12": 1, "’13": 0, "’14": 5, "’15": 1}

    def test_a_chosen_year_opens_into_its_months_and_those_that_are_not_known(self, client: Client) -> None:
        shown = {label: n for label, n in self.bars(client, "/search/?year=2014").items() if n}
        assert shown == {"May": 3, "Jun": 1, "not known": 2}
        assert total_of("?year=2014&month=2014-05") == 3
        assert total_of("?year=2014&month=2014-00") == 2

    def test_a_month_can_be_chosen_and_taken_back(self, client: Client) -> None:
        html = html_of(client, "/search/?year=2014&month=2014-05")
        assert "3 results" in html
        assert "Month: May 2014" in html
        assert "Month: 2014, month not known" in html_of(client, "/search/?month=2014-00")
        assert 'href="?year=2014"' in html

    def test_a_year_without_results_has_no_link(self, client: Client) -> None:
        html = html_of(client, "/search/")
        assert "2013: 0 results" in html
        assert "year=2013" not in html

    @pytest.mark.parametrize("month", ["2014-13", "x", "0000-00", "-00", "99999999-01"])
    def test_what_is_no_month_finds_nothing(self, client: Client, month: str) -> None:
        assert "Nothing was found" in html_of(client, f"/search/?month={month}")


class TestWholeFacet:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        for n in range(20):
            make.make_article(headline="Drill", topics=[make.make_topic(name=f"Topic no {n}", slug=f"t{n}")])
        china = make.make_country(name="China", name_zh="中国", iso2="CN")
        make.make_article(headline="Drill", countries=[china], kind="photo")

    def test_a_facet_with_more_values_than_are_shown_leads_to_all(self, client: Client) -> None:
        html = html_of(client, "/search/?q=drill&sort=newest")
        assert html.count("/search/facet/") == 1
        link = re.search(r'href="(/search/facet/[^"]*)"', html)[1].replace("&amp;", "&")  # type: ignore[index]
        assert parse_qs(urlsplit(link).query) == {"q": ["drill"], "sort": ["newest"], "key": ["topic"]}
        assert html_of(client, link).count('class="exclude"') == 20

    def test_its_values_are_found_by_any_of_their_names(self, client: Client) -> None:
        for key, contains, expected in (
            ("topic", "no 1", 11),
            ("topic", "OPIC NO 19", 1),
            ("topic", "nothing", 0),
            ("country", "中", 1),
            ("country", "hin", 1),
            ("kind", "phot", 1),
        ):
            html = html_of(client, f"/search/facet/?{urlencode({'key': key, 'contains': contains})}")
            assert html.count('class="exclude"') == expected, (key, contains)

    def test_it_is_paged_and_not_for_robots(self, client: Client) -> None:
        for _n in range(100):
            make.make_article(headline="Drill", topics=[make.make_topic()])
        response = client.get("/search/facet/?key=topic&page=2")
        assert response.content.decode().count('class="exclude"') == 20
        assert response["X-Robots-Tag"] == "noindex"
        html_of(client, "/search/facet/?key=topic&page=3", 404)

    @pytest.mark.parametrize("address", ["?key=", "?key=nothing", "", "?key=topic&in=attic", "?key=topic&page=x"])
    def test_what_is_asked_wrongly_is_told(self, client: Client, address: str) -> None:
        html_of(client, f"/search/facet/{address}", 400)


class TestWhy:
    def test_a_record_that_does_not_show_it_says_by_what_it_was_found(self, client: Client) -> None:
        person = make.make_participant(name="Sergei Lavrov")
        make.make_article(headline="A speech", abstract="He spoke.", participants=[person])
        html = html_of(client, "/search/?q=participant:lavrov")
        assert "Participant: <span>Sergei <mark>Lavrov</mark>" in html

    def test_one_that_shows_it_does_not(self, client: Client) -> None:
        person = make.make_participant(name="Sergei Lavrov")
        make.make_article(headline="Lavrov speaks", participants=[person])
        assert 'class="reasons"' not in html_of(client, "/search/?q=lavrov")

    def test_an_event_and_a_person_say_it_too(self, client: Client) -> None:
        make.make_event(name="Council", name_ru="Совет", place="Chebarkul range")
        make.make_office(participant=make.make_participant(name="Somebody"), title="Minister of Defence")
        assert 'Other name: <span lang="ru"><mark>Совет</mark>' in html_of(client, "/search/?in=events&q=совет")
        assert "Place: <span><mark>Chebarkul</mark> range" in html_of(client, "/search/?in=events&q=chebarkul")
        assert "Office: <span>Minister of <mark>Defence</mark>" in html_of(client, "/search/?in=participants&q=defence")

    def test_what_is_linked_but_not_public_is_no_reason(self, client: Client) -> None:
        person = make.make_participant(name="Zanzibar", status="draft")
        make.make_article(headline="A speech", participants=[person])
        assert "Zanzibar" not in html_of(client, "/search/?q=speech+OR+zanzibar").replace("zanzibar", "")


class TestAdvice:
    @pytest.fixture(autouse=True)
    def _articles(self) -> None:
        china = make.make_country(name="China", iso2="CN")
        for n in range(12):
            make.make_article(headline=f"Border patrol {n}", countries=[china] if n % 2 else [])
        make.make_event(name="Zanzibar forum")

    def test_a_misspelt_word_is_corrected_with_what_that_finds(self, client: Client) -> None:
        html = html_of(client, "/search/?q=bodrer+-desert&country=CN")
        assert 'Did you mean <a href="?q=border+-desert&amp;country=CN"><strong>border -desert</strong></a>?' in html
        assert "6 results" in html

    @pytest.mark.parametrize("text", ["border", "patrols", "patroling", "title:border", '"border patrol"', "year:2014"])
    def test_what_finds_enough_is_not_corrected(self, client: Client, text: str) -> None:
        assert "Did you mean" not in html_of(client, f"/search/?{urlencode({'q': text})}")

    @pytest.mark.parametrize(
        ("text", "corrected"),
        [
            ('"bordr patrol"', '"border patrol"'),
            ("title:bordeer", "title:border"),
            ("(bordr OR zzzz) patrl", "(border OR zzzz) patrol"),
            ('"patrol bordet"~3', '"patrol border"~3'),
        ],
    )
    def test_corrected_is_what_was_written(self, text: str, corrected: str) -> None:
        correction = search.search(search.Query(text)).advice.correction
        assert correction is not None
        assert (correction.query.text, correction.total) == (corrected, 12)

    @pytest.mark.parametrize("text", ["zzzzzz", "bor", "borde*", "-bordr", "bordr zanzibar", "2013x"])
    def test_nothing_is_proposed_that_finds_no_more(self, text: str) -> None:
        assert search.search(search.Query(text)).advice.correction is None

    def test_where_nothing_is_found_it_says_which_word_is_to_blame_and_what_is_left_without(
        self, client: Client
    ) -> None:
        html = html_of(client, "/search/?q=zanzibar+patrol")
        assert "<b>zanzibar</b> finds nothing by itself." in html
        assert "<b>patrol</b> finds nothing" not in html
        assert re.search(r'<a href="\?q=patrol">Without <b>zanzibar</b></a> <span class="count">12 results', html)
        assert "Without <b>patrol</b>" not in html
        assert total_of("?q=patrol") == 12

    def test_filters_count_too(self, client: Client) -> None:
        html = html_of(client, "/search/?q=patrol+0&country=CN&year=2014")
        assert re.search(r"\?q=patrol\+0&amp;year=2014\">Without <b>Country: China</b></a> <span[^>]*>1 result<", html)
        assert "Without <b>Year" not in html

    def test_it_leads_to_the_other_scopes(self, client: Client) -> None:
        html = html_of(client, "/search/?q=zanzibar")
        assert re.search(r'\?q=zanzibar&amp;in=events">Among <b>Events</b></a> <span class="count">1 result<', html)
        assert "Among <b>People" not in html

    def test_every_proposal_keeps_its_word(self) -> None:
        for text in ("zanzibar patrol", "bordr zanzibar", "border patrol 0 year:1990", "alpha beta patrol -border"):
            advice = search.search(search.Query(text, include={"country": ("CN",)})).advice
            for one in (*advice.without, *filter(None, [advice.correction])):
                assert search.search(one.query).total == one.total > 0


class TestAge:
    def test_old_results_tell_of_newer_ones(self, client: Client) -> None:
        for n in range(20):
            make.make_article(headline=f"Drill {n}", date="2005")
        make.make_article(headline="Talks", abstract="A drill.", date="2016-05")
        assert "the newest result is of 2016" in html_of(client, "/search/?q=drill")
        for query in ("q=drill&sort=newest", "q=drill&page=2", "q=drill+year:2005", "q=drill&year=2005", "q=talks"):
            assert "the newest result" not in html_of(client, f"/search/?{query}"), query


class TestSimilar:
    def test_an_article_leads_to_those_that_are_like_it(self, client: Client) -> None:
        one = make.make_article(headline="Border patrol on the Panj")
        make.make_article(headline="Another patrol on the Panj border")
        make.make_article(headline="A forum of banks")
        make.make_article(headline="Secret patrol of the Panj border", status="draft")
        html = html_of(client, one.get_absolute_url())
        section = html.split("More like this")[1].split("</section>")[0]
        assert "Another patrol on the Panj border" in section
        assert "Secret" not in section
        assert "forum" not in section
        assert one.headline not in section

    def test_none_stands_twice(self, client: Client) -> None:
        one, other = (make.make_article(headline=f"Border patrol {n}") for n in range(2))
        event = make.make_event()
        for article in (one, other):
            make.make_coverage(article=article, event=event)
        assert html_of(client, one.get_absolute_url()).count("Border patrol 1") == 1

    def test_without_an_index_the_page_is_there(
        self, client: Client, settings: object, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        one = make.make_article(headline="Border patrol")
        settings.DATA_DIR = tmp_path_factory.mktemp("empty")  # type: ignore[attr-defined]
        assert "More like this" not in html_of(client, one.get_absolute_url())


class TestSuggestions:
    def test_they_come_as_a_list_in_order(self, client: Client) -> None:
        make.make_country(name="Alphaland", iso2="XA")
        make.make_participant(name="Alpha Bravo", name_ru="Альфа", slug="alpha-bravo")
        response = client.get("/search/suggest/?q=alpha")
        assert response["X-Robots-Tag"] == "noindex"
        assert response.json() == [
            {
                "group": "People and organisations",
                "name": "Alpha Bravo",
                "also": "",
                "url": "/participants/alpha-bravo/",
            },
            {"group": "Countries", "name": "Alphaland", "also": "", "url": "/countries/xa/"},
        ]
        assert client.get("/search/suggest/?q=альф").json()[0]["also"] == "Альфа"

    def test_each_leads_to_a_page(self, client: Client) -> None:
        for factory in (make.make_city, make.make_topic, make.make_series, make.make_publisher, make.make_participant):
            factory(name="Alpha")
        make.make_country(name="Alpha")
        make.make_event(name="Alpha")
        found = client.get("/search/suggest/?q=alpha").json()
        assert len(found) == 7
        for one in found:
            assert "Alpha" in html_of(client, one["url"])

    @pytest.mark.parametrize("text", ["", " ", "x" * 101, "a" * 5000, "*", "\0", "\ud800", "' OR 1=1", "<script>"])
    def test_what_is_no_name_proposes_nothing(self, client: Client, text: str) -> None:
        query = urlencode({"q": text}, errors="surrogatepass")
        assert client.get(f"/search/suggest/?{query}").json() == []

    def test_it_is_only_read(self, client: Client) -> None:
        assert client.post("/search/suggest/?q=a").status_code == 405


def test_a_costly_search_among_too_many_is_put_off_with_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    costly = "aaa* OR bbb* OR ccc*"
    assert "few seconds" not in html_of(client, f"/search/?{urlencode({'q': costly})}")
    monkeypatch.setattr(turns, "_places", BoundedSemaphore(1))
    with turns.turn(search.parse(costly).tree):
        for address in ("/search/", "/search/facet/"):
            page = html_of(client, f"{address}?{urlencode({'q': costly, 'key': 'country'})}", 503)
            assert "few seconds" in page
        assert "few seconds" not in html_of(client, "/search/?q=border")


def test_a_search_that_is_given_up_says_whose_matter_it_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whoever asks for much: the same would be given up again. Else of the machine, which may have less to do later."""

    def give_up(*_: object) -> None:
        raise search.SearchTooSlow

    monkeypatch.setattr("archive.search._find", give_up)
    for query, status in {"aaa* OR bbb* OR ccc*": 400, "border": 503}.items():
        asked = urlencode({"q": query, "key": "country"})
        for address in ("/search/", "/search/facet/"):
            assert "fewer words" in html_of(client, f"{address}?{asked}", status)
        answer = client.get(f"/api/v1/search?{urlencode({'q': query})}")
        assert (answer.status_code, "fewer words" in answer.json()["detail"]) == (status, True)
