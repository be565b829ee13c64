"""Finding the record of an address: published ones for everybody, others for those who may see them, old ones redirected."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from archive.curation.tips import name_of
from archive.models import CorrectionNote, Redirect, Reviewed
from archive.overview import overview
from archive.views import outputs, signposting
from archive.views.describing import describe
from archive.views.portable import NO_FORMATS, Portable, of_record, ways_of


class _Moved(Exception):
    """The address leads elsewhere now."""


class _InFormat(Exception):
    """The address asks for another format; args: what there is in which."""


class _Gone(Exception):
    """What stood here was withdrawn or removed; args: what it was called, when, why."""


def about_record(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Decorator of pages that `find` a record: old addresses answer 301, withdrawn records 410 with a tombstone."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except _InFormat as asked:
            return outputs.answer(request, asked.args[0])
        except _Moved as moved:
            return HttpResponsePermanentRedirect(moved.args[0])
        except _Gone as gone:
            name, at, why = gone.args
            return render(request, "archive/gone.html", {"name": name, "at": at, "why": why}, status=410)

    return answer


def find(request: HttpRequest, queryset: QuerySet, slug: str, *, page: str = "detail", has_formats: bool = True) -> Any:
    """The record at that address. Use within `about_record`; `page` names the kind of page that an old slug leads to.

    Pages about a record that are not its own say that they have no other formats (`has_formats`).
    A record that is not public yet is there for staff who may view it; for others the address does not exist.
    """
    record = queryset.filter(slug=slug).first()
    if record is None:
        _follow_redirect(queryset.model, slug, page)
        raise Http404(_("There is no record at this address."))
    if isinstance(record, Reviewed) and not record.is_published:
        if record.is_withdrawn:
            raise _Gone(str(record), record.withdrawn_at, record.withdrawal_reason)
        if not _may_preview(request, record):
            raise Http404(_("There is no record at this address."))
    or_in_format(request, of_record(record) if has_formats else NO_FORMATS)
    return record


def or_in_format(request: HttpRequest, portable: Portable) -> None:
    """Go no further where another format is asked for: the decorators answer. `find` does so by itself."""
    if outputs.is_asked(request):
        raise _InFormat(portable)


def show(request: HttpRequest, template: str, context: dict[str, Any], record: Any) -> HttpResponse:
    """Render a record's page, with its name and correction notes; a preview of what is not public is marked and never cached."""
    is_preview = isinstance(record, Reviewed) and not record.is_published
    around: dict[str, Any] = {
        "here": str(record),
        "corrections": _corrections(record),
        "record_name": name_of(record),
    }
    around["take_away"] = ways_of(request, of_record(record))
    if not is_preview and "described" not in context:
        around["described"] = describe(request, record)
    response = render(request, template, {**around, **context, "is_preview": is_preview})
    if is_preview:
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex"
    else:
        response["Link"] = signposting.links(record)
    return response


def _corrections(record: Any) -> Iterable[CorrectionNote]:
    """The notes on a record, newest first; few have any."""
    is_corrected = (record._meta.model_name, record.pk) in overview().corrected
    return CorrectionNote.objects.on(record) if is_corrected else ()


def _may_preview(request: HttpRequest, record: Any) -> bool:
    meta = record._meta
    return request.user.is_staff and request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}")


def _follow_redirect(model: Any, slug: str, page: str) -> None:
    found = Redirect.objects.filter(record_type=model._meta.model_name, old_slug=slug).first()
    if found is None:
        return
    if not found.new_slug:
        raise _Gone(slug, found.at, found.why)
    kind = {"eventseries": "series"}.get(found.record_type, found.record_type)
    raise _Moved(reverse(f"archive:{kind}-{page}", args=[found.new_slug]))
