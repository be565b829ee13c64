"""Lists of records and single ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.text import Truncator

from archive.following import key_field
from archive.models import Country, Redirect
from archive.overview import overview
from archive.views.api.answering import answered
from archive.views.api.asking import CONTROLS, Place, check_names, fields_of, refuse
from archive.views.api.problems import Fault, Moved, Refused
from archive.views.api.resources import Resource, moment, path_of
from archive.views.api.schemas import properties


def list_view(resource: Resource) -> Callable[[HttpRequest], HttpResponseBase]:
    """The operation that lists the records of a resource."""
    narrowed = _filtered if resource.filters else _named

    def listed(request: HttpRequest) -> HttpResponseBase:
        found = narrowed(request, resource)
        place = Place.of(request)
        fields = fields_of(request.GET, properties(resource.record), ("type", resource.key))

        def make() -> dict[str, Any]:
            page = list(found.after(place).values_list("pk", *found.mark)[: place.limit + 1])
            shown = page[: place.limit]
            following = place.following([_plain(one) for one in shown[-1][1:]]) if len(page) > place.limit else None
            items = [row for _pk, row in resource.rows([pk for pk, *_mark in shown], fields)]
            return {"total": found.total(), "next": following, "items": items}

        return answered(request, make)

    return listed


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class _Found:
    """Records in their order; `behind` gives those after a place, which the columns of `mark` tell.

    `keys` are those of all of them, where the archive keeps them in memory: to sort and count ten thousand takes longer than
    to answer with fifty.
    """

    records: Any
    behind: Callable[[Any, Any], Any]
    mark: tuple[str, ...]
    keys: Sequence[int] | None = None

    def after(self, place: Place) -> Any:
        if place.after is not None:
            return self.behind(self.records, place.after)
        return self.records if self.keys is None else self.records.filter(pk__in=self.keys[: place.limit + 1])

    def total(self) -> int:
        return self.records.order_by().count() if self.keys is None else len(self.keys)


def _filtered(request: HttpRequest, resource: Resource) -> _Found:
    """As the page of the same name finds them."""
    assert resource.filters is not None
    check_names(request.GET, (*resource.filters.base_filters, *CONTROLS))
    # Forms send what was left empty; programs don't mean to.
    if empty := [name for name in resource.filters.base_filters if "" in request.GET.getlist(name)]:
        raise refuse(empty[0], f"“{empty[0]}” is empty: give a value, or leave it out.")
    filterset = resource.filters(request.GET, overview())
    filterset.beside = CONTROLS
    if not filterset.is_known:
        # A sentence may repeat what was given, whatever its length.
        faults = [Fault(name[:50], Truncator(sentence).chars(300)) for name, sentence in filterset.faults[:20]]
        raise Refused("bad-parameter", faults[0].detail, faults)
    is_oldest = request.GET.get("sort") == "oldest"

    def behind(records: Any, after: tuple[str | None, str | None, str]) -> Any:
        earliest, latest = (date.fromisoformat(day) if day else None for day in after[:2])
        return records.behind(earliest, latest, after[2], oldest=is_oldest)

    ordered = filterset.qs.oldest() if is_oldest else filterset.qs.newest()
    keys = filterset.found()
    return _Found(ordered, behind, ("date_earliest", "date_latest", "slug"), keys if isinstance(keys, list) else None)


def _named(request: HttpRequest, resource: Resource) -> _Found:
    """By their keys: an order that is the same in all languages and never shifts."""
    check_names(request.GET, (*(("kind",) if resource.kinds else ()), *CONTROLS))
    found: QuerySet = resource.public().order_by(resource.key)
    kinds = request.GET.getlist("kind") if resource.kinds else []
    if kinds:
        if unknown := [kind for kind in kinds if kind not in resource.kinds]:
            raise refuse("kind", f"“{unknown[0][:30]}” is no kind; there are: {', '.join(resource.kinds)}.")
        found = found.filter(kind__in=kinds)
    return _Found(found, lambda records, after: records.filter(**{f"{resource.key}__gt": after[0]}), (resource.key,))


def record_view(resource: Resource) -> Callable[..., HttpResponseBase]:
    """The operation that gives one record of a resource."""

    def one(request: HttpRequest, key: str) -> HttpResponseBase:
        check_names(request.GET, ("fields",))
        fields = fields_of(request.GET, properties(resource.record), ("type", resource.key))
        found = list(resource.public().filter(**{resource.key: key}).values_list("pk", flat=True))
        if not found:
            _explain(resource, key)

        def make() -> dict[str, Any]:
            for _pk, row in resource.rows(found, fields):
                return dict(row)
            # Gone a moment ago.
            _explain(resource, key)
            raise Refused("not-found", f"There is no {resource.kind} any more with this key.")

        return answered(request, make)

    return one


def _explain(resource: Resource, key: str) -> None:
    """Raise what is to be said of a record that is not here."""
    model = resource.model
    if model is Country:
        if key != key.upper() and Country.objects.filter(iso2=key.upper()).exists():
            raise Moved(path_of(resource.kind, key.upper()))
        raise Refused("not-found", "There is no country with this code; codes are of ISO 3166, such as CN.")
    if hasattr(model, "withdrawn_at"):
        gone = model.objects.filter(status="withdrawn", **{key_field(model): key}).first()
        if gone is not None:
            raise Refused("gone", gone.withdrawal_reason, name=_name(gone), gone_at=moment(gone.withdrawn_at))
    redirect = Redirect.objects.filter(record_type=model._meta.model_name, old_slug=key).first()
    if redirect is None:
        raise Refused("not-found", f"There is no {resource.kind} with this slug.")
    if not redirect.new_slug:
        raise Refused("gone", redirect.why, name=key, gone_at=moment(redirect.at))
    raise Moved(path_of(resource.kind, redirect.new_slug))


def _name(record: Any) -> str:
    return getattr(record, "shown_headline", None) or record.name
