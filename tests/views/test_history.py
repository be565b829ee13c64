"""The page of a record's history: its addresses, what it shows, and that nothing of it runs."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from archive.curation.review import publish, withdraw
from archive.models import recording
from tests import factories as make

pytestmark = pytest.mark.django_db

REVIEWED = {"articles": make.make_article, "events": make.make_event, "participants": make.make_participant}
NAME = {"articles": "headline", "events": "name", "participants": "name"}


def edit(record: Any, why: str = "", **fields: Any) -> None:
    with recording(by="ada-lovelace", why=why):
        for name, value in fields.items():
            setattr(record, name, value)
        record.save()


@pytest.mark.parametrize("kind", REVIEWED)
def test_a_record_leads_to_its_history(client: Client, kind: str) -> None:
    record = REVIEWED[kind](**{NAME[kind]: "Defence ministers met"})
    edit(record, "Two <b>more</b> came.", **{NAME[kind]: "Four defence ministers met"})
    address = f"{record.get_absolute_url()}history/"
    assert f'href="{address}"' in client.get(record.get_absolute_url()).content.decode()
    html = client.get(address).content.decode()
    at = record.history.latest("history_id").history_date
    assert f'<time datetime="{at:%Y-%m-%dT%H:%M}' in html
    assert "<ins>Four defence</ins><del>Defence</del>" in html or "<del>Defence</del><ins>Four defence</ins>" in html
    assert "Two &lt;b&gt;more&lt;/b&gt; came." in html
    assert "First public." in html
    assert "ada-lovelace" not in html
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("kind", REVIEWED)
def test_it_answers_as_the_record_does(client: Client, kind: str) -> None:
    record = REVIEWED[kind](status="draft")
    address = f"{record.get_absolute_url()}history/"
    assert client.get(address).status_code == 404
    assert client.get(f"/{kind}/no-such-record/history/").status_code == 404
    publish(record, by="ed")
    assert client.get(address).status_code == 200
    record.slug = "another-name"
    record.save()
    moved = client.get(address)
    assert (moved.status_code, moved["Location"]) == (301, f"{record.get_absolute_url()}history/")
    withdraw(record, by="ed", why="It was not true.")
    gone = client.get(moved["Location"])
    assert gone.status_code == 410
    assert "It was not true." in gone.content.decode()
    client.force_login(User.objects.create_superuser("root"))
    draft = REVIEWED[kind](status="draft")
    preview = client.get(f"{draft.get_absolute_url()}history/")
    assert "not public yet" in preview.content.decode()
    assert "no-store" in preview["Cache-Control"]


def test_nothing_runs(client: Client) -> None:
    script = "<script>alert(1)</script>"
    article = make.make_article(headline="Plain", rights="open")
    for number in range(2):
        edit(article, f"{script} {number}", headline=f"{script} {number}", body=f"{script} {number}")
        article.topics.add(make.make_topic(name=f"{script} {number}"))
    html = client.get(f"{article.get_absolute_url()}history/").content.decode()
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;") >= 4


@pytest.mark.parametrize(
    ("page", "status"), [("2", 200), ("3", 404), ("0", 404), ("x", 400), ("9" * 5000, 404), ("%00", 400)]
)
def test_pages(client: Client, page: str, status: int) -> None:
    article = make.make_article(headline="Headline 0")
    for number in range(1, 22):
        edit(article, headline=f"Headline {number}")
    address = f"{article.get_absolute_url()}history/"
    first = client.get(address).content.decode()
    assert first.count('<section class="version">') == 20
    assert "First public." not in first
    answer = client.get(f"{address}?page={page}")
    assert answer.status_code == status
    assert ("First public." in answer.content.decode()) is (status == 200)


def test_the_number_of_queries_is_constant(client: Client) -> None:
    event = make.make_event()
    address = f"{event.get_absolute_url()}history/"

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    def changed(number: int) -> None:
        edit(event, place=f"Place {number}", city=make.make_city(), series=make.make_series())
        event.topics.add(make.make_topic())
        event.host_countries.add(make.make_country())
        for make_row in (make.make_coverage, make.make_attendance, make.make_delegation):
            make_row(event=event)
        make.make_reading(event=event, value=f"day {number}")
        make.make_figure(event=event, text=f"{number} things")
        make.make_event_source(event=event, supports=f"fact {number}", source_article=make.make_article())

    changed(1)
    few = queries()
    for number in range(2, 7):
        changed(number)
    assert queries() == few <= 24
