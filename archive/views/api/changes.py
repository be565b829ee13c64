"""What changed, in the order of the change log, for who keeps a copy."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.following import START, Followed, Place, after
from archive.views.api import schemas
from archive.views.api.answering import answered
from archive.views.api.asking import Place as Asked
from archive.views.api.asking import check_names, fields_of, number_of
from archive.views.api.resources import RESOURCES, moment

# A number of the log that no archive will reach; databases hold it.
_MOST_SINCE = 10**15


def changes(request: HttpRequest) -> HttpResponseBase:
    """Every public record by its last change, oldest change first, and what is gone: each once, behind a cursor or a number."""
    check_names(request.GET, ("since", "limit", "cursor", "fields"))
    since = number_of(request.GET, "since", least=0, most=_MOST_SINCE)
    asked = Asked.of(request)
    fields = fields_of(request.GET, schemas.properties(schemas.ChangedRecord), ("change", "type", "key"))

    def make() -> dict[str, Any]:
        start: Place = START if since is None else (since + 1, 0, "", "")
        if asked.after is not None:
            number, rank, kind, key = asked.after
            start = (number, rank, kind, key)
        found, is_all = after(start, asked.limit)
        # The end is a place as well: what comes later is behind it.
        last = list(found[-1].place if found else start)
        records = _records(found) if fields is None or "record" in fields else {}
        items = [_told(one, records.get((one.kind, one.key))) for one in found]
        if fields is not None:
            items = [{name: item[name] for name in item if name in fields} for item in items]
        following = None if is_all else asked.following(last)
        return {"is_all": is_all, "cursor": asked.cursor(last), "next": following, "items": items}

    return answered(request, make)


def _told(one: Followed, record: Mapping[str, Any] | None) -> dict[str, Any]:
    action = "gone" if not one.now else "changed" if one.now == one.key else "moved"
    return {
        "change": one.number,
        "at": moment(one.at),
        "type": one.kind,
        "key": one.key,
        "action": action,
        "moved_to": one.now if action == "moved" else None,
        "record": record,
    }


def _records(found: Sequence[Followed]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The records that are public, by kind and key; of each kind a constant number of queries."""
    records: dict[tuple[str, str], Mapping[str, Any]] = {}
    for kind, resource in RESOURCES.items():
        keys = [one.key for one in found if one.kind == kind and one.now == one.key]
        if keys:
            ids = list(resource.public().filter(**{f"{resource.key}__in": keys}).values_list("pk", flat=True))
            records |= {(kind, row[resource.key]): row for _pk, row in resource.rows(ids)}
    return records
