"""The whole archive, to be taken: the page, and the files."""

from collections.abc import Iterator
from typing import cast

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified
from django.shortcuts import render
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _

from archive import dumps
from archive.concurrency import give_back_connections


def index(request: HttpRequest) -> HttpResponse:
    """What there is to take, with sizes and checksums."""
    return render(request, "archive/dumps.html", {"dumps": dumps.newest(), "site": settings.SITE_URL})


def manifest(request: HttpRequest) -> HttpResponse:
    """The same for programs; 404 where nothing was made yet."""
    made = dumps.newest()
    if made is None:
        raise Http404(_("No files have been made yet."))
    return JsonResponse(dumps.manifest(made), headers={"Access-Control-Allow-Origin": "*"})


def download(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of the newest set, streamed. Its checksum is its ETag."""
    found = dumps.opened(name)
    if found is None:
        raise Http404(_("There is no such file. The page of downloads lists what there is."))
    file, made_at, content = found
    headers = {
        "ETag": f'"{file.sha256}"',
        "Last-Modified": http_date(made_at.timestamp()),
        "Access-Control-Allow-Origin": "*",
    }
    # Weak ones are of what was packed on the way: of the same file.
    known = (etag.removeprefix("W/") for etag in parse_etags(request.headers.get("If-None-Match", "")))
    if headers["ETag"] in known:
        content.close()
        return HttpResponseNotModified(headers=headers)
    response = _Download(content, as_attachment=True, filename=file.name, content_type=file.media_type, headers=headers)
    response.streaming_content = _holding_nothing(cast("Iterator[bytes]", response.streaming_content))
    return response


class _Download(FileResponse):
    block_size = 2**16


def _holding_nothing(parts: Iterator[bytes]) -> Iterator[bytes]:
    """A client may take its time: between two parts its thread has none of the connections that others wait for."""
    for part in parts:
        give_back_connections()
        yield part
