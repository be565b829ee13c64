"""The drawing of a network: where its marks and lines stand, and which labels fit. Units are those of the picture.

The layout is networkx's, with a fixed seed: the same network is drawn the same way. It is bounded by `MOST_MARKS`, whatever
the size of the archive. networkx is imported with the first layout: that takes a quarter of a second.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Point = tuple[float, float]

# The height is the most: a small network is lower.
WIDTH, HEIGHT = 920, 680
AROUND_WIDTH, AROUND_HEIGHT = 640, 340

MOST_MARKS = 60
MOST_LINES = 240
MOST_AROUND = 12

# What the picture is drawn within, so that marks at its edge are whole.
_MARGIN = 34

# Room of one that stands alone, at most; groups are broader than high, for labels are.
_MOST_UNIT, _BREADTH = 130.0, 1.2

# The largest mark, and the largest that one event gives: area is in proportion to the number of events.
_LARGEST, _UNIT = 26.0, 8.0
# A pointer needs that much (WCAG 2.5.8), with room to spare for a smaller screen.
_TARGET = 14.0

_LINE_HEIGHT = 15.0
_LONGEST_LABEL = 26
_WIDE, _NARROW = 13.0, 7.0


class Node(Protocol):
    @property
    def key(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def events(self) -> int: ...


class Pair(Protocol):
    @property
    def keys(self) -> tuple[int, int]: ...
    @property
    def events(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its mark. `anchor` as in SVG: start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom, by an estimate of its width."""
        wide = text_width(self.text)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, self.y - _LINE_HEIGHT * 0.8, left + wide, self.y + _LINE_HEIGHT * 0.25


@dataclass(frozen=True, slots=True)
class Mark:
    """One that is drawn; `side` is that of a square of the same area, `target` the radius that a pointer finds."""

    node: Any
    x: float
    y: float
    r: float
    label: Label | None = None

    @property
    def side(self) -> float:
        return round(self.r * math.sqrt(math.pi), 1)

    @property
    def target(self) -> float:
        return max(self.r, _TARGET)


@dataclass(frozen=True, slots=True)
class Line:
    """Two that met; the more events, the wider."""

    pair: Any
    x1: float
    y1: float
    x2: float
    y2: float
    width: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Lines first, marks over them, the small over the large."""

    width: int
    height: int
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


def text_width(text: str) -> float:
    """Of a label, at its size; an estimate on the safe side, for the fonts are the reader's."""
    return sum(_WIDE if ord(letter) >= 0x2E80 else _NARROW for letter in text)


# Places ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Places:
    """Where marks stand, in units of the picture, and how high the picture is."""

    points: Mapping[int, Point]
    height: int


def layout(keys: Collection[int], shared: Mapping[tuple[int, int], int]) -> Places:
    """Who shared more events stands nearer; those whom nothing joins stand in groups side by side, the largest first.

    `shared` has pairs of the keys only.
    """
    if not keys:
        return Places({}, HEIGHT)
    import networkx as nx  # type: ignore[import-untyped]

    graph = nx.Graph()
    graph.add_nodes_from(sorted(keys))
    # By the root: one pair of many events would else pull everything into one point.
    graph.add_weighted_edges_from((one, other, math.sqrt(n)) for (one, other), n in sorted(shared.items()))
    groups = sorted(nx.connected_components(graph), key=lambda group: (-len(group), min(group)))
    boxes = [(_BREADTH * math.sqrt(len(group)), math.sqrt(len(group))) for group in groups]
    shelves, unit = _shelved(boxes)
    points: dict[int, Point] = {}
    top = float(_MARGIN)
    for shelf in shelves:
        free = WIDTH - 2 * _MARGIN - unit * sum(boxes[at][0] for at in shelf)
        left = _MARGIN + free / (len(shelf) + 1)
        high = unit * max(boxes[at][1] for at in shelf)
        for at in shelf:
            breadth, height = unit * boxes[at][0], unit * boxes[at][1]
            # Within its box, with a border free for labels; in the middle of the shelf.
            part = graph.subgraph(sorted(groups[at]))
            for key, (x, y) in _spread(nx, part).items():
                points[key] = (
                    left + breadth * (0.12 + 0.76 * x),
                    top + (high - height) / 2 + height * (0.08 + 0.84 * y),
                )
            left += breadth + free / (len(shelf) + 1)
        top += high
    return Places(points, math.ceil(top + _MARGIN))


