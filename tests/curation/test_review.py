from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from archive.curation.review import NotAllowed, publish, send_to_review, withdraw
from archive.models import Article, Change
from archive.models.change import columns_of
from tests.factories import make_article, make_event, make_participant

pytestmark = pytest.mark.django_db

MAKERS = [make_article, make_event, make_participant]
STEPS: dict[str, Callable[..., None]] = {"send": send_to_review, "publish": publish, "withdraw": withdraw}

# Where it stands → where each step leads; a step that is not here is refused.
ALLOWED = {
    ("draft", "send"): "in-review",
    ("draft", "publish"): "published",
    ("in-review", "publish"): "published",
    ("published", "withdraw"): "withdrawn",
    ("withdrawn", "publish"): "published",
}
STATUSES = ["draft", "in-review", "published", "withdrawn"]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_leads_where_it_may_or_is_refused_without_a_trace(make: Any, status: str, step: str) -> None:
    record = make(status=status)
    before, last = columns_of(record), Change.objects.last_number()
    if target := ALLOWED.get((status, step)):
        STEPS[step](record, by="ada", why="as agreed")
        stored = type(record).objects.get(pk=record.pk)
        assert stored.status == record.status == target
        entry = Change.objects.get(number=last + 1)
        assert (entry.action, entry.by, entry.why) == ("updated", "ada", "as agreed")
        assert record.history.first().history_change_reason == "as agreed"
    else:
        with pytest.raises(NotAllowed):
            STEPS[step](record, by="ada", why="as agreed")
        assert columns_of(record) == before
        assert columns_of(type(record).objects.get(pk=record.pk)) == before
        assert Change.objects.last_number() == last


@pytest.mark.parametrize("make", MAKERS)
def test_the_first_day_in_public_stays_and_the_reason_goes_with_the_withdrawal(make: Any) -> None:
    record = make(status="draft")
    publish(record, by="ada")
    first = record.first_public_at
    assert first is not None
    withdraw(record, by="ada", why="  A hoax.  ")
    assert (record.withdrawal_reason, record.withdrawn_at is None) == ("A hoax.", False)
    publish(record, by="ada", why="No hoax after all.")
    stored = type(record).objects.get(pk=record.pk)
    assert (stored.first_public_at, stored.withdrawn_at, stored.withdrawal_reason) == (first, None, "")


@pytest.mark.parametrize("why", ["", "   ", "\n"])
def test_a_withdrawal_needs_a_reason(why: str) -> None:
    article = make_article()
    with pytest.raises(NotAllowed, match="Say why"):
        withdraw(article, by="ada", why=why)
    assert article.is_published
    assert Article.objects.published().exists()


def test_a_record_with_a_mistake_is_not_published_and_the_object_does_not_claim_so() -> None:
    article = make_article(status="draft")
    article.url = "no address"
    last = Change.objects.last_number()
    with pytest.raises(ValidationError) as refused:
        publish(article, by="ada")
    assert set(refused.value.message_dict) == {"url"}
    assert (article.status, article.first_public_at) == ("draft", None)
    assert Article.objects.get().status == "draft"
    assert Change.objects.last_number() == last


def test_a_step_is_undone_with_the_transaction_around_it() -> None:
    article = make_article(status="draft")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(article, by="ada")
        raise ZeroDivisionError
    assert Article.objects.get().status == "draft"


@pytest.mark.parametrize("step", ["send", "publish", "withdraw"])
def test_a_step_does_not_bring_back_what_was_deleted_meanwhile(step: str) -> None:
    make_article(status="published" if step == "withdraw" else "draft")
    outdated = Article.objects.get()
    Article.objects.get().delete()
    with pytest.raises(NotAllowed, match="meanwhile"):
        STEPS[step](outdated, by="ada", why="decided otherwise")
    assert not Article.objects.exists()


@pytest.mark.parametrize(("step", "meanwhile"), [("send", "publish"), ("publish", "send"), ("withdraw", "withdraw")])
def test_a_step_on_an_outdated_object_does_not_undo_what_was_decided_meanwhile(step: str, meanwhile: str) -> None:
    article = make_article(status="published" if step == "withdraw" else "draft")
    outdated = Article.objects.get()
    STEPS[meanwhile](article, by="ben", why="decided")
    with pytest.raises(NotAllowed, match="meanwhile"):
        STEPS[step](outdated, by="ada", why="decided otherwise")
    assert Article.objects.get().status == article.status
    assert Article.objects.get().first_public_at == article.first_public_at
