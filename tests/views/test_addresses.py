"""What an address answers: published, draft, withdrawn, moved, unknown, and what can't be understood."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from archive import search
from archive.curation.review import withdraw
from archive.models import Redirect
from tests import factories as make

pytestmark = pytest.mark.django_db

REVIEWED = {"articles": make.make_article, "events": make.make_event, "participants": make.make_participant}
SLUGGED = REVIEWED | {
    "cities": make.make_city,
    "topics": make.make_topic,
    "series": make.make_series,
    "publishers": make.make_publisher,
}


@pytest.mark.parametrize("kind", SLUGGED)
def test_an_unknown_slug_is_not_found(client: Client, kind: str) -> None:
    response = client.get(f"/{kind}/no-such-record/")
    assert response.status_code == 404
    assert "There is no record at this address." in response.content.decode()


@pytest.mark.parametrize("status", ["draft", "in-review"])
@pytest.mark.parametrize("kind", REVIEWED)
def test_a_draft_is_there_for_staff_only(client: Client, kind: str, status: str) -> None:
    draft = REVIEWED[kind](status=status)
    assert client.get(draft.get_absolute_url()).status_code == 404
    reader = User.objects.create_user("reader")
    client.force_login(reader)
    assert client.get(draft.get_absolute_url()).status_code == 404
    curator = User.objects.create_user("curator", is_staff=True)
    curator.user_permissions.add(Permission.objects.get(codename=f"view_{draft._meta.model_name}"))
    client.force_login(curator)
    response = client.get(draft.get_absolute_url())
    assert response.status_code == 200
    assert "Preview" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("kind", REVIEWED)
def test_a_withdrawn_record_leaves_a_tombstone(client: Client, kind: str) -> None:
    record = REVIEWED[kind]()
    address = record.get_absolute_url()
    assert client.get(address).status_code == 200
    withdraw(record, by="an editor", why="It was <not> true.")
    response = client.get(address)
    assert response.status_code == 410
    html = response.content.decode()
    assert "It was &lt;not&gt; true." in html
    assert "an editor" not in html


@pytest.mark.parametrize("kind", REVIEWED)
def test_what_is_not_public_shows_nowhere(client: Client, kind: str, index: None) -> None:
    country, topic, city = make.make_country(), make.make_topic(), make.make_city()
    event = make.make_event(city=city, topics=[topic], host_countries=[country], name="Public event")
    article = make.make_article(topics=[topic], countries=[country], headline="Public article")
    make.make_coverage(article=article, event=event)
    names = {"articles": "headline", "events": "name", "participants": "name"}
    hidden = REVIEWED[kind](**{names[kind]: "Zanzibar secret"}, status="draft")
    if kind == "articles":
        hidden.topics.add(topic)
        hidden.countries.add(country)
        make.make_coverage(article=hidden, event=event)
    if kind == "events":
        hidden.topics.add(topic)
        hidden.host_countries.add(country)
        hidden.city = city
        hidden.parent = event
        hidden.save()
        make.make_coverage(article=article, event=hidden)
    if kind == "participants":
        hidden.country = country
        hidden.save()
        make.make_attendance(event=event, participant=hidden)
        article.participants.add(hidden)
        make.make_office(participant=hidden)
    pages = [
        "/",
        "/articles/",
        "/events/",
        "/participants/",
        "/years/2014/",
        "/search/?q=zanzibar",
        "/search/?q=secret&in=events",
    ]
    pages += [one.get_absolute_url() for one in (country, topic, city, event, article)]
    for page in [*pages, f"/events/?city={city.slug}", f"/articles/?city={city.slug}"]:
        response = client.get(page)
        assert response.status_code == 200
        assert "Zanzibar" not in response.content.decode(), page


@pytest.mark.parametrize("kind", SLUGGED)
def test_an_old_slug_leads_to_the_new_one(client: Client, kind: str) -> None:
    record = SLUGGED[kind]()
    old = record.get_absolute_url()
    record.slug = "another-name"
    record.save()
    response = client.get(old)
    assert response.status_code == 301
    assert response["Location"] == record.get_absolute_url()
    record.slug = "a-third-name"
    record.save()
    assert client.get(old)["Location"] == record.get_absolute_url()


def test_a_removed_record_is_gone_with_its_reason(client: Client) -> None:
    Redirect.objects.create(record_type="topic", old_slug="phrenology", why="Not a subject of this archive.")
    response = client.get("/topics/phrenology/")
    assert response.status_code == 410
    assert "Not a subject of this archive." in response.content.decode()


@pytest.mark.parametrize(
    ("address", "status", "message"),
    [
        ("/events/?page=abc", 400, "is not a page number"),
        ("/events/?page=0", 404, "There is no page 0"),
        ("/events/?page=-1", 400, "is not a page number"),
        ("/events/?page=2", 404, "the list has one page"),
        ("/events/?page=1000000000000", 404, "There is no page"),
        ("/events/?page=" + "9" * 5000, 404, "There is no page"),
        ("/events/?page=٣", 400, "is not a page number"),
        ("/events/?year=abc", 400, "is not a year"),
        ("/events/?year=20144", 400, "is not a year"),
        ("/events/?year=0000", 400, "is not a year"),
        ("/events/?year=2030", 200, "No event matches"),
        ("/events/?year=undated", 200, "No event matches"),
        ("/events/?city=atlantis", 400, "is not known here"),
        ("/events/?city=%00", 400, "is not known here"),
        ("/events/?country=%ED%A0%80", 400, "is not known here"),
        ("/events/?press=maybe", 400, "choose yes or no"),
        ("/articles/?kind=poem", 400, "is not a kind known here"),
        ("/articles/?sort=sideways", 400, "sort by newest or oldest"),
        ("/articles/?topci=iran", 400, "There is no filter"),
        ("/articles/?utm_source=letter", 200, "No article matches"),
        ("/participants/?kind=robot", 400, "is not a kind of participant"),
        ("/years/1066/", 404, "The archive is empty still"),
        ("/years/0000/", 404, "The archive is empty still"),
        ("/years/99999/", 404, "There is no such page"),
        ("/countries/atlantis/", 404, "ISO 3166"),
        ("/nowhere/", 404, "There is no such page"),
        ("/search/?page=abc", 400, "is not a page number"),
        ("/search/?in=attic", 400, "can&#x27;t be searched"),
        ("/search/?sort=sideways", 400, "is no order"),
        ("/search/?country=%00", 400, "is no value"),
    ],
)  # fmt: skip
def test_bad_input_gets_a_page_with_a_message(client: Client, address: str, status: int, message: str) -> None:
    response = client.get(address)
    assert response.status_code == status
    assert message in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/events/", "/search/", "/articles/", "/healthz", "/readyz"])
def test_pages_are_for_reading_only(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code in (200, 503)


def test_without_an_index_the_search_says_so_and_browsing_goes_on(client: Client) -> None:
    make.make_event(name="Peace Mission 2014")
    response = client.get("/search/?q=peace")
    assert response.status_code == 503
    assert "browsing works as usual" in response.content.decode()
    assert "Peace Mission 2014" in client.get("/events/").content.decode()
    assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").json() == {"database": "ok", "index": "unusable"}
    assert client.get("/healthz").status_code == 200
    search.rebuild_index()
    assert client.get("/search/?q=peace&in=events").status_code == 200
    assert client.get("/readyz").json() == {"database": "ok", "index": "ok"}


def test_a_fault_shows_a_page_and_no_traceback(client: Client, monkeypatch: Any) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("archive.views.home.overview", fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "secret detail" not in response.content.decode()


def test_every_page_has_a_strict_policy(client: Client) -> None:
    for address in ("/", "/search/", "/nowhere/", "/admin/login/"):
        policy = client.get(address)["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


def test_names_are_shown_and_never_run(client: Client, index: None) -> None:
    script = "<script>alert(1)</script>"
    event = make.make_event(name=f"Event {script}", place=script, summary=script)
    article = make.make_article(headline=f"Headline {script}", abstract=script, printed_date=script)
    make.make_coverage(article=article, event=event, note=script)
    pages = [event.get_absolute_url(), article.get_absolute_url(), "/", "/search/?q=alert", f"/search/?q={script}"]
    for page in pages:
        html = client.get(page).content.decode()
        assert script not in html, page
        assert "&lt;script&gt;" in html, page


def test_texts_under_restriction_are_shown_to_staff_only(client: Client) -> None:
    restricted = make.make_article(body="The whole text of it.", rights="restricted")
    opened = make.make_article(body="The whole text of it.", rights="open")
    assert "The whole text" not in client.get(restricted.get_absolute_url()).content.decode()
    assert "The whole text" in client.get(opened.get_absolute_url()).content.decode()
    client.force_login(User.objects.create_superuser("root"))
    assert "The whole text" in client.get(restricted.get_absolute_url()).content.decode()
