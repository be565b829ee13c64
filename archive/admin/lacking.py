"""What records lack: counted on the first page of the admin, and a filter of their lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.models import Article, Coverage, Event, Office, Participant, Status
from archive.models.event import EventFormat


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that a record should have; `name` stands in addresses, `label` names the records that lack it."""

    name: str
    label: str | Promise
    condition: Any

    @property
    def where(self) -> Q:
        """What is withdrawn needs nothing any more."""
        return Q(self.condition) & ~Q(status=Status.WITHDRAWN)


LACKS: Mapping[Any, tuple[Lack, ...]] = {
    Article: (
        Lack("event", _("articles without an event"), ~Exists(Coverage.objects.filter(article=OuterRef("pk")))),
        Lack("date", _("articles without a date"), Q(date="")),
    ),
    Event: (
        # A video meeting has a host country, but no city.
        Lack(
            "place",
            _("events without a city or place"),
            Q(city=None, place="") & ~Q(format=EventFormat.VIDEO),
        ),
        Lack("date", _("events without a date"), Q(date="")),
    ),
    Participant: (
        Lack(
            "office",
            _("people without an office"),
            Q(kind=Participant.Kind.PERSON) & ~Exists(Office.objects.filter(participant=OuterRef("pk"))),
        ),
    ),
}


class LackingFilter(admin.SimpleListFilter):
    title = _("what is missing")
    parameter_name = "lacks"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(lack.name, lack.label) for lack in LACKS[model_admin.model]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        conditions = (lack.where for lack in LACKS[queryset.model] if lack.name == self.value())
        return next((queryset.filter(condition) for condition in conditions), None)
