"""The map of host cities: how many events each hosted, where its circle and its name stand, and what can't be drawn.

A circle's area tells the number, on one scale whatever is narrowed, so that maps can be compared. The land is a static
file (`archive.pictures.world`); here are only the marks upon it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from archive.languages import sort_key
from archive.models import Article, City, Country, Event
from archive.overview import Overview, Timeline
from archive.pictures.map_drawing import (
    MARGIN,
    Box,
    Circle,
    Frame,
    Name,
    Room,
    around,
    country_names,
    names_beside,
    position,
    radius_of,
    targets,
)
from archive.querysets import EventQuerySet

# Numbers ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Host:
    """A city and what it hosted of the events asked for; `url` lists exactly these events."""

    city: City
    events: int
    articles: int
    url: str

    @cached_property
    def place(self) -> tuple[float, float] | None:
        """Kilometres from the projection's centre; None where its coordinates are not known."""
        return position(self.city.longitude, self.city.latitude)

    @property
    def text(self) -> str:
        return ngettext("%(city)s: %(n)s event", "%(city)s: %(n)s events", self.events) % {
            "city": self.city,
            "n": self.events,
        }


@dataclass(frozen=True, slots=True)
class Cityless:
    """Events that no city hosted: by video; at a place that is none; the rest, of which the sources don't say where."""

    by_video: int
    elsewhere: int
    not_stated: int

    @property
    def total(self) -> int:
        return self.by_video + self.elsewhere + self.not_stated


@dataclass(frozen=True)
class Hosts:
    """The cities, most events first, and the events without one."""

    cities: tuple[Host, ...]
    cityless: Cityless

    @cached_property
    def hosted(self) -> int:
        return sum(host.events for host in self.cities)

    @cached_property
    def total(self) -> int:
        return self.hosted + self.cityless.total

    @cached_property
    def unplaced(self) -> tuple[Host, ...]:
        """Cities whose coordinates are not known."""
        return tuple(host for host in self.cities if host.place is None)


def hosts(
    events: EventQuerySet, url_of: Callable[[City], str], counts: Mapping[int, tuple[int, int]] | None = None
) -> Hosts:
    """Of these events: how many each city hosted, and the articles that cover them.

    `counts` hands both over where they are known (`Overview.counts`): to count all articles anew takes longest. Then two
    queries, else four.
    """
    if counts is None:
        numbers = events.order_by().filter(city__isnull=False).values_list("city").annotate(n=Count("pk"))
        # Asked from the articles' side: the other way SQLite tries every article with every event.
        covering = Article.objects.published().filter(
            events__in=events.order_by().values("pk"), events__city__isnull=False
        )
        about = dict(covering.order_by().values_list("events__city").annotate(n=Count("pk", distinct=True)))
        hosted = {pk: (n, about.get(pk, 0)) for pk, n in numbers}
    else:
        hosted = {pk: both for pk, both in counts.items() if both[0]}
    cities = City.objects.select_related("country").in_bulk(hosted)
    found = (Host(cities[pk], n, articles, url_of(cities[pk])) for pk, (n, articles) in hosted.items())
    is_video, is_placed = Q(format=Event.Format.VIDEO), ~Q(place="")
    cityless = (
        events.order_by()
        .without_city()
        .aggregate(
            by_video=Count("pk", filter=is_video),
            elsewhere=Count("pk", filter=is_placed & ~is_video),
            not_stated=Count("pk", filter=~is_placed & ~is_video),
        )
    )
    return Hosts(tuple(sorted(found, key=lambda host: (-host.events, sort_key(str(host.city))))), Cityless(**cityless))


@dataclass(frozen=True, slots=True)
class Year:
    """A bar of the years: the query string that chooses it, or leaves it where it is chosen."""

    year: int
    events: int
    query: str
    is_chosen: bool

    @property
    def label(self) -> str:
        return f"’{self.year % 100:02}"

    @property
    def text(self) -> str:
        return ngettext("%(year)s: %(n)s event", "%(year)s: %(n)s events", self.events) % {
            "year": self.year,
            "n": self.events,
        }


def years(
    events: EventQuerySet | None, archive: Overview, chosen: Iterable[str], query_of: Callable[[str], str]
) -> tuple[Year, ...]:
    """Every year of the archive's events with the number of these events (None: of all of them)."""
    span = archive.events.by_year()
    counts = span if events is None else Timeline(events).by_year()
    held = set(chosen)
    return tuple(
        Year(year, counts.get(year, 0), query_of("" if held == {str(year)} else str(year)), str(year) in held)
        for year in (range(min(span), max(span) + 1) if span else ())
    )


