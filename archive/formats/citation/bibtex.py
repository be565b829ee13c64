"""BibTeX, with accented and non-Latin letters as they are (UTF-8), for BibLaTeX, BibTeX8 and reference managers.

Grammar: http://www.bibtex.org/Format/; special characters after `The LaTeX Companion`, 2nd edition, 13.2.
"""

import re
from collections.abc import Iterable, Iterator

from archive.formats.citation.citable import ARCHIVE, Citable
from archive.formats.text import one_line

# Braces by name: BibTeX counts them even behind a backslash, and one without its partner would swallow the file.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_"},
    }
)

# LaTeX makes one sign of each of these pairs (a dash, a quotation mark): an empty group keeps them two.
_LIGATURES = re.compile(r"""(?<=-)(?=-)|(?<=`)(?=`)|(?<=')(?=')|(?<=<)(?=<)|(?<=>)(?=>)|(?<=[!?])(?=`)""")


def write(citables: Iterable[Citable]) -> Iterator[str]:
    """An entry at a time."""
    for one in citables:
        fields = (f"  {name} = {{{value}}}" for name, value in _fields(one) if value)
        yield f"@{one.form.bibtex}{{{one.key},\n" + ",\n".join(fields) + "\n}\n\n"


def _fields(one: Citable) -> Iterator[tuple[str, str]]:
    # A second pair of braces keeps capitals, and a corporate author whole.
    yield "title", f"{{{_escaped(one.title)}}}"
    if one.author:
        yield "author", f"{{{_escaped(one.author)}}}"
    yield ("journal" if one.form.bibtex == "article" else "howpublished"), _escaped(one.container)
    when = one.date
    if when is not None:
        # BibLaTeX reads EDTF; plain BibTeX the year and the month.
        yield "date", str(when)
        if when.kind == "point" and when.start is not None:
            yield "year", f"{when.start.year}"
            yield "month", f"{when.start.month}" if when.start.month else ""
            yield "day", f"{when.start.day}" if when.start.day else ""
        else:
            yield "year", _escaped(one.date_text)
    yield "location", _escaped(one.place)
    yield "language", one.language
    yield "abstract", _escaped(one.abstract)
    yield "keywords", _escaped(", ".join(word.replace(",", "") for word in one.keywords))
    yield "note", _escaped(one.note)
    yield "url", one_line(one.permalink)
    yield "urldate", one.accessed.isoformat()
    yield "related-url", one_line(one.url).translate({ord("{"): "%7B", ord("}"): "%7D"})
    yield "publisher", "" if one.container == ARCHIVE else ARCHIVE


def _escaped(text: str) -> str:
    return _LIGATURES.sub("{}", one_line(text).translate(_ESCAPES))
