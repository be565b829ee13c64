"""The first page of the admin, the inbox's pages, and who works on what."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.admin.lacking import LACKS
from archive.curation import assignments
from archive.curation.accounts import give_role
from archive.curation.roles import Role
from archive.ingest.items import Item
from archive.models import Article, Assignment, Candidate, PolledSource, recording
from tests import factories
from tests.admin.forms import filled_form

pytestmark = pytest.mark.django_db
INDEX = "admin:index"


def url(model_name: str, page: str, *args: Any) -> str:
    return reverse(f"admin:archive_{model_name}_{page}", args=args)


def board_of(client: Client) -> Any:
    answer = client.get(reverse(INDEX))
    assert answer.status_code == 200
    return answer.context["board"]


def numbers(board: Any) -> dict[str, int]:
    return {one.label: one.count for one in (*board.waiting, *board.missing)}


def waiting(**values: Any) -> Candidate:
    headline = values.pop("headline", "Found")
    item = Item(headline=headline, text=f"A text on {headline}.", **values)
    return factories.make_candidate(headline=item.headline, item={**item.to_json(), "suggested": {"country": 2}})


# The board ------------------------------------------------------------------------------------------------------------


def test_my_drafts_are_those_assigned_to_me_or_changed_last_by_me(logged_in: Any) -> None:
    client = logged_in("curator")
    me, other = User.objects.get(), User.objects.create_user("other")
    with recording(by=me.username):
        mine, given_away, public = (
            factories.make_article(headline=headline, status=status)
            for headline, status in (("Mine", "draft"), ("Given away", "draft"), ("Public", "published"))
        )
        overtaken = factories.make_event(name="Overtaken", status="draft")
    with recording(by="other"):
        given = factories.make_participant(name="Given to me", status="in-review")
        overtaken.save()
    assignments.assign(given, me)
    assignments.assign(given_away, other)
    board = board_of(client)
    assert [(one.label, one.is_assigned) for one in board.drafts] == [("Given to me", True), ("Mine", False)]
    assert public.pk and mine.pk


def test_numbers_are_those_of_the_lists_that_they_lead_to(logged_in: Any) -> None:
    client = logged_in("editor")
    factories.make_article(status="in-review", date="", date_basis="")
    factories.make_article(status="withdrawn")
    factories.make_coverage(event=factories.make_event(place="At sea"))
    factories.make_event(status="in-review")
    factories.make_event(format="video")
    factories.make_event(city=factories.make_city(), date="", date_basis="")
    factories.make_participant(kind="organisation")
    factories.make_participant()
    factories.make_office()
    waiting()
    factories.make_candidate(state="dismissed")
    factories.make_tip()
    board = board_of(client)
    assert numbers(board) == {
        "Articles to review": 1,
        "Events to review": 1,
        "Participants to review": 0,
        "Candidates in the inbox": 1,
        "Reports of readers": 1,
        "Articles without an event": 1,
        "Articles without a date": 1,
        "Events without a city or place": 2,
        "Events without a date": 1,
        "People without an office": 1,
    }
    for one in (*board.waiting, *board.missing):
        assert client.get(one.url).context["cl"].result_count == one.count, one


def test_changes_say_who_did_what(logged_in: Any) -> None:
    client = logged_in("curator")
    with recording(by="somebody", why="It was wrong."):
        topic = factories.make_topic()
    newest = board_of(client).recent[0]
    assert (newest.change.by, newest.change.why) == ("somebody", "It was wrong.")
    assert client.get(newest.url).status_code == 200
    topic.delete()
    assert board_of(client).recent[0].url == ""


def test_the_page_costs_the_same_however_much_there_is(logged_in: Any) -> None:
    client = logged_in("editor")
    user = User.objects.get()

    def fill() -> None:
        for make in (factories.make_article, factories.make_event, factories.make_participant):
            assignments.assign(make(status="draft"), user)
        factories.make_tip()
        waiting()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            board_of(client)
        return len(captured)

    fill()
    board_of(client)
    few = queries()
    for _n in range(4):
        fill()
    assert queries() == few <= 20


def test_an_empty_archive_and_a_role_that_sees_little(logged_in: Any, client: Client) -> None:
    assert client.get(reverse(INDEX)).status_code == 302
    assert not any(numbers(board_of(logged_in("curator"))).values())
    nobody = User.objects.create_user("nobody", is_staff=True)
    client.force_login(nobody)
    board = board_of(client)
    assert (board.drafts, board.waiting, board.missing, board.recent) == ((), (), (), ())


def test_filters_of_what_is_missing_name_what_there_is(logged_in: Any) -> None:
    client = logged_in("editor")
    for model, lacks in LACKS.items():
        for lack in (*lacks, None):
            query = {"lacks": lack.name if lack else "nonsense", "_facets": "True"}
            assert client.get(url(model._meta.model_name, "changelist"), query).status_code == 200


# Assignments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [factories.make_article, factories.make_event, factories.make_participant], ids=lambda one: one.__name__
)
def test_a_record_is_assigned_and_released_on_its_page(make: Any, logged_in: Any) -> None:
    client = logged_in("curator")
    record = make(status="draft")
    name = record._meta.model_name
    page = url(name, "change", record.pk)
    assert client.get(url(name, "assign", record.pk)).status_code == 405
    client.post(url(name, "assign", record.pk))
    assert Assignment.objects.get().user.username == "a-curator"
    shown = client.get(page).content.decode()
    assert "Assigned to a-curator" in shown
    assert "Release" in shown
    assert client.get(url(name, "changelist"), {"assigned": "me"}).context["cl"].result_count == 1
    assert client.get(url(name, "changelist"), {"assigned": "nobody"}).context["cl"].result_count == 0
    client.post(url(name, "release", record.pk))
    assert not Assignment.objects.exists()
    assert client.get(url(name, "changelist"), {"assigned": "me"}).context["cl"].result_count == 0


def test_what_others_work_on_is_released_by_editors_only(logged_in: Any) -> None:
    article = factories.make_article(status="draft")
    assignments.assign(article, User.objects.create_user("other"))
    logged_in("curator").post(url("article", "release", article.pk))
    assert Assignment.objects.exists()
    logged_in("editor").post(url("article", "release", article.pk))
    assert not Assignment.objects.exists()


def test_many_are_assigned_at_once_but_not_what_is_public(logged_in: Any) -> None:
    client = logged_in("editor")
    drafts = [factories.make_article(status="draft") for _n in range(2)]
    public = factories.make_article()
    chosen = {"action": "assign", "_selected_action": [one.pk for one in (*drafts, public)]}
    answer = client.post(url("article", "changelist"), chosen)
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said[0] == "2 records assigned to you."
    assert "left as it is" in said[1]
    assert set(Assignment.objects.values_list("record_id", flat=True)) == {one.pk for one in drafts}
    client.post(url("article", "publish", drafts[0].pk))
    # What became public is nobody's any more.
    assert client.get(url("article", "changelist"), {"assigned": "me"}).context["cl"].result_count == 1


# The inbox ------------------------------------------------------------------------------------------------------------


def test_a_candidate_is_taken_on_its_page(logged_in: Any) -> None:
    client = logged_in("curator")
    candidate = waiting(headline="Ministers <b>met</b>", url="https://news.example/met")
    listed = client.get(url("candidate", "changelist")).content.decode()
    assert "countries: 2" in listed
    page = client.get(url("candidate", "change", candidate.pk)).content.decode()
    assert "A text on Ministers" in page
    assert "<b>met" not in page
    assert client.get(url("candidate", "take", candidate.pk)).status_code == 405
    answer = client.post(url("candidate", "take", candidate.pk))
    article = Article.objects.get()
    assert answer.url.startswith(f"/admin/archive/article/{article.pk}/")
    assert client.get(answer.url).status_code == 200
    assert (article.status, Assignment.objects.get().record_id) == ("draft", article.pk)
    # Once only.
    assert client.post(url("candidate", "take", candidate.pk)).url.startswith(url("candidate", "changelist"))
    assert Article.objects.count() == 1


def test_many_candidates_are_decided_on_at_once(logged_in: Any) -> None:
    client = logged_in("curator")
    three = [waiting(headline=f"Found {n}", url=f"https://news.example/{n}") for n in range(3)]
    factories.make_article(url="https://news.example/1", status="withdrawn")

    def do(action: str, *candidates: Candidate) -> list[str]:
        chosen = {"action": action, "_selected_action": [one.pk for one in candidates]}
        answer = client.post(url("candidate", "changelist"), chosen)
        return [str(message) for message in get_messages(answer.wsgi_request)]

    said = do("take", *three)
    assert said[0].startswith("2 candidates taken")
    assert "withdrawn" in said[1]
    assert "1 candidate dismissed." in do("dismiss", *three)
    assert sorted(Candidate.objects.values_list("state", flat=True)) == ["dismissed", "taken", "taken"]
    do("put_back", *three)
    assert Candidate.objects.get(state="waiting") == three[1]


def test_the_queue_shows_what_waits_first_and_twenty_a_page(logged_in: Any) -> None:
    client = logged_in("curator")
    source = factories.make_polled_source()
    for n in range(22):
        factories.make_candidate(source=source, state="dismissed" if n < 2 else "waiting")
    changelist = client.get(url("candidate", "changelist")).context["cl"]
    assert [one.state for one in changelist.result_list] == ["waiting"] * 20


def test_sources_are_the_editors(logged_in: Any) -> None:
    add = url("polledsource", "add")
    assert logged_in("curator").get(add).status_code == 403
    client = logged_in("editor")
    form = filled_form(client, add) | {"name": "A feed"}
    for address in ("/etc/passwd", "../secret_key", "file:///etc/passwd/../../.."):
        assert client.post(add, form | {"address": address}).status_code == 200
    assert client.post(add, form | {"address": "https://news.example/feed"}).status_code == 302
    PolledSource.objects.update(etag="old", last_modified="old")
    source = PolledSource.objects.get()
    page = url("polledsource", "change", source.pk)
    client.post(page, filled_form(client, page) | {"name": "The feed"})
    assert PolledSource.objects.get().etag == "old"
    client.post(page, filled_form(client, page) | {"address": "week"})
    source.refresh_from_db()
    assert (source.address, source.etag, source.last_modified) == ("week", "", "")


def test_who_may_not_add_articles_takes_no_candidates() -> None:
    user = User.objects.create_user("half", is_staff=True)
    give_role(user, Role.CURATOR)
    group = user.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="add_article"))
    client = Client()
    client.force_login(user)
    candidate = waiting()
    assert client.post(url("candidate", "take", candidate.pk)).status_code == 403
    assert not Article.objects.exists()
