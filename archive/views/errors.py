"""Answers to what can't be answered: a sentence that says what to do, never a traceback."""

import sys
from contextlib import suppress

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from archive import logs, security
from archive.databases.faults import fault_of
from archive.ingest.readers import MAX_BYTES
from archive.views import outages
from archive.views.api.problems import is_of_api, of_status, problem
from archive.views.bare import bare_page
from archive.views.language import in_its_language
from archive.views.uploads import BESIDE, UploadTooBig


def show_error(request: HttpRequest, status: int, title: str, message: str) -> HttpResponse:
    """The error page, with the search box beside the message; for programs, the same as problem details."""
    if is_of_api(request):
        return of_status(request, status, message)
    return render(request, "archive/error.html", {"title": title, "message": message, "status": status}, status=status)


def uncached(response: HttpResponse) -> HttpResponse:
    """The page of a form: of one reader at one time, and in no search engine."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex"
    return response


@in_its_language
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        security.tell("bad-host", request)
        message = _("This server does not answer under that name. Please check the address.")
        return show_error(request, 400, _("No such site"), message)
    if isinstance(exception, RequestDataTooBig):
        _hear_out(request)
    if isinstance(exception, UploadTooBig):
        message = _("A file may have 30 MB. Take it apart, or import it on the server (`manage.py import_articles`).")
        return show_error(request, 413, _("The file is too big"), message)
    if isinstance(exception, RequestDataTooBig):
        message = _("A form takes 5 MB of text. Go back and send the text as a file.")
        return show_error(request, 413, _("The text is too long"), message)
    if isinstance(exception, TooManyFilesSent):
        return show_error(request, 413, _("Too many files"), _("Send one file at a time."))
    if isinstance(exception, TooManyFieldsSent):
        # The page that says so would ask for the parameters again.
        request.GET = QueryDict()
    return show_error(request, 400, _("The request can't be understood"), _("Please check the address."))


def _hear_out(request: HttpRequest) -> None:
    """Read away what was sent: else the connection is reset, and the browser shows that instead of the page."""
    left = MAX_BYTES + BESIDE
    with suppress(UnreadablePostError):
        while left > 0 and (part := request.read(2**16)):
            left -= len(part)


@in_its_language
def address_too_long(request: HttpRequest) -> HttpResponse:
    if not is_of_api(request):
        # The page would repeat it, in its links.
        request.GET, request.META["QUERY_STRING"], request.path, request.path_info = QueryDict(), "", "/", "/"
    return show_error(
        request, 414, _("The address is too long"), _("Ask for less at once: a shorter query, or fewer filters.")
    )


@in_its_language
def length_required(request: HttpRequest) -> HttpResponse:
    message = _("Say how long the form is (Content-Length), instead of sending it in chunks.")
    return show_error(request, 411, _("The length is missing"), message)


@in_its_language
def method_not_allowed(request: HttpRequest) -> HttpResponse:
    message = _("This address can't be asked in that way. Open it in a browser, or see the header “Allow”.")
    return show_error(request, 405, _("Not in that way"), message)


@in_its_language
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    security.tell("permission-denied", request)
    return show_error(
        request, 403, _("Not allowed"), _("Your account may not do that. Ask an editor or administrator.")
    )


@in_its_language
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    security.tell("csrf-failure", request)
    return show_error(
        request,
        403,
        _("The form was not sent"),
        _("Your browser sent no cookie with it, or an old one. Allow cookies, go back, reload the page and send it."),
    )


@in_its_language
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Django's resolver raises with a dictionary for a message; ours is a sentence.
    reason = exception.args[0] if isinstance(exception, Http404) and exception.args else None
    message = reason if isinstance(reason, str) else _("There is no such page in this archive.")
    return show_error(request, 404, _("Page not found"), message)


@in_its_language
def server_error(request: HttpRequest) -> HttpResponse:
    # Django calls this while it handles what was raised.
    if fault := fault_of(sys.exception()):
        if fault.is_lost:
            outages.outage.begin()
        return outages.out_of_order(request, fault)
    if is_of_api(request):
        return problem(request, "server-error", "The request could not be answered. It was logged.")
    message = _("The archive could not answer. The fault was recorded; please try again in a minute.")
    return bare_page(_("Something went wrong"), message, 500, logs.request_id())
