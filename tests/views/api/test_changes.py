"""Following the archive: who starts anywhere and goes on by the cursor has, in the end, what is public, and nothing else."""

import json
from typing import Any

import pytest
from django.test import Client

from archive.curation.merging import merge
from archive.curation.review import publish, withdraw
from archive.models import Change, Event, Redirect
from archive.views.api.resources import RESOURCES
from tests import factories as make
from tests.seed import SeedTestCase
from tests.views.api.asking import answer, everything, problem

Copy = dict[tuple[str, str], Any]


def follow(client: Client, copy: Copy, cursor: str = "", limit: int = 3, since: int | None = None) -> str:
    """Bring a copy forward as docs/api.md says; gives the cursor to go on with."""
    while True:
        started = "" if since is None else f"&since={since}"
        page = answer(client, f"/api/v1/changes?limit={limit}{started}" + (f"&cursor={cursor}" if cursor else ""))
        for item in page["items"]:
            if item["action"] == "changed":
                copy[item["type"], item["key"]] = item["record"]
            else:
                copy.pop((item["type"], item["key"]), None)
                assert item["record"] is None
            if item["action"] == "moved":
                for name, row in copy.items():
                    copy[name] = json.loads(json.dumps(row).replace(f'"{item["key"]}"', f'"{item["moved_to"]}"'))
        cursor = page["cursor"]
        if page["is_all"]:
            assert page["next"] is None
            return cursor


def public(client: Client) -> Copy:
    return {
        (kind, row[resource.key]): row
        for kind, resource in RESOURCES.items()
        for row in everything(client, f"/api/v1/{resource.plural}?limit=200")
    }


def own(copy: Copy) -> Copy:
    """What the records say themselves, which their changes tell: numbers of others aside, and links to what is gone."""
    return {
        name: {
            **{field: value for field, value in row.items() if field != "counts"},
            **({"events": [one for one in row["events"] if ("event", one["slug"]) in copy]} if "events" in row else {}),
        }
        for name, row in copy.items()
    }


class TestArchiveAsShipped(SeedTestCase):
    def test_who_starts_from_nothing_has_all(self) -> None:
        copy: Copy = {}
        cursor = follow(self.client, copy, limit=100)
        assert copy == public(self.client)
        page = answer(self.client, f"/api/v1/changes?limit=100&cursor={cursor}")
        assert (page["items"], page["is_all"]) == ([], True)

    def test_who_starts_with_a_dump_goes_on_from_its_number(self) -> None:
        number = Change.objects.last_number()
        assert answer(self.client, f"/api/v1/changes?since={number}")["items"] == []
        event = Event.objects.published()[0]
        event.summary += " More."
        event.save()
        [item] = answer(self.client, f"/api/v1/changes?since={number}")["items"]
        assert (item["key"], item["action"], item["change"]) == (event.slug, "changed", number + 1)
        assert item["record"]["summary"].endswith(" More.")


@pytest.mark.django_db
class TestFollowing:
    def test_a_copy_stays_true(self, client: Client) -> None:
        topic, city = make.make_topic(), make.make_city()
        articles = [make.make_article(topics=[topic]) for _ in range(4)]
        event, draft = make.make_event(city=city), make.make_event(status="draft")
        copy: Copy = {}
        cursor = follow(client, copy)
        assert own(copy) == own(public(client))
        assert ("event", draft.slug) not in copy

        make.make_coverage(article=articles[0], event=event)  # a row that belongs to both
        withdraw(articles[1], by="ed", why="A hoax.")
        merge(articles[2], articles[3], {}, by="ed", why="The same.")
        publish(draft, by="ed")
        topic.slug = "renamed"
        topic.save()
        make.make_series()
        cursor = follow(client, copy, cursor)
        assert own(copy) == own(public(client))
        assert {("event", draft.slug), ("topic", "renamed")} <= copy.keys()

        withdraw(event, by="ed", why="It was cancelled.")
        unused = make.make_publisher()
        cursor = follow(client, copy, cursor)
        assert ("publisher", unused.slug) in copy
        unused.delete()
        follow(client, copy, cursor)
        assert own(copy) == own(public(client))

    def test_what_is_gone_is_told_without_its_content(self, client: Client) -> None:
        article = make.make_article(headline="A slander", abstract="Of somebody.")
        number = Change.objects.last_number()
        withdraw(article, by="ed", why="A slander of somebody.")
        [gone] = answer(client, f"/api/v1/changes?since={number}")["items"]
        assert (gone["type"], gone["key"], gone["action"]) == ("article", article.slug, "gone")
        assert "slander" not in json.dumps(gone)

    def test_what_leads_elsewhere_says_where(self, client: Client) -> None:
        kept, double = make.make_participant(), make.make_participant()
        number = Change.objects.last_number()
        merge(kept, double, {}, by="ed", why="One person.")
        items = answer(client, f"/api/v1/changes?since={number}")["items"]
        moved = {item["key"]: (item["action"], item["moved_to"]) for item in items}
        assert moved[double.slug] == ("moved", kept.slug)
        assert moved[kept.slug] == ("changed", None)

    def test_addresses_left_by_hand_are_told_to_who_had_read_all(self, client: Client) -> None:
        """They are not in the log."""
        kept = make.make_event(slug="kept")
        cursor = follow(client, {}, limit=100)
        for slug, leads_to in (("zebra", "kept"), ("aardvark", "kept"), ("middle", "")):
            Redirect.objects.create(record_type="event", old_slug=slug, new_slug=leads_to, why="A printed address.")
            [item] = answer(client, f"/api/v1/changes?cursor={cursor}")["items"]
            assert (item["key"], item["action"]) == (slug, "moved" if leads_to else "gone")
            cursor = follow(client, {}, cursor)
        kept.summary = "More."
        kept.save()
        items = answer(client, f"/api/v1/changes?cursor={cursor}")["items"]
        assert ("kept", "changed") in [(item["key"], item["action"]) for item in items]

    def test_what_is_renamed_comes_once(self, client: Client) -> None:
        topic = make.make_topic(slug="old")
        topic.slug = "new"
        topic.save()
        items = answer(client, "/api/v1/changes")["items"]
        assert {item["key"]: item["action"] for item in items} == {"old": "moved", "new": "changed"}
        assert len(items) == 2

    def test_of_drafts_nothing_is_told(self, client: Client) -> None:
        draft = make.make_article(status="draft", slug="secret-one")
        draft.slug = "secret-two"
        draft.save()
        other = make.make_event(status="in-review", slug="secret-three")
        other.delete()
        assert Redirect.objects.filter(new_slug="secret-two").exists()
        assert "secret" not in client.get("/api/v1/changes").content.decode()

    def test_each_record_comes_once_with_its_last_change(self, client: Client) -> None:
        first, second = make.make_topic(slug="first"), make.make_topic(slug="second")
        first.definition = "Another."
        first.save()
        items = answer(client, "/api/v1/changes")["items"]
        assert [item["key"] for item in items] == ["second", "first"]
        assert [item["change"] for item in items] == [2, 3]
        assert second.pk

    def test_fields_of_the_entry_are_chosen(self, client: Client) -> None:
        make.make_topic(slug="one")
        assert answer(client, "/api/v1/changes?fields=action")["items"] == [
            {"change": 1, "type": "topic", "key": "one", "action": "changed"}
        ]
        assert problem(client, "/api/v1/changes?fields=slug", 400)["errors"][0]["parameter"] == "fields"
        assert problem(client, "/api/v1/changes?since=-1", 400)["errors"][0]["parameter"] == "since"
