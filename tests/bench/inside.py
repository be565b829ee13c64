"""What the benchmark of pages does within the corpus's own environment, where Django is: `python -m tests.bench.inside <order>`.

Each order prints one line of JSON.
"""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

# Articles that cover a further event.
_COVERING = 3
_SAME = ("kind", "series", "city", "format", "summary", "status", "first_public_at")


def fill(events: int) -> dict[str, int]:
    """Further events, until there are so many: made-up ones once more under other names, each at the date of another."""
    from archive.models import Attendance, Coverage, Delegation, Event

    known = list(
        Event.objects.order_by("pk").prefetch_related("host_countries", "topics", "attendances", "delegations")
    )
    articles = {event.pk: list(event.coverages.order_by("pk")[:_COVERING]) for event in known}
    further: list[Event] = []
    sources: list[Event] = []
    for n, source in enumerate(islice(_again(known), max(0, events - len(known)))):
        date = known[(n * 7 + n // len(known) + 1) % len(known)]
        further.append(
            Event(
                slug=f"{source.slug}-further-{n}",
                name=f"{source.name} {n + 2}",
                date=date.date,
                date_basis=date.date_basis,
                date_note=date.date_note,
                **{name: getattr(source, name) for name in _SAME},
            )
        )
        sources.append(source)
    links = {
        name: [[one.pk for one in getattr(source, name).all()] for source in sources]
        for name in ("host_countries", "topics")
    }
    if further:
        Event.objects.bulk_create(further, links=links)
    both = list(zip(further, sources, strict=True))
    Attendance.objects.bulk_create(
        Attendance(event=event, participant_id=one.participant_id, source=one.source)
        for event, source in both
        for one in source.attendances.all()
    )
    Delegation.objects.bulk_create(
        Delegation(event=event, country_id=one.country_id, source=one.source)
        for event, source in both
        for one in source.delegations.all()
    )
    Coverage.objects.bulk_create(
        Coverage(event=event, article_id=one.article_id, relation=one.relation)
        for event, source in both
        for one in articles[source.pk]
    )
    return {"events": Event.objects.count()}


def _again(things: list[Any]) -> Iterator[Any]:
    while things:
        yield from things


def leading() -> dict[str, str]:
    """The address of the record of each kind that most events and articles lead to; of events, those with most articles."""
    from archive.models import City, Country, Event, EventSeries, Participant, Topic
    from archive.querysets import count_by

    found = {}
    for model in (Participant, Country, Topic, City, EventSeries):
        counts = model.objects.counts()
        found[model.__name__] = model.objects.get(pk=max(counts, key=lambda pk: sum(counts[pk]))).get_absolute_url()
    counts = count_by("Article", "events")
    found["Event"] = Event.objects.get(pk=max(counts, key=lambda pk: counts[pk])).get_absolute_url()
    return found


def queries(addresses: list[str]) -> dict[str, int]:
    """How many queries each page asks of the database when it is made by a process that has made it before."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client, counted = Client(headers={"host": "127.0.0.1"}), {}
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counted[address] = len(asked)
    return counted


_ORDERS = {"fill": fill, "leading": leading, "queries": queries}

if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_ORDERS[sys.argv[1]](**json.loads(sys.argv[2]))))
