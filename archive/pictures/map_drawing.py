"""Where circles and names stand on a map. All in pixels of the picture, from its upper left corner."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings

from archive.pictures.projection import PROJECTION
from archive.pictures.world import REACH, UNIT, names_at

# The land, a static file that every map draws from.
WORLD = "map/world.svg"

# Radius of the circle of the city with the most events, and of the least that can be seen.
LARGEST, SMALLEST = 26.0, 2.5
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

    def meets(self, other: "Box") -> bool:
        beside = self.left < other.right and other.left < self.right
        return beside and self.top < other.bottom and other.top < self.bottom


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


def targets(circles: Sequence[Circle]) -> Iterator[float]:
    """The radius within which a finger finds each: beside the circle too, as far as that is not on another circle."""
    for one in circles:
        others = (math.dist((one.x, one.y), (other.x, other.y)) - other.radius for other in circles if other is not one)
        yield max(one.radius, min([TARGET, *others]))


def names_beside(
    texts: Iterable[str], circles: Sequence[Circle], frame: Frame, taken: list[Box]
) -> Iterator[Name | None]:
    """The name of each circle where there is room for it, the first first; `taken` grows by them."""
    boxes = [circle.box for circle in circles]
    for text, circle in zip(texts, circles, strict=True):
        others = [box for box in boxes if box != circle.box]
        for name in _places(text, circle):
            box = _box(name, text_width(text))
            if _is_free(box, frame, [*taken, *others]):
                taken.append(box)
                yield name
                break
        else:
            yield None


def _places(text: str, circle: Circle) -> Iterator[Name]:
    """Where a name can stand beside its circle, the best place first: right, left, above, below, at the four corners."""
    beside, corner, half = circle.radius + GAP, (circle.radius + GAP) * math.sqrt(0.5), LETTERS * LINE / 2
    for east, south, anchor in (
        (beside, 0.0, "start"),
        (-beside, 0.0, "end"),
        (0.0, -beside - half, "middle"),
        (0.0, beside + half, "middle"),
        (corner, -corner - half / 2, "start"),
        (corner, corner + half / 2, "start"),
        (-corner, -corner - half / 2, "end"),
        (-corner, corner + half / 2, "end"),
    ):
        yield Name(text, circle.x + east, circle.y + south, anchor)


def country_names(frame: Frame, countries: Mapping[str, str], taken: list[Box]) -> Iterator[Name]:
    """Names of countries, given by code in lower case, where the file of land has them and there is room left."""
    for code, (x, y) in names_at(settings.BASE_DIR / "static" / WORLD).items():
        if code in countries:
            name = Name(countries[code], *frame.place(x, y))
            box = _box(name, CAPITALS * text_width(name.text))
            if _is_free(box, frame, taken):
                taken.append(box)
                yield name


def _box(name: Name, width: float) -> Box:
    left = name.x - {"start": 0.0, "middle": width / 2, "end": width}[name.anchor]
    return Box(left, name.y - LETTERS * LINE / 2, left + width, name.y + LETTERS * LINE / 2)


def _is_free(box: Box, frame: Frame, taken: Iterable[Box]) -> bool:
    is_inside = frame.holds(box.left, box.top) and frame.holds(box.right, box.bottom)
    return is_inside and not any(box.meets(other) for other in taken)


def text_width(text: str) -> float:
    """About how wide a name will be: the server has no fonts, so it reckons with wide ones."""
    return LETTERS * sum(WIDE_LETTER if unicodedata.east_asian_width(letter) in "WF" else LETTER for letter in text)
