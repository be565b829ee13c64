"""The queue of readers' reports, and correction notes, in the admin."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.models import CorrectionNote, Tip
from tests import factories as make
from tests.admin.forms import filled_form

pytestmark = pytest.mark.django_db


def url(page: str, *args: Any, model: str = "tip") -> str:
    return reverse(f"admin:archive_{model}_{page}", args=args)


def test_the_queue_shows_reports_escaped_with_their_records(logged_in: Any) -> None:
    event = make.make_event(name="Summit <of> Ufa")
    make.make_tip(about=event, text="<script>alert(1)</script>", email="reader@example.org")
    make.make_tip(text="Done already", state="answered")
    client = logged_in("curator")
    page = client.get(url("changelist"), {"state__exact": "open"}).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "Summit &lt;of&gt; Ufa" in page
    assert event.get_absolute_url() in page
    assert "Done already" not in page
    assert url("change", event.pk, model="event") in page
    one = client.get(url("change", Tip.objects.get(state="open").pk)).content.decode()
    assert "&lt;script&gt;alert(1)" in one
    assert "reader@example.org" in one


@pytest.mark.parametrize(("role", "may_answer"), [("curator", False), ("editor", True), ("administrator", True)])
def test_curators_dismiss_and_editors_answer(logged_in: Any, role: str, may_answer: bool) -> None:
    client = logged_in(role)
    event = make.make_event()
    tip, other = make.make_tip(about=event), make.make_tip(about=event)
    page = client.get(url("change", tip.pk)).content.decode()
    assert (url("answer", tip.pk) in page) is may_answer
    assert url("dismiss", tip.pk) in page
    for method in (client.get, client.post):
        answered = method(url("answer", tip.pk), {"why": "It was <b>13</b> September."})
        assert (answered.status_code != 403) is may_answer
    assert client.get(url("dismiss", other.pk)).status_code == 200
    assert client.post(url("dismiss", other.pk), {"why": ""}).status_code == 200
    assert client.post(url("dismiss", other.pk), {"why": "It is right."}).status_code == 302
    states = dict(Tip.objects.values_list("pk", "state"))
    assert states == {tip.pk: "answered" if may_answer else "open", other.pk: "dismissed"}
    assert (CorrectionNote.objects.count() == 1) is may_answer
    if may_answer:
        assert "It was &lt;b&gt;13&lt;/b&gt; September." in client.get(event.get_absolute_url()).content.decode()
        late = client.post(url("answer", tip.pk), {"why": "Again."})
        assert "handled already" in late.content.decode()


def test_what_readers_wrote_is_neither_changed_nor_deleted_nor_made_up(logged_in: Any) -> None:
    client = logged_in("superuser")
    tip = make.make_tip(text="As sent.")
    client.post(url("change", tip.pk), {"text": "Other", "state": "dismissed"})
    assert client.post(url("delete", tip.pk), {"post": "yes"}).status_code == 403
    assert client.get(url("add")).status_code == 403
    tip.refresh_from_db()
    assert (tip.text, tip.state) == ("As sent.", "open")


def test_an_editor_writes_a_note_from_the_record(logged_in: Any) -> None:
    country = make.make_country()
    client = logged_in("editor")
    page = client.get(url("change", country.pk, model="country")).content.decode()
    address = f"{url('add', model='correctionnote')}?record=country%2F{country.iso2.lower()}"
    assert address in page
    form = filled_form(client, address)
    assert form["record"] == f"country/{country.iso2.lower()}"
    bad = client.post(address, form | {"record": "country/zz9", "text": "x"})
    assert "There is no record of that name." in bad.content.decode()
    assert client.post(address, form | {"text": "The area was wrong."}).status_code == 302
    note = CorrectionNote.objects.get()
    assert (note.record_type, note.record_id, note.text) == ("country", country.pk, "The area was wrong.")
    change = url("change", note.pk, model="correctionnote")
    assert client.post(change, filled_form(client, change) | {"text": "Better words."}).status_code == 302
    note.refresh_from_db()
    assert (note.record_id, note.text) == (country.pk, "Better words.")
    assert logged_in("curator").get(url("add", model="correctionnote")).status_code == 403


def test_drafts_get_no_notes(logged_in: Any) -> None:
    client = logged_in("editor")
    draft = make.make_event(status="draft")
    assert "Add correction note" not in client.get(url("change", draft.pk, model="event")).content.decode()


@pytest.mark.parametrize("key", ["nothing", "9" * 30, "0"])
@pytest.mark.parametrize("page", ["change", "answer", "dismiss"])
def test_addresses_of_nothing(logged_in: Any, page: str, key: str) -> None:
    assert logged_in("superuser").get(url(page, key)).status_code in (302, 404)


def test_a_report_on_what_was_deleted_is_still_shown(logged_in: Any) -> None:
    topic = make.make_topic()
    tip = make.make_tip(about=topic)
    topic.delete()
    client = logged_in("curator")
    for address in (url("changelist"), url("change", tip.pk)):
        assert f"deleted (topic {tip.record_id})" in client.get(address).content.decode()


def test_the_queue_costs_the_same_however_long(logged_in: Any) -> None:
    client = logged_in("superuser")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(url("changelist")).status_code == 200
        return len(found)

    for _ in range(2):
        make.make_tip()
    client.get(url("changelist"))
    few = queries()
    for _ in range(6):
        make.make_tip()
    assert queries() == few
