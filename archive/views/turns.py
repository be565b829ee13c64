"""The admin's requests take turns, as the pages of readers do where they are made (keeping.py): from the session to the page.

Who saves holds the lock under which all write. Were forty who save at the same time to compute at the same time, each would
keep it from the others for as long as all of them compute.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from archive.concurrency import places
from archive.databases.faults import LOST
from archive.views.outages import out_of_order, outage


class TurnMiddleware:
    """Before the session, which is read on a connection that may have to be opened."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/admin/"):
            return self._get_response(request)
        with places.taken() as has_waited:
            if has_waited and outage.refuses():
                return out_of_order(request, LOST)
            return self._get_response(request)


class Body:
    """What is read of a request, from `wsgi.input`: a client that is slow to send it keeps no place meanwhile."""

    def __init__(self, input_stream: Any) -> None:
        self._input = input_stream

    @places.given_back()
    def read(self, size: int = -1) -> bytes:
        found: bytes = self._input.read(size)
        return found

    @places.given_back()
    def readline(self, size: int = -1) -> bytes:
        found: bytes = self._input.readline(size)
        return found
