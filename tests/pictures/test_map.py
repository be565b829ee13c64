"""The map of host cities: its circles, its names, what it leaves out."""

import math
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import City, Event
from archive.overview import overview
from archive.pictures.map import CENTRAL_ASIA, REGION, Hosts, Picture, city_map, closer, country_map, hosts, picture
from archive.pictures.map_drawing import (
    LARGEST,
    MARGIN,
    SMALLEST,
    TARGET,
    Box,
    Circle,
    Frame,
    Room,
    around,
    names_beside,
    position,
    radius_of,
    targets,
    text_width,
)
from tests import factories as make

points = st.floats(-20_000, 20_000)
circles = st.lists(
    st.builds(Circle, st.floats(0, 1000), st.floats(0, 700), st.floats(SMALLEST, LARGEST)), min_size=1, max_size=12
)


def drawn(frame: Frame = REGION, most: int = 4, **countries: str) -> Picture:
    return picture(frame, found(), most, countries, lambda host: host.url)


def found() -> Hosts:
    return hosts(Event.objects.published(), lambda city: f"/list/{city.slug}/")


def city_at(longitude: float, latitude: float, events: int = 1, **fields: Any) -> City:
    city = make.make_city(longitude=Decimal(str(longitude)), latitude=Decimal(str(latitude)), **fields)
    for _ in range(events):
        make.make_event(city=city)
    return city


# Numbers ---------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_cities_are_counted_by_public_events_and_their_articles_once() -> None:
    tashkent = city_at(69, 41, events=2, name="Tashkent")
    first, second = Event.objects.order_by("pk")
    both, draft = make.make_article(), make.make_article(status="draft")
    for event in (first, second):
        make.make_coverage(event=event, article=both)
        make.make_coverage(event=event, article=draft)
    make.make_event(city=tashkent, status="draft")
    city_at(76, 43, name="Almaty")
    assert [(host.city.name, host.events, host.articles, host.url) for host in found().cities] == [
        ("Tashkent", 2, 1, f"/list/{tashkent.slug}/"),
        ("Almaty", 1, 0, f"/list/{City.objects.get(name='Almaty').slug}/"),
    ]
    assert found().total == 3
    kept = hosts(Event.objects.published(), lambda city: f"/list/{city.slug}/", overview().counts(City))
    assert kept == found()


@pytest.mark.django_db
def test_events_without_a_city_are_told_apart() -> None:
    make.make_event(format="video", place="By video link")
    make.make_event(place="Yellow Sea")
    make.make_event(place="Border of two states")
    make.make_event()
    make.make_event(status="draft")
    cityless = found().cityless
    assert (cityless.by_video, cityless.elsewhere, cityless.not_stated, cityless.total) == (1, 2, 1, 4)
    assert found().cities == ()
    assert found().total == 4


@pytest.mark.django_db
def test_an_empty_archive_has_an_empty_picture() -> None:
    assert found().total == 0
    assert drawn(most=0).marks == ()
    assert drawn(most=0).samples == ()


# Circles ---------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.integers(1, 500))
def test_areas_are_proportional_to_numbers(few: int, many: int) -> None:
    most = max(few, many)
    if min(radius_of(few, most), radius_of(many, most)) > SMALLEST:
        assert (radius_of(many, most) / radius_of(few, most)) ** 2 == pytest.approx(many / few)
    assert SMALLEST <= radius_of(few, most) <= LARGEST == radius_of(most, most)


@given(points, points)
def test_every_point_stands_in_the_picture(x: float, y: float) -> None:
    at = REGION.held(*REGION.place(x, y))
    assert REGION.holds(*at, MARGIN - 1e-6)


def test_what_is_in_the_picture_stays_where_it_is_and_what_is_beyond_keeps_its_direction() -> None:
    frame = Frame(0, 0, 200, 100, 10)
    assert frame.held(*frame.place(100, -100)) == (110, 40)
    assert frame.held(*frame.place(10_000, 0)) == (200 - MARGIN, 50)
    x, y = frame.held(*frame.place(3000, 3000))
    assert y == 100 - MARGIN
    assert x - 100 == pytest.approx(y - 50)


@pytest.mark.django_db
def test_a_city_at_the_antimeridian_stands_at_the_edge_and_says_so() -> None:
    city_at(180, 65, name="Chukotka")
    city_at(-180, 65, name="The same meridian")
    city_at(-74, 40.7, name="New York")
    city_at(-100, -42, name="Opposite")
    marks = drawn().marks
    assert {mark.host.city.name for mark in marks} == {"Chukotka", "The same meridian", "New York", "Opposite"}
    assert all(mark.is_beyond and REGION.holds(mark.circle.x, mark.circle.y) for mark in marks)
    assert "beyond the edge of the map" in marks[0].text
    east, west = (
        next(mark for mark in marks if mark.host.city.name == name) for name in ("Chukotka", "The same meridian")
    )
    assert (east.circle.x, east.circle.y) == pytest.approx((west.circle.x, west.circle.y))
    assert closer(CENTRAL_ASIA, found(), 4, {}, lambda host: host.url).marks == ()


@pytest.mark.django_db
def test_a_city_without_coordinates_is_counted_but_not_drawn() -> None:
    site = make.make_city(name="A site")
    make.make_event(city=site)
    city_at(69, 41, name="Tashkent")
    assert [mark.host.city.name for mark in drawn().marks] == ["Tashkent"]
    assert [host.city for host in found().unplaced] == [site]


@pytest.mark.django_db
def test_zero_degrees_are_coordinates() -> None:
    city_at(0, 0, name="Null Island")
    assert [mark.host.city.name for mark in drawn().marks] == ["Null Island"]
    assert position(0, 0) is not None
    assert position(None, None) is None


