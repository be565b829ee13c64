"""The WSGI entry point for gunicorn."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scosite.settings")
# Who saves is told within five seconds that somebody else is writing.
os.environ.setdefault("WRITE_PATIENCE", "4")

_django = get_wsgi_application()
# Views and all that they import: else the first who ask wait for that, seconds on a busy machine.
assert get_resolver().url_patterns
# Not before the settings are read.
_Body = import_string("archive.views.turns.Body")
# All parameters but the one that says where the parts of a form end: an encoding can be named in any (RFC 2231).
_PARAMETERS = re.compile(r";(?!\s*boundary\s*=)[^;]*", re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, told nothing of the encoding that a client claims: forms of ours are UTF-8.

    Python has encodings that are none of text (rot13), on which Django fails before any of its handlers of errors.
    """
    if "CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = _PARAMETERS.sub("", environ["CONTENT_TYPE"])
    if environ.get("CONTENT_LENGTH"):
        environ["wsgi.input"] = _Body(environ["wsgi.input"])
    return _django(environ, start_response)
