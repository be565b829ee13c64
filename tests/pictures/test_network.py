"""Who met whom: the numbers are those of a naive count, the drawing holds together, whatever the archive is like."""

import random
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.curation.review import withdraw
from archive.models import Attendance, Country, Event, Participant
from archive.pictures import network_drawing as drawing
from archive.pictures.network import Basis, Counted, Network, Networks, ego_network, networks
from tests import factories as make

Numbers = tuple[dict[str, int], dict[frozenset[str], int]]


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(db: None) -> None:
    """Events of every state and status, people with offices of countries and organisations, twice over, some drafts."""
    dice = random.Random(3)
    countries = [make.make_country() for _ in range(5)]
    bodies = [make.make_participant(kind="organisation", country=dice.choice([*countries, None])) for _ in range(3)]
    people = [
        make.make_participant(
            country=dice.choice([*countries, None]), status=dice.choice(["published"] * 4 + ["draft"])
        )
        for _ in range(12)
    ]
    offices: dict[int, list[Any]] = {
        person.pk: [
            None,
            make.make_office(participant=person, title="Minister", country=dice.choice(countries)),
            make.make_office(participant=person, title="Secretary", organisation=dice.choice(bodies)),
            make.make_office(participant=person, title="Envoy"),
        ]
        for person in people
    }
    for n in range(40):
        event = make.make_event(
            state=dice.choice(["held"] * 4 + ["announced", "planned", "cancelled"]),
            status=dice.choice(["published"] * 4 + ["draft"]),
            date=f"{2010 + n % 4}-05",
            host_countries=dice.sample(countries, 1),
        )
        for country in dice.sample(countries, dice.randint(0, 3)):
            capacity = dice.choice(["member", "observer", "party", "announced-only"])
            make.make_delegation(event=event, country=country, capacity=capacity)
        for person in dice.sample(people, dice.randint(0, 4)):
            office = dice.choice(offices[person.pk])
            for attended_as in ("chair", "speaker"):
                make.make_attendance(event=event, participant=person, capacity=attended_as, office=office)
        for body in dice.sample(bodies, dice.randint(0, 2)):
            make.make_attendance(event=event, participant=body)
    withdraw(Event.objects.published().filter(state="held")[0], by="test", why="test")


def naive(show: str, year: int | None = None) -> Numbers:
    """The same numbers, the slow way: names of those present at each event, in Python."""
    present: Counter[str] = Counter()
    shared: Counter[frozenset[str]] = Counter()
    for event in Event.objects.all():
        if event.status != "published" or event.state != "held" or (year and event.date_earliest.year != year):
            continue
        there = _participants(event) if show == "people" else _countries(event)
        present.update(there)
        shared.update(frozenset(pair) for pair in combinations(there, 2))
    return dict(present), dict(shared)


def _participants(event: Event) -> set[str]:
    return {one.participant.slug for one in event.attendances.all() if one.participant.status == "published"}


def _countries(event: Event) -> set[str]:
    there = {one.country.iso2 for one in event.delegations.all() if one.capacity != "announced-only"}
    for one in event.attendances.all():
        person, office = one.participant, one.office
        if person.status != "published" or person.kind != "person" or (office and office.organisation):
            continue
        country = (office.country if office else None) or person.country
        if country:
            there.add(country.iso2)
    return there


