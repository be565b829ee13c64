"""OAI-PMH: every verb and every error, against the official schemas."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from archive.curation.merging import merge
from archive.formats import oai
from archive.models import Change, Redirect, Status
from tests import factories as make
from tests.formats.schema_files import oai_schema
from tests.seed import SeedTestCase

OAI = "{http://www.openarchives.org/OAI/2.0/}"
_SCHEMA = oai_schema()


def ask(client: Client, *, post: bool = False, **arguments: Any) -> Any:
    """The content of the answer, which is valid."""
    if "start" in arguments:
        arguments["from"] = arguments.pop("start")
    response = client.post("/oai", arguments) if post else client.get("/oai", arguments)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    _SCHEMA.assertValid(root)
    return root[2]


def code(content: Any) -> str:
    return content.get("code") or ""


def test_the_schemas_look_into_the_metadata() -> None:
    for root, namespace in (("mods", "http://www.loc.gov/mods/v3"), ("dc", f"{OAI[1:-1]}oai_dc/")):
        content = f"""<OAI-PMH xmlns="{OAI[1:-1]}"><responseDate>2014-01-01T00:00:00Z</responseDate>
        <request verb="GetRecord">http://a/oai</request><GetRecord><record><header><identifier>oai:a:b</identifier>
        <datestamp>2014-01-01T00:00:00Z</datestamp></header><metadata><{root} xmlns="{namespace}"><nonsense/></{root}>
        </metadata></record></GetRecord></OAI-PMH>"""
        assert not _SCHEMA.validate(etree.fromstring(content))


def identifiers(content: Any) -> list[str]:
    return [one.text.rpartition(":")[2] for one in content.iter(f"{OAI}identifier")]


def harvest(client: Client, verb: str = "ListIdentifiers", **arguments: Any) -> list[str]:
    """All that a list gives, page after page."""
    found = []
    arguments.setdefault("metadataPrefix", "oai_dc")
    while True:
        content = ask(client, verb=verb, **arguments)
        assert not code(content), content.text
        found += identifiers(content)
        token = content.find(f"{OAI}resumptionToken")
        if token is None or not token.text:
            return found
        arguments = {"resumptionToken": token.text}


class SeedTests(SeedTestCase):
    def test_every_record_in_every_format_is_valid_and_there_once(self) -> None:
        for prefix in ("oai_dc", "mods"):
            found = harvest(self.client, "ListRecords", metadataPrefix=prefix)
            assert len(found) == len(set(found)) == 85 + 217
        assert sorted(harvest(self.client)) == sorted(found)

    def test_sets_have_what_their_headers_say(self) -> None:
        content = ask(self.client, verb="ListSets")
        names = [one.text for one in content.iter(f"{OAI}setSpec")]
        everything = {}
        arguments = {"metadataPrefix": "oai_dc"}
        while arguments:
            content = ask(self.client, verb="ListIdentifiers", **arguments)
            for header in content.iter(f"{OAI}header"):
                everything[header[0].text.rpartition(":")[2]] = {one.text for one in header.iter(f"{OAI}setSpec")}
            token = content.find(f"{OAI}resumptionToken").text
            arguments = {"resumptionToken": token} if token else {}
        for name in names:
            expected = sorted(one for one, sets in everything.items() if name in sets or one.startswith(f"{name}/"))
            content = ask(self.client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=name)
            found = [] if code(content) == "noRecordsMatch" else sorted(harvest(self.client, set=name))
            assert found == expected, name


@pytest.mark.django_db
class TestVerbs:
    def test_identify(self, client: Client, settings: Any) -> None:
        settings.SITE_URL, settings.CONTACT_EMAIL = "https://archive.example", "editors@archive.example"
        make.make_article()
        content = ask(client, verb="Identify")
        assert content.findtext(f"{OAI}baseURL") == "https://archive.example/oai"
        assert content.findtext(f"{OAI}adminEmail") == "editors@archive.example"
        assert content.findtext(f"{OAI}deletedRecord") == "persistent"
        assert content.findtext(f"{OAI}granularity") == "YYYY-MM-DDThh:mm:ssZ"
        assert content.findtext(".//{*}repositoryIdentifier") == "archive.example"

    def test_identify_without_a_domain_or_an_address(self, client: Client, settings: Any) -> None:
        settings.SITE_URL, settings.CONTACT_EMAIL = "http://localhost:8000", ""
        assert "@" in ask(client, verb="Identify").findtext(f"{OAI}adminEmail")

    def test_get_record_by_get_and_post(self, client: Client) -> None:
        article = make.make_article(headline="«Мир» & 上合 <2014>\x0b", url="https://example.org/a?b=1&c=2")
        make.make_coverage(article=article, event=make.make_event(name="A summit"))
        for post in (False, True):
            for prefix in ("oai_dc", "mods"):
                name = f"oai:127.0.0.1:articles/{article.slug}"
                content = ask(client, post=post, verb="GetRecord", identifier=name, metadataPrefix=prefix)
                assert content.find(".//{*}title").text == "«Мир» & 上合 <2014>"

    def test_formats_of_an_item(self, client: Client) -> None:
        name = f"oai:127.0.0.1:events/{make.make_event().slug}"
        for arguments in ({}, {"identifier": name}):
            content = ask(client, verb="ListMetadataFormats", **arguments)
            assert [one.text for one in content.iter(f"{OAI}metadataPrefix")] == ["oai_dc", "mods"]

    def test_drafts_are_unknown(self, client: Client) -> None:
        draft = make.make_article(status="draft")
        name = f"oai:127.0.0.1:articles/{draft.slug}"
        assert code(ask(client, verb="GetRecord", identifier=name, metadataPrefix="oai_dc")) == "idDoesNotExist"
        assert code(ask(client, verb="ListRecords", metadataPrefix="oai_dc")) == "noRecordsMatch"

    def test_withdrawn_records_and_old_addresses_are_deleted(self, client: Client) -> None:
        topic = make.make_topic()
        gone = make.make_article(topics=[topic])
        moved = make.make_event(slug="old-slug", topics=[topic])
        first = ask(client, verb="Identify").getparent().findtext(f"{OAI}responseDate")
        gone.status, gone.withdrawn_at, gone.withdrawal_reason = Status.WITHDRAWN, timezone.now(), "Not real."
        gone.save()
        moved.slug = "new-slug"
        moved.save()
        for arguments in ({}, {"set": f"topic:{topic.slug}"}, {"start": first}):
            content = ask(client, verb="ListRecords", metadataPrefix="oai_dc", **arguments)
            deleted = [one for one in content.iter(f"{OAI}header") if one.get("status") == "deleted"]
            assert sorted(one[0].text.rpartition(":")[2] for one in deleted) == [
                f"articles/{gone.slug}",
                "events/old-slug",
            ]
            assert "events/new-slug" in identifiers(content)
        name = f"oai:127.0.0.1:articles/{gone.slug}"
        record = ask(client, verb="GetRecord", identifier=name, metadataPrefix="oai_dc")[0]
        assert [one.tag for one in record] == [f"{OAI}header"]

    def test_what_was_deleted_outright_or_merged_is_deleted(self, client: Client, admin_client: Client) -> None:
        kept, merged, gone = make.make_event(), make.make_event(), make.make_article()
        draft = make.make_article(status="draft")
        first = ask(client, verb="Identify").getparent().findtext(f"{OAI}responseDate")
        harvest(client)
        merge(kept, merged, choices={}, by="ed", why="One meeting.")
        admin_client.post(reverse("admin:archive_article_delete", args=[gone.pk]), {"post": "yes"})
        draft.slug = "another-slug"
        draft.save()
        # By hand: nothing in the change log tells of it.
        Redirect.objects.create(record_type="article", old_slug="of-old-times", why="It was a test.")
        expected = [f"articles/{gone.slug}", f"events/{merged.slug}", "articles/of-old-times"]
        for arguments in ({}, {"start": first}):
            content = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **arguments)
            deleted = [one for one in content.iter(f"{OAI}header") if one.get("status") == "deleted"]
            assert [one[0].text.rpartition(":")[2] for one in deleted] == expected
        # They are new: a harvest that has come to the end of the log has them still before it.
        assert identifiers(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc"))[-3:] == expected

    def test_links_make_a_record_new(self, client: Client) -> None:
        coverage = make.make_coverage()
        make.make_article()
        coverage.delete()
        assert harvest(client)[-2:] == [f"articles/{coverage.article.slug}", f"events/{coverage.event.slug}"]

    def test_what_changes_during_a_harvest_comes_again_and_nothing_is_lost(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(oai, "PAGE", 2)
        articles = [make.make_article() for _ in range(5)]
        content = ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc")
        token = content.find(f"{OAI}resumptionToken")
        assert (token.get("cursor"), token.get("completeListSize")) == ("0", "5")
        articles[0].abstract = articles[3].abstract = "Now another."
        articles[0].save()
        articles[3].save()
        newest = make.make_article()
        rest = []
        arguments = {"resumptionToken": token.text}
        while arguments:
            page = ask(client, verb="ListIdentifiers", **arguments)
            rest += identifiers(page)
            token = page.find(f"{OAI}resumptionToken")
            arguments = {"resumptionToken": token.text} if token.text else {}
        slugs = [articles[2].slug, articles[4].slug, articles[0].slug, articles[3].slug, newest.slug]
        assert rest == [f"articles/{slug}" for slug in slugs]

    def test_from_and_until_include_their_ends(self, client: Client) -> None:
        article = make.make_article()
        at = Change.objects.latest("number").at
        second, day = at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime("%Y-%m-%d")
        before = (at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        after = (at + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        listed = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"}
        for span in ({"start": second}, {"until": second}, {"start": day, "until": day}):
            assert identifiers(ask(client, **listed, **span)) == [f"articles/{article.slug}"]
        for span in ({"start": after}, {"until": before}):
            assert code(ask(client, **listed, **span)) == "noRecordsMatch"

    def test_number_of_queries_is_constant(self, client: Client, django_assert_max_num_queries: Any) -> None:
        for n in (1, 6):
            for _ in range(n):
                article = make.make_article(topics=[make.make_topic()], countries=[make.make_country()])
                make.make_attendance(event=make.make_coverage(article=article).event)
                make.make_delegation(event=article.events.first())
            harvest(client)
            with django_assert_max_num_queries(18):
                harvest(client, "ListRecords", metadataPrefix="mods")


LIST = "verb=ListRecords&metadataPrefix=oai_dc"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "badVerb"),
        ("verb=Explain", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"),
        ("verb=Identify&%00=1", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%20b", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:127.0.0.1:articles/none", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:other.example:articles/SLUG", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=marc21&identifier=oai:127.0.0.1:articles/SLUG", "cannotDisseminateFormat"),
        ("verb=ListMetadataFormats&identifier=oai:127.0.0.1:articles/none", "idDoesNotExist"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=%22%3E%00", "badArgument"),
        (f"{LIST}&metadataPrefix=oai_dc", "badArgument"),
        (f"{LIST}&set=topic:none", "noRecordsMatch"),
        (f"{LIST}&set=a%20b", "badArgument"),
        (f"{LIST}&from=2014", "badArgument"),
        (f"{LIST}&from=2014-02-30", "badArgument"),
        (f"{LIST}&from=2014-01-01T00:00:00", "badArgument"),
        (f"{LIST}&from=2014-01-01&until=2014-01-01T00:00:00Z", "badArgument"),
        (f"{LIST}&from=2015-01-01&until=2014-01-01", "badArgument"),
        (f"{LIST}&until=1999-01-01", "noRecordsMatch"),
        (f"{LIST}&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%00%EF%BF%BF", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
    ],
)
def test_errors(client: Client, query: str, expected: str) -> None:
    slug = make.make_article().slug
    for response in (
        client.get(f"/oai?{query.replace('SLUG', slug)}"),
        client.post("/oai", query.replace("SLUG", slug), content_type="application/x-www-form-urlencoded"),
    ):
        assert response.status_code == 200
        root = etree.fromstring(response.content)
        _SCHEMA.assertValid(root)
        assert code(root[2]) == expected
        if expected in ("badVerb", "badArgument"):
            assert not root[1].attrib


@pytest.mark.django_db
def test_a_token_serves_its_verb_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oai, "PAGE", 1)
    make.make_article()
    make.make_article()
    token = ask(client, verb="ListRecords", metadataPrefix="oai_dc").findtext(f"{OAI}resumptionToken")
    assert code(ask(client, verb="ListIdentifiers", resumptionToken=token)) == "badResumptionToken"
    assert code(ask(client, verb="ListRecords", resumptionToken=token[:-1])) == "badResumptionToken"
    assert not code(ask(client, verb="ListRecords", resumptionToken=token))


@pytest.mark.django_db
def test_other_methods_and_languages(client: Client) -> None:
    assert client.put("/oai").status_code == 405
    assert client.head("/oai?verb=Identify").status_code == 200
    assert client.get("/ru/oai?verb=Identify").status_code == 404
