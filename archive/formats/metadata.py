"""Articles and events as harvesters take them: simple Dublin Core (oai_dc) and MODS 3.4."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from archive.formats.citation.citable import ARCHIVE, Citable
from archive.formats.text import clean
from archive.models import Article

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC = "http://purl.org/dc/elements/1.1/"
_OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_MODS = "http://www.loc.gov/mods/v3"
_XLINK = "http://www.w3.org/1999/xlink"


@dataclass(frozen=True, slots=True)
class Described:
    """A record, what a citation says of it, and the names and addresses of the events that it covers."""

    record: Any
    citable: Citable
    events: tuple[tuple[str, str], ...]

    @property
    def is_article(self) -> bool:
        return isinstance(self.record, Article)

    @property
    def date(self) -> str:
        return str(self.citable.date) if self.citable.date is not None else ""


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    schema: str
    namespace: str
    write: Callable[[Described], Any]


def described(record: Any, citable: Citable, site: str) -> Described:
    """`record` as `archive.harvesting.records_of` gives it; `site` is the archive's address without a slash at its end."""
    events = [coverage.event for coverage in record.coverages.all()] if isinstance(record, Article) else []
    return Described(record, citable, tuple((event.name, site + event.get_absolute_url()) for event in events))


def _dublin_core(one: Described) -> Any:
    cited = one.citable
    root = _root(_OAI_DC, "dc", {"oai_dc": _OAI_DC, "dc": _DC}, FORMATS["oai_dc"].schema)
    language = cited.language if one.is_article else "en"
    rows = [
        ("title", cited.title, language),
        ("creator", cited.author, ""),
        *(("subject", word, "") for word in cited.keywords),
        ("description", cited.abstract, "en"),
        ("publisher", cited.container, ""),
        ("date", one.date, ""),
        ("type", "Text" if one.is_article else "Event", ""),
        ("type", one.record.get_kind_display(), "en"),
        ("identifier", cited.permalink, ""),
        ("source", cited.url, ""),
        ("language", language, ""),
        *(("relation", url, "") for _name, url in one.events),
        ("coverage", cited.place, ""),
        ("rights", LICENCE, ""),
    ]
    for name, text, lang in rows:
        _add(root, f"{{{_DC}}}{name}", text, **({_XML_LANG: lang} if lang else {}))
    return root


def _mods(one: Described) -> Any:
    cited = one.citable
    root = _root(_MODS, "mods", {None: _MODS, "xlink": _XLINK}, FORMATS["mods"].schema)
    root.set("version", "3.4")
    _title(root, cited.title, cited.language if one.is_article else "en")
    if cited.author:
        name = _within(root, "name", type="corporate")
        _text(name, "namePart", cited.author)
        _text(_within(name, "role"), "roleTerm", "author", type="text")
    _text(root, "typeOfResource", "text")
    _text(root, "genre", one.record.get_kind_display())
    if one.is_article and (cited.container or one.date or cited.place):
        origin = _within(root, "originInfo")
        if cited.place:
            _text(_within(origin, "place"), "placeTerm", cited.place, type="text")
        _text(origin, "publisher", cited.container)
        _text(origin, "dateIssued", one.date, encoding="edtf")
    _text(_within(root, "language"), "languageTerm", cited.language, type="code", authority="rfc4646")
    _text(root, "abstract", cited.abstract, **{_XML_LANG: "en"})
    _text(root, "note", cited.note)
    for word in cited.keywords:
        _text(_within(root, "subject"), "topic", word)
    if not one.is_article:
        for name, text, attributes in (("geographic", cited.place, {}), ("temporal", one.date, {"encoding": "edtf"})):
            if text:
                _text(_within(root, "subject"), name, text, **attributes)
    _title(_within(root, "relatedItem", type="host"), ARCHIVE, "en")
    if cited.url:
        _text(_within(_within(root, "relatedItem", type="original"), "location"), "url", cited.url)
    for name, url in one.events:
        related = _within(root, "relatedItem", displayLabel="event")
        _title(related, name, "en")
        _text(_within(related, "location"), "url", url)
    _text(root, "identifier", cited.permalink, type="uri")
    _text(_within(root, "location"), "url", cited.permalink, usage="primary display")
    access = {"type": "use and reproduction", f"{{{_XLINK}}}href": LICENCE}
    _text(root, "accessCondition", "The record: CC BY 4.0", **access)
    return root


FORMATS: Mapping[str, MetadataFormat] = {
    "oai_dc": MetadataFormat("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", _OAI_DC, _dublin_core),
    "mods": MetadataFormat("http://www.loc.gov/standards/mods/v3/mods-3-4.xsd", _MODS, _mods),
}


def _root(namespace: str, name: str, names: Mapping[Any, str], schema: str) -> Any:
    root = etree.Element(f"{{{namespace}}}{name}", nsmap={**names, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{namespace} {schema}")
    return root


def _within(parent: Any, name: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{_MODS}}}{name}", attributes)


def _title(parent: Any, text: str, language: str) -> None:
    info = _within(parent, "titleInfo")
    info.set(_XML_LANG, language)
    _text(info, "title", text)


def _text(parent: Any, name: str, text: str, **attributes: str) -> None:
    _add(parent, f"{{{_MODS}}}{name}", text, **attributes)


def _add(parent: Any, tag: str, text: str, **attributes: str) -> None:
    """An element with that text; none where it is empty."""
    if text:
        etree.SubElement(parent, tag, attributes).text = clean(text)