def numbers(network: Network) -> Numbers:
    return (
        {node.record.slug: node.events for node in network.nodes.values()},
        {frozenset((pair.one.record.slug, pair.other.record.slug)): pair.events for pair in network.pairs},
    )


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("show", ["people", "countries"])
def test_the_numbers_are_those_of_a_naive_count(show: str) -> None:
    present, shared = naive(show)
    assert shared, "the fixture has meetings"
    assert numbers(networks().of(show)) == (present, shared)
    narrowed = networks().of(show, Event.objects.published().in_year(2011), "2011")
    assert numbers(narrowed) == naive(show, 2011) != (present, shared)


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("show", ["people", "countries"])
def test_the_basis_says_of_how_many_events_it_is_made(show: str) -> None:
    sizes = [
        len(_participants(event) if show == "people" else _countries(event))
        for event in Event.objects.published().held()
    ]
    expected = Basis(len(sizes), sum(size > 0 for size in sizes), sum(size > 1 for size in sizes))
    assert networks().of(show).basis == expected


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize("show", ["people", "countries"])
def test_the_events_of_each_are_those_that_are_counted(show: str) -> None:
    """What `with_present` finds, to which every number leads, is what was counted."""
    network = networks().of(show)
    events = Event.objects.published()
    link = "participants" if show == "people" else "countries"
    for node in network.nodes.values():
        assert events.with_present(**{link: [node.record]}).count() == node.events
    for pair in network.pairs:
        assert events.with_present(**{link: [pair.one.record, pair.other.record]}).count() == pair.events


@pytest.mark.django_db
def test_an_official_of_an_organisation_and_its_seat_stand_for_no_country() -> None:
    china, tajikistan, nepal = (make.make_country() for _ in range(3))
    secretariat = make.make_participant(kind="organisation", country=china)
    secretary = make.make_participant(country=tajikistan)
    office = make.make_office(participant=secretary, organisation=secretariat)
    minister = make.make_participant(country=china)
    envoy = make.make_office(participant=minister, title="Minister", country=nepal)
    event = make.make_event(host_countries=[china])
    make.make_attendance(event=event, participant=secretary, office=office)
    make.make_attendance(event=event, participant=secretariat)
    make.make_attendance(event=event, participant=minister, office=envoy)
    assert numbers(networks().of("countries")) == ({nepal.iso2: 1}, {})


@pytest.mark.django_db
def test_who_came_to_a_part_is_not_taken_to_have_been_at_the_whole() -> None:
    whole = make.make_event()
    part = make.make_event(parent=whole)
    one, other, third = (make.make_participant() for _ in range(3))
    for event, participant in ((whole, one), (whole, other), (part, one), (part, other), (part, third)):
        make.make_attendance(event=event, participant=participant)
    shared = numbers(networks().of("people"))[1]
    assert shared == {
        frozenset((one.slug, other.slug)): 2,
        frozenset((one.slug, third.slug)): 1,
        frozenset((other.slug, third.slug)): 1,
    }


@pytest.mark.django_db
def test_a_change_is_seen_at_once() -> None:
    event = make.make_event()
    one, other = make.make_attendance(event=event), make.make_attendance(event=event)
    kept = networks()
    assert len(kept.of("people").pairs) == 1
    make.make_term()  # no part of it
    assert networks() is kept
    Attendance.objects.get(pk=other.pk).delete()
    assert networks().of("people").pairs == []
    assert networks().of("people").alone == 1
    Participant.objects.filter(pk=one.participant_id).update(name="Renamed")
    assert [node.name for node in networks().of("people").nodes.values()] == ["Renamed"]


@pytest.mark.django_db
def test_narrowed_networks_are_bounded_and_the_whole_stays() -> None:
    one = Networks()
    whole = one.of("people")
    first = one.of("people", Event.objects.published(), "first")
    for n in range(100):
        one.of("people", Event.objects.published(), n + 1)
    assert one.of("people") is whole
    assert one.of("people", Event.objects.published(), "first") is not first
    assert len(one._networks) <= 42


@pytest.mark.django_db
def test_a_record_that_is_newer_than_the_names_is_left_out() -> None:
    event = make.make_event()
    make.make_attendance(event=event)
    one = Networks()
    one.of("people")
    make.make_attendance(event=event)
    assert len(one.of("people", Event.objects.published(), "again").nodes) == 1


@pytest.mark.django_db
def test_an_empty_archive_has_an_empty_network() -> None:
    for show in ("people", "countries"):
        network = networks().of(show)
        assert (network.basis, network.ranked(), network.leading, network.matrix) == (Basis(0, 0, 0), [], [], ())
        assert network.drawing().marks == network.drawing().lines == ()