def _spread(nx: Any, graph: Any) -> dict[int, Point]:
    """Places of what hangs together within the unit square."""
    keys = sorted(graph)
    if len(keys) < 3:
        return dict(zip(keys, ((0.0, 0.5), (1.0, 0.5)), strict=False))
    # In one order: places depend on it.
    ordered = nx.Graph()
    ordered.add_nodes_from(keys)
    ordered.add_edges_from((*sorted(edge[:2]), edge[2]) for edge in sorted(graph.edges(data=True), key=_ends))
    places = nx.spring_layout(ordered, seed=1, iterations=100, k=2.0 / math.sqrt(len(keys)), weight="weight")
    found = np.array([places[key] for key in keys])
    low, high = found.min(axis=0), found.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    unit = np.where(high > low, (found - low) / span, 0.5)
    return {key: (float(x), float(y)) for key, (x, y) in zip(keys, unit, strict=True)}


def _ends(edge: tuple[int, int, Any]) -> tuple[int, int]:
    return min(edge[:2]), max(edge[:2])


def _shelved(boxes: Sequence[Point]) -> tuple[list[list[int]], float]:
    """The boxes in rows, and the largest unit with which they fit the picture."""
    inner, room = WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN
    unit = _MOST_UNIT
    while True:
        shelves: list[list[int]] = []
        used = math.inf
        for at, (breadth, _height) in enumerate(boxes):
            if used + breadth * unit > inner and (not shelves or used > 0):
                shelves.append([])
                used = 0.0
            shelves[-1].append(at)
            used += breadth * unit
        high = sum(max(boxes[at][1] for at in shelf) for shelf in shelves) * unit
        widest = max(breadth for breadth, _height in boxes) * unit
        if (high <= room and widest <= inner) or unit < 1:
            return shelves, unit
        unit *= 0.97


def _apart(points: Any, radii: Any, frame: tuple[int, int]) -> Any:
    """The points, moved as little as it takes until no marks lie over each other, all within the frame."""
    low = np.full(2, float(_MARGIN))
    high = np.array(frame) - _MARGIN
    points = np.clip(points, low, high)
    need = radii[:, None] + radii[None, :] + 3.0
    for _round in range(80):
        away = points[:, None, :] - points[None, :, :]
        distance = np.hypot(away[..., 0], away[..., 1])
        np.fill_diagonal(distance, np.inf)
        lacking = np.maximum(need - distance, 0.0)
        if not lacking.any():
            break
        # Two on one point part sideways, by their order.
        same = distance < 1e-6
        away[same] = np.where(np.triu(np.ones_like(distance), 1)[same, None] > 0, [1.0, 0.3], [-1.0, -0.3])
        distance[same] = 1.0
        points = np.clip(points + (away / distance[..., None] * lacking[..., None] / 2).sum(axis=1), low, high)
    return points


# Drawings -------------------------------------------------------------------------------------------------------------


def draw(nodes: Sequence[Any], pairs: Iterable[Any], places: Places) -> Drawing:
    """The nodes about their places, and the strongest of the lines between them."""
    if not nodes:
        return Drawing(WIDTH, HEIGHT, (), ())
    radii = np.array(_radii(nodes))
    points = np.array([places.points[node.key] for node in nodes])
    points = _apart(points, np.maximum(radii, _TARGET), (WIDTH, places.height))
    marks = [
        Mark(node, round(float(x), 1), round(float(y), 1), round(float(r), 1))
        for node, (x, y), r in zip(nodes, points, radii, strict=True)
    ]
    return _whole(WIDTH, places.height, marks, pairs)


