"""Pages in other formats over HTTP: read back by other people's parsers, and as many records as the page says."""

import csv
import io
import json
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import bibtexparser
import feedparser
import pytest
import rispy
from django.conf import settings as project
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree

from archive.curation.merging import merge
from archive.curation.review import withdraw
from archive.formats.feed import ATOM, TOMBSTONES
from archive.formats.outputs import OUTPUTS
from archive.models import Article, Event, Participant, Redirect
from archive.views.portable import FEEDS
from tests import factories as make
from tests.formats.schema_files import valid_atom
from tests.seed import SeedTestCase

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1 000 troops",
    "-2 degrees",
    "@everyone",
    "\tTabbed",
    "</script><script>alert(1)</script> <!-- ]]>",
    'Braces } { and \\ "quotes", & 100 % $ # _ ~ ^ ; commas',
    "Two\nlines\r\nTY  - JOUR",
    "Учения «Мирная миссия» и 和平使命—2014",
)


def body(client: Client, address: str, key: str = "", **headers: str) -> str:
    if key:
        address += ("&" if "?" in address else "?") + f"format={key}"
    answer = client.get(address, **headers)  # type: ignore[arg-type]  # environment variables
    assert answer.status_code == 200, (address, answer.status_code)
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def _feed_pages(client: Client, address: str) -> list[str]:
    """The ids of all entries of a feed, page by page as its links lead."""
    found: list[str] = []
    following: str | None = address + ("&" if "?" in address else "?") + "format=atom"
    while following:
        text = body(client, following).encode()
        valid_atom(text)
        feed = feedparser.parse(text)
        assert not feed.bozo
        found += [entry.id for entry in feed.entries]
        links = {link.rel: link.href for link in feed.feed.links}
        assert {"self", "first", "last", "alternate"} <= set(links)
        parts = urlsplit(links["next"]) if "next" in links else None
        following = f"{parts.path}?{parts.query}" if parts else None
    return found


# How many records each format holds, as somebody else's parser reads it.
COUNTS: Mapping[str, Any] = {
    "ris": lambda text: len(rispy.loads(text)),
    "bibtex": lambda text: len(bibtexparser.parse_string(text).entries),
    "csljson": lambda text: len(json.loads(text)),
    "jsonld": lambda text: len(found) if isinstance(found := json.loads(text), list) else 1,
    "csv": lambda text: len(list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))),
    "jsonl": lambda text: len([json.loads(line) for line in text.split("\n") if line]),
    "geojson": lambda text: len(json.loads(text)["features"]),
}


def shown(client: Client, address: str) -> int:
    """How many records the page says there are."""
    found = re.search(r'class="found" role="status">\s*([\d,\u00a0]+)', body(client, address))
    assert found is not None
    return int(re.sub(r"\D", "", found[1]))


def _counts_everywhere(client: Client, kind: str, chosen: Mapping[str, str]) -> dict[str, int]:
    """How many records there are of a kind under the chosen filters, by where it is said; an interface more is a row more."""
    address = f"/{kind}/?{urlencode(chosen)}"
    told = json.loads(body(client, f"/api/v1/{kind}?{urlencode({**chosen, 'limit': '200', 'fields': 'slug'})}"))
    return {
        "page": shown(client, address),
        "API": told["total"],
        "records of the API": len(told["items"]) if told["total"] <= 200 else told["total"],
        "feed": len(_feed_pages(client, address)),
        **{key: COUNTS[key](body(client, address, key)) for key in ("csv", "ris", "jsonl")},
    }


def left_out(calendar: Calendar) -> int:
    found = re.search(r"(\d+) left out", str(calendar["DESCRIPTION"]))
    return int(found[1]) if found else 0