# Pictures --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """A city's circle; `target` is the radius within which a finger finds it. `name` is None where there was no room.

    Of a city that the page is about, `is_here`: its circle leads nowhere.
    """

    host: Host
    circle: Circle
    target: float
    name: Name | None
    url: str
    is_beyond: bool = False
    is_here: bool = False

    @property
    def text(self) -> str:
        """What the circle says of itself."""
        if self.is_beyond:
            return _("%(city)s (beyond the edge of the map)") % {"city": self.host.text}
        return self.host.text


@dataclass(frozen=True, slots=True)
class Sample:
    """A circle of the legend, with its number at the height of its top."""

    events: int
    circle: Circle
    text_x: float

    @property
    def text(self) -> str:
        return ngettext("%(n)s event", "%(n)s events", self.events) % {"n": self.events}


@dataclass(frozen=True, slots=True)
class Picture:
    """Marks from large to small, as they are drawn; names of countries where there is room; the legend's circles.

    `shaded` is the code of the country that the page is about.
    """

    frame: Frame
    marks: tuple[Mark, ...]
    countries: tuple[Name, ...]
    samples: tuple[Sample, ...] = ()
    shaded: str = ""


# From Minsk to Vladivostok, from Khanty-Mansiysk to Goa; and where the cities crowd.
REGION = Frame(x=330, y=20, width=1088, height=800, scale=7.6)
CENTRAL_ASIA = Frame(x=-470, y=-20, width=720, height=440, scale=2.1)


def named_countries() -> dict[str, str]:
    """Names of the archive's countries in the reader's language, by code in lower case. One query."""
    return {country.iso2.lower(): str(country) for country in Country.objects.all()}


def picture(
    frame: Frame, found: Hosts, most: int, countries: Mapping[str, str], url_of: Callable[[Host], str]
) -> Picture:
    """All cities with coordinates: those beyond the frame stand at its edge, in their direction.

    `most` is the number of events of the largest circle, `countries` gives names of countries by their codes.
    """
    placed = []
    for host in found.cities:
        if host.place:
            x, y = frame.held(*frame.place(*host.place))
            placed.append((host, Circle(x, y, radius_of(host.events, most))))
    return _picture(frame, placed, countries, url_of, samples=_samples(frame, most))


def closer(
    frame: Frame, found: Hosts, most: int, countries: Mapping[str, str], url_of: Callable[[Host], str]
) -> Picture:
    """The cities within the frame."""
    return _picture(frame, _within(frame, found.cities, lambda host: radius_of(host.events, most)), countries, url_of)


def _within(frame: Frame, hosts: Iterable[Host], radius: Callable[[Host], float]) -> list[tuple[Host, Circle]]:
    placed = ((host, frame.place(*host.place)) for host in hosts if host.place)
    return [(host, Circle(x, y, radius(host))) for host, (x, y) in placed if frame.holds(x, y, MARGIN)]


def _picture(
    frame: Frame,
    placed: Sequence[tuple[Host, Circle]],
    countries: Mapping[str, str],
    url_of: Callable[[Host], str],
    *,
    samples: tuple[Sample, ...] = (),
    here: City | None = None,
    shaded: str = "",
) -> Picture:
    circles = [circle for _host, circle in placed]
    room = Room(frame, [*(circle.box for circle in circles), *_legend_box(frame, samples)])
    names = names_beside((str(host.city) for host, _circle in placed), circles, room)
    marks = tuple(
        Mark(
            host,
            circle,
            target,
            name,
            url_of(host),
            is_beyond=host.place is not None and not frame.holds(*frame.place(*host.place)),
            is_here=host.city == here,
        )
        for (host, circle), target, name in zip(placed, targets(circles), names, strict=True)
    )
    return Picture(frame, marks, tuple(country_names(frame, countries, room)), samples, shaded)


def _samples(frame: Frame, most: int) -> tuple[Sample, ...]:
    """Up to three circles for the legend in the lower left corner: from one event to the most, in round numbers."""
    numbers = [number for number in (1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500) if number <= most]
    chosen = sorted({numbers[0], numbers[len(numbers) // 2], numbers[-1]}, reverse=True) if numbers else []
    radii = [radius_of(number, most) for number in chosen]
    return tuple(
        Sample(number, Circle(MARGIN + radii[0], frame.height - MARGIN - radius, radius), 1.5 * MARGIN + 2 * radii[0])
        for number, radius in zip(chosen, radii, strict=True)
    )


def _legend_box(frame: Frame, samples: Sequence[Sample]) -> list[Box]:
    if not samples:
        return []
    size = 2 * (samples[0].circle.radius + MARGIN)
    return [Box(0, frame.height - size - MARGIN, size + 100, frame.height)]


# The small map of a city's or country's page: size, least kilometres to a pixel, radius of the circles.
_LOCAL = (400, 280, 6.0)
_HERE, _NEARBY = 7.0, 4.0


def city_map(city: City, archive: Overview) -> Picture | None:
    """Where the city lies, among the host cities around it. None without coordinates, or where the file of land ends.

    Two queries.
    """
    return _local_map([city], city.country, archive, here=city)


def country_map(country: Country, cities: Sequence[City], archive: Overview) -> Picture | None:
    """The cities of a country in which events were held. None where there are none with coordinates. Two queries."""
    counts = archive.counts(City)
    return _local_map([city for city in cities if counts.get(city.pk, (0, 0))[0]], country, archive)


def _local_map(
    cities: Sequence[City], country: Country, archive: Overview, *, here: City | None = None
) -> Picture | None:
    points = [at for city in cities if (at := position(city.longitude, city.latitude))]
    frame = around(points, *_LOCAL) if points else None
    if frame is None or not frame.is_drawn:
        return None
    counts = archive.counts(City)
    own = {city.pk for city in cities}
    others = City.objects.filter(longitude__isnull=False).exclude(pk__in=own)
    nearby = sorted((city for city in others if counts.get(city.pk, (0, 0))[0]), key=lambda city: -counts[city.pk][0])
    hosts = (Host(city, *counts.get(city.pk, (0, 0)), city.get_absolute_url()) for city in (*cities, *nearby))
    placed = _within(frame, hosts, lambda host: _HERE if host.city.pk in own else _NEARBY)
    shaded = country.iso2.lower()
    return _picture(frame, placed, named_countries(), lambda host: host.url, here=here, shaded=shaded)
