"""The manual of the API: the OpenAPI document as a page, without anything that the document does not say."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from archive import ratelimit
from archive.views.api import document
from archive.views.api.asking import DEFAULT, MOST
from archive.views.api.door import PREFIX
from archive.views.api.problems import KINDS
from archive.views.api.routes import api
from archive.views.keeping import kept


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    about: str
    values: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A field of what is answered: its type in words; `leads_to` is the anchor of the table that says what is in it."""

    name: str
    type: str
    about: str
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`example` is an address that answers, `answer` what it answers."""

    name: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    statuses: tuple[str, ...]
    answers: str
    example: str
    answer: str


@dataclass(frozen=True, slots=True)
class Manual:
    operations: tuple[Operation, ...]
    tables: tuple[Table, ...]


@kept
def manual(request: HttpRequest) -> HttpResponse:
    context = {
        "manual": _manual(settings.SITE_URL, settings.CONTACT_EMAIL),
        "problems": KINDS,
        "base": settings.SITE_URL + PREFIX,
        "limits": ratelimit.LIMITS["api"],
        "default": DEFAULT,
        "most": MOST,
    }
    return render(request, "archive/api.html", context)


@cache
def _manual(site: str, contact: str) -> Manual:
    told = json.loads(document.text(api))
    examples = document.examples(site)
    operations = tuple(
        _operation(path, one, examples.get(one["operationId"], {}))
        for path, methods in told["paths"].items()
        for one in methods.values()
    )
    tables = tuple(Table(name, tuple(_fields(one))) for name, one in sorted(told["components"]["schemas"].items()))
    return Manual(operations, tables)


def _operation(path: str, told: Mapping[str, Any], example: Mapping[str, Any]) -> Operation:
    answer = told["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        name=told["operationId"],
        path=PREFIX.rstrip("/") + path,
        summary=told["summary"],
        parameters=tuple(
            Parameter(one["name"], one["description"], _values(one["schema"], one.get("examples", ())), one["required"])
            for one in told["parameters"]
        ),
        statuses=tuple(told["responses"]),
        answers=_named(answer),
        example=example.get("address", ""),
        answer=json.dumps(example["answer"], ensure_ascii=False, indent=2) if example else "",
    )


def _values(schema: Mapping[str, Any], examples: Iterable[str]) -> str:
    """What a parameter takes, in a few words; patterns are for programs."""
    item = schema.get("items", schema)
    default = f" `{item['default']}` unless given." if "default" in item else ""
    if "enum" in item:
        return f"One of {', '.join(f'`{one}`' for one in item['enum'])}." + default
    if "minimum" in item:
        return f"From `{item['minimum']}` to `{item['maximum']}`." + default
    if examples:
        return f"Such as {', '.join(f'`{one}`' for one in examples)}."
    return f"At most {item['maxLength']} characters." if "maxLength" in item else ""


def _fields(schema: Mapping[str, Any]) -> Iterator[Field]:
    for name, told in schema.get("properties", {}).items():
        type_, leads_to = _type(told)
        yield Field(name, type_, told.get("description", ""), leads_to)


def _type(told: Mapping[str, Any]) -> tuple[str, str]:
    """The type in words, and the schema that it is made of."""
    if "anyOf" in told:
        parts = [_type(one) for one in told["anyOf"]]
        return " | ".join(name for name, _leads in parts), next((leads for _name, leads in parts if leads), "")
    if "$ref" in told:
        return _named(told), _named(told)
    if told.get("type") == "array":
        name, leads_to = _type(told["items"])
        return f"[{name}]", leads_to
    if "const" in told:
        return f"“{told['const']}”", ""
    if "enum" in told:
        return " | ".join(f"“{one}”" for one in told["enum"]), ""
    return str(told.get("type", "")) + (f" ({told['format']})" if "format" in told else ""), ""


def _named(told: Mapping[str, Any]) -> str:
    return str(told.get("$ref", "")).rpartition("/")[2]