@pytest.mark.django_db
def test_a_mark_has_the_form_of_the_standing() -> None:
    member, partner, left, none = (make.make_country() for _ in range(4))
    make.make_country_status(country=member, status="founding-member", start="2001-06-15")
    make.make_country_status(country=partner, status="dialogue-partner", start="2010")
    make.make_country_status(country=left, status="observer", start="2010", end="2012")
    event = make.make_event()
    for country in (member, partner, left, none):
        make.make_delegation(event=event, country=country)
    forms = {node.record.pk: node.form for node in networks().of("countries").nodes.values()}
    assert forms == {member.pk: "member", partner.pk: "associated", left.pk: "none", none.pk: "none"}
    make.make_attendance(event=event, participant=make.make_participant(country=partner))
    assert [node.form for node in networks().of("people").nodes.values()] == ["associated"]


# Of one ---------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mixed")
def test_the_network_of_one_has_the_pairs_of_the_whole() -> None:
    for model, show in ((Participant, "people"), (Country, "countries")):
        pairs = naive(show)[1]
        for record in model.objects.all():
            ego = ego_network(record)
            met = {next(iter(pair - {record.slug})): n for pair, n in pairs.items() if record.slug in pair}
            assert {pair.other.record.slug: pair.events for pair in ego.pairs} == met
            assert ego.total == len(met)
            assert all(pair.one.record == record for pair in ego.pairs)
            assert [pair.events for pair in ego.pairs] == sorted(met.values(), reverse=True)
            assert (ego.drawing is None) == (not met)


# Drawing --------------------------------------------------------------------------------------------------------------


class Record:
    """What the drawing needs of a participant."""

    kind = "person"
    country_id = None

    def __init__(self, pk: int, name: str) -> None:
        self.pk, self.name, self.slug = pk, name, f"slug-{pk}"

    def __str__(self) -> str:
        return self.name


def made_network(present: dict[int, int], shared: dict[tuple[int, int], int], names: list[str]) -> Network:
    records = {key: Record(key, names[key % len(names)]) for key in present}
    return Network(Counted(Basis(9, 9, 9), present, shared), records, {})


@st.composite
def made_networks(draw: st.DrawFn) -> Network:
    n = draw(st.integers(2, 75))
    keys = st.integers(1, n)
    pairs = st.tuples(keys, keys).filter(lambda pair: pair[0] < pair[1])
    shared = draw(st.dictionaries(pairs, st.integers(1, 40), max_size=300))
    most = {key: max([1, *(number for pair, number in shared.items() if key in pair)]) for key in range(1, n + 1)}
    present = {key: draw(st.integers(most[key], most[key] + 60)) for key in range(1, n + 1)}
    names = draw(st.lists(st.text("Aбк习 -", max_size=60), min_size=1, max_size=5))
    return made_network(present, shared, names)


def boxes_of(picture: drawing.Drawing) -> list[tuple[float, float, float, float]]:
    return [mark.label.box for mark in picture.marks if mark.label]


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


@settings(max_examples=25)
@given(made_networks())
def test_a_drawing_holds_together(network: Network) -> None:
    picture = network.drawing()
    assert len(picture.marks) == min(len(network.leading), drawing.MOST_MARKS)
    assert len(picture.lines) <= drawing.MOST_LINES
    assert picture.height <= drawing.HEIGHT
    places = {mark.node.key: (mark.x, mark.y) for mark in picture.marks}
    for mark in picture.marks:
        assert mark.r <= mark.x <= picture.width - mark.r
        assert mark.r <= mark.y <= picture.height - mark.r
    for line in picture.lines:
        one, other = line.pair.keys
        assert one != other
        assert ((line.x1, line.y1), (line.x2, line.y2)) == (places[one], places[other])
        assert 1 <= line.width <= 7
    # Area is in proportion to events; a wider line means more of them.
    units = [mark.r**2 / mark.node.events for mark in picture.marks if mark.r > 3]
    assert not units or max(units) - min(units) < 0.2 * max(units)
    widths = sorted((line.pair.events, line.width) for line in picture.lines)
    assert [width for _events, width in widths] == sorted(width for _events, width in widths)
    boxes = boxes_of(picture)
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    assert all(
        left >= 0 and top >= 0 and right <= picture.width and bottom <= picture.height
        for left, top, right, bottom in boxes
    )