class TestArchiveAsShipped(SeedTestCase):
    """All of it over the records of the fixtures."""

    def test_lists_and_searches_have_the_same_number_in_each_format(self) -> None:
        for address in ("/articles/", "/events/", "/search/?q=terror*", "/search/?q=drills&in=events"):
            number = shown(self.client, address)
            assert number, address
            is_of_articles = "events" not in address
            for key, count in COUNTS.items():
                if is_of_articles and key == "geojson":
                    continue
                assert count(body(self.client, address, key)) == number, (address, key)
            ids = _feed_pages(self.client, address)
            assert len(ids) == len(set(ids)) == number, address
            if not is_of_articles:
                calendar = Calendar.from_ical(body(self.client, address, "ics"))
                assert len(list(calendar.walk("VEVENT"))) + left_out(calendar) == number, address

    def test_counts_agree_for_any_filter(self) -> None:
        common = {
            "year": ("2014", "2016", "undated", "2005..2012"),
            "country": ("CN", "RU", "UZ", "IN"),
            "topic": tuple(Article.objects.values_list("topics__slug", flat=True).distinct()[:6]),
            "series": ("peace-mission", "council-of-heads-of-state"),
            "participant": tuple(Participant.objects.filter(articles__isnull=False).values_list("slug", flat=True)[:4]),
            "precision": ("day", "month", "uncertain"),
            "sort": ("oldest", "newest"),
        }
        filters = {
            "articles": {**common, "kind": ("news", "photo"), "publisher": ("none",), "text": ("yes", "no")},
            "events": {**common, "kind": ("summit", "exercise"), "press": ("yes", "no"), "city": ("none",)},
        }

        @settings(max_examples=50)
        @given(st.sampled_from(sorted(filters)), st.data())
        def agree(kind: str, data: st.DataObject) -> None:
            offered = filters[kind]
            names = data.draw(st.lists(st.sampled_from(sorted(offered)), unique=True, max_size=4))
            chosen = {name: data.draw(st.sampled_from(offered[name])) for name in names}
            found = _counts_everywhere(self.client, kind, chosen)
            assert set(found.values()) == {found["page"]}, (kind, chosen, found)

        agree()

    def test_every_format_of_every_kind_of_page_is_well_made(self) -> None:
        event = Event.objects.published().exclude(city=None).exclude(series=None).filter(articles__isnull=False)[0]
        assert event.series is not None
        assert event.city is not None
        participant = Participant.objects.published().filter(events__isnull=False)[0]
        pages = [one.get_absolute_url() for one in (event, event.series, event.city, participant)]
        pages += [
            "/",
            "/years/2014/",
            "/years/undated/",
            "/countries/cn/",
            "/topics/",
            "/cities/",
            "/series/",
            "/publishers/",
            "/participants/",
        ]
        pages += [Article.objects.published()[0].get_absolute_url()]
        for page in pages:
            offered = re.findall(
                r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)"', body(self.client, page)
            )
            assert offered, page
            for media_type, address in offered:
                key = address.rpartition("format=")[2]
                answer = self.client.get(address)
                assert answer["Content-Type"] == f"{media_type}; charset=utf-8"
                text = body(self.client, address)
                if key in COUNTS:
                    COUNTS[key](text)
                elif key == "ics":
                    Calendar.from_ical(text)
                elif key == "atom":
                    valid_atom(text.encode())
                else:
                    assert json.loads(text)["version"]

    def test_the_examples_of_the_documentation_answer(self) -> None:
        text = Path(project.BASE_DIR, "docs", "formats.md").read_text(encoding="utf-8")
        examples = re.findall(r"^/\S*format=\w+$", text, re.MULTILINE)
        assert len(examples) == 7
        for address in examples:
            assert body(self.client, address)
        # Each format stands in the table.
        assert {key for key in (*OUTPUTS, *FEEDS) if f"`{key}`" not in text} == set()

    def test_the_language_of_the_address_makes_no_difference(self) -> None:
        event = Event.objects.published().exclude(name_ru="").exclude(city=None)[0]
        for page in (
            event.get_absolute_url(),
            "/events/?country=CN",
            "/countries/cn/",
            "/cities/",
            "/search/?q=drills",
        ):
            for key in [*OUTPUTS, *FEEDS]:
                answers = [
                    self.client.get(f"{prefix}{page}", {"format": key, **_params(page)})
                    for prefix in ("", "/ru", "/zh-hans")
                ]
                texts = {
                    b"".join(one.streaming_content) if one.streaming else one.content
                    for one in answers
                    if one.status_code == 200
                }
                assert len(texts) == (1 if answers[0].status_code == 200 else 0), (page, key)


def _params(page: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in page.partition("?")[2].split("&") if pair)


