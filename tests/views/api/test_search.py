"""Search and suggestions of the API: the page's query language, scopes, facets and numbers."""

from typing import Any
from urllib.parse import urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from archive import search
from archive.search import FACETS, MAX_CHARACTERS
from tests.seed import SeedTestCase
from tests.views.api.asking import answer, everything, problem
from tests.views.test_outputs import shown

QUERIES = (
    "terror*",
    '"full membership"',
    "summit NOT india",
    "title:drills",
    "year:2014 -china",
    "sysoev~",
    "учения",
    "",
)


class TestSearch(SeedTestCase):
    def ask(self, asked: str) -> Any:
        return answer(self.client, f"/api/v1/search?{asked}")

    def test_page_and_api_agree(self) -> None:
        narrowed = (
            "",
            "&country=CN",
            "&country=CN&country=RU&not_topic=iran",
            "&year=2014&not_kind=photo",
            "&variants=no",
        )

        @settings(max_examples=50)
        @given(
            st.sampled_from(QUERIES),
            st.sampled_from(["articles", "events", "participants"]),
            st.sampled_from(["relevance", "newest", "oldest"]),
            st.sampled_from(narrowed),
            st.integers(7, 100),
        )
        def agree(text: str, scope: str, sort: str, narrowing: str, limit: int) -> None:
            asked = f"q={text}&in={scope}&sort={sort}{narrowing}"
            number = shown(self.client, f"/search/?{asked}")
            found = everything(self.client, f"/api/v1/search?{asked}&limit={limit}&fields=slug")
            slugs = [hit["record"]["slug"] for hit in found]
            assert len(slugs) == len(set(slugs)) == number
            first = self.ask(f"{asked}&limit=10")
            assert first["total"] == number == first["totals"][scope]
            assert [hit["record"]["slug"] for hit in first["items"]] == slugs[:10]

        agree()

    def test_facets_count_what_they_lead_to(self) -> None:
        found = self.ask("q=terror*&limit=1")
        assert [facet["key"] for facet in found["facets"]] == list(FACETS)
        for facet in found["facets"]:
            assert len(facet["values"]) <= facet["size"]
            for value in facet["values"][:3]:
                included = self.ask(f"q=terror*&limit=1&{facet['key']}={value['value']}")
                excluded = self.ask(f"q=terror*&limit=1&not_{facet['key']}={value['value']}")
                assert (included["total"], excluded["total"]) == (value["count"], value["rest"])
        assert sum(bar["count"] for bar in found["histogram"]["bars"]) >= found["total"]

    def test_hits_show_what_was_found_in_the_whole_record(self) -> None:
        [hit, *_others] = self.ask("q=terrorism&limit=5")["items"]
        assert hit["record"] == answer(self.client, urlsplit(hit["record"]["links"]["self"]).path)
        shown = "".join(fragment["text"] for fragment in hit["snippet"])
        marked = [one["text"] for part in (hit["title"], hit["snippet"]) for one in part if one["is_hit"]]
        assert "terroris" in "".join(marked).lower() or hit["reasons"]
        assert "<" not in shown

    def test_mistakes_are_repaired_and_told(self) -> None:
        found = self.ask('q="full membership')
        assert found["notes"]
        assert found["restated"]
        advised = self.ask("q=sammit russia")["advice"]["correction"]
        assert advised["total"] > 0
        parts = urlsplit(advised["url"])
        assert answer(self.client, f"{parts.path}?{parts.query}")["total"] == advised["total"]

    def test_what_can_not_be_understood_is_told(self) -> None:
        for asked in (
            "in=people",
            "sort=best",
            "variants=yes",
            "page=2",
            "format=ris",
            "country=%00",
            f"q={'a' * (MAX_CHARACTERS + 1)}",
            "&".join(f"topic=t{n}" for n in range(60)),
            "fields=dates",  # of events, not of articles
            "limit=101",
        ):
            assert problem(self.client, f"/api/v1/search?{asked}", 400)["type"].endswith("#bad-parameter"), asked
        assert self.ask("in=events&fields=dates")["items"][0]["record"].keys() == {"type", "slug", "dates"}

    def test_a_cursor_belongs_to_its_query(self) -> None:
        following = urlsplit(self.ask("q=china&limit=5")["next"]).query
        assert len(self.ask(following)["items"]) == 5
        assert problem(self.client, f"/api/v1/search?{following.replace('q=china', 'q=russia')}", 400)["type"].endswith(
            "#bad-cursor"
        )

    def test_suggestions_are_those_of_the_search_box(self) -> None:
        for text in ("Dush", "душ", "上海", "xi", "SCO", ""):
            items = answer(self.client, f"/api/v1/suggestions?q={text}")["items"]
            assert [(one["type"], one["key"]) for one in items] == [
                (one.record.kind, one.record.key) for one in search.suggest(text)
            ]
            for one in items:
                assert self.client.get(urlsplit(one["links"]["self"]).path).status_code == 200
                assert self.client.get(urlsplit(one["links"]["page"]).path).status_code == 200
        problem(self.client, "/api/v1/suggestions", 400)
        problem(self.client, f"/api/v1/suggestions?q={'a' * 101}", 400)
