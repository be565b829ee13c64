"""The queue of possible duplicates, two articles side by side, merges and the way back; where a record is used."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.curation.merging import merge
from archive.models import Article, Change, City, DuplicateDecision, Merge
from tests import factories as make

pytestmark = pytest.mark.django_db

TEXT = " ".join(f"word{n}" for n in range(60))
QUEUE = "admin:archive_duplicatedecision_pairs"


def two() -> tuple[Article, Article]:
    return make.make_article(body=TEXT), make.make_article(body=TEXT.replace("word30", "<b>other</b>"))


def compare_url(one: Any, other: Any) -> str:
    return reverse("admin:archive_duplicatedecision_compare", args=[one.pk, other.pk])


def merge_address(kept: Any, merged: Any) -> str:
    return reverse("admin:archive_merge_merge", args=[kept._meta.model_name, kept.pk, merged.pk])


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# The queue ------------------------------------------------------------------------------------------------------------


def test_the_queue_says_which_and_why(logged_in: Any) -> None:
    client = logged_in("curator")
    one, other = two()
    page = client.get(reverse(QUEUE)).content.decode()
    assert "nearly the same text" in page
    assert one.headline in page
    assert compare_url(one, other) in page
    assert reverse(QUEUE) in client.get(reverse("admin:index")).content.decode()


def test_the_queue_is_paged_and_costs_the_same_however_long(logged_in: Any) -> None:
    client = logged_in("curator")

    def queries() -> int:
        client.get(reverse(QUEUE))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(QUEUE)).status_code == 200
        return len(captured)

    two()
    few = queries()
    for n in range(26):
        for _ in range(2):
            make.make_article(url=f"https://example.org/{n}")
    assert queries() == few
    assert client.get(reverse(QUEUE)).content.count(b">Compare<") == 25
    assert client.get(reverse(QUEUE), {"page": "2"}).content.count(b">Compare<") == 2
    assert client.get(reverse(QUEUE), {"page": "nonsense"}).status_code == 200


def test_an_article_s_page_leads_to_its_duplicates(logged_in: Any) -> None:
    client = logged_in("curator")
    one, other = two()
    page = client.get(reverse("admin:archive_article_change", args=[one.pk])).content.decode()
    address = reverse("admin:archive_duplicatedecision_of", args=[one.pk])
    assert address in page
    assert "Possible duplicates: 1" in page
    assert compare_url(one, other) in client.get(address).content.decode()


# Side by side ---------------------------------------------------------------------------------------------------------


def test_differences_are_marked_and_nothing_else_is_markup(logged_in: Any) -> None:
    page = logged_in("curator").get(compare_url(*two())).content.decode()
    assert "<del>word30</del>" in page
    assert "<ins>&lt;b&gt;other&lt;/b&gt;</ins>" in page
    assert "<b>other" not in page
    assert " style=" not in page
    assert "<style" not in page


@pytest.mark.parametrize("outcome", ["syndicated", "different"])
def test_a_decision_is_remembered_and_logged(outcome: str, logged_in: Any) -> None:
    client = logged_in("curator")
    one, other = two()
    answer = client.post(compare_url(other, one), {"outcome": outcome, "note": "Two agencies."})
    assert (answer.status_code, answer["Location"]) == (302, reverse(QUEUE))
    decision = DuplicateDecision.objects.get()
    assert (decision.first, decision.second, decision.outcome) == (one, other, outcome)
    assert Change.objects.latest("number").by == "a-curator"
    assert compare_url(one, other) not in client.get(reverse(QUEUE)).content.decode()
    assert "Two agencies." in client.get(compare_url(one, other)).content.decode()


def test_nonsense_decides_nothing(logged_in: Any) -> None:
    client = logged_in("curator")
    one, other = two()
    assert "Choose what the two are" in said(client.post(compare_url(one, other), {"outcome": "same"}))
    assert client.get(compare_url(one, one)).status_code == 404
    assert client.get(f"/admin/archive/duplicatedecision/{one.pk}/{'9' * 30}/").status_code == 404
    assert not DuplicateDecision.objects.exists()


# Merging --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [("curator", 403), ("editor", 200), ("administrator", 200)])
def test_merging_is_an_editor_s(role: str, status: int, logged_in: Any) -> None:
    client = logged_in(role)
    one, other = two()
    done = merge(make.make_city(), make.make_city(), {}, by="ed", why="One.")
    pages = [
        merge_address(one, other),
        reverse("admin:archive_merge_undo", args=[done.pk]),
        reverse("admin:archive_merge_add"),
    ]
    assert [client.get(page).status_code for page in pages] == [status] * 3
    assert client.post(merge_address(one, other), {"why": "One."}).status_code == (302 if status == 200 else 403)
    assert Article.objects.count() == (1 if status == 200 else 2)
    for page in (compare_url(*two()), reverse("admin:archive_article_changelist")):
        html = client.get(page).content.decode()
        assert ("/merge/of/" in html or "merge_two" in html) is (status == 200)
    assert client.get(reverse("admin:archive_merge_changelist")).status_code == 200


def test_the_page_shows_what_differs_and_takes_what_is_chosen(logged_in: Any) -> None:
    client = logged_in("editor")
    kept = make.make_article(headline="Same", abstract="Ours.", language="en")
    merged = make.make_article(headline="Same", abstract="Theirs.", language="ru")
    make.make_coverage(article=merged)
    page = client.get(merge_address(kept, merged)).content.decode()
    assert "Ours." in page
    assert "1 link moves" in page
    assert 'name="take-headline"' not in page
    assert page.count("checked") == 2
    answer = client.post(merge_address(kept, merged), {"why": "", "take-abstract": "merged"})
    assert b"errorlist" in answer.content
    assert b'value="merged" checked' in answer.content
    answer = client.post(merge_address(kept, merged), {"why": "One item.", "take-abstract": "merged"})
    assert answer["Location"] == reverse("admin:archive_article_change", args=[kept.pk])
    kept.refresh_from_db()
    assert (kept.abstract, kept.language) == ("Theirs.", "en")
    assert client.get(merged.get_absolute_url()).status_code == 301


def test_what_can_t_be_merged_says_why(logged_in: Any) -> None:
    client = logged_in("editor")
    draft, public = make.make_article(status="draft"), make.make_article()
    page = client.get(merge_address(draft, public)).content.decode()
    assert "keep the public one" in page
    assert merge_address(public, draft) in page
    assert b"keep the public one" in client.post(merge_address(draft, public), {"why": "One."}).content
    video, in_city = make.make_event(format="video"), make.make_event(city=make.make_city())
    answer = client.post(merge_address(video, in_city), {"why": "One.", "take-city": "merged", "take-format": "kept"})
    assert b"no host city" in answer.content
    assert client.get(reverse("admin:archive_merge_merge", args=["topic", 1, 2])).status_code == 404
    assert client.get(f"/admin/archive/merge/of/city/1/{'9' * 30}/").status_code == 404


@pytest.mark.parametrize("name", ["article", "event", "participant", "city"])
def test_two_selected_records_are_merged(name: str, logged_in: Any) -> None:
    client = logged_in("editor")
    one, other, third = (getattr(make, f"make_{name}")() for _ in range(3))
    changelist = reverse(f"admin:archive_{name}_changelist")
    chosen = {"action": "merge_two", "_selected_action": [other.pk, one.pk]}
    assert client.post(changelist, chosen)["Location"] == merge_address(one, other)
    chosen["_selected_action"].append(third.pk)
    assert "exactly two" in said(client.post(changelist, chosen))


def test_the_public_one_of_two_selected_is_kept(logged_in: Any) -> None:
    draft, public = make.make_event(status="draft"), make.make_event()
    chosen = {"action": "merge_two", "_selected_action": [draft.pk, public.pk]}
    answer = logged_in("editor").post(reverse("admin:archive_event_changelist"), chosen)
    assert answer["Location"] == merge_address(public, draft)


def test_the_other_record_is_looked_for(logged_in: Any) -> None:
    client = logged_in("editor")
    city = make.make_city(name="Khujand")
    like, unlike = make.make_city(name="Khudjand"), make.make_city(name="Osh")
    page = client.get(reverse("admin:archive_city_change", args=[city.pk])).content.decode()
    address = f"{reverse('admin:archive_merge_add')}?record=city%3A{city.pk}"
    assert address in page
    page = client.get(address).content.decode()
    assert merge_address(city, like) in page
    assert merge_address(city, unlike) not in page
    assert (
        merge_address(city, unlike) in client.get(address, {"record": f"city:{city.pk}", "q": "osh"}).content.decode()
    )
    one, other = two()
    page = client.get(reverse("admin:archive_merge_add"), {"record": f"article:{one.pk}"}).content.decode()
    assert merge_address(one, other) in page
    for record in ("city:x", "topic:1", f"city:{'9' * 30}", "city"):
        assert client.get(reverse("admin:archive_merge_add"), {"record": record}).status_code == 404


def test_a_merge_is_undone(logged_in: Any) -> None:
    client = logged_in("editor")
    kept, merged = make.make_city(note=""), make.make_city(note="Theirs.")
    done = merge(kept, merged, {"note": "merged"}, by="ed", why="One.")
    City.objects.filter(pk=kept.pk).update(note="Edited since.")
    undo_url = reverse("admin:archive_merge_undo", args=[done.pk])
    assert undo_url in client.get(reverse("admin:archive_merge_changelist")).content.decode()
    change_url = reverse("admin:archive_merge_change", args=[done.pk])
    assert undo_url in client.get(change_url).content.decode()
    assert b"errorlist" in client.post(undo_url, {"why": " "}).content
    answer = client.post(undo_url, {"why": "Two cities."})
    assert answer["Location"] == change_url
    assert "edited since" in said(answer)
    assert City.objects.get(slug=merged.slug).pk == merged.pk
    done.refresh_from_db()
    assert done.undone_by == "a-editor"
    assert undo_url not in client.get(change_url).content.decode()
    assert "undone already" in said(client.post(undo_url, {"why": "Again."}))


def test_a_merge_is_neither_edited_nor_deleted(logged_in: Any) -> None:
    client = logged_in("superuser")
    done = merge(make.make_city(), make.make_city(), {}, by="ed", why="One.")
    assert client.post(reverse("admin:archive_merge_change", args=[done.pk]), {"why": "x"}).status_code == 403
    assert client.post(reverse("admin:archive_merge_delete", args=[done.pk]), {"post": "yes"}).status_code == 403
    assert Merge.objects.get().why == "One."


# Where a record is used -----------------------------------------------------------------------------------------------


def test_the_page_that_deletes_says_where_a_record_is_used(logged_in: Any) -> None:
    client = logged_in("editor")
    country, topic, city = make.make_country(), make.make_topic(), make.make_city()
    participant, event = make.make_participant(status="draft"), make.make_event(status="draft", city=city)
    article = make.make_article(countries=[country], topics=[topic], participants=[participant])
    make.make_coverage(article=article, event=event)
    make.make_attendance(participant=participant, event=event)
    expected = {
        country: [("article", "countries", "Take it out there first.")],
        topic: [("article", "topics", "Take it out there first.")],
        city: [("event", "city", "Take it out there first.")],
        participant: [("article", "participants", "Take it out"), ("attendance", "participant", "Take it out")],
        event: [("coverage", "event", "Deleted with it."), ("attendance", "event", "Deleted with it.")],
    }
    for record, uses in expected.items():
        page = client.get(reverse(f"admin:archive_{record._meta.model_name}_delete", args=[record.pk]))
        for name, field, becomes in uses:
            address = f"{reverse(f'admin:archive_{name}_changelist')}?{field}__id__exact={record.pk}"
            assert address in page.content.decode()
            assert becomes in page.content.decode()
            listed = client.get(address)
            assert (listed.status_code, listed.context["cl"].result_count) == (200, 1)
    unused = make.make_topic()
    assert b"Where it is used" not in client.get(reverse("admin:archive_topic_delete", args=[unused.pk])).content


# The public page ------------------------------------------------------------------------------------------------------


def test_readers_see_who_else_published_it(client: Any) -> None:
    agency = make.make_publisher(name="TASS")
    one, other = make.make_article(), make.make_article(publisher=agency)
    draft = make.make_article(publisher=agency, status="draft")
    make.make_duplicate_decision(first=one, second=other, outcome="syndicated")
    make.make_duplicate_decision(first=one, second=draft, outcome="syndicated")
    page = client.get(one.get_absolute_url()).content.decode()
    assert page.count("Also published by") == 1
    assert f'<a href="{other.get_absolute_url()}">TASS</a>' in page
    assert draft.get_absolute_url() not in page
    assert (
        f'<a href="{one.get_absolute_url()}">{one.headline}</a>'
        in client.get(other.get_absolute_url()).content.decode()
    )
    DuplicateDecision.objects.update(outcome="different")
    assert "Also published by" not in client.get(one.get_absolute_url()).content.decode()
