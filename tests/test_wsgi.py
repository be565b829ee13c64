"""What of a request is changed before Django sees it."""

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIRequest

from scosite import wsgi


def _seen(media_type: str, monkeypatch: pytest.MonkeyPatch) -> WSGIRequest:
    environ: dict[str, Any] = {"CONTENT_TYPE": media_type}
    setup_testing_defaults(environ)
    seen: list[WSGIRequest] = []
    monkeypatch.setattr(wsgi, "_django", lambda given, _start: seen.append(WSGIRequest(given)) or [])
    wsgi.application(environ, lambda *_: None)
    return seen[0]


@pytest.mark.parametrize(
    "parameter", ["charset=rot13", "charset*=utf-8''hex", "charset*0=hex", "x*=nosuch''y", "CHARSET = hex; a=b"]
)
def test_no_encoding_is_claimed(parameter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django fails on one that Python has and that is none of text, before any of its handlers of errors."""
    request = _seen(f"application/x-www-form-urlencoded; {parameter}", monkeypatch)
    assert (request.content_type, request.encoding) == ("application/x-www-form-urlencoded", None)


def test_where_the_parts_of_a_form_end_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    request = _seen("multipart/form-data; charset=utf-7; boundary=a-b; x=y", monkeypatch)
    assert request.content_params == {"boundary": "a-b"}