@pytest.mark.django_db
def test_small_circles_lie_on_large_ones() -> None:
    city_at(69.2, 41.3, events=1)
    city_at(69.6, 40.3, events=4)
    radii = [mark.circle.radius for mark in drawn().marks]
    assert radii == sorted(radii, reverse=True)


@settings(max_examples=30)
@given(circles)
def test_a_target_covers_no_other_circle(marks: list[Circle]) -> None:
    for mark, target in zip(marks, targets(marks), strict=True):
        assert mark.radius <= target <= max(TARGET, mark.radius)
        for other in marks:
            if other is not mark and target > mark.radius:
                assert math.dist((mark.x, mark.y), (other.x, other.y)) >= target + other.radius - 1e-6


def test_a_circle_by_itself_is_large_enough_for_a_finger() -> None:
    assert targets([Circle(100, 100, SMALLEST), Circle(500, 100, LARGEST)]) == [TARGET, LARGEST]
    assert targets([]) == []


# Names -----------------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(circles)
def test_names_meet_neither_each_other_nor_circles_and_stay_inside(marks: list[Circle]) -> None:
    frame = Frame(0, 0, 1000, 700, 1)
    texts = [f"City {'x' * (at % 7)}" for at in range(len(marks))]
    names = names_beside(texts, marks, Room(frame, [mark.box for mark in marks]))
    boxes = []
    for name in names:
        if name is not None:
            width = text_width(name.text)
            left = name.x - {"start": 0, "middle": width / 2, "end": width}[name.anchor]
            boxes.append(Box(left, name.y - 6, left + width, name.y + 6))
    taken = [mark.box for mark in marks]
    for at, box in enumerate(boxes):
        assert box.left >= 0
        assert box.right <= 1000
        for other in [*taken, *boxes[:at]]:
            apart = (
                box.left >= other.right or other.left >= box.right or box.top >= other.bottom or other.top >= box.bottom
            )
            assert apart


def test_the_first_gets_its_name_where_there_is_room_for_one() -> None:
    frame = Frame(0, 0, 90, 18, 1)
    marks = [Circle(10, 9, 3), Circle(18, 9, 3)]
    room = Room(frame, [mark.box for mark in marks])
    names = names_beside(["Large", "Small city"], [marks[1], marks[0]], room)
    assert [name and name.text for name in names] == ["Large", None]


def test_chinese_letters_are_wide() -> None:
    assert text_width("塔什干") > text_width("abc")


@pytest.mark.django_db
def test_countries_are_named_in_what_room_is_left() -> None:
    assert [name.text for name in drawn(kz="Kazakhstan", cl="Chile").countries] == ["Kazakhstan"]
    city_at(67, 48.5, events=3)
    assert drawn(kz="Kazakhstan").countries == ()


@pytest.mark.django_db
def test_the_legend_has_round_numbers_up_to_the_most() -> None:
    assert [sample.events for sample in drawn(most=26).samples] == [25, 10, 1]
    assert [sample.events for sample in drawn(most=1).samples] == [1]
    assert [sample.text for sample in drawn(most=1).samples] == ["1 event"]


# Small maps ------------------------------------------------------------------------------------------------------------


def test_a_frame_holds_its_points_and_comes_no_closer_than_it_may() -> None:
    frame = around([(0, 0), (3000, 100)], 400, 280, 6)
    assert all(frame.holds(*frame.place(x, y), MARGIN) for x, y in [(0, 0), (3000, 100)])
    assert around([(5, 5)], 400, 280, 6) == Frame(5, 5, 400, 280, 6)


@pytest.mark.django_db
def test_a_city_stands_in_the_middle_among_its_neighbours_in_its_country() -> None:
    uzbekistan = make.make_country(iso2="UZ", iso3="UZB")
    tashkent = city_at(69.24, 41.31, events=2, name="Tashkent", country=uzbekistan)
    city_at(76.9, 43.2, name="Almaty")
    city_at(37.6, 55.8, name="Moscow")
    make.make_city(longitude=70, latitude=42, name="Nothing was held here")
    found = city_map(tashkent, overview())
    assert found is not None
    assert found.shaded == "uz"
    here, *nearby = found.marks
    assert (here.circle.x, here.circle.y) == (200, 140)
    assert [mark.host.city.name for mark in nearby] == ["Almaty"]
    assert (here.is_here, nearby[0].is_here) == (True, False)
    assert nearby[0].url == nearby[0].host.city.get_absolute_url()


@pytest.mark.django_db
def test_no_small_map_without_coordinates_or_beyond_the_land() -> None:
    assert city_map(make.make_city(), overview()) is None
    assert city_map(make.make_city(longitude=-99, latitude=-40), overview()) is None
    assert country_map(make.make_country(), [], overview()) is None


@pytest.mark.django_db
def test_a_country_shows_its_host_cities() -> None:
    kazakhstan = make.make_country()
    astana = city_at(71.4, 51.2, events=2, country=kazakhstan)
    almaty = city_at(76.9, 43.2, country=kazakhstan)
    other = make.make_city(longitude=69, latitude=42, country=kazakhstan)
    found = country_map(kazakhstan, [astana, almaty, other], overview())
    assert found is not None
    assert [mark.host.city for mark in found.marks] == [astana, almaty]
    assert not any(mark.is_here for mark in found.marks)


@pytest.mark.django_db
def test_names_are_those_of_the_readers_language() -> None:
    city_at(69, 41, name="Tashkent", name_ru="Ташкент", name_zh="塔什干")
    with translation.override("ru"):
        (mark,) = drawn().marks
        assert mark.name is not None
        assert mark.name.text == "Ташкент"
