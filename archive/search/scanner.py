"""From what a reader typed to the tokens of the query language."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from archive.search.text import forms

FIELDS = ("title", "participant", "country", "city", "dateline", "topic", "event", "series", "publisher", "kind")
DATE_FIELDS = ("year", "date", "before", "after")

# NUL and lone surrogates are no text (databases refuse them); the other controls are nothing that anybody types.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
# What phones, word processors and Chinese keyboards write for the signs of the language.
_SIGNS = str.maketrans("“”„‟«»＂（）：＊～", '"""""""():*~')

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<field>[A-Za-z_]+):(?![:/])
    | (?P<phrase>"(?P<quoted>[^"]*)(?P<end>"?)(?P<near>~[0-9.]*)?)
    | (?P<not>NOT(?=[\s()"]|$)|-(?=[^\s-]))
    | (?P<or>OR(?=[\s()"]|$))
    | (?P<and>AND(?=[\s()"]|$))
    | (?P<word>[^\s()"]+)
    )""",
    re.VERBOSE,
)
_SUFFIX = re.compile(r"(?:\*|~[0-9.]*+)++\Z")


class Token(NamedTuple):
    """A bracket, an operator or a term; of a term, the field it is looked for in and what stands behind it: "*", "~2"."""

    kind: str
    text: str = ""
    field: str = ""
    suffix: str = ""


def scan(text: str, notes: list[str]) -> Iterator[Token]:
    """The tokens; each term knows its field, and words that are glued together are a group of words."""
    if not (text.isascii() and text.isprintable()):
        text = _NO_TEXT.sub(" ", text).translate(_SIGNS)
    fields = [""]  # of the brackets that are open
    field, unknown = "", ""  # named just before
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("word", "phrase"):
            yield from _together([*_words(unknown), *_terms(match, field or fields[-1], notes)])
        else:
            yield from _together(_words(unknown))
            if kind == "open":
                fields.append(field or fields[-1])
            elif field:
                _note_no_value(field, notes)
            if kind == "close" and len(fields) > 1:
                fields.pop()
            if kind != "field":
                yield Token(kind)
        field, unknown = "", ""
        if kind == "field":
            name = match["field"].lower()
            if name in (*FIELDS, *DATE_FIELDS):
                field = name
            elif text[match.end() : match.end() + 1].strip():
                unknown = name
                _note_no_field(name, notes)
            else:
                # "Putin: we agree" is prose, "country: china" is meant as a field.
                yield from _together(_words(name, fields[-1]))
    yield from _together(_words(unknown))
    if field:
        _note_no_value(field, notes)


def _note_no_value(field: str, notes: list[str]) -> None:
    notes.append(_("“%(field)s:” had no value and was ignored.") % {"field": field})


def _note_no_field(name: str, notes: list[str]) -> None:
    notes.append(
        _("There is no field “%(field)s”; the words were searched everywhere. Fields: %(fields)s.")
        % {"field": name[:30], "fields": ", ".join((*FIELDS, *DATE_FIELDS))}
    )


def _together(terms: list[Token]) -> list[Token]:
    """The terms as one: in brackets if there are several."""
    return terms if len(terms) < 2 else [Token("open"), *terms, Token("close")]


def _terms(match: re.Match[str], field: str, notes: list[str]) -> list[Token]:
    """A phrase, or the words that stand between blanks."""
    if match["phrase"] is not None:
        if not match["end"]:
            notes.append(_("A quotation mark had no partner: the phrase was taken to the end."))
        if re.search(r"\w[*~]", match["quoted"]):
            notes.append(_("Within quotation marks “*” and “~” mean nothing: the words are searched exactly."))
        return [Token("phrase", match["quoted"], field, match["near"] or "")]
    text, suffix = match["word"], ""
    if field in DATE_FIELDS:
        return [Token("word", text, field)]
    # As at the end of a sentence: "terror*."
    bare = text.rstrip(",.;:!?")
    if found := _SUFFIX.search(bare):
        text, suffix = bare[: found.start()], found[0]
    if re.search(r"[*~]", text):
        notes.append(_("“*” and “~” are understood at the end of a word only."))
    terms = _words(text, field) or [Token("word", text, field)]
    if len(terms) > 1 and field and not suffix:
        # "city:khanty-mansiysk": its parts, as one name.
        return [Token("phrase", text, field)]
    # Of "alpha-bravo*" the last has the star.
    return [*terms[:-1], terms[-1]._replace(suffix=suffix)]


def _words(text: str, field: str = "") -> list[Token]:
    return [Token("word", form, field) for form in words_of(text)]


def words_of(text: str) -> list[str]:
    """The folded words of a text; a sign that folds to several words ("½" to 1 and 2) is several."""
    return [part for form in forms(text) for part in forms(form)]
