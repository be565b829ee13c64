"""Makes the file of land that our maps show, once, from world-atlas (TopoJSON made of Natural Earth).

    python -m archive.pictures.world countries-50m.json static/map/world.svg

The file is a product that is kept: `static/vendor/VENDOR.md` says what it was made of. A page draws it by
`<use href="…/world.svg#land">` and the country it is about by `#cn`; so it is sent once, and takes its colours from the page.
"""

import argparse
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from archive.pictures.projection import PROJECTION

Point = tuple[float, float]
Ring = list[Point]

# Kilometres for one unit of the file; its coordinates are whole numbers.
UNIT = 4
# How far the file reaches from the middle of its square, in units: to Ireland, Kenya, Java and Chukotka.
REACH = 1500
# What a simplified line may be off, and the least area of an island, in units.
TOLERANCE = 0.8
LEAST_AREA = 8
# Longer steps than this many degrees are divided: a straight line on a globe is none on the map.
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Land:
    """A country's outline on the map; `code` is empty where ISO has none, `at` is where its name can stand."""

    code: str
    rings: tuple[Ring, ...]
    at: Point


def lands(topology: Mapping[str, Any]) -> list[Land]:
    """The countries of a TopoJSON file as far as the map reaches, by code."""
    arcs = [_simplified([_placed(point) for point in _divided(arc)], TOLERANCE) for arc in decoded(topology)]
    outlines: dict[str, list[Ring]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry.get("arcs", [])
        rings = [_joined(ring, arcs) for polygon in polygons for ring in polygon]
        outlines.setdefault(CODES.get(geometry.get("id", ""), ""), []).extend(rings)
    found = []
    for code, rings in sorted(outlines.items()):
        clipped = sorted((ring for ring in map(_clipped, rings) if len(ring) > 2), key=area, reverse=True)
        # The smallest of states keeps its largest island.
        shown = [ring for at, ring in enumerate(clipped) if area(ring) >= (LEAST_AREA if at else 1)]
        if shown:
            found.append(Land(code, tuple(shown), _middle(shown[0])))
    return found


def decoded(topology: Mapping[str, Any]) -> Iterator[Ring]:
    """Longitudes and latitudes of each arc: TopoJSON keeps whole steps from point to point."""
    (width, height), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((west + x * width, south + y * height))
        yield points


def _divided(line: Ring) -> Iterator[Point]:
    yield line[0]
    for (x, y), (to_x, to_y) in itertools.pairwise(line):
        # The shorter way round: outlines step from 180° to −180°, which is one place.
        east = (to_x - x + 180) % 360 - 180
        steps = math.ceil(max(abs(east), abs(to_y - y)) / LONGEST_STEP) or 1
        for step in range(1, steps + 1):
            yield x + east * step / steps, y + (to_y - y) * step / steps


def _placed(point: Point) -> Point:
    x, y = PROJECTION.forward(*point)
    return x / UNIT, y / UNIT


def _simplified(line: Ring, tolerance: float) -> Ring:
    """Douglas and Peucker: the fewest points from which no other is further away than that. Both ends stay."""
    kept = {0, len(line) - 1}
    open_ = [(0, len(line) - 1)]
    while open_:
        first, last = open_.pop()
        far, at = max(
            ((_distance(line[at], line[first], line[last]), at) for at in range(first + 1, last)), default=(0.0, 0)
        )
        if far > tolerance:
            kept.add(at)
            open_ += [(first, at), (at, last)]
    return [line[at] for at in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """Of a point from a stretch."""
    (x, y), (to_x, to_y) = start, (end[0] - start[0], end[1] - start[1])
    length = to_x * to_x + to_y * to_y
    share = max(0.0, min(1.0, ((point[0] - x) * to_x + (point[1] - y) * to_y) / length)) if length else 0.0
    return math.hypot(point[0] - x - share * to_x, point[1] - y - share * to_y)


def _joined(ring: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    """The closed line that these arcs make, without its last point, which is its first; ~n is arc n backwards."""
    line: Ring = []
    for at in ring:
        line += (arcs[at] if at >= 0 else arcs[~at][::-1])[:-1]
    return line


def _clipped(ring: Ring) -> Ring:
    """The part within the file's square, rounded (Sutherland and Hodgman: side by side of the square)."""
    for axis in (0, 1):
        for sign in (1, -1):
            inside: Ring = []
            for before, after in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
                left, right = sign * before[axis] <= REACH, sign * after[axis] <= REACH
                if left != right:
                    share = (sign * REACH - before[axis]) / (after[axis] - before[axis])
                    inside.append(tuple(before[i] + share * (after[i] - before[i]) for i in (0, 1)))  # type: ignore[arg-type]
                if right:
                    inside.append(after)
            ring = inside
    rounded = [(round(x), round(y)) for x, y in ring]
    return [point for before, point in zip([*rounded[-1:], *rounded[:-1]], rounded, strict=True) if point != before]


def area(ring: Ring) -> float:
    return abs(_doubled(ring)) / 2


def _doubled(ring: Ring) -> float:
    return sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in zip(ring, [*ring[1:], ring[0]], strict=True))


def _middle(ring: Ring) -> Point:
    """Where a name can stand: the centre of gravity; or, where that lies outside, a point well inside."""
    doubled = _doubled(ring) or 1.0
    pairs = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    x, y = (sum((a[axis] + b[axis]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (3 * doubled) for axis in (0, 1))
    if not _holds(pairs, (x, y)):
        (left, right), (top, bottom) = ((min(values), max(values)) for values in zip(*ring, strict=True))
        grid = [
            (left + (right - left) * i / 24, top + (bottom - top) * j / 24) for i in range(1, 24) for j in range(1, 24)
        ]
        inside = [point for point in grid if _holds(pairs, point)]
        x, y = max(inside, key=lambda point: min(_distance(point, a, b) for a, b in pairs), default=(x, y))
    return round(x), round(y)


def _holds(pairs: Iterable[tuple[Point, Point]], point: Point) -> bool:
    """Whether the point lies within the ring of these sides: a ray from it crosses an odd number of them."""
    x, y = point
    crossed = (a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) > x for a, b in pairs if (a[1] > y) != (b[1] > y))
    return sum(crossed) % 2 == 1


def drawn(found: Iterable[Land]) -> str:
    """The SVG file: a group “land” of paths, each named by its country's code, with the place of its name."""
    paths = []
    for land in found:
        lines = "".join(_path(ring) for ring in land.rings)
        name = f' id="{land.code.lower()}" data-at="{land.at[0]} {land.at[1]}"' if land.code else ""
        paths.append(f'<path{name} d="{lines}"/>')
    box = f"{-REACH} {-REACH} {2 * REACH} {2 * REACH}"
    inside = "\n".join(paths)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><g id="land">\n{inside}\n</g></svg>\n'


def _path(ring: Ring) -> str:
    """A closed line in steps, as short as SVG can say it."""
    steps = (f"{x - before_x:g} {y - before_y:g}" for (before_x, before_y), (x, y) in itertools.pairwise(ring))
    return f"M{ring[0][0]:g} {ring[0][1]:g}l" + " ".join(steps).replace(" -", "-") + "z"


@lru_cache(maxsize=4)
def names_at(path: Path) -> Mapping[str, Point]:
    """Where the name of each country of a file stands, in kilometres from the projection's centre, by code in lower case."""
    found = re.findall(r'id="([a-z]{2})" data-at="(-?[0-9]+) (-?[0-9]+)"', path.read_text())
    return {code: (int(x) * UNIT, int(y) * UNIT) for code, x, y in found}


# ISO 3166-1: the two letters by which the archive names a country, and the number by which world-atlas does.
_CODES = """
AD020 AE784 AF004 AG028 AI660 AL008 AM051 AO024 AQ010 AR032 AS016 AT040 AU036 AW533 AX248 AZ031 BA070 BB052 BD050
BE056 BF854 BG100 BH048 BI108 BJ204 BL652 BM060 BN096 BO068 BQ535 BR076 BS044 BT064 BV074 BW072 BY112 BZ084 CA124
CC166 CD180 CF140 CG178 CH756 CI384 CK184 CL152 CM120 CN156 CO170 CR188 CU192 CV132 CW531 CX162 CY196 CZ203 DE276
DJ262 DK208 DM212 DO214 DZ012 EC218 EE233 EG818 EH732 ER232 ES724 ET231 FI246 FJ242 FK238 FM583 FO234 FR250 GA266
GB826 GD308 GE268 GF254 GG831 GH288 GI292 GL304 GM270 GN324 GP312 GQ226 GR300 GS239 GT320 GU316 GW624 GY328 HK344
HM334 HN340 HR191 HT332 HU348 ID360 IE372 IL376 IM833 IN356 IO086 IQ368 IR364 IS352 IT380 JE832 JM388 JO400 JP392
KE404 KG417 KH116 KI296 KM174 KN659 KP408 KR410 KW414 KY136 KZ398 LA418 LB422 LC662 LI438 LK144 LR430 LS426 LT440
LU442 LV428 LY434 MA504 MC492 MD498 ME499 MF663 MG450 MH584 MK807 ML466 MM104 MN496 MO446 MP580 MQ474 MR478 MS500
MT470 MU480 MV462 MW454 MX484 MY458 MZ508 NA516 NC540 NE562 NF574 NG566 NI558 NL528 NO578 NP524 NR520 NU570 NZ554
OM512 PA591 PE604 PF258 PG598 PH608 PK586 PL616 PM666 PN612 PR630 PS275 PT620 PW585 PY600 QA634 RE638 RO642 RS688
RU643 RW646 SA682 SB090 SC690 SD729 SE752 SG702 SH654 SI705 SJ744 SK703 SL694 SM674 SN686 SO706 SR740 SS728 ST678
SV222 SX534 SY760 SZ748 TC796 TD148 TF260 TG768 TH764 TJ762 TK772 TL626 TM795 TN788 TO776 TR792 TT780 TV798 TW158
TZ834 UA804 UG800 UM581 US840 UY858 UZ860 VA336 VC670 VE862 VG092 VI850 VN704 VU548 WF876 WS882 YE887 YT175 ZA710
ZM894 ZW716
"""
CODES = {pair[2:]: pair[:2] for pair in _CODES.split()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m archive.pictures.world", description=__doc__)
    parser.add_argument("topology", type=Path, help="countries-50m.json of world-atlas")
    parser.add_argument("output", type=Path, help="the SVG file to write")
    options = parser.parse_args(arguments)
    options.output.write_text(drawn(lands(json.loads(options.topology.read_text()))))


if __name__ == "__main__":
    main()
