"""The OpenAPI document: what Ninja makes of the operations, with the parameters of our filters, headers and problems."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from ninja.openapi.schema import REF_TEMPLATE

from archive.filter_kinds import LinkFilter, PresentFilter, SortFilter, WrittenFilter
from archive.formats.metadata import LICENCE
from archive.search import FACETS, MAX_CHARACTERS
from archive.views.api import asking, schemas
from archive.views.api.door import PREFIX
from archive.views.api.problems import KINDS, MEDIA_TYPE
from archive.views.api.resources import Resource
from archive.views.api.search import DEFAULT_HITS, MOST_HITS
from archive.views.search import SCOPES
from archive.views.suggest import MAX_CHARACTERS as MOST_TYPED

if TYPE_CHECKING:
    from ninja import NinjaAPI

ABOUT = (
    "The public records of the archive as JSON: what its pages show, with the same filters and the same numbers. "
    "Read only, without a key, for any site (CORS). HEAD and OPTIONS are answered everywhere. "
    "`ETag` and `Last-Modified` follow the archive's change log; send them back for 304. "
    "Every error is a problem (RFC 9457)."
)

_EXAMPLES = Path(__file__).with_name("examples.json")
_SITE_OF_EXAMPLES = "http://127.0.0.1:8000"
_KEY = r"^[A-Za-z0-9-]{1,120}$"

# What each filter of a list finds, and values of it in the archive as it is shipped.
_FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "year": ("Those that may fall in a year or a span of years; `undated`.", ("2014", "2014..2016")),
    "month": ("Those that may fall in a month; `2014-00`: of that year, month not known.", ("2014-08",)),
    "within": ("Those that certainly fall within a month, a year or a span of years.", ("2014-08", "2014..2016")),
    "precision": ("What the date says of its day.", ("day",)),
    "basis": ("Where the date comes from.", ("inferred",)),
    "sort": ("Order; undated ones are last in either.", ("oldest",)),
    "kind": ("Kind.", ()),
    "country": ("ISO codes. Of events: countries that hosted or took part.", ("KZ",)),
    "city": ("Slugs of host cities; of events also `none`.", ("dushanbe",)),
    "host": ("ISO codes of host countries.", ("CN",)),
    "topic": ("Slugs.", ("joint-exercises",)),
    "series": ("Slugs; of events also `none`.", ("peace-mission",)),
    "participant": ("Slugs of people and organisations.", ("xi-jinping",)),
    "press": ("`yes`: with an article in the archive; `no`: without.", ("yes",)),
    "state": ("Whether it was held.", ("held",)),
    "source": ("Where its facts come from, beside its articles.", ("official",)),
    "present": ("Held events at which all of them were: slugs of participants, codes of countries.", ("xi-jinping",)),
    "event": ("Slugs of events that the articles cover.", ("peace-mission-2014",)),
    "publisher": ("Slugs of publishers or agencies; `none`: neither is known.", ("xinhua",)),
    "language": ("Codes of languages.", ("en",)),
    "document": ("Names of source documents; `none`: added by itself.", ()),
    "text": ("Whether the captured text is held.", ("no",)),
    "rights": ("Rights of the captured text.", ("restricted",)),
}
_SEVERAL = " Several are alternatives."


def _parameter(
    name: str, about: str, schema: dict[str, Any], examples: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    told = {"name": name, "in": "query", "required": False, "description": about, "schema": schema, **more}
    if examples:
        is_list = schema.get("type") == "array"
        told["examples"] = {one: {"value": [one] if is_list else one} for one in examples}
    return told


def _filters(resource: Resource) -> Iterator[dict[str, Any]]:
    if resource.filters is None:
        return
    for name, one in resource.filters.base_filters.items():
        about, examples = _FILTERS[name]
        item: dict[str, Any] = {"type": "string"}
        if isinstance(one, WrittenFilter):
            item["pattern"] = f"^(?:{one.pattern.pattern})$"
        elif isinstance(one, LinkFilter):
            item |= {"maxLength": 200} if name == "document" else {"pattern": _KEY}
        else:
            item["enum"] = [str(value) for value, _label in one.extra["choices"]]
        if isinstance(one, SortFilter):
            yield _parameter(name, about, {**item, "default": "newest"}, examples)
        else:
            several = "" if isinstance(one, PresentFilter) else _SEVERAL
            yield _parameter(name, about + several, {"type": "array", "items": item}, examples)


def _controls(fields: Sequence[str], default: int, most: int) -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    cursor = {"type": "string", "maxLength": 2000}
    return [
        _parameter("limit", "How many at once.", limit),
        _parameter("cursor", "Where to go on: what `next` of the answer before has.", cursor),
        _fields(fields),
    ]


def _fields(fields: Sequence[str]) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string", "enum": [*fields]}, "minItems": 1}
    about = "The fields wanted, with commas between; type and key come always. All, where it is not given."
    return _parameter("fields", about, schema, style="form", explode=False)


def of_list(resource: Resource) -> list[dict[str, Any]]:
    kinds = {"type": "array", "items": {"type": "string", "enum": [*resource.kinds]}}
    names = [_parameter("kind", "Kind." + _SEVERAL, kinds)] if resource.kinds else []
    fields = schemas.properties(resource.record)
    return [*_filters(resource), *names, *_controls(fields, asking.DEFAULT, asking.MOST)]


# A record of each kind in the archive as it is shipped.
KEYS: Mapping[str, str] = {
    "article": "defence-ministers-of-eight-sco-states-meet-in-beijing-2018",
    "event": "qingdao-summit-2018",
    "participant": "chang-wanquan",
    "country": "KZ",
    "city": "dushanbe",
    "topic": "joint-exercises",
    "publisher": "xinhua",
    "series": "peace-mission",
}


def of_record(resource: Resource) -> list[dict[str, Any]]:
    return [_fields(schemas.properties(resource.record))]


# In searches, values that there are not find nothing.
_FACET = {"type": "array", "items": {"type": "string", "pattern": _KEY}}


def of_search() -> list[dict[str, Any]]:
    text = {"type": "string", "maxLength": MAX_CHARACTERS}
    found = [
        _parameter(
            "q", "The query, in the language of the search page (/help/search/); without it, all.", text, ["terror*"]
        ),
        _parameter("in", "What is searched.", {"type": "string", "enum": [*SCOPES], "default": "articles"}),
        _parameter(
            "sort", "Order.", {"type": "string", "enum": ["relevance", "newest", "oldest"], "default": "relevance"}
        ),
        _parameter("variants", "`no`: without other names and spellings.", {"type": "string", "enum": ["no"]}),
    ]
    for key in FACETS:
        found.append(_parameter(key, f"Only results with the {key}." + _SEVERAL, _FACET))
        found.append(_parameter(f"not_{key}", f"Only results without the {key}.", _FACET))
    # What a hit's record can have: of whichever kind is searched.
    fields = dict.fromkeys(
        name
        for record in (schemas.ArticleRecord, schemas.EventRecord, schemas.ParticipantRecord)
        for name in schemas.properties(record)
    )
    return [*found, *_controls([*fields], DEFAULT_HITS, MOST_HITS)]


def of_suggestions() -> list[dict[str, Any]]:
    schema = {"type": "string", "maxLength": MOST_TYPED}
    return [{**_parameter("q", "What was typed.", schema, ["Dush"]), "required": True}]


def of_changes() -> list[dict[str, Any]]:
    since = {"type": "integer", "minimum": 0, "maximum": 10**15}
    about = "Only changes after this number of the log, such as that of a dump (/dumps/manifest.json)."
    return [
        _parameter("since", about, since),
        *_controls(schemas.properties(schemas.ChangedRecord), asking.DEFAULT, asking.MOST),
    ]


# Put together ---------------------------------------------------------------------------------------------------------


# Answered by all operations, beside 200 and those of their own.
_ALWAYS = (304, 429, 500, 503)
_RATE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy")
_HEADERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "ETag": ("Tag of this state of the archive and this address.", {"type": "string"}),
    "Last-Modified": ("When the archive was last changed.", {"type": "string"}),
    "Link": ("Where the API is described (RFC 8631); in lists also what follows.", {"type": "string"}),
    "Location": ("The record's address now.", {"type": "string"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "RateLimit-Limit": ("Requests in the present window.", {"type": "integer"}),
    "RateLimit-Remaining": ("Requests that are left in it.", {"type": "integer"}),
    "RateLimit-Reset": ("Seconds until it ends.", {"type": "integer"}),
    "RateLimit-Policy": ("All windows: requests, and seconds.", {"type": "string"}),
}


def operation(
    *, parameters: Sequence[Mapping[str, Any]] = (), statuses: Sequence[int] = (400,), tags: Sequence[str]
) -> dict[str, Any]:
    """What is said of an operation beside what Ninja knows."""
    answers: dict[int, Any] = {
        200: {"description": "The answer.", "headers": _refs(("ETag", "Last-Modified", "Link", *_RATE))}
    }
    answers |= {status: {"$ref": f"#/components/responses/{status}"} for status in sorted({*statuses, *_ALWAYS})}
    return {"parameters": [*parameters], "responses": answers, "tags": [*tags]}


def _refs(names: Sequence[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _answers() -> dict[str, Any]:
    """The answers that operations share, by status."""
    told: dict[str, Any] = {
        "301": {"description": "The record has another address now.", "headers": _refs(("Location", *_RATE))},
        "304": {"description": "What you have is the newest state.", "headers": _refs(("ETag", *_RATE))},
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted({kind.status for kind in KINDS.values()} - {405}):
        titles = [f"`{name}`: {kind.title}." for name, kind in KINDS.items() if kind.status == status]
        waits = ("Retry-After",) if status in (429, 503) else ()
        told[str(status)] = {"description": " ".join(titles), "headers": _refs((*waits, *_RATE)), "content": content}
    return told


def document(api: "NinjaAPI") -> dict[str, Any]:
    """The whole document, with the examples that were kept (`python -m tests.api.examples` makes them anew)."""
    made: dict[str, Any] = api.get_openapi_schema(path_prefix="")
    kept = examples(settings.SITE_URL)
    for methods in made["paths"].values():
        for told in methods.values():
            told["responses"] = {str(status): answer for status, answer in told["responses"].items()}
            for one in told["parameters"]:
                if one["in"] == "path":
                    kind = told["operationId"].removeprefix("get-")
                    one["description"] = "ISO 3166 code, two letters." if kind == "country" else "The record's slug."
                    one["schema"] = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
                    one["example"] = KEYS[kind]
            if (example := kept.get(told["operationId"])) is not None:
                told["responses"]["200"]["content"]["application/json"]["example"] = example["answer"]
    problem = schemas.Problem.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
    parts = made["components"]
    parts["schemas"] |= {**problem.pop("$defs"), "Problem": problem}
    parts["headers"] = {name: {"description": about, "schema": schema} for name, (about, schema) in _HEADERS.items()}
    parts["responses"] = _answers()
    made["info"]["license"] = {"name": "CC BY 4.0 (the records)", "url": LICENCE}
    if settings.CONTACT_EMAIL:
        made["info"]["contact"] = {"email": settings.CONTACT_EMAIL}
    made["servers"] = [{"url": settings.SITE_URL + PREFIX.rstrip("/")}]
    made["externalDocs"] = {"url": f"{settings.SITE_URL}/api/", "description": "The same as a page"}
    return made


@cache
def examples(site: str) -> Mapping[str, Any]:
    """By operation: an address, and what it answers on the archive as it is shipped."""
    return json.loads(_EXAMPLES.read_text(encoding="utf-8").replace(_SITE_OF_EXAMPLES, site))


def text(api: "NinjaAPI") -> str:
    """The document as it is answered; made once for each address of the site."""
    return _text(api, settings.SITE_URL, settings.CONTACT_EMAIL)


@cache
def _text(api: "NinjaAPI", site: str, contact: str) -> str:
    return json.dumps(document(api), ensure_ascii=False)
