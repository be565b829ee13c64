"""The first page of the admin: what waits for whom, what changed, and what is missing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from archive.admin.lacking import LACKS
from archive.curation import assignments
from archive.curation.roles import REVIEWED
from archive.models import Candidate, Change, FixityRun, Record, Status, Tip
from archive.models.inbox import CandidateState
from archive.models.tip import TipState

# So many of a kind are named; the lists have all.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that the user works on; `at` is when it was changed last."""

    label: str
    kind: str
    url: str
    status: str
    at: datetime | None
    is_assigned: bool


@dataclass(frozen=True, slots=True)
class Number:
    """How many there are, and the list of them."""

    label: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Recent:
    """A change of the log; the address is empty where there is nothing to go to any more."""

    change: Change
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Board:
    """All of it. What the user's role may not see is empty."""

    drafts: tuple[Draft, ...]
    waiting: tuple[Number, ...]
    missing: tuple[Number, ...]
    recent: tuple[Recent, ...]
    # None where the user may not see it, or no check has run yet.
    fixity: FixityRun | None = None
    sees_fixity: bool = False

    @property
    def groups(self) -> tuple[tuple[str, tuple[Number, ...]], ...]:
        """The numbers under their headings."""
        return (_("To do"), self.waiting), (_("Data quality"), self.missing)


def index(request: HttpRequest) -> HttpResponse:
    """Django's first page of the admin, with the board."""
    return admin.site.index(request, {"board": board(request)})


def board(request: HttpRequest) -> Board:
    """A constant number of queries: two for each kind of record, one for each queue, one for the log."""
    seen = [model for model in REVIEWED if admin.site.get_model_admin(model).has_view_permission(request)]
    counts = {model: _counts(model) for model in seen}
    to_review = [
        Number(
            _("%(kind)s to review") % {"kind": capfirst(model._meta.verbose_name_plural)},
            counts[model]["to_review"],
            _list(model, status__exact=Status.IN_REVIEW),
        )
        for model in seen
    ]
    missing = [
        Number(capfirst(str(lack.label)), counts[model][lack.name], _list(model, lacks=lack.name))
        for model in seen
        for lack in LACKS[model]
    ]
    drafts = sorted(
        (draft for model in seen for draft in _drafts(request.user, model)),
        key=lambda one: (one.at is not None, one.at),
        reverse=True,
    )
    sees_fixity = admin.site.get_model_admin(FixityRun).has_view_permission(request)
    return Board(
        tuple(drafts[:_NAMED]),
        (*to_review, *_queues(request)),
        tuple(missing),
        tuple(_recent(request)),
        FixityRun.objects.latest_run() if sees_fixity else None,
        sees_fixity,
    )


def _counts(model: Any) -> dict[str, int]:
    """Numbers of one model in one query."""
    lacks = {lack.name: Count("pk", filter=lack.where) for lack in LACKS[model]}
    return model._base_manager.aggregate(to_review=Count("pk", filter=Q(status=Status.IN_REVIEW)), **lacks)


def _drafts(user: Any, model: Any) -> list[Draft]:
    """What is assigned to the user; and what nobody is assigned to, but the user changed last."""
    log = Change.objects.filter(record_type=model._meta.model_name, record_id=OuterRef("pk")).order_by("-number")
    name = user.get_username()
    records = (
        model._base_manager.filter(status__in=assignments.OPEN)
        .annotate(assigned_name=assignments.username(model))
        .annotate(last_at=Subquery(log.values("at")[:1]))
        # Of what is assigned it need not be asked.
        .annotate(last_by=Case(When(assigned_name=None, then=Subquery(log.values("by")[:1])), default=Value("")))
        .filter(Q(assigned_name=name) | Q(last_by=name))
        .order_by(F("last_at").desc(nulls_last=True), "-pk")
    )
    kind = str(model._meta.verbose_name)
    return [
        Draft(str(one), kind, _page(one), one.get_status_display(), one.last_at, one.assigned_name == name)
        for one in records[:_NAMED]
    ]


def _queues(request: HttpRequest) -> list[Number]:
    queues: tuple[tuple[Any, str, str], ...] = (
        (Candidate, CandidateState.WAITING, _("Candidates in the inbox")),
        (Tip, TipState.OPEN, _("Reports of readers")),
    )
    return [
        Number(label, model._default_manager.filter(state=state).count(), _list(model, state__exact=state))
        for model, state, label in queues
        if admin.site.get_model_admin(model).has_view_permission(request)
    ]


def _recent(request: HttpRequest) -> list[Recent]:
    if not admin.site.get_model_admin(Change).has_view_permission(request):
        return []
    pages = {model._meta.model_name: model for model in admin.site._registry if issubclass(model, Record)}
    found = []
    for change in Change.objects.order_by("-number")[:_NAMED]:
        model = pages.get(change.record_type)
        kind = str(model._meta.verbose_name) if model else change.record_type
        is_there = model is not None and change.action != "deleted"
        url = f"admin:archive_{change.record_type}_change"
        found.append(Recent(change, kind, reverse(url, args=[change.record_id]) if is_there else ""))
    return found


def _page(record: models.Model) -> str:
    return reverse(f"admin:archive_{record._meta.model_name}_change", args=[record.pk])


def _list(model: Any, **query: str) -> str:
    return f"{reverse(f'admin:archive_{model._meta.model_name}_changelist')}?{urlencode(query)}"
