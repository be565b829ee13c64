"""Bars along time: what they stand for, where they lead, and the table beside them."""

import re

from django.template import Context, Template
from django.utils import translation

from archive.pictures.bars import ARTICLES, EVENTS, Chart, Row, by_month, by_year, month_name

_TEMPLATE = Template("{% load archive %}{% bars chart %}")


def drawn(chart: Chart) -> str:
    return _TEMPLATE.render(Context({"chart": chart}))


def test_years_run_from_the_first_to_the_last_with_anything() -> None:
    chart = by_year(Row(EVENTS, {2014: 3, 2016: 0}, "/events/"), Row(ARTICLES, {2017: 1}, "/articles/?city=ufa"))
    assert [column.name for column in chart.columns] == ["2014", "2015", "2016", "2017"]
    assert chart.columns[0].url == "/years/2014/"
    event, none = chart.columns[0].bars
    assert (event.count, event.share, event.url, event.text) == (3, 1.0, "/events/?year=2014", "2014: 3 events")
    assert (none.count, none.url, none.text) == (0, "", "")
    assert chart.columns[3].bars[1].url == "/articles/?city=ufa&year=2017"
    assert chart.columns[3].bars[1].text == "2017: 1 article"


def test_each_measure_has_its_own_scale() -> None:
    chart = by_year(Row(EVENTS, {2014: 1, 2015: 4}, "/e/"), Row(ARTICLES, {2014: 1000, 2015: 10}, "/a/"))
    assert [[bar.share for bar in column.bars] for column in chart.columns] == [[0.25, 1.0], [1.0, 0.01]]
    assert "scale of its own" in drawn(chart)
    assert "scale of its own" not in drawn(by_year(Row(EVENTS, {2014: 1, 2015: 4}, "/e/")))


def test_a_month_that_is_not_known_has_a_bar_only_where_there_is_something() -> None:
    known = by_month(2014, Row(EVENTS, {1: 2, 6: 1}, "/events/"))
    assert [column.label for column in known.columns][::11] == ["Jan", "Dec"]
    assert known.columns[5].bars[0].url == "/events/?month=2014-06"
    assert known.columns[5].bars[0].text == "June 2014: 1 event"
    open_ = by_month(2014, Row(EVENTS, {0: 2}, "/events/"), Row(ARTICLES, {}, "/articles/"))
    assert open_.columns[-1].name == month_name(2014, 0) == "2014, month not known"
    assert open_.columns[-1].bars[0].url == "/events/?month=2014-00"


def test_there_is_no_chart_of_nothing_and_none_of_one_year() -> None:
    assert not by_year()
    assert not by_year(Row(EVENTS, {}, "/events/"))
    assert not by_year(Row(EVENTS, {2014: 5}, "/events/"), Row(ARTICLES, {2014: 1}, "/articles/"))
    assert drawn(by_year(Row(EVENTS, {2014: 5}, "/events/"))) == ""
    assert by_year(Row(EVENTS, {2014: 5, 2016: 1}, "/events/"))


def test_picture_and_table_have_the_same_numbers_and_links() -> None:
    chart = by_year(Row(EVENTS, {2014: 3, 2016: 12}, "/events/?a=1"), Row(ARTICLES, {2016: 7}, "/articles/"))
    html = drawn(chart)
    picture, table = html.split("<details>")
    links = re.compile(r'href="([^"]+)"')
    assert sorted(links.findall(picture)) == sorted([*links.findall(table), "/years/2015/"])
    assert "/events/?a=1&amp;year=2016" in picture
    assert re.findall(r'<td class="n">(?:<a[^>]*>)?(\d+)', table) == ["3", "0", "12", "7"]
    assert re.findall(r'aria-hidden="true">(\d+)<', picture) == ["3", "12", "7"]


def test_names_are_those_of_the_language() -> None:
    with translation.override("ru"):
        chart = by_month(2014, Row(EVENTS, {6: 1, 7: 1}, "/events/"))
        assert chart.columns[5].name == "июнь 2014 года"
