"""GeoJSON (RFC 7946): events at their host cities, and cities."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archive.models import City, Event


def write(records: Iterable[Any], site: str) -> Iterator[str]:
    """One FeatureCollection, a feature at a time. What has no coordinates has the geometry null, and is there all the same."""
    before = '{"type":"FeatureCollection","features":['
    for record in records:
        yield before + "\n" + json.dumps(_feature(record, site), ensure_ascii=False)
        before = ","
    yield (before if before != "," else "") + "\n]}\n"


def _feature(record: Any, site: str) -> dict[str, Any]:
    city = record if isinstance(record, City) else record.city
    url = site + record.get_absolute_url()
    return {
        "type": "Feature",
        "id": url,
        "geometry": _point(city),
        "properties": {"url": url, **_PROPERTIES[type(record)](record)},
    }


def _point(city: City | None) -> dict[str, Any] | None:
    if city is None or city.latitude is None or city.longitude is None:
        return None
    return {"type": "Point", "coordinates": [float(city.longitude), float(city.latitude)]}


def _event(event: Event) -> dict[str, Any]:
    return {
        "name": event.name,
        "kind": event.kind,
        "state": event.state,
        "date": event.date,
        "first_day": event.date_earliest.isoformat() if event.date_earliest else None,
        "last_day": event.date_latest.isoformat() if event.date_latest else None,
        "series": event.series.slug if event.series else None,
        "city": event.city.slug if event.city else None,
        "place": event.place,
        "host_countries": sorted(country.iso2 for country in event.host_countries.all()),
    }


def _city(city: City) -> dict[str, Any]:
    return {
        "name": city.name,
        "name_ru": city.name_ru,
        "name_zh": city.name_zh,
        "kind": city.kind,
        "country": city.country.iso2,
    }


_PROPERTIES: Mapping[Any, Any] = {Event: _event, City: _city}