@pytest.mark.django_db
class TestAnswers:
    def test_what_is_unknown_is_told(self, client: Client) -> None:
        article = make.make_article()
        answer = client.get(article.get_absolute_url(), {"format": "docx"})
        assert answer.status_code == 400
        assert "“docx” is no format of this page: there are ris, bibtex, csljson" in answer.content.decode()
        assert client.get("/events/", {"format": "ris", "colour": "red"}).status_code == 400
        assert client.get("/articles/", {"format": "atom", "page": "9"}).status_code == 404
        assert client.get("/articles/", {"format": "atom", "page": "x"}).status_code == 400

    def test_pages_about_a_record_have_no_other_formats(self, client: Client) -> None:
        article, country = make.make_article(), make.make_country()
        for page in (
            f"/report/?record=article/{article.slug}",
            f"/report/?record=country/{country.iso2.lower()}",
            f"{article.get_absolute_url()}history/?",
        ):
            for key in ("ris", "atom", "docx"):
                answer = client.get(f"{page}&format={key}")
                assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8"), page
                assert "can be had in no other format" in answer.content.decode()

    def test_years_have_formats_of_what_they_show(self, client: Client) -> None:
        make.make_event(date="2014")
        make.make_event(date="2014-12/2015-01")
        make.make_event(date="2015-03-01")
        make.make_article(date="2014-02-01")
        make.make_article(date="", date_basis="")
        for page, number in {"/years/2014/": 3, "/years/2015/": 2, "/years/undated/": 1}.items():
            assert len(_feed_pages(client, page)) == number
            html = body(client, page)
            assert '<link rel="alternate" type="application/atom+xml"' in html
            assert f'href="{page}?format=ics"' in html
        assert COUNTS["ris"](body(client, "/years/2014/", "ris")) == 1
        assert COUNTS["csv"](body(client, "/years/undated/", "csv")) == 1
        calendar = Calendar.from_ical(body(client, "/years/2015/", "ics"))
        assert (len(list(calendar.walk("VEVENT"))), left_out(calendar)) == (1, 1)
        assert client.get("/years/2014/", {"format": "docx"}).status_code == 400
        assert client.get("/years/2013/", {"format": "ris"}).status_code == 404

    def test_nothing_is_had_of_what_is_not_public(self, client: Client, admin_client: Client) -> None:
        draft = make.make_article(status="draft", headline="Secret")
        assert client.get(draft.get_absolute_url(), {"format": "ris"}).status_code == 404
        assert admin_client.get(draft.get_absolute_url(), {"format": "ris"}).status_code == 400
        for key in ("ris", "csv", "jsonl", "atom"):
            assert "Secret" not in body(client, "/articles/", key)

    def test_who_has_the_newest_state_is_told_so(self, client: Client) -> None:
        article = make.make_article()
        for page in (article.get_absolute_url(), "/articles/"):
            first = client.get(page, {"format": "ris"})
            known = {"HTTP_IF_NONE_MATCH": first["ETag"]}
            same = client.get(page, {"format": "ris"}, **known)  # type: ignore[arg-type]  # environment variables
            assert (same.status_code, same.content) == (304, b"")
            assert same["ETag"] == first["ETag"]
            since = {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
            assert client.get(page, {"format": "ris"}, **since).status_code == 304  # type: ignore[arg-type]
            article.headline += "!"
            article.save()
            assert client.get(page, {"format": "ris"}, **known).status_code == 200  # type: ignore[arg-type]

    def test_anybody_may_read_and_ask_for_the_head_alone(self, client: Client) -> None:
        make.make_article()
        for key in ("ris", "csv", "atom"):
            answer = client.head("/articles/", {"format": key})
            assert answer.status_code == 200
            assert answer["Access-Control-Allow-Origin"] == "*"
            assert answer["ETag"] == client.get("/articles/", {"format": key})["ETag"]
            assert b"".join(answer.streaming_content) == b""  # type: ignore[attr-defined]  # it is one
        assert (
            client.get("/articles/", {"format": "ris"})["Content-Disposition"] == 'attachment; filename="articles.ris"'
        )
        assert client.post("/articles/?format=ris").status_code == 405

    def test_more_than_a_format_takes_is_told(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        for _ in range(3):
            make.make_article()
        few = {
            key: made.__class__(**{**{f: getattr(made, f) for f in made.__slots__}, "most": 2})
            for key, made in OUTPUTS.items()
        }
        monkeypatch.setattr("archive.formats.outputs.OUTPUTS", few)
        answer = client.get("/articles/", {"format": "ris"})
        assert answer.status_code == 400
        assert "at most 2 at once" in answer.content.decode()
        assert "format=ris" not in body(client, "/articles/")

    def test_hostile_texts_come_through_every_format(self, client: Client) -> None:
        for text in HOSTILE:
            make.make_article(headline=text, abstract=text)
            make.make_event(name=text, summary=text, date="2014-08-24")
        for page in ("/articles/", "/events/"):
            for key, count in COUNTS.items():
                if (page, key) != ("/articles/", "geojson"):
                    assert count(body(client, page, key)) == len(HOSTILE), (page, key)
            assert len(_feed_pages(client, page)) == len(HOSTILE)
            for row in csv.reader(io.StringIO(body(client, page, "csv").removeprefix("\ufeff"), newline="")):
                assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
        entries = Calendar.from_ical(body(client, "/events/", "ics")).walk("VEVENT")
        assert len(list(entries)) == len(HOSTILE)

    def test_hostile_texts_stay_in_the_head_as_text(self, client: Client) -> None:
        for text in HOSTILE:
            article = make.make_article(headline=text, abstract=text)
            html = body(client, article.get_absolute_url())
            page = etree.HTML(html)
            [data] = page.xpath('//script[@type="application/ld+json"]')
            described, way = json.loads(data.text)
            assert described["headline"] == text
            assert [step["name"] for step in way["itemListElement"]][:2] == ["SCO security archive", "Articles"]
            [title] = page.xpath('//meta[@name="citation_title"]/@content')
            assert title == re.sub(r"\s+", " ", text).strip()
            assert len(page.xpath("//details[@class='cite']//dt")) == 5
            assert page.xpath("//script[not(@src) and not(@type='application/ld+json')]") == []

    def test_every_page_has_one_whole_card(self, client: Client) -> None:
        article = make.make_article(headline='Drills "<b>" & more', abstract="They trained.")
        kinds = {
            article.get_absolute_url(): "article",
            "/": "website",
            "/articles/?kind=news": "website",
            "/about/": "website",
        }
        for page, kind in kinds.items():
            for prefix, locale in {"": "en_GB", "/ru": "ru_RU", "/zh-hans": "zh_CN"}.items():
                html = etree.HTML(body(client, prefix + page))
                found = [(one.get("property"), one.get("content")) for one in html.xpath("//meta[@property]")]
                card = dict(found)
                assert len(card) + 1 == len(found), page  # two other languages
                assert (card["og:type"], card["og:locale"]) == (kind, locale)
                assert card["og:url"] == f"{project.SITE_URL}{prefix}{page}"
                assert card["og:site_name"] == "SCO security archive"
                assert card["og:image"] == f"{project.SITE_URL}/static/card.png"
                [title] = html.xpath("//title/text()")
                assert card["og:title"] == (article.headline if kind == "article" else title)
                assert html.xpath("//meta[@name='twitter:card']/@content") == ["summary_large_image"]
        assert card["og:image:alt"]

    def test_the_picture_of_cards_is_as_large_as_is_said(self, client: Client) -> None:
        card = Path(project.BASE_DIR, "static", "card.png").read_bytes()
        size = struct.unpack_from(">II", card, 16)
        html = etree.HTML(body(client, "/about/"))
        said = [html.xpath(f"//meta[@property='og:image:{name}']/@content")[0] for name in ("width", "height")]
        assert [str(one) for one in size] == said == ["1200", "630"]
        assert len(card) < 50_000

    def test_what_was_withdrawn_has_its_tombstone_where_it_was(self, client: Client) -> None:
        topic, other = make.make_topic(), make.make_topic()
        article = make.make_article(topics=[topic])
        make.make_article(topics=[topic, other])
        withdraw(article, by="ed", why="It was a hoax.")
        for page, number in {
            f"/articles/?topic={topic.slug}": 1, topic.get_absolute_url(): 1, "/": 1, "/articles/": 1,
            f"/articles/?topic={other.slug}": 0, other.get_absolute_url(): 0, "/events/": 0,
        }.items():  # fmt: skip
            root = etree.fromstring(body(client, page, "atom").encode())
            tombstones = list(root.iter(f"{{{TOMBSTONES}}}deleted-entry"))
            assert len(tombstones) == number, page
            assert all(one.get("ref").endswith(article.get_absolute_url()) for one in tombstones)
            assert article.get_absolute_url() not in [one.text for one in root.iter(f"{{{ATOM}}}id")]

    def test_what_was_deleted_or_moved_has_its_tombstone(self, client: Client, admin_client: Client) -> None:
        topic = make.make_topic()
        kept, merged, gone = make.make_event(topics=[topic]), make.make_event(topics=[topic]), make.make_event()
        other = make.make_event(slug="old-slug")
        draft = make.make_event(status="draft")
        known = {"HTTP_IF_NONE_MATCH": client.get("/events/", {"format": "atom"})["ETag"]}
        merge(kept, merged, choices={}, by="ed", why="One meeting, as an editor found.")
        admin_client.post(reverse("admin:archive_event_delete", args=[gone.pk]), {"post": "yes"})
        other.slug = "new-slug"
        other.save()
        draft.slug = "never-public"
        draft.save()
        deleted, moved = gone.get_absolute_url(), {merged.get_absolute_url(): kept, "/events/old-slug/": other}
        for page, expected in {
            "/events/": {deleted, *moved}, "/": {deleted, *moved}, "/events/?state=held": {deleted, *moved},
            topic.get_absolute_url(): {deleted, merged.get_absolute_url()}, "/articles/": set(),
        }.items():  # fmt: skip
            root = valid_atom(body(client, page, "atom").encode())
            found = {urlsplit(one.get("ref")).path: one for one in root.iter(f"{{{TOMBSTONES}}}deleted-entry")}
            assert found.keys() == expected, page
            for path, tombstone in found.items():
                links = [urlsplit(link.get("href")).path for link in tombstone.iter(f"{{{ATOM}}}link")]
                assert links == ([moved[path].get_absolute_url()] if path in moved else [])
                assert "as an editor found" not in tombstone.findtext(f"{{{TOMBSTONES}}}comment")
        assert client.get("/events/", {"format": "atom"}, **known).status_code == 200  # type: ignore[arg-type]

    def test_an_address_given_up_by_hand_is_news_too(self, client: Client) -> None:
        make.make_article()
        known = {"HTTP_IF_NONE_MATCH": client.get("/articles/", {"format": "atom"})["ETag"]}
        Redirect.objects.create(record_type="article", old_slug="of-old-times", why="It was a test.")
        answer = client.get("/articles/", {"format": "atom"}, **known)  # type: ignore[arg-type]  # environment variables
        assert answer.status_code == 200
        assert b"of-old-times" in answer.content

    def test_the_number_of_queries_is_constant(self, client: Client) -> None:
        city, topic = make.make_city(), make.make_topic()

        def ask(page: str, key: str) -> int:
            body(client, page, key)
            with CaptureQueriesContext(connection) as captured:
                body(client, page, key)
            return len(captured)

        def fill(n: int) -> None:
            for _ in range(n):
                person = make.make_participant(country=make.make_country())
                article = make.make_article(
                    topics=[topic, make.make_topic()], participants=[person], dateline_city=city
                )
                event = make.make_event(city=city, topics=[topic], host_countries=[make.make_country()])
                make.make_attendance(event=event, participant=person)
                make.make_coverage(article=article, event=event)

        asked = [
            (page, key)
            for page in ("/articles/", "/events/", city.get_absolute_url(), "/cities/")
            for key in (*OUTPUTS, *FEEDS)
        ]
        asked = [(page, key) for page, key in asked if client.get(page, {"format": key}).status_code == 200]
        fill(1)
        few = {one: ask(*one) for one in asked}
        fill(4)
        assert {one: ask(*one) for one in asked} == few

    def test_a_feed_is_of_what_is_new_here_first(self, client: Client) -> None:
        old = make.make_article(date="2020-01-01")
        new = make.make_article(date="2001-01-01")
        Article.objects.filter(pk=old.pk).update(first_public_at="2026-01-01T00:00:00Z")
        Article.objects.filter(pk=new.pk).update(first_public_at="2026-02-01T00:00:00Z")
        ids = _feed_pages(client, "/articles/")
        assert [urlsplit(one).path for one in ids] == [new.get_absolute_url(), old.get_absolute_url()]
