"""Answers are packed on their way, but for those that are packed already."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_PACKED = frozenset({"application/gzip", "application/zip"})


class PackingMiddleware(GZipMiddleware):
    """Files that are packed go as they are: with their length, and with the checksum of what is sent as their ETag."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.headers.get("Content-Type") in _PACKED:
            return response
        return super().process_response(request, response)