@settings(max_examples=25)
@given(made_networks())
def test_pairs_are_symmetric_and_join_nobody_to_himself(network: Network) -> None:
    around = {key: {pair.other.key: pair.events for pair in network.around(key)} for key in network.nodes}
    for key, met in around.items():
        assert key not in met
        assert network.nodes[key].met == len(met)
        assert network.nodes[key].meetings == sum(met.values())
        for other, n in met.items():
            assert around[other][key] == n
            assert 1 <= n <= min(network.nodes[key].events, network.nodes[other].events)
    assert sum(map(len, around.values())) == 2 * len(network.pairs) == 2 * len(network.ranked())
    rows = {row.node.key: row for row in network.matrix}
    for row in rows.values():
        cells = {
            other.node.key: cell.pair.events for other, cell in zip(network.matrix, row.cells, strict=True) if cell
        }
        assert cells == {key: n for key, n in around[row.node.key].items() if key in rows}
        assert all(1 <= cell.level <= 5 for cell in row.cells if cell)


@settings(max_examples=25)
@given(made_networks())
def test_the_network_of_one_is_drawn_within_its_frame(network: Network) -> None:
    for key in list(network.nodes)[:5]:
        pairs = network.around(key)
        if not pairs:
            continue
        picture = drawing.draw_around(network.nodes[key], pairs)
        assert len(picture.marks) == min(len(pairs), drawing.MOST_AROUND) + 1
        assert len(picture.lines) == len(picture.marks) - 1
        for mark in picture.marks:
            assert mark.x - mark.r >= 0
            assert mark.x + mark.r <= picture.width
            assert mark.y - mark.r >= 0
            assert mark.y + mark.r <= picture.height
        assert not any(overlap(one, other) for one, other in combinations(boxes_of(picture), 2))


def test_the_same_numbers_give_the_same_drawing_in_whatever_order_they_come() -> None:
    shared = {pair: 1 + sum(pair) % 4 for pair in combinations(range(1, 31), 2) if sum(pair) % 7 == 0}
    present = dict.fromkeys(range(1, 31), 9)
    backwards = dict(reversed(shared.items()))
    one, other = (
        made_network(present, shared, ["Name"]),
        made_network(dict(reversed(present.items())), backwards, ["Name"]),
    )
    assert one.drawing().lines
    places = [
        {mark.node.key: (mark.x, mark.y, mark.label) for mark in network.drawing().marks} for network in (one, other)
    ]
    assert places[0] == places[1]


def test_places_are_the_same_in_every_language_names_are_not() -> None:
    class Translated(Record):
        def __str__(self) -> str:
            return f"{translation.get_language()} {self.pk}"

    records = {key: Translated(key, "") for key in (1, 2, 3)}
    counted = Counted(Basis(2, 2, 2), {1: 2, 2: 2, 3: 1}, {(1, 2): 2, (1, 3): 1})
    network = Network(counted, records, {})
    pictures = {}
    for language in ("en", "ru", "en"):
        with translation.override(language):
            picture = network.drawing()
            assert {mark.label.text[:2] for mark in picture.marks if mark.label} == {language}
            pictures[language] = [(mark.x, mark.y) for mark in picture.marks]
            assert network.ranked()[0].one.name.startswith(language)
    assert pictures["en"] == pictures["ru"]


def test_groups_that_nothing_joins_do_not_lie_over_each_other() -> None:
    shared = {(a, b): 1 for start in (1, 11, 21) for a, b in combinations(range(start, start + 6), 2)}
    shared |= {(40, 41): 1, (50, 51): 1}
    places = drawing.layout({key for pair in shared for key in pair}, shared).points
    boxes = []
    for keys in ([*range(1, 7)], [*range(11, 17)], [*range(21, 27)], [40, 41], [50, 51]):
        xs, ys = [places[key][0] for key in keys], [places[key][1] for key in keys]
        boxes.append((min(xs), min(ys), max(xs), max(ys)))
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
