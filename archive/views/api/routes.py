"""The operations of the API, made of the table of resources."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect
from django.urls import reverse
from ninja import NinjaAPI, Schema

from archive.formats.citation.citable import ARCHIVE
from archive.formats.metadata import LICENCE
from archive.views.api import document, schemas
from archive.views.api.answering import answered
from archive.views.api.asking import check_names
from archive.views.api.changes import changes
from archive.views.api.door import PREFIX
from archive.views.api.problems import Moved, Refused, problem
from archive.views.api.records import list_view, record_view
from archive.views.api.resources import RESOURCES
from archive.views.api.search import results, suggestions
from archive.views.conditional import looked_at_first

VERSION = "1"
# The document and its page are ours (`document`, `manual`): Ninja's load scripts from elsewhere.
api = NinjaAPI(
    title=ARCHIVE, version=VERSION, description=document.ABOUT, docs_url=None, openapi_url=None, urls_namespace="api-v1"
)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return problem(request, error.kind, error.detail, error.faults, **error.members)


@api.exception_handler(Moved)
def _moved(request: HttpRequest, error: Moved) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{settings.SITE_URL}{error.args[0]}{'?' if query else ''}{query}")


def _root(request: HttpRequest) -> HttpResponseBase:
    """Where everything is."""
    check_names(request.GET, ())
    site = settings.SITE_URL
    names = [*(resource.plural for resource in RESOURCES.values()), "search", "suggestions", "changes"]
    told = {
        "title": ARCHIVE,
        "version": VERSION,
        "licence": LICENCE,
        "document": site + reverse("api-v1:document"),
        "manual": site + reverse("archive:api"),
        "resources": [{"name": name, "url": f"{site}{PREFIX}{name}"} for name in names],
    }
    return answered(request, lambda: told)


def _add(path: str, view: Callable[..., Any], answer: type[Schema], name: str, summary: str, **extra: Any) -> None:
    api.api_operation(
        ["GET"],
        path,
        response={200: answer},
        by_alias=True,
        operation_id=name,
        url_name=name,
        summary=summary,
        openapi_extra=document.operation(**extra),
    )(looked_at_first(view))


_add("/", _root, schemas.Root, "root", "What there is", tags=["archive"])
for _one in RESOURCES.values():
    _add(
        f"/{_one.plural}",
        list_view(_one),
        _one.page,
        f"list-{_one.plural}",
        _one.about,
        tags=[_one.plural],
        parameters=document.of_list(_one),
        statuses=(400,),
    )
    _add(
        f"/{_one.plural}/{{slug:key}}",
        record_view(_one),
        _one.record,
        f"get-{_one.kind}",
        f"One {_one.kind}",
        tags=[_one.plural],
        parameters=document.of_record(_one),
        statuses=(301, 400, 404, 410),
    )
_add(
    "/search",
    results,
    schemas.SearchResults,
    "search",
    "Search the full text",
    tags=["search"],
    parameters=document.of_search(),
    statuses=(400,),
)
_add(
    "/suggestions",
    suggestions,
    schemas.Suggestions,
    "suggestions",
    "Names that may be meant, while somebody types",
    tags=["search"],
    parameters=document.of_suggestions(),
    statuses=(400,),
)
_add(
    "/changes",
    changes,
    schemas.ChangeList,
    "changes",
    "What changed, for who keeps a copy",
    tags=["changes"],
    parameters=document.of_changes(),
    statuses=(400,),
)


@api.get("/openapi.json", url_name="document", include_in_schema=False)
def _document(request: HttpRequest) -> HttpResponse:
    check_names(request.GET, ())
    return HttpResponse(document.text(api), content_type="application/json")
