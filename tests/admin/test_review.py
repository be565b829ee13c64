"""The steps of a record to the public and back, by button and by action."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from archive import search
from archive.models import Article, Change
from tests import factories
from tests.admin.forms import filled_form

MAKERS = {
    "article": factories.make_article,
    "event": factories.make_event,
    "participant": factories.make_participant,
}
# Role, step, where the record stands, where it stands afterwards.
STEPS = [
    ("curator", "review", "draft", "in-review"),
    ("curator", "publish", "draft", None),
    ("curator", "publish", "in-review", None),
    ("curator", "withdraw", "published", None),
    ("editor", "review", "draft", "in-review"),
    ("editor", "publish", "draft", "published"),
    ("editor", "publish", "in-review", "published"),
    ("editor", "publish", "withdrawn", "published"),
    ("editor", "withdraw", "published", "withdrawn"),
    ("administrator", "publish", "draft", "published"),
    ("administrator", "withdraw", "published", "withdrawn"),
]


def step_url(record: Any, step: str) -> str:
    return reverse(f"admin:archive_{record._meta.model_name}_{step}", args=[record.pk])


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(("role", "step", "before", "after"), STEPS)
def test_steps(name: str, role: str, step: str, before: str, after: str | None, logged_in: Any) -> None:
    client = logged_in(role)
    record = MAKERS[name](status=before)
    known = Change.objects.last_number()
    answer = client.post(step_url(record, step), {"why": "It is time."})
    record.refresh_from_db()
    assert answer.status_code == (302 if after else 403)
    assert record.status == (after or before)
    page = client.get(reverse(f"admin:archive_{name}_change", args=[record.pk])).content.decode()
    if after:
        entry = Change.objects.after(known).get()
        assert (entry.by, entry.why, entry.record_id) == (f"a-{role}", "It is time.", record.pk)
        assert entry.action == "updated"
        assert LogEntry.objects.filter(object_id=record.pk).count() == 1
    else:
        assert f"/{step}/" not in page
        assert client.get(step_url(record, step)).status_code in (403, 405)


def test_steps_are_posted(logged_in: Any) -> None:
    client = logged_in("editor")
    article = factories.make_article(status="draft")
    assert client.get(step_url(article, "review")).status_code == 405
    assert b"csrfmiddlewaretoken" in client.get(step_url(article, "publish")).content
    client.handler.enforce_csrf_checks = True
    for step in ("review", "publish"):
        assert client.post(step_url(article, step)).status_code == 403
    article.refresh_from_db()
    assert article.status == "draft"


@pytest.mark.parametrize("why", ["", "  \n"])
def test_a_withdrawal_needs_its_reason(why: str, logged_in: Any) -> None:
    client = logged_in("editor")
    article = factories.make_article()
    answer = client.post(step_url(article, "withdraw"), {"why": why})
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    article.refresh_from_db()
    assert article.is_published
    client.post(step_url(article, "withdraw"), {"why": "The source took it back."})
    article.refresh_from_db()
    assert (article.status, article.withdrawal_reason) == ("withdrawn", "The source took it back.")


def test_a_step_that_is_not_open_is_a_message(logged_in: Any) -> None:
    client = logged_in("editor")
    article = factories.make_article()
    answer = client.post(step_url(article, "publish"), {"why": ""})
    assert answer.status_code == 302
    assert "published already" in messages_of(answer)[0]
    answer = client.get(step_url(article, "publish"))
    assert answer.status_code == 302
    assert "not open" in messages_of(answer)[-1]


def test_a_wrong_record_is_not_published(logged_in: Any) -> None:
    client = logged_in("editor")
    article = factories.make_article(status="draft")
    Article.objects.filter(pk=article.pk).update(url="nonsense")
    answer = client.post(step_url(article, "publish"), {"why": ""})
    assert "Enter a valid URL" in messages_of(answer)[0]
    article.refresh_from_db()
    assert article.status == "draft"


def act(client: Any, action: str, records: Any, **more: Any) -> Any:
    chosen = {"action": action, "_selected_action": [record.pk for record in records], **more}
    return client.post(reverse("admin:archive_article_changelist"), chosen)


def test_publish_selected(logged_in: Any) -> None:
    client = logged_in("editor")
    drafts = [factories.make_article(status="draft") for _ in range(3)]
    public = factories.make_article()
    answer = act(client, "publish", [*drafts, public])
    assert Article.objects.published().count() == 4
    said = messages_of(answer)
    assert "3 records published." in said
    assert any("published already" in text and public.headline in text for text in said)
    assert set(Change.objects.filter(record_type="article", by="a-editor").values_list("record_id", flat=True)) == {
        draft.pk for draft in drafts
    }


def test_withdraw_selected_asks_for_a_reason(logged_in: Any) -> None:
    client = logged_in("editor")
    articles = [factories.make_article() for _ in range(2)]
    page = act(client, "withdraw", articles)
    assert page.status_code == 200
    assert Article.objects.published().count() == 2
    assert page.content.count(b'name="_selected_action"') == 2
    assert b"errorlist" in act(client, "withdraw", articles, why=" ").content
    answer = act(client, "withdraw", articles, why="Asked for by the agency.")
    assert "2 records withdrawn." in messages_of(answer)
    assert set(Article.objects.values_list("status", "withdrawal_reason")) == {
        ("withdrawn", "Asked for by the agency.")
    }


def test_withdraw_all_that_the_list_holds(logged_in: Any) -> None:
    client = logged_in("editor")
    articles = [factories.make_article() for _ in range(3)]
    page = act(client, "withdraw", articles[:1], select_across="1")
    assert b'name="select_across" value="1"' in page.content
    act(client, "withdraw", articles[:1], select_across="1", why="All of them.")
    assert not Article.objects.published().exists()


def test_curators_send_to_review_but_don_t_publish(logged_in: Any) -> None:
    client = logged_in("curator")
    draft, public = factories.make_article(status="draft"), factories.make_article()
    act(client, "publish", [draft])
    act(client, "withdraw", [public], why="x")
    assert sorted(Article.objects.values_list("status", flat=True)) == ["draft", "published"]
    said = messages_of(act(client, "review", [draft, public]))
    assert "1 record sent to review." in said
    assert any("your role does not allow it" in text for text in said)


def test_a_wrong_date_is_a_message_and_no_error_page(logged_in: Any) -> None:
    """The constraint on dates mentions days that no form has; it has to be checked all the same."""
    client = logged_in("curator")
    article = factories.make_article(status="draft")
    address = reverse("admin:archive_article_change", args=[article.pk])
    form = filled_form(client, address)
    for wrong, text in (
        ({"date_basis": ""}, "A date needs a basis"),
        ({"date_basis": "inferred"}, "needs a note that says why"),
        ({"date": "31 June"}, "errorlist"),
        ({"source_position": "3"}, "A position counts from 1"),
    ):
        answer = client.post(address, {**form, **wrong})
        assert answer.status_code == 200
        assert text in answer.content.decode()


def test_the_reason_of_a_change_is_logged(logged_in: Any) -> None:
    client = logged_in("editor")
    article = factories.make_article()
    address = reverse("admin:archive_article_change", args=[article.pk])
    known = Change.objects.last_number()
    client.post(address, {**filled_form(client, address), "headline": "Mended", "_why": "misprint"})
    assert set(Change.objects.after(known).values_list("by", "why")) == {("a-editor", "misprint")}
    assert article.history.latest().history_change_reason == "misprint"
    assert b"misprint" in client.get(reverse("admin:archive_article_history", args=[article.pk])).content


def test_names_are_given_one_on_a_line(logged_in: Any) -> None:
    client = logged_in("editor")
    person = factories.make_participant(variants=["Lavroff"])
    address = reverse("admin:archive_participant_change", args=[person.pk])
    form = filled_form(client, address)
    assert form["variants"].strip() == "Lavroff"
    assert client.post(address, {**form, "variants": "Lavroff\r\n\r\n Lawrow "}).status_code == 302
    person.refresh_from_db()
    assert person.variants == ["Lavroff", "Lawrow"]
    found = client.get(reverse("admin:archive_participant_changelist"), {"q": "lawrow"})
    assert found.context["cl"].result_count == 1


def test_what_is_published_is_found_at_once_and_what_is_withdrawn_no_more(
    logged_in: Any, django_capture_on_commit_callbacks: Any
) -> None:
    factories.make_article()
    search.rebuild_index()
    client = logged_in("editor")
    article = factories.make_article(headline="Zanzibar accedes", status="draft")

    def found() -> int:
        return search.search(search.Query(text="zanzibar")).total

    assert found() == 0
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step_url(article, "publish"), {"why": ""})
    assert found() == 1
    assert client.get(article.get_absolute_url()).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        client.post(step_url(article, "withdraw"), {"why": "Not true."})
    assert found() == 0
    client.logout()
    assert client.get(article.get_absolute_url()).status_code == 410
