"""Two curators with one record open: the second is told, sees both versions, and decides."""

from typing import Any

import pytest
from django.urls import reverse

from archive.models import Article, Attendance, Change, Coverage
from tests import factories
from tests.admin.forms import filled_form

pytestmark = pytest.mark.django_db


def page_of(record: Any) -> str:
    return reverse(f"admin:archive_{record._meta.model_name}_change", args=[record.pk])


@pytest.fixture
def two(logged_in: Any) -> Any:
    return logged_in("curator"), logged_in("editor")


def test_the_second_gets_both_versions_and_nothing_is_overwritten(two: Any) -> None:
    first, second = two
    article = factories.make_article(status="draft", headline="As it was")
    address = page_of(article)
    forms = [filled_form(client, address) for client in two]
    theirs = forms[0] | {"headline": "Theirs", "dateline": "ASTRA", "_why": "heard it"}
    assert first.post(address, theirs).status_code == 302
    known = Change.objects.last_number()
    answer = second.post(address, forms[1] | {"headline": "Mine", "abstract": "My words.", "_why": "read it"})
    assert answer.status_code == 409
    assert Change.objects.last_number() == known
    article.refresh_from_db()
    assert (article.headline, article.dateline, article.abstract) == ("Theirs", "ASTRA", "")
    differ = {one.label: (one.mine, one.theirs) for one in answer.context["differences"]}
    assert differ == {
        "Headline": ("Mine", "Theirs"),
        "Dateline": ("–", "ASTRA"),
        "Abstract": ("My words.", "–"),
    }
    page = answer.content.decode()
    assert "a-curator" in page
    assert "heard it" in page
    # The own input is in the form still.
    assert answer.context["adminform"].form["abstract"].value() == "My words."
    assert answer.context["why"] == "read it"
    # With the Enter key a browser presses the first button: it must not be the one that overwrites.
    assert page.index('name="_over"') > page.index('name="_save"')


def test_mine_is_saved_over_it_when_that_is_said(two: Any) -> None:
    first, second = two
    article = factories.make_article(status="draft")
    address = page_of(article)
    forms = [filled_form(client, address) for client in two]
    first.post(address, forms[0] | {"headline": "Theirs"})
    mine = forms[1] | {"headline": "Mine"}
    answer = second.post(address, mine)
    # To save once more is not to say it.
    assert second.post(address, mine).status_code == 409
    over = {"_over": answer.context["conflict"].last}
    assert second.post(address, mine | over).status_code == 302
    article.refresh_from_db()
    assert article.headline == "Mine"
    assert "Theirs" in article.history.values_list("headline", flat=True)
    # Whoever changes it after both were shown is not overwritten either.
    Article.objects.filter(pk=article.pk).update(headline="A third")
    assert second.post(address, mine | over).status_code == 409


def test_rows_of_a_record_count(two: Any) -> None:
    first, second = two
    event = factories.make_event(status="draft")
    kept, gone = factories.make_attendance(event=event), factories.make_attendance(event=event)
    address = page_of(event)
    forms = [filled_form(client, address) for client in two]
    prefix = next(name for name in forms[0] if name.endswith("-TOTAL_FORMS") and "attendance" in name).split("-")[0]
    places = {int(forms[0][f"{prefix}-{n}-id"]): f"{prefix}-{n}" for n in range(2)}
    theirs = forms[0] | {f"{places[gone.pk]}-DELETE": "on", f"{places[kept.pk]}-note": "Theirs"}
    assert first.post(address, theirs).status_code == 302
    factories.make_coverage(event=event)
    answer = second.post(address, forms[1] | {f"{places[kept.pk]}-note": "Mine"})
    assert answer.status_code == 409
    differ = [(one.mine, one.theirs) for one in answer.context["differences"]]
    assert ("Mine", "Theirs") in differ
    assert any(theirs == "taken out" and str(gone.participant) in mine for mine, theirs in differ)
    assert any("not in your form" in mine for mine, _theirs in differ)
    # Mine over it: what they took out I take out as well, what they added stays.
    over = {"_over": answer.context["conflict"].last, f"{places[gone.pk]}-DELETE": "on"}
    assert second.post(address, forms[1] | over | {f"{places[kept.pk]}-note": "Mine"}).status_code == 302
    assert Attendance.objects.get().note == "Mine"
    assert Coverage.objects.filter(event=event).exists()


def test_links_differ_by_name(two: Any) -> None:
    _first, second = two
    topic = factories.make_topic(name="Piracy")
    article = factories.make_article(status="draft", topics=[topic])
    form = filled_form(second, page_of(article))
    article.topics.set([factories.make_topic(name="Borders")])
    answer = second.post(page_of(article), form)
    [one] = answer.context["differences"]
    assert (one.label, one.mine, one.theirs) == ("Topics", "Piracy", "Borders")


def test_other_records_and_own_saves_are_no_conflict(two: Any) -> None:
    _first, second = two
    article = factories.make_article(status="draft")
    address = page_of(article)
    form = filled_form(second, address)
    factories.make_coverage(article=factories.make_article())
    assert second.post(address, form | {"headline": "Mine", "_continue": "1"}).status_code == 302
    assert second.post(address, filled_form(second, address) | {"headline": "Mine again"}).status_code == 302


@pytest.mark.parametrize("make", [factories.make_city, factories.make_topic, factories.make_publisher])
def test_records_without_a_status_too(make: Any, two: Any) -> None:
    _first, second = two
    record = make()
    form = filled_form(second, page_of(record))
    record.name = "Theirs"
    record.save()
    answer = second.post(page_of(record), form)
    assert answer.status_code == 409
    record.refresh_from_db()
    assert record.name == "Theirs"


def test_a_mistake_in_the_form_does_not_hide_the_others_version(two: Any) -> None:
    """The form that comes back with a mistake is still the one that was opened first."""
    _first, second = two
    article = factories.make_article(status="draft")
    form = filled_form(second, page_of(article))
    wrong = second.post(page_of(article), form | {"headline": ""})
    assert (wrong.status_code, wrong.context["version"]) == (200, int(form["_version"]))
    Article.objects.filter(pk=article.pk).update(headline="Theirs")
    assert second.post(page_of(article), form | {"headline": "", "date": "nonsense"}).status_code == 409


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "\0"])
def test_versions_that_are_none(version: str, two: Any) -> None:
    _first, second = two
    article = factories.make_article(status="draft")
    form = filled_form(second, page_of(article)) | {"_version": version, "_over": version}
    assert second.post(page_of(article), form).status_code == 302


def test_who_may_not_change_it_learns_nothing(logged_in: Any) -> None:
    curator = logged_in("curator")
    article = factories.make_article()
    assert curator.post(page_of(article), {"_version": "0", "headline": "x"}).status_code == 403
