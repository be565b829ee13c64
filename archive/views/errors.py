"""Answers to what can't be answered: a sentence that says what to do, never a traceback."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import get_script_prefix
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from archive.languages import in_language
from archive.views.api.problems import is_of_api, of_status, problem
from archive.views.language import in_its_language
from archive.views.uploads import UploadTooBig


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
    if isinstance(exception, UploadTooBig):
        message = _("A file may have 30 MB. Take it apart, or import it on the server (`manage.py import_articles`).")
        return show_error(request, 413, _("The file is too big"), message)
    if isinstance(exception, RequestDataTooBig):
        message = _("A form takes 5 MB of text. Go back and send the text as a file.")
        return show_error(request, 413, _("The text is too long"), message)
    if isinstance(exception, TooManyFieldsSent):
        # The page that says so would ask for the parameters again.
        request.GET = QueryDict()
    return show_error(request, 400, _("The request can't be understood"), _("Please check the address."))


@in_its_language
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return show_error(
        request, 403, _("Not allowed"), _("Your account may not do that. Ask an editor or administrator.")
    )


@in_its_language
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
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
    if is_of_api(request):
        return problem(request, "server-error", "The request could not be answered. It was logged.")
    # Whatever broke may be what pages need: this one needs its catalogue and nothing else.
    home = in_language(get_script_prefix(), get_language() or settings.LANGUAGE_CODE)
    return render(None, "archive/server_error.html", {"home": home}, status=500)
