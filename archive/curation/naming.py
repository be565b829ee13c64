"""How a record is named where it stands among others of all kinds: what is found wrong, or changed."""

from typing import Any

from django.utils.text import Truncator

from archive.models import Change, Record

# The sources of a row are long.
_LABEL = 120


def key_of(record: Record | Change) -> str:
    """The record's name in the change log; of an entry of the log its number."""
    if isinstance(record, Change):
        return str(record.number)
    return "/".join(str(part) for part in record.natural_key())[:500]


def label_of(record: Record | Change) -> str:
    """Its name, with that of the record that it belongs to."""
    page = page_of(record)
    label = str(record) if page is record or str(page) in str(record) else f"{page}: {record}"
    return Truncator(label).chars(_LABEL)


def address_of(record: Record | Change) -> str:
    """The page it stands on; empty where there is none."""
    page = page_of(record)
    return page.get_absolute_url() if hasattr(page, "get_absolute_url") else ""


def page_of(record: Record | Change) -> Any:
    """The record whose page shows it: itself, or the first that it belongs to."""
    owners = () if isinstance(record, Change) else owners_of(type(record))
    return getattr(record, owners[0]) if owners else record


def owners_of(model: type[Record]) -> list[str]:
    """Names of the links through which records of the model are named: what they belong to."""
    links = [lookup.rpartition("__")[0] for lookup in model.natural_key_fields]
    return list(dict.fromkeys(link for link in links if link))
