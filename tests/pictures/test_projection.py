"""The projection against what Snyder's book says of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.pictures.projection import EARTH_RADIUS, PROJECTION, EqualArea

longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)


def away(projection: EqualArea, longitude: float, latitude: float) -> float:
    """The angle between a point and the centre, by the haversine formula, in degrees."""
    there, here = math.radians(latitude), math.radians(projection.latitude)
    half = math.radians(longitude - projection.longitude) / 2
    haversine = math.sin((there - here) / 2) ** 2 + math.cos(there) * math.cos(here) * math.sin(half) ** 2
    return math.degrees(2 * math.asin(math.sqrt(min(1.0, haversine))))


def test_the_centre_is_the_origin() -> None:
    assert PROJECTION.forward(80, 42) == pytest.approx((0, 0))
    assert PROJECTION.inverse(0, 0) == (80, 42)


def test_known_points() -> None:
    # On the centre's meridian, x is 0 and y is 2 R sin(c / 2): north is up, which SVG counts as negative.
    assert PROJECTION.forward(80, 72) == pytest.approx((0, -2 * EARTH_RADIUS * math.sin(math.radians(15))))
    assert PROJECTION.forward(80, 12) == pytest.approx((0, 2 * EARTH_RADIUS * math.sin(math.radians(15))))
    # Snyder's numerical example for the sphere (page 332): radius 3, centre 40° north, 100° west.
    x, y = EqualArea(-100, 40).forward(100, -20)
    assert (3 * x / EARTH_RADIUS, -3 * y / EARTH_RADIUS) == pytest.approx((-4.2339303, 4.0257775))


def test_the_point_opposite_the_centre_is_the_edge() -> None:
    assert PROJECTION.forward(-100, -42) == pytest.approx((0, 2 * EARTH_RADIUS))
    with pytest.raises(ValueError, match="the map ends at 12742"):
        PROJECTION.inverse(2 * EARTH_RADIUS, 1000)


@given(longitudes, latitudes)
def test_distance_from_the_centre_tells_the_angle(longitude: float, latitude: float) -> None:
    x, y = PROJECTION.forward(longitude, latitude)
    angle = math.radians(away(PROJECTION, longitude, latitude))
    assert math.hypot(x, y) == pytest.approx(2 * EARTH_RADIUS * math.sin(angle / 2), abs=0.1)


@given(longitudes, st.floats(-89, 89))
def test_there_and_back(longitude: float, latitude: float) -> None:
    if away(PROJECTION, longitude, latitude) < 170:
        back, back_latitude = PROJECTION.inverse(*PROJECTION.forward(longitude, latitude))
        assert back_latitude == pytest.approx(latitude, abs=1e-5)
        assert (back - longitude + 180) % 360 - 180 == pytest.approx(0, abs=1e-4)


@given(longitudes, st.floats(-85, 85))
def test_areas_are_true(longitude: float, latitude: float) -> None:
    if away(PROJECTION, longitude, latitude) > 150:
        return
    step = 0.01
    x, y = PROJECTION.forward(longitude, latitude)
    east_x, east_y = PROJECTION.forward(longitude + step, latitude)
    north_x, north_y = PROJECTION.forward(longitude, latitude + step)
    on_the_map = abs((east_x - x) * (north_y - y) - (north_x - x) * (east_y - y))
    on_the_globe = (EARTH_RADIUS * math.radians(step)) ** 2 * math.cos(math.radians(latitude + step / 2))
    assert on_the_map == pytest.approx(on_the_globe, rel=0.01)


def test_the_antimeridian_is_one_line() -> None:
    assert PROJECTION.forward(180, 60) == pytest.approx(PROJECTION.forward(-180, 60))
