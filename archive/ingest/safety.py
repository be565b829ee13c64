"""What every value from outside goes through: harmless characters, bounded lengths, addresses that are addresses."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from archive import dates
from archive.ingest.items import Flag, Item

# What the columns of an article hold.
_LENGTHS = {
    "headline": 300,
    "url": 1000,
    "printed_date": 100,
    "publisher_name": 200,
    "agency_name": 200,
    "site": 200,
    "author": 200,
    "dateline": 200,
    "date_note": 2000,
    "kind": 20,
}
_NAME_LENGTH = 150
# Control characters, lone surrogates, byte order marks: databases refuse them, or readers can't see them.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_validate_address = URLValidator(schemes=["http", "https"])
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,6})?", re.ASCII)


def clean_text(text: str) -> str:
    """The text without what can't be stored; lines stay, blanks at their ends don't, nor more than one empty line."""
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def clean_line(text: str) -> str:
    """The text on one line."""
    return " ".join(_UNWANTED.sub("", text).split())


def clean_name(name: str) -> str:
    """A file's name as it may be shown and stored: without folders, control characters and leading dots, and not long."""
    name = unicodedata.normalize("NFC", clean_line(name.replace("\x00", "")))
    if "://" not in name:
        name = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return name.lstrip(".")[:_NAME_LENGTH].strip() or "unnamed"


def safe_address(address: str) -> str:
    """The address where it is one of the web, else empty: no other scheme, no blanks, no user in it."""
    address = address.strip()
    try:
        _validate_address(address)
        has_user = "@" in urlsplit(address).netloc
    except (ValidationError, ValueError):
        return ""
    return "" if has_user or re.search(r"[\s\\<>\"]", address) or _UNWANTED.search(address) else address


def safe_item(item: Item) -> Item:
    """The item with harmless values of bounded length; what was left out or shortened is flagged."""
    values: dict[str, Any] = {"text": clean_text(item.text)}
    flags = list(item.flags)
    for name, most in _LENGTHS.items():
        value = clean_line(getattr(item, name))
        if name == "url" and value and (len(value) > most or not safe_address(value)):
            flags.append(Flag("link", value[:most]))
            value = ""
        if len(value) > most:
            flags.append(Flag("shortened", value))
            value = value[: most - 1].rstrip() + "…"
        values[name] = value
    if item.date and not _is_date(item.date):
        values |= {"date": "", "date_basis": ""}
    language = item.language.strip().replace("_", "-")
    values["language"] = language if _LANGUAGE.fullmatch(language) and len(language) <= 10 else _language_of(values)
    if item.record is not None:
        values["record"] = _clean_value(item.record)
    return replace(item, **values, flags=tuple(Flag(flag.kind, clean_line(flag.words)) for flag in flags))


def _is_date(text: str) -> bool:
    try:
        dates.parse(text)
    except dates.DateError:
        return False
    return len(text) <= dates.MAX_LENGTH


def _language_of(values: Mapping[str, Any]) -> str:
    """By the script that prevails; enough to tell the languages that the archive's sources have."""
    text = values["headline"] + values["text"][:2000]
    cyrillic = len(re.findall("[\u0400-\u04ff]", text))
    han = len(re.findall("[\u4e00-\u9fff]", text))
    latin = len(re.findall("[A-Za-z]", text))
    return "ru" if cyrillic > max(latin, han) else "zh" if han * 2 > latin else "en"


def _clean_value(value: Any) -> Any:
    """A JSON value whose texts are harmless."""
    if isinstance(value, str):
        return _UNWANTED.sub("", value)
    if isinstance(value, Mapping):
        return {_UNWANTED.sub("", str(key)): _clean_value(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clean_value(one) for one in value]
    return value
