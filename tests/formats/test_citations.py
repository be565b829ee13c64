"""Citations read back with libraries that are not ours: nothing is lost, whatever stands in a title."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import bibtexparser
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from archive import dates
from archive.formats.citation import bibtex, csljson, ris
from archive.formats.citation.citable import ARCHIVE, Citable, citables, for_citing
from archive.formats.text import one_line
from archive.models import Article, Event
from tests.factories import make_article, make_city, make_event, make_participant, make_publisher, make_topic
from tests.formats.test_styles import MISSILE

TITLES = [
    "Учения «Мирная миссия» начались",
    "上海合作组织“和平使命”",
    'He said "never" & {left} 100 % #1_a ~b^c \\d $5',
    "{{{ unbalanced } brace",
    "Two\r\nER  - \r\nlines\nTY  - JOUR",
    "@article{x, title={y}}",
    "Colon: dash – and 'quotes' <b>&amp;",
]
TEXTS = st.one_of(st.sampled_from(TITLES), st.text(min_size=1, max_size=60)).filter(lambda text: one_line(text))
FULL = replace(
    MISSILE,
    author="TASS",
    abstract="Twelve words of ours, {braces} & all.",
    keywords=("Joint exercises", "China"),
    place="Tashkent",
    url="https://source.example/a?b={c}&d=1",
    note="Dated by the text.",
)


# Three names of characters that LaTeX has and pylatexenc doesn't know, or knows as another letter.
_NAMED = get_default_latex_context_db()
_NAMED.add_context_category(
    "characters",
    macros=[
        MacroTextSpec("textbraceleft", "{"),
        MacroTextSpec("textbraceright", "}"),
        MacroTextSpec("textasciicircum", "^"),
    ],
    prepend=True,
)
_DECODER = LatexNodes2Text(latex_context=_NAMED, math_mode="verbatim")


def as_ris(found: Iterable[Citable]) -> list[dict[str, Any]]:
    return rispy.loads("".join(ris.write(found)))


def as_bibtex(found: Iterable[Citable]) -> list[dict[str, str]]:
    library = bibtexparser.parse_string(
        "".join(bibtex.write(found)), append_middleware=[LatexDecodingMiddleware(decoder=_DECODER)]
    )
    assert not library.failed_blocks
    return [{field.key: field.value for field in entry.fields} for entry in library.entries]


def as_csl(found: Iterable[Citable]) -> list[dict[str, Any]]:
    items = json.loads("".join(csljson.write(found)))
    Draft7Validator(CSL).validate(items)
    return items


# What the CSL project's schema for input data (csl-data.json of version 1.0.2) says of the variables that we write.
_TEXT = {"type": "string"}
_DATE = {
    "type": "object",
    "properties": {
        "date-parts": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1, "maxItems": 3},
        },
        "circa": {"type": ["string", "number", "boolean"]},
        "literal": _TEXT,
    },
    "additionalProperties": False,
}
CSL = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": ["article-newspaper", "document", "graphic", "motion_picture", "webpage"]},
            "id": {"type": ["string", "number"]},
            "author": {
                "type": "array",
                "items": {"type": "object", "properties": {"literal": _TEXT}, "additionalProperties": False},
            },
            "issued": _DATE,
            "accessed": _DATE,
            "custom": {"type": "object"},
            **dict.fromkeys(
                [
                    *("title", "container-title", "publisher-place", "event-place", "language", "abstract"),
                    *("keyword", "note", "URL", "source", "archive", "archive_location"),
                ],
                _TEXT,
            ),
        },
    },
}


@given(title=TEXTS, abstract=TEXTS, container=TEXTS)
def test_ris_loses_nothing(title: str, abstract: str, container: str) -> None:
    [found] = as_ris([replace(FULL, title=title, abstract=abstract, container=container)])
    assert found["type_of_reference"] == "NEWS"
    assert (found["title"], found["abstract"], found["secondary_title"]) == tuple(
        map(one_line, (title, abstract, container))
    )
    assert found["authors"] == ["TASS"]
    assert found["keywords"] == ["Joint exercises", "China"]
    assert found["urls"] == [FULL.permalink]
    assert (found["date"], found["year"], found["language"]) == ("2014/08/27/", "2014", "en")
    assert found["name_of_database"] == ARCHIVE
    assert found["notes"] == ["Dated by the text."]


@given(title=TEXTS, abstract=TEXTS, container=TEXTS)
@example(title="--", abstract="``a''", container="<<a>> !` ?` ---")
def test_bibtex_loses_nothing(title: str, abstract: str, container: str) -> None:
    [found] = as_bibtex([replace(FULL, title=title, abstract=abstract, container=container)])
    assert found["title"] == one_line(title)
    assert (found["abstract"], found["journal"]) == (one_line(abstract), one_line(container))
    assert found["author"].strip("{}") == "TASS"
    assert found["keywords"] == "Joint exercises, China"
    assert (found["date"], found["year"], found["month"], found["day"]) == ("2014-08-27", "2014", "8", "27")
    assert found["url"] == FULL.permalink


@given(title=TEXTS, abstract=TEXTS, container=TEXTS)
def test_csl_json_loses_nothing(title: str, abstract: str, container: str) -> None:
    [found] = as_csl([replace(FULL, title=title, abstract=abstract, container=container)])
    assert one_line(found["title"]) == one_line(title)
    assert one_line(found["abstract"]) == one_line(abstract)
    assert one_line(found["container-title"]) == one_line(container)
    assert found["author"] == [{"literal": "TASS"}]
    assert found["issued"] == {"date-parts": [[2014, 8, 27]]}
    assert found["accessed"] == {"date-parts": [[2026, 11, 2]]}
    assert (found["URL"], found["custom"]) == (FULL.permalink, {"source_url": FULL.url})


@pytest.mark.parametrize(
    ("edtf", "parts", "is_unsure"),
    [
        ("2014-08", [[2014, 8]], False),
        ("2014-08-24/2014-08-29", [[2014, 8, 24], [2014, 8, 29]], False),
        ("[2016-01-16..2016-01-27]", [[2016, 1, 16], [2016, 1, 27]], True),
        ("2016?", [[2016]], True),
        ("2014-08/..", [[2014, 8]], True),
    ],
)
def test_dates_are_as_exact_as_the_source(edtf: str, parts: list[list[int]], is_unsure: bool) -> None:
    one = replace(FULL, date=dates.parse(edtf), date_text=dates.show(edtf))
    [item] = as_csl([one])
    assert item["issued"]["date-parts"] == parts
    assert ("literal" in item["issued"]) == is_unsure
    [reference] = as_ris([one])
    assert f"Date: {one.date_text}" in reference["notes"]
    assert as_bibtex([one])[0]["date"] == edtf


def test_undated_says_no_date() -> None:
    one = replace(FULL, date=None, date_text="undated")
    assert "issued" not in as_csl([one])[0]
    assert {"date", "year"}.isdisjoint(as_ris([one])[0])
    assert {"date", "year"}.isdisjoint(as_bibtex([one])[0])


def test_none_and_many() -> None:
    assert as_csl([]) == as_ris([]) == as_bibtex([]) == []
    several = [replace(FULL, key=f"a-{n}") for n in range(3)]
    assert [len(read(several)) for read in (as_csl, as_ris, as_bibtex)] == [3, 3, 3]


@pytest.mark.django_db
def test_records_are_cited_with_what_they_say() -> None:
    article = make_article(
        headline="Drills & more",
        publisher=make_publisher(name="Daily"),
        agency=make_publisher(name="TASS"),
        dateline_city=make_city(name="Tashkent"),
        language="ru",
    )
    article.topics.add(make_topic(name="Drills"))
    article.participants.add(make_participant(name="Xi"), make_participant(name="Draft", status="draft"))
    event = make_event(name="Summit", state="planned", date="2027-06", city=make_city(name="Bishkek"))
    made = {}
    for model in (Article, Event):
        made |= {
            one.key: one
            for one in citables(for_citing(model.objects.all()), site="https://a.example", accessed=date(2026, 11, 2))
        }
    cited = made[article.slug]
    assert (cited.title, cited.container, cited.author, cited.place) == ("Drills & more", "Daily", "TASS", "Tashkent")
    assert cited.keywords == ("Drills", "Xi")
    assert cited.permalink == f"https://a.example/articles/{article.slug}/"
    record = made[event.slug]
    assert (record.form.csl, record.container, record.place) == ("webpage", ARCHIVE, "Bishkek")
    assert "State: planned." in record.note


@pytest.mark.django_db
def test_the_number_of_queries_is_constant() -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            for model in (Article, Event):
                list(citables(for_citing(model.objects.all()), site="", accessed=date(2026, 11, 2)))
        return len(caught)

    make_article().topics.add(make_topic())
    make_event().topics.add(make_topic())
    before = queries()
    for _ in range(3):
        make_article(agency=make_publisher()).topics.add(make_topic())
        make_event(city=make_city()).topics.add(make_topic())
    assert queries() == before
