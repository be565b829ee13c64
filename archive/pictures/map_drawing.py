"""Where circles and names stand on a map. All in pixels of the picture, from its upper left corner."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.conf import settings

from archive.pictures.projection import PROJECTION
from archive.pictures.world import REACH, UNIT, names_at

# The land, a static file that every map draws from.
WORLD = "map/world.svg"

# Radius of the circle of the city with the most events, and of the least that can be seen.
LARGEST, SMALLEST = 23.0, 2.5
# A finger needs 24 pixels (WCAG 2.5.8); where another circle is nearer, the table has the same links.
TARGET = 12.0
# Size of type and of its lines, and what an average letter takes of it: wide ones are Chinese, Japanese, Korean.
LETTERS, LINE, LETTER, WIDE_LETTER = 13.0, 1.2, 0.58, 1.02
# Names of countries are written in capitals, with space between them.
CAPITALS = 1.3
# Between a circle and its name.
GAP = 3.0
# A circle of a city beyond the picture stands this far from its edge.
MARGIN = 14.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture shows: its middle in kilometres from the projection's centre, its size in pixels, kilometres to a pixel."""

    x: float
    y: float
    width: int
    height: int
    scale: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a point given in kilometres from the projection's centre."""
        return (x - self.x) / self.scale + self.width / 2, (y - self.y) / self.scale + self.height / 2

    def holds(self, x: float, y: float, margin: float = 0) -> bool:
        return margin <= x <= self.width - margin and margin <= y <= self.height - margin

    def held(self, x: float, y: float) -> tuple[float, float]:
        """The point itself, or where the way to it from the middle leaves the picture."""
        if self.holds(x, y, MARGIN):
            return x, y
        away_x, away_y = x - self.width / 2, y - self.height / 2
        sides = ((self.width, away_x), (self.height, away_y))
        share = min((side / 2 - MARGIN) / abs(away) for side, away in sides if away)
        return self.width / 2 + share * away_x, self.height / 2 + share * away_y

    @property
    def land(self) -> str:
        """The transformation of the file of land."""
        x, y = self.place(0, 0)
        return f"translate({x:.1f} {y:.1f}) scale({UNIT / self.scale:.4f})"

    @property
    def is_drawn(self) -> bool:
        """Whether the middle lies on the land that the file has."""
        return max(abs(self.x), abs(self.y)) < REACH * UNIT


def around(points: Sequence[tuple[float, float]], width: int, height: int, closest: float) -> Frame:
    """The frame of that size that holds the points, and `closest` kilometres to a pixel or more."""
    (left, right), (top, bottom) = ((min(values), max(values)) for values in zip(*points, strict=True))
    scale = max(closest, 1.3 * (right - left) / width, 1.3 * (bottom - top) / height)
    return Frame((left + right) / 2, (top + bottom) / 2, width, height, scale)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that is taken."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Name:
    """A name on the picture: where its middle line stands, by its start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    radius: float

    @property
    def box(self) -> Box:
        return Box(self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius)


def radius_of(events: int, most: int) -> float:
    """Of a circle whose area tells the number; what would be too small to see is drawn as small as can be seen."""
    return max(SMALLEST, LARGEST * math.sqrt(events / most)) if most else SMALLEST


def position(longitude: object, latitude: object) -> tuple[float, float] | None:
    """Kilometres from the projection's centre; None where the coordinates (decimal degrees) are not known."""
    if longitude is None or latitude is None:
        return None
    return PROJECTION.forward(float(str(longitude)), float(str(latitude)))


def targets(circles: Sequence[Circle]) -> list[float]:
    """The radius within which a finger finds each: beside the circle too, as far as that is not on another circle."""
    x, y, radii = (np.array([getattr(one, name) for one in circles]) for name in ("x", "y", "radius"))
    free = np.hypot(x[:, None] - x, y[:, None] - y) - radii
    np.fill_diagonal(free, TARGET)
    return [float(target) for target in np.maximum(radii, np.minimum(TARGET, free.min(axis=1, initial=TARGET)))]


class Room:
    """A frame and what is taken of it."""

    def __init__(self, frame: Frame, boxes: Iterable[Box]) -> None:
        self._frame = frame
        self._taken = np.array([(one.left, one.top, one.right, one.bottom) for one in boxes]).reshape(-1, 4)

    def take(self, box: Box) -> bool:
        """Take it where it lies within the frame and meets nothing that is taken; tell whether it did."""
        if not (self._frame.holds(box.left, box.top) and self._frame.holds(box.right, box.bottom)):
            return False
        left, top, right, bottom = self._taken.T
        if ((box.left < right) & (left < box.right) & (box.top < bottom) & (top < box.bottom)).any():
            return False
        self._taken = np.vstack([self._taken, (box.left, box.top, box.right, box.bottom)])
        return True


def names_beside(texts: Iterable[str], circles: Sequence[Circle], room: Room) -> list[Name | None]:
    """The name of each circle where there is room for it beside all circles, the first first."""

    def placed(text: str, circle: Circle) -> Name | None:
        width = text_width(text)
        return next((name for name in _places(text, circle) if room.take(_box(name, width))), None)

    return [placed(text, circle) for text, circle in zip(texts, circles, strict=True)]


def _places(text: str, circle: Circle) -> Iterator[Name]:
    """Where a name can stand beside its circle, the best place first."""
    beside, half = circle.radius + GAP, LETTERS * LINE / 2
    for east, south, anchor in (
        (beside, 0.0, "start"),
        (-beside, 0.0, "end"),
        (0.0, -beside - half, "middle"),
        (0.0, beside + half, "middle"),
        (0.0, -beside - half, "start"),
        (0.0, beside + half, "start"),
        (0.0, -beside - half, "end"),
        (0.0, beside + half, "end"),
    ):
        yield Name(text, circle.x + east, circle.y + south, anchor)


def country_names(frame: Frame, countries: Mapping[str, str], room: Room) -> list[Name]:
    """Names of countries, given by code in lower case, where the file of land has them and there is room left."""
    at = names_at(settings.BASE_DIR / "static" / WORLD)
    names = [Name(countries[code], *frame.place(*at[code])) for code in at if code in countries]
    return [name for name in names if room.take(_box(name, CAPITALS * text_width(name.text)))]


def _box(name: Name, width: float) -> Box:
    left = name.x - {"start": 0.0, "middle": width / 2, "end": width}[name.anchor]
    return Box(left, name.y - LETTERS * LINE / 2, left + width, name.y + LETTERS * LINE / 2)


def text_width(text: str) -> float:
    """About how wide a name will be: the server has no fonts, so it reckons with wide ones."""
    return LETTERS * sum(WIDE_LETTER if unicodedata.east_asian_width(letter) in "WF" else LETTER for letter in text)
