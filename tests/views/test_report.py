"""“Report an error”: from every record's page to the curators' queue, and what is answered to those who misuse it."""

import html as html_of
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from archive import ratelimit
from archive.curation.review import withdraw
from archive.models import Tip
from archive.ratelimit import Limit
from tests import factories as make

pytestmark = pytest.mark.django_db

RECORDS: dict[str, Callable[[], Any]] = {
    "article": make.make_article,
    "event": make.make_event,
    "participant": make.make_participant,
    "country": make.make_country,
    "city": make.make_city,
    "topic": make.make_topic,
    "series": make.make_series,
    "publisher": make.make_publisher,
}
TYPED = {"text": "The day is <wrong>.", "email": "reader@example.org", "website": ""}


def address_on(client: Client, record: Any) -> str:
    """Where the page of the record leads those who found an error."""
    page = client.get(record.get_absolute_url()).content.decode()
    (found,) = re.findall(r'href="(/report/[^"]*)"', page)
    return html_of.unescape(found)


@pytest.mark.parametrize("kind", RECORDS)
def test_every_record_can_be_reported_on(client: Client, kind: str, index: None) -> None:
    record = RECORDS[kind]()
    address = address_on(client, record)
    assert address.startswith(f"/report/?record={kind}/")
    form = client.get(address)
    assert form.status_code == 200
    assert form["X-Robots-Tag"] == "noindex"
    assert "no-store" in form["Cache-Control"]
    sent = client.post(address, TYPED)
    assert sent.status_code == 302
    assert sent["Location"].startswith("/report/thanks/?record=")
    thanks = client.get(sent["Location"])
    assert record.get_absolute_url() in thanks.content.decode()
    assert thanks["X-Robots-Tag"] == "noindex"
    tip = Tip.objects.get()
    assert (tip.record_type, tip.record_id) == (record._meta.model_name, record.pk)
    assert (tip.text, tip.email, tip.state) == ("The day is <wrong>.", "reader@example.org", "open")


def test_the_address_is_optional_and_shown_nowhere(client: Client) -> None:
    event = make.make_event()
    client.post(address_on(client, event), TYPED | {"email": ""})
    client.post(address_on(client, event), TYPED)
    assert list(Tip.objects.order_by("pk").values_list("email", flat=True)) == ["", "reader@example.org"]
    assert "reader@" not in client.get(event.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"text": ""}, "Say what is wrong."),
        ({"text": "   "}, "Say what is wrong."),
        ({"text": "x" * 2001}, "at most 2000 characters"),
        ({"text": "x\0y"}, "Null characters are not allowed"),
        ({"email": "nobody"}, "Enter a valid email address"),
        ({"email": "a\0@example.org"}, "Enter a valid email address"),
    ],
)
def test_mistakes_are_told_and_nothing_typed_is_lost(client: Client, typed: dict[str, str], message: str) -> None:
    answer = client.post(address_on(client, make.make_event()), TYPED | typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert message in page
    kept = "reader@example.org" if "text" in typed else "The day is &lt;wrong&gt;."
    assert kept in page
    assert not Tip.objects.exists()


def test_what_fills_in_every_field_is_thanked_and_not_kept(client: Client) -> None:
    answer = client.post(address_on(client, make.make_event()), TYPED | {"website": "https://example.org/pills"})
    assert answer.status_code == 302
    assert not Tip.objects.exists()


def test_people_do_not_meet_the_trap(client: Client) -> None:
    page = client.get(address_on(client, make.make_event())).content.decode()
    (trap,) = re.findall(r'<div class="trap" aria-hidden="true">.*?</div>', page)
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap


def test_too_many_reports_are_refused_and_nothing_is_lost(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {"tips": (Limit(2, 600),)})
    address = address_on(client, make.make_event())
    # A rotated header does not make another client.
    answers = [client.post(address, TYPED, headers={"x-forwarded-for": f"203.0.113.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 600
    page = answers[2].content.decode()
    assert "in 10 minutes" in page
    assert "The day is &lt;wrong&gt;." in page
    assert Tip.objects.count() == 2
    assert client.post(address, TYPED, REMOTE_ADDR="192.0.2.9").status_code == 302
    # Mistakes don't count.
    assert client.post(address, {}, REMOTE_ADDR="192.0.2.10").status_code == 400


def test_a_form_without_its_cookie_is_told_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    address = f"/report/?record=event/{make.make_event().slug}"
    answer = client.post(address, TYPED)
    assert answer.status_code == 403
    assert "Allow cookies" in answer.content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(address).content.decode())
    assert token
    assert client.post(address, TYPED | {"csrfmiddlewaretoken": token[1]}).status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/report/", "/report/thanks/"])
@pytest.mark.parametrize(
    "name",
    [
        "event/no-such-event",
        "country/zz",
        "country/%00",
        "planet/mars",
        "event",
        "event/",
        "/",
        "term/terrorism",
        "change/1",
        "event/a%00b",
        "event/" + "9" * 3000,
        "event/../admin",
        "event/%ED%A0%80",
        "event/а",
        "%00",
    ],
)
def test_names_of_nothing_are_not_found(client: Client, method: str, path: str, name: str) -> None:
    answer = getattr(client, method)(f"{path}?record={name}", TYPED if method == "post" else None)
    assert answer.status_code == (405 if method == "post" and path.endswith("thanks/") else 404)
    assert not Tip.objects.exists()


def test_without_a_record_it_says_where_to_begin(client: Client) -> None:
    answer = client.get("/report/")
    assert answer.status_code == 400
    assert "at the foot of the page" in answer.content.decode()


def test_drafts_and_what_was_withdrawn(client: Client) -> None:
    draft = make.make_event(status="draft")
    assert client.post(f"/report/?record=event/{draft.slug}", TYPED).status_code == 404
    event = make.make_event()
    withdraw(event, by="ed", why="It was not true.")
    assert client.post(f"/report/?record=event/{event.slug}", TYPED).status_code == 410
    moved = make.make_event(slug="old")
    moved.slug = "new"
    moved.save()
    assert client.get("/report/?record=event/old").status_code == 301
    assert not Tip.objects.exists()


# Correction notes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RECORDS)
def test_correction_notes_stand_on_the_page_of_their_record(client: Client, kind: str, index: None) -> None:
    record = RECORDS[kind]()
    tip = make.make_tip(about=record, text="Secret report", email="reader@example.org")
    make.make_correction_note(about=record, text="The <day> was wrong.", tip=tip)
    make.make_correction_note(about=record, text="The place was wrong.")
    other = make.make_topic()
    make.make_correction_note(about=other, text="Of another record.")
    page = client.get(record.get_absolute_url()).content.decode()
    assert page.index("The place was wrong.") < page.index("The &lt;day&gt; was wrong.")
    assert "Of another record." not in page
    assert "Secret report" not in page
    assert 'id="corrections"' not in client.get(make.make_city().get_absolute_url()).content.decode()
