"""Records of the API: what is public, in which order, page by page, in which form; and what is said of what is not there."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.curation.merging import merge
from archive.curation.review import withdraw
from archive.formats.records import EXPORTS
from archive.models import Article, Redirect
from archive.views.api.resources import RESOURCES
from tests import factories as make
from tests.seed import SeedTestCase
from tests.views.api.asking import answer, everything, problem
from tests.views.test_outputs import shown

REVIEWED: dict[str, Callable[..., Any]] = {
    "articles": make.make_article,
    "events": make.make_event,
    "participants": make.make_participant,
}
SLUGGED = REVIEWED | {
    "cities": make.make_city,
    "topics": make.make_topic,
    "series": make.make_series,
    "publishers": make.make_publisher,
}


class TestArchiveAsShipped(SeedTestCase):
    """All of it over the records of the fixtures."""

    def test_every_record_says_what_its_schema_says(self) -> None:
        """With all fields and no others; the schemas are strict."""
        for resource in RESOURCES.values():
            rows = everything(self.client, f"/api/v1/{resource.plural}")
            assert len(rows) == resource.public().count() > 0
            for row in rows:
                resource.record.model_validate(row)
                one = answer(self.client, f"/api/v1/{resource.plural}/{row[resource.key]}")
                assert one == row

    def test_records_are_those_of_the_export(self) -> None:
        for kind, resource in RESOURCES.items():
            rows = {row[resource.key]: row for row in everything(self.client, f"/api/v1/{resource.plural}")}
            for record in EXPORTS[kind].records(False):
                exported = json.loads(json.dumps(EXPORTS[kind].row(record, False)))
                found = rows[exported[resource.key]]
                assert {name: found[name] for name in exported} == exported
                assert found.keys() - exported.keys() <= {"corrections", "counts", "changed", "links"}

    def test_links_lead_to_the_record_and_its_page(self) -> None:
        for resource in RESOURCES.values():
            row = answer(self.client, f"/api/v1/{resource.plural}?limit=1")["items"][0]
            assert answer(self.client, _local(row["links"]["self"])) == row
            assert self.client.get(_local(row["links"]["page"])).status_code == 200

    def test_numbers_are_those_of_the_pages(self) -> None:
        for address in ("/articles/?event=%s", "/events/?city=%s"):
            resource = RESOURCES["city" if "city" in address else "event"]
            for row in everything(self.client, f"/api/v1/{resource.plural}")[:20]:
                path, _mark, query = (address % row["slug"]).partition("?")
                total = answer(self.client, f"/api/v1{path.rstrip('/')}?{query}&limit=1")["total"]
                assert total == shown(self.client, address % row["slug"])
                assert "counts" not in row or total == row["counts"]["events"]

    def test_page_and_api_agree_for_any_filter(self) -> None:
        filters = {
            "year": ("2014", "2016", "undated", "2005..2012"),
            "month": ("2014-08", "2015-00"),
            "within": ("2014", "2014..2016"),
            "country": ("CN", "RU", "UZ", "IN"),
            "topic": tuple(Article.objects.values_list("topics__slug", flat=True).distinct()[:6]),
            "kind": ("news", "photo"),
            "basis": ("printed", "looked-up"),
            "sort": ("oldest", "newest"),
        }

        @settings(max_examples=50)
        @given(
            st.dictionaries(st.sampled_from(sorted(filters)), st.integers(0, 5), max_size=4),
            st.sampled_from(["articles", "events"]),
            st.integers(1, 60),
        )
        def agree(chosen: dict[str, int], kind: str, limit: int) -> None:
            asked = "&".join(f"{name}={filters[name][at % len(filters[name])]}" for name, at in chosen.items())
            if kind == "events":
                asked = asked.replace("kind=news", "kind=summit").replace("kind=photo", "kind=exercise")
            rows = everything(self.client, f"/api/v1/{kind}?{asked}&limit={limit}&fields=slug")
            slugs = [row["slug"] for row in rows]
            assert len(slugs) == len(set(slugs)) == shown(self.client, f"/{kind}/?{asked}")
            lines = b"".join(self.client.get(f"/{kind}/?{asked}&format=jsonl").streaming_content).splitlines()  # type: ignore[attr-defined]  # it is streamed
            # In the order of the page, too.
            assert slugs == [json.loads(line)["slug"] for line in lines]

        agree()


def _local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@pytest.mark.django_db
class TestLists:
    def test_a_new_record_shifts_no_page(self, client: Client) -> None:
        for day in range(1, 7):
            make.make_event(slug=f"event-{day}", date=f"2014-08-0{day}")
        for n in range(3):
            make.make_event(slug=f"undated-{n}", date="", date_basis="")
        first = answer(client, "/api/v1/events?limit=2&fields=slug")
        assert [row["slug"] for row in first["items"]] == ["event-6", "event-5"]
        make.make_event(slug="newer", date="2014-08-07")
        make.make_event(slug="beside", date="2014-08-05")  # before what was last shown
        rest = everything(client, _local(first["next"]))
        assert [row["slug"] for row in rest] == [
            *("event-4", "event-3", "event-2", "event-1"),
            *("undated-0", "undated-1", "undated-2"),
        ]

    def test_the_order_may_be_turned_round(self, client: Client) -> None:
        for day in (3, 1, 2):
            make.make_article(slug=f"article-{day}", date=f"2014-08-0{day}")
        make.make_article(slug="undated", date="", date_basis="")
        rows = everything(client, "/api/v1/articles?sort=oldest&limit=1")
        assert [row["slug"] for row in rows] == ["article-1", "article-2", "article-3", "undated"]

    def test_a_cursor_belongs_to_its_list(self, client: Client) -> None:
        topic = make.make_topic()
        for _ in range(3):
            make.make_event(topics=[topic])
        following = _local(answer(client, f"/api/v1/events?topic={topic.slug}&limit=1")["next"])
        assert answer(client, following.replace("limit=1", "limit=2"))["items"]
        assert answer(client, f"{following}&utm_source=somewhere")["items"]
        for other in (
            following.replace(f"topic={topic.slug}&", ""),
            following.replace("events", "articles"),
            f"{following}&sort=oldest",
            f"{following}x",
            "/api/v1/events?cursor=",
            "/api/v1/events?cursor=NaN",
            f"/api/v1/events?cursor={'[' * 3000}",
        ):
            assert problem(client, other, 400)["type"].endswith("/api/#bad-cursor"), other

    def test_next_is_a_link_as_well(self, client: Client) -> None:
        for _ in range(2):
            make.make_topic()
        first = client.get("/api/v1/topics?limit=1")
        assert f'<{first.json()["next"]}>; rel="next"' in first["Link"]
        last = client.get(_local(first.json()["next"]))
        assert last.json()["next"] is None
        assert 'rel="next"' not in last["Link"]

    def test_fields_are_chosen_by_name(self, client: Client) -> None:
        make.make_event(slug="one")
        make.make_country(iso2="ZZ", iso3="ZZZ")
        assert answer(client, "/api/v1/events?fields=state")["items"] == [
            {"type": "event", "slug": "one", "state": "held"}
        ]
        assert answer(client, "/api/v1/countries/ZZ?fields=iso3&fields=name,type").keys() == {
            "type",
            "iso2",
            "iso3",
            "name",
        }
        refused = problem(client, "/api/v1/events?fields=name,colour,shape", 400)
        assert [one["detail"] for one in refused["errors"]] == ["“colour” is no field.", "“shape” is no field."]
        assert "there are: " in refused["detail"]
        assert "delegations" in refused["detail"]

    def test_kinds_of_participants(self, client: Client) -> None:
        for kind, n in (("person", 2), ("organisation", 1)):
            for _ in range(n):
                make.make_participant(kind=kind)
        for asked, total in {
            "": 3,
            "kind=person": 2,
            "kind=organisation": 1,
            "kind=person&kind=organisation": 3,
        }.items():
            found = everything(client, f"/api/v1/participants?{asked}")
            assert len(found) == total
        assert problem(client, "/api/v1/participants?kind=robot", 400)["errors"][0]["parameter"] == "kind"
        assert problem(client, "/api/v1/topics?kind=person", 400)["errors"][0]["parameter"] == "kind"

    def test_an_empty_filter_is_refused(self, client: Client) -> None:
        for asked in ("year=", "sort=", "country=CN&country=", "kind="):
            name = asked.partition("=")[0]
            for kind in ("articles", "events"):
                [fault] = problem(client, f"/api/v1/{kind}?{asked}", 400)["errors"]
                assert fault["parameter"] == name

    def test_nothing_is_told_of_what_is_not_public(self, client: Client, admin_client: Client) -> None:
        for kind, factory in REVIEWED.items():
            draft = factory(status="draft")
            for one in (client, admin_client):
                assert answer(one, f"/api/v1/{kind}")["total"] == 0
                problem(one, f"/api/v1/{kind}/{draft.slug}", 404)
        secret = make.make_participant(status="draft")
        event, article = (
            make.make_event(),
            make.make_article(participants=[secret], body="Whole text", rights="restricted"),
        )
        make.make_attendance(event=event, participant=secret)
        make.make_coverage(article=article, event=make.make_event(status="draft", slug="secret-event"))
        for kind in ("articles", "events"):
            text = client.get(f"/api/v1/{kind}").content.decode()
            assert secret.slug not in text
            assert "secret-event" not in text
            assert "Whole text" not in text


@pytest.mark.django_db
class TestAddresses:
    @pytest.mark.parametrize("kind", SLUGGED)
    def test_an_unknown_slug_is_not_found(self, client: Client, kind: str) -> None:
        assert problem(client, f"/api/v1/{kind}/no-such-record", 404)["type"].endswith("/api/#not-found")

    @pytest.mark.parametrize("kind", REVIEWED)
    def test_a_withdrawn_record_is_gone(self, client: Client, kind: str) -> None:
        record = REVIEWED[kind]()
        withdraw(record, by="an editor", why="It was not true.")
        gone = problem(client, f"/api/v1/{kind}/{record.slug}", 410)
        assert gone["detail"] == "It was not true."
        assert gone["gone_at"].endswith("Z")
        assert "an editor" not in json.dumps(gone)
        assert answer(client, f"/api/v1/{kind}")["total"] == 0

    @pytest.mark.parametrize("kind", SLUGGED)
    def test_a_renamed_record_is_elsewhere(self, client: Client, kind: str) -> None:
        record = SLUGGED[kind](slug="old-name")
        record.slug = "new-name"
        record.save()
        moved = client.get(f"/api/v1/{kind}/old-name?fields=slug")
        assert (moved.status_code, moved["Location"]) == (
            301,
            f"http://127.0.0.1:8000/api/v1/{kind}/new-name?fields=slug",
        )
        assert answer(client, _local(moved["Location"]))["slug"] == "new-name"

    def test_a_merged_record_leads_to_the_one_that_is_kept(self, client: Client) -> None:
        kept, double = make.make_participant(), make.make_participant()
        merge(kept, double, {}, by="ed", why="The same person.")
        moved = client.get(f"/api/v1/participants/{double.slug}")
        assert (moved.status_code, urlsplit(moved["Location"]).path) == (301, f"/api/v1/participants/{kept.slug}")

    def test_a_removed_record_is_gone(self, client: Client) -> None:
        Redirect.objects.create(record_type="topic", old_slug="never", new_slug="", why="Nobody used it.")
        assert problem(client, "/api/v1/topics/never", 410)["detail"] == "Nobody used it."

    def test_codes_of_countries_are_written_in_capitals(self, client: Client) -> None:
        country = make.make_country()
        moved = client.get(f"/api/v1/countries/{country.iso2.lower()}")
        assert (moved.status_code, urlsplit(moved["Location"]).path) == (301, f"/api/v1/countries/{country.iso2}")
        problem(client, "/api/v1/countries/00", 404)
        problem(client, f"/api/v1/countries/{country.iso3}", 404)


def _populate(n: int) -> None:
    """One record of each kind that is linked to `n` others."""
    country, city, topic = make.make_country(), make.make_city(), make.make_topic(broader=make.make_topic())
    series, publisher = make.make_series(), make.make_publisher(country=country)
    for i in range(n):
        someone, body = make.make_participant(country=country), make.make_participant(kind="organisation")
        office = make.make_office(participant=someone, organisation=body, start=f"20{i:02}")
        event = make.make_event(city=city, series=series, topics=[topic], host_countries=[country])
        article = make.make_article(
            publisher=publisher, agency=publisher, dateline_city=city, dateline="CITY",
            topics=[topic], countries=[country], participants=[someone, body],
        )  # fmt: skip
        make.make_coverage(article=article, event=event)
        make.make_attendance(event=event, participant=someone, office=office, source_article=article)
        make.make_delegation(event=event, country=country, source_article=article)
        make.make_figure(event=event, source_article=article)
        make.make_reading(event=event, source_article=article)
        make.make_event_source(event=event, source_article=article)
        make.make_country_status(country=country, start=f"20{i:02}", event=event, source_article=article)
        make.make_duplicate_decision(first=article, second=make.make_article(), outcome="syndicated")
        make.make_correction_note(about=event)


# More in one answer has lost a prefetch; changes have records of all kinds.
MOST_QUERIES, MOST_OF_CHANGES = 24, 70


@pytest.mark.usefixtures("index")
def test_the_number_of_queries_is_constant(client: Client) -> None:
    def ask(address: str) -> int:
        answer(client, address)
        with CaptureQueriesContext(connection) as captured:
            answer(client, address)
        return len(captured)

    lists = [f"/api/v1/{resource.plural}" for resource in RESOURCES.values()]
    addresses = [*lists, "/api/v1/search?q=article&limit=50", "/api/v1/suggestions?q=a", "/api/v1/changes?limit=200"]
    _populate(2)
    few = {address: ask(address) for address in addresses}
    _populate(5)
    many = {address: ask(address) for address in addresses}
    assert many == few
    assert max(number for address, number in many.items() if "changes" not in address) <= MOST_QUERIES, many
    assert many["/api/v1/changes?limit=200"] <= MOST_OF_CHANGES, many
