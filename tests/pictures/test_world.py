"""The file of land: made of a tiny TopoJSON, and the one that is shipped."""

import gzip
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from archive.pictures import world
from archive.pictures.map_drawing import WORLD
from archive.pictures.projection import EARTH_RADIUS, PROJECTION

# Two countries of ten degrees that share the border at 80° east, an island of nothing, one beyond the map, one that ISO
# does not know and that crosses the antimeridian. Arcs are steps of a degree from 0, 0.
TINY: dict[str, Any] = {
    "type": "Topology",
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [
        [[80, 40], [0, 10]],
        [[80, 50], [-10, 0], [0, -10], [10, 0]],
        [[80, 50], [10, 0], [0, -10], [-10, 0]],
        [[100, 0], [0, 0], [0, 0], [0, 0]],
        [[-100, -40], [1, 0], [0, 1], [-1, -1]],
        [[179, 60], [1, 0], [-359, 0], [0, 1], [358, 0], [0, -1]],
    ],
    "objects": {
        "countries": {
            "geometries": [
                {"type": "Polygon", "id": "398", "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "id": "156", "arcs": [[[2, 0]], [[3]]]},
                {"type": "Polygon", "id": "152", "arcs": [[4]]},
                {"type": "Polygon", "arcs": [[5]]},
                {"type": None, "id": "404"},
            ]
        }
    },
}


def units(longitude: float, latitude: float) -> tuple[int, int]:
    x, y = PROJECTION.forward(longitude, latitude)
    return round(x / world.UNIT), round(y / world.UNIT)


def test_countries_are_decoded_projected_and_named_by_their_codes() -> None:
    found = {land.code: land for land in world.lands(TINY)}
    assert sorted(found) == ["", "CN", "KZ"]
    assert len(found["CN"].rings) == 1
    west, east = found["KZ"].rings[0], found["CN"].rings[0]
    assert {units(80, 40), units(80, 50), units(70, 40), units(70, 50)} <= set(west)
    assert {units(80, 40), units(80, 50), units(90, 40), units(90, 50)} <= set(east)
    # A parallel is no straight line on this map, a meridian through the centre is.
    assert len(west) > 4
    assert [x for x, _y in west if x == 0] == [0, 0]


def test_what_crosses_the_antimeridian_stays_whole() -> None:
    ring = next(land for land in world.lands(TINY) if not land.code).rings[0]
    assert {units(179, 60), units(-179, 60), units(-179, 61), units(179, 61)} <= set(ring)
    assert max(x for x, _y in ring) - min(x for x, _y in ring) < 60


def test_areas_are_those_of_the_globe() -> None:
    square = EARTH_RADIUS**2 * math.radians(10) * (math.sin(math.radians(50)) - math.sin(math.radians(40)))
    west = next(land for land in world.lands(TINY) if land.code == "KZ")
    assert world.area(west.rings[0]) * world.UNIT**2 == pytest.approx(square, rel=0.01)


def test_names_stand_inside() -> None:
    for land in world.lands(TINY):
        x, y = land.at
        xs, ys = zip(*land.rings[0], strict=True)
        assert min(xs) < x < max(xs)
        assert min(ys) <= y <= max(ys)


def test_a_bent_outline_is_named_where_it_is() -> None:
    horseshoe = [(0, 0), (100, 0), (100, 100), (90, 100), (90, 10), (10, 10), (10, 100), (0, 100)]
    x, y = world._middle([(float(x), float(y)) for x, y in horseshoe])
    assert y < 10 or x < 10 or x > 90


def test_simplified_lines_stay_within_the_tolerance_and_keep_their_ends() -> None:
    line = [(float(x), 0.5 * (x % 2)) for x in range(100)] + [(100.0, 20.0)]
    short = world._simplified(line, 0.8)
    assert short[0] == line[0]
    assert short[-1] == line[-1]
    assert len(short) < 10
    assert all(min(world._distance(point, a, b) for a, b in itertools.pairwise(short)) <= 0.8 for point in line)


def test_the_command_writes_the_same_file_each_time(tmp_path: Path) -> None:
    source, target = tmp_path / "tiny.json", tmp_path / "tiny.svg"
    source.write_text(json.dumps(TINY))
    world.main([str(source), str(target)])
    first = target.read_bytes()
    world.main([str(source), str(target)])
    assert target.read_bytes() == first
    root = ET.fromstring(first)
    group = root[0]
    assert group.get("id") == "land"
    assert [path.get("id") for path in group] == [None, "cn", "kz"]
    assert set(world.names_at(target)) == {"cn", "kz"}
    assert world.names_at(target)["kz"][0] < 0 < world.names_at(target)["cn"][0]
    assert all(re.fullmatch(r"(M[-0-9 ]+l[-0-9 ]+z)+", path.get("d") or "") for path in group)


# The file that is shipped ----------------------------------------------------------------------------------------------

SHIPPED = settings.BASE_DIR / "static" / WORLD


def test_the_shipped_file_is_small_and_holds_shapes_only() -> None:
    content = SHIPPED.read_bytes()
    assert len(gzip.compress(content, 9)) < 45_000
    assert set(re.findall(rb"<(\w+)", content)) == {b"svg", b"g", b"path"}
    assert set(re.findall(rb"([\w-]+)=", content)) == {b"xmlns", b"viewBox", b"id", b"data-at", b"d"}


def test_the_shipped_countries_are_where_they_are() -> None:
    at = world.names_at(SHIPPED)
    for code, city in {"kz": (71.45, 51.17), "in": (77.21, 28.61), "mn": (106.9, 47.9), "by": (27.57, 53.9)}.items():
        x, y = PROJECTION.forward(*city)
        assert abs(at[code][0] - x) + abs(at[code][1] - y) < 1500, code


def test_every_country_of_the_archive_in_reach_has_an_outline() -> None:
    rows = json.loads((settings.FIXTURES_DIR / "country.json").read_text())
    codes = {row["fields"]["iso2"].lower() for row in rows}
    assert codes - set(world.names_at(SHIPPED)) == set()
