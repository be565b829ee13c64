"""What a merge of two records would do: what is chosen, what moves, what stands against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from archive.curation.merging.links import NAMING, holders_of, is_doubled, naming, own_links, relations, rows_of
from archive.models import Article, City, Event, Participant, Record, Reviewed, Status

_NAMES = (("name",), ("name_ru",), ("name_zh",))
_DATE = ("date", "date_basis", "date_note")
# What is chosen of each kind of record: fields that only make sense together are chosen together.
CHOSEN: Mapping[type[Record], tuple[tuple[str, ...], ...]] = {
    Article: (
        *(("headline", "headline_supplied"), ("kind",), ("publisher",), ("agency",), ("language",)),
        *((*_DATE, "printed_date"), ("dateline", "dateline_city"), ("url",), ("abstract",)),
        *(("body", "text_sha256", "rights"), ("source_document", "source_position")),
    ),
    Event: (
        *(*_NAMES, ("kind",), ("series", "ordinal", "ordinal_basis"), _DATE, ("city",), ("place",), ("format",)),
        *(("state",), ("parent",), ("summary",), ("authority_id",)),
    ),
    Participant: (*_NAMES, ("kind",), ("country",), ("description",)),
    City: (*_NAMES, ("kind",), ("country",), ("latitude", "longitude"), ("note",)),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Fields in which the two differ: how each shows them, and which of the two is the better guess."""

    name: str
    label: str
    kept: str
    merged: str
    preselected: str


@dataclass(frozen=True, slots=True)
class Move:
    """Links of one kind: how many will lead to the kept record, and how many it has already."""

    label: str
    moved: int
    doubled: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would do; `refusal` says why it can't be done."""

    choices: tuple[Choice, ...]
    moves: tuple[Move, ...]
    variants: tuple[str, ...]
    refusal: str


def plan(kept: Any, merged: Any) -> Plan:
    """What merging the two would do. The number of queries grows with the links."""
    return Plan(
        choices=tuple(_choices(kept, merged)),
        moves=tuple(move for move in _moves(kept, merged) if move.moved or move.doubled),
        variants=tuple(joined_variants(kept, merged, {})[len(kept.variants) :]) if hasattr(kept, "variants") else (),
        refusal=refusal(kept, merged),
    )


def _choices(kept: Any, merged: Any) -> Iterator[Choice]:
    for group in CHOSEN[type(kept)]:
        shown = [(_shown(kept, name), _shown(merged, name)) for name in group]
        if any(mine != other for mine, other in shown):
            yield Choice(
                name=group[0],
                label=str(kept._meta.get_field(group[0]).verbose_name),
                kept=" · ".join(filter(None, (mine for mine, _other in shown))),
                merged=" · ".join(filter(None, (other for _mine, other in shown))),
                preselected="kept" if _has_opinion(kept, merged, group) else "merged",
            )


def _has_opinion(kept: Any, merged: Any, group: tuple[str, ...]) -> bool:
    """Whether the kept record says anything where the two differ: an empty field gives way to a filled one."""
    values = ((getattr(kept, name), getattr(merged, name)) for name in group)
    return any(mine not in ("", None) for mine, other in values if mine != other)


def _shown(record: Any, name: str) -> str:
    display = getattr(record, f"get_{name}_display", None)
    value = display() if display else getattr(record, name)
    model_field = record._meta.get_field(name)
    if isinstance(model_field, models.BooleanField):
        return str(model_field.verbose_name) if value else ""
    return "" if value is None else str(value)


def _moves(kept: Any, merged: Any) -> Iterator[Move]:
    for relation in relations(type(merged)):
        label = f"{relation.related_model._meta.verbose_name_plural} ({relation.field.verbose_name})"
        if relation.many_to_many:
            moved, both = holders_of(relation, kept, merged)
            yield Move(label, len(moved), len(both))
        else:
            doubled = [is_doubled(row, relation.field, kept) for row in rows_of(relation, merged)]
            yield Move(label, doubled.count(False), doubled.count(True))
    for model in NAMING:
        yield Move(str(model._meta.verbose_name_plural), naming(model, merged).count(), 0)
    for own in own_links(type(merged)):
        theirs, mine = (set(getattr(record, own.name).values_list("pk", flat=True)) for record in (merged, kept))
        yield Move(str(own.verbose_name), len(theirs - mine), len(theirs & mine))


def refusal(kept: Any, merged: Any) -> str:
    if type(kept) is not type(merged) or type(kept) not in CHOSEN:
        return _("Only two records of one kind can be made one: articles, participants, cities or events.")
    if kept.pk == merged.pk:
        return _("That is one record already.")
    if not isinstance(kept, Reviewed) or not isinstance(merged, Reviewed):
        return ""
    if kept.status == Status.WITHDRAWN and merged.status != Status.WITHDRAWN:
        return _("The kept record is withdrawn: keep the other one, or publish it again first.")
    if merged.first_public_at and not kept.first_public_at:
        return _("“%(merged)s” was public and “%(kept)s” never was: keep the public one.") % {
            "merged": merged,
            "kept": kept,
        }
    return ""


def joined_variants(kept: Any, merged: Any, chosen: Mapping[str, Any]) -> list[str]:
    """The kept record's variants and every other name of the two, but for those that it goes by."""
    known = {_folded(chosen.get(name, getattr(kept, name))) for name in ("name", "name_ru", "name_zh")}
    variants = list(kept.variants)
    known |= {_folded(name) for name in variants}
    for name in (*kept.all_names, *merged.all_names):
        if _folded(name) not in known:
            known.add(_folded(name))
            variants.append(name)
    return variants


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
