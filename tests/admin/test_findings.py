"""The page of what the rules find, and what of it is accepted."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from archive.curation.quality import check
from archive.models import AcceptedFinding
from tests import factories as make
from tests.admin.forms import filled_form

FINDINGS = "admin:archive_acceptedfinding_findings"
ADD = "admin:archive_acceptedfinding_add"


@pytest.fixture
def premature(db: None) -> Any:
    tomorrow = timezone.localdate() + timedelta(days=1)
    event = make.make_event(slug="premature", name="Premature <meeting>", date=tomorrow.isoformat())
    make.make_event_source(event=event)
    return event


@pytest.mark.parametrize("role", ["curator", "editor", "administrator"])
def test_the_page_of_findings(role: str, premature: Any, logged_in: Any) -> None:
    client = logged_in(role)
    assert reverse(FINDINGS) in client.get(reverse("admin:index")).content.decode()
    assert reverse(FINDINGS) in client.get(reverse("admin:archive_acceptedfinding_changelist")).content.decode()
    html = client.get(reverse(FINDINGS)).content.decode()
    assert "1 likely mistake." in html
    assert "Held in the future" in html
    assert "Premature &lt;meeting&gt;" in html
    assert reverse("admin:archive_event_change", args=[premature.pk]) in html
    assert "/events/premature/" in html
    # Accepting is an editor's.
    assert (reverse(ADD) in html) is (role != "curator")
    assert " style=" not in html
    assert "<script>" not in html


def test_a_clean_archive(logged_in: Any) -> None:
    html = logged_in("curator").get(reverse(FINDINGS)).content.decode()
    assert "nothing that was not accepted" in html


def test_nobody_else_sees_it(client: Any, db: None) -> None:
    assert client.get(reverse(FINDINGS)).status_code == 302


@pytest.mark.parametrize(("role", "expected"), [("curator", 403), ("editor", 200)])
def test_who_accepts(role: str, expected: int, logged_in: Any) -> None:
    accepted = make.make_accepted_finding()
    client = logged_in(role)
    assert client.get(reverse("admin:archive_acceptedfinding_changelist")).status_code == 200
    assert client.get(reverse(ADD)).status_code == expected
    gone = client.post(reverse("admin:archive_acceptedfinding_delete", args=[accepted.pk]), {"post": "yes"})
    assert gone.status_code == (403 if expected == 403 else 302)


def test_a_finding_is_accepted_by_its_link_and_a_reason(premature: Any, logged_in: Any) -> None:
    client = logged_in("editor")
    page = client.get(reverse(FINDINGS))
    ((_title, ((_finding, _change, link),)),) = page.context["groups"]
    form = filled_form(client, link)
    assert {name: form[name] for name in ("rule", "record_type", "record_key")} == {
        "rule": ["held-in-future"],
        "record_type": ["event"],
        "record_key": "premature",
    }
    refused = client.post(link, {**form, "reason": ""})
    assert refused.status_code == 200
    assert not AcceptedFinding.objects.exists()
    answer = client.post(link, {**form, "reason": "The organisers’ calendar says so."})
    assert answer.status_code == 302
    assert answer["Location"] == reverse(FINDINGS)
    assert "nothing that was not accepted" in client.get(answer["Location"]).content.decode()
    assert [found.reason for found in check()] == ["The organisers’ calendar says so."]


def test_an_unknown_rule_is_refused(logged_in: Any) -> None:
    form = {"rule": "wekday", "record_type": "event", "record_key": "premature", "reason": "It was looked into."}
    answer = logged_in("editor").post(reverse(ADD), form)
    assert answer.status_code == 200
    assert "There is no rule “wekday”" in answer.content.decode()
    assert not AcceptedFinding.objects.exists()


def test_what_is_accepted_for_nothing_is_shown_with_a_link_to_it(logged_in: Any) -> None:
    accepted = make.make_accepted_finding(rule="wekday")
    html = logged_in("editor").get(reverse(FINDINGS)).content.decode()
    assert "There is no rule “wekday”" in html
    assert reverse("admin:archive_acceptedfinding_change", args=[accepted.pk]) in html
    assert "?rule=" not in html
