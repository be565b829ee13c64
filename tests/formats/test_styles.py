"""The written styles, on the examples of their standards and on what this archive holds."""

from dataclasses import replace
from datetime import date

import pytest

from archive import dates
from archive.formats.citation.citable import ARCHIVE, Citable, Form
from archive.formats.citation.styles import STYLES, plain

NEWSPAPER = Form("article-newspaper", "NEWS", "article", "N")
MISSILE = Citable(
    form=NEWSPAPER,
    key="china-unveils-missile",
    title="China unveils new missile",
    author="",
    container="Xinhua News Agency",
    date=dates.parse("2014-08-27"),
    date_text="27 August 2014",
    language="en",
    abstract="",
    keywords=(),
    place="",
    url="",
    permalink="https://archive.example/articles/china-unveils-missile/",
    accessed=date(2026, 11, 2),
    note="",
)


def written(style: str, one: Citable) -> str:
    return plain(STYLES[style].write(one))


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "chicago",
            (
                "Xinhua News Agency. “China unveils new missile.” August 27, 2014. SCO security archive. "
                "Accessed November 2, 2026. https://archive.example/articles/china-unveils-missile/."
            ),
        ),
        (
            "apa",
            (
                "China unveils new missile. (2014, August 27). Xinhua News Agency. SCO security archive. "
                "Retrieved November 2, 2026, from https://archive.example/articles/china-unveils-missile/"
            ),
        ),
        (
            "mla",
            (
                "“China unveils new missile.” Xinhua News Agency, 27 Aug. 2014, SCO security archive, "
                "https://archive.example/articles/china-unveils-missile/. Accessed 2 Nov. 2026."
            ),
        ),
        (
            "gost",
            (
                "China unveils new missile // Xinhua News Agency. 27.08.2014. SCO security archive. "
                "URL: https://archive.example/articles/china-unveils-missile/ (дата обращения: 02.11.2026)."
            ),
        ),
        (
            "gbt",
            (
                "China unveils new missile[N/OL]. Xinhua News Agency, 2014-08-27[2026-11-02]. "
                "https://archive.example/articles/china-unveils-missile/."
            ),
        ),
    ],
)
def test_news_without_an_author(style: str, expected: str) -> None:
    assert written(style, MISSILE) == expected


def test_example_of_gost_r_7_0_5_2008() -> None:
    """Section 10: an article of a journal on the web. What tells where it is kept is ours."""
    journal = replace(
        MISSILE,
        author="Дирина А. И.",
        title="Право военнослужащих Российской Федерации на свободу ассоциаций",
        container="Военное право: сетевой журн",
        date=dates.parse("2007"),
        permalink="http://www.voennoepravo.ru/node/2149",
        accessed=date(2007, 9, 19),
    )
    assert written("gost", journal).replace(f"{ARCHIVE}. ", "") == (
        "Дирина А. И. Право военнослужащих Российской Федерации на свободу ассоциаций // "
        "Военное право: сетевой журн. 2007. URL: http://www.voennoepravo.ru/node/2149 (дата обращения: 19.09.2007)."
    )


def test_example_of_gb_t_7714_2015() -> None:
    """A.4: an article of a newspaper on the web (its page of the paper, which no record here has, left out)."""
    paper = replace(
        MISSILE,
        author="傅刚, 赵承, 李佳路",
        title="大风沙过后的思考",
        container="北京青年报",
        date=dates.parse("2000-04-12"),
        permalink="http://www.bjyouth.com.cn/Bqb/20000412/GB/4216%5ED0412B1401.htm",
        accessed=date(2005, 7, 12),
    )
    assert written("gbt", paper) == (
        "傅刚, 赵承, 李佳路. 大风沙过后的思考[N/OL]. 北京青年报, 2000-04-12[2005-07-12]. "
        "http://www.bjyouth.com.cn/Bqb/20000412/GB/4216%5ED0412B1401.htm."
    )


def test_the_name_of_the_paper_is_italic_in_apa_and_mla() -> None:
    for style in ("apa", "mla"):
        assert [run.text for run in STYLES[style].write(MISSILE) if run.is_italic][:1] == ["Xinhua News Agency"]


@pytest.mark.parametrize(
    ("edtf", "style", "part"),
    [
        ("2014-08", "chicago", "August 2014."),
        ("2014", "mla", ", 2014,"),
        ("2014-08", "apa", "(2014, August)"),
        ("2014-08", "gost", " 08.2014. "),
        ("2014-08", "gbt", ", 2014-08["),
        ("[2016-01-16..2016-01-27]", "chicago", "[between 16 and 27 January 2016]."),
        ("2016?", "apa", "([2016 (uncertain)])"),
    ],
)
def test_a_date_says_no_more_than_the_source(edtf: str, style: str, part: str) -> None:
    assert part in written(style, replace(MISSILE, date=dates.parse(edtf)))


@pytest.mark.parametrize(("style", "part"), [("apa", "(n.d.)"), ("gost", "[б. г.]"), ("gbt", "[N/OL]. Xinhua")])
def test_undated(style: str, part: str) -> None:
    assert part in written(style, replace(MISSILE, date=None))


@pytest.mark.parametrize("style", STYLES)
def test_what_has_no_publisher_is_cited_from_the_archive(style: str) -> None:
    text = written(style, replace(MISSILE, container=""))
    assert text.count(ARCHIVE) == 1
    assert ". ." not in text
    assert "  " not in text


@pytest.mark.parametrize("style", STYLES)
def test_a_question_keeps_its_mark(style: str) -> None:
    assert "Who came?." not in written(style, replace(MISSILE, title="Who came?"))