def draw_around(node: Any, pairs: Sequence[Any]) -> Drawing:
    """One in the middle and the first of the others in its pairs around, nearer who shared more events."""
    shown = pairs[:MOST_AROUND]
    most = max(pair.events for pair in shown)
    nodes = [node, *(pair.other for pair in shown)]
    radii = _radii(nodes, largest=20.0)
    x, y = AROUND_WIDTH / 2, AROUND_HEIGHT / 2
    marks = [Mark(node, x, y, round(radii[0], 1))]
    for at, (pair, r) in enumerate(zip(shown, radii[1:], strict=True)):
        turn = 2 * math.pi * (at + 0.5) / len(shown)
        reach = 1.0 - 0.5 * (pair.events - 1) / max(most - 1, 1)
        dx, dy = math.cos(turn) * reach * (x - 150), math.sin(turn) * reach * (y - 30)
        marks.append(Mark(pair.other, round(x + dx, 1), round(y + dy, 1), round(r, 1)))
    return _whole(AROUND_WIDTH, AROUND_HEIGHT, marks, shown)


def _radii(nodes: Sequence[Any], largest: float = _LARGEST) -> list[float]:
    most = max(node.events for node in nodes)
    unit = min(_UNIT, largest / math.sqrt(most))
    return [unit * math.sqrt(node.events) for node in nodes]


def _whole(width: int, height: int, marks: Sequence[Mark], pairs: Iterable[Any]) -> Drawing:
    by_key = {mark.node.key: mark for mark in marks}
    drawn = [pair for pair in pairs if by_key.keys() >= set(pair.keys)]
    strongest = sorted(drawn, key=lambda pair: (-pair.events, *sorted(pair.keys)))[:MOST_LINES]
    most = max((pair.events for pair in strongest), default=1)
    lines = []
    # The weakest first, so that the strongest lie on top.
    for pair in reversed(strongest):
        one, other = (by_key[key] for key in pair.keys)
        lines.append(Line(pair, one.x, one.y, other.x, other.y, _line_width(pair.events, most)))
    labelled = _labelled(sorted(marks, key=lambda mark: -mark.r), width, height)
    return Drawing(width, height, tuple(lines), tuple(labelled))


def _line_width(events: int, most: int) -> float:
    return round(1.0 + 6.0 * (events - 1) / max(most - 1, 6), 1)


def _labelled(marks: Sequence[Mark], width: int, height: int) -> list[Mark]:
    """The marks with a label each where one fits: beside, under or over it, on no other mark or label, within the frame."""
    taken: list[tuple[float, float, float, float]] = []
    circles = [(mark.x - mark.r, mark.y - mark.r, mark.x + mark.r, mark.y + mark.r) for mark in marks]
    found = []
    for mark, own in zip(marks, circles, strict=True):
        others = [*taken, *(circle for circle in circles if circle is not own)]
        label = next((one for one in _labels(mark, width) if _fits(one.box, others, width, height)), None)
        if label:
            taken.append(label.box)
        found.append(Mark(mark.node, mark.x, mark.y, mark.r, label))
    return found


def _labels(mark: Mark, width: int) -> list[Label]:
    name = mark.node.name
    text = name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1].rstrip()}…"
    gap, middle = mark.r + 4, mark.y + _LINE_HEIGHT * 0.3
    beside = [Label(text, mark.x + gap, middle, "start"), Label(text, mark.x - gap, middle, "end")]
    aslant = 0.7 * mark.r + 2
    under, over = mark.y + aslant + _LINE_HEIGHT * 0.7, mark.y - aslant - _LINE_HEIGHT * 0.1
    return [
        # Away from the middle of the picture, where the lines are.
        *(beside if mark.x >= width / 2 else reversed(beside)),
        Label(text, mark.x, mark.y + gap + _LINE_HEIGHT * 0.7, "middle"),
        Label(text, mark.x, mark.y - gap, "middle"),
        Label(text, mark.x + aslant, under, "start"),
        Label(text, mark.x + aslant, over, "start"),
        Label(text, mark.x - aslant, under, "end"),
        Label(text, mark.x - aslant, over, "end"),
    ]


def _fits(box: tuple[float, float, float, float], others: Iterable[Sequence[float]], width: int, height: int) -> bool:
    left, top, right, bottom = box
    if left < 2 or top < 2 or right > width - 2 or bottom > height - 2:
        return False
    return all(right < one[0] or left > one[2] or bottom < one[1] or top > one[3] for one in others)
