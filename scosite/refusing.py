"""What is answered to requests that gunicorn can't read, before the site sees them.

gunicorn's own page has no security headers and repeats what was sent.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus

import gunicorn.util
from django.conf import settings

from archive.views.door import HEADERS

_SENTENCES: Mapping[int, str] = {
    413: "Send less at once.",
    414: "Ask for less at once: a shorter query, or fewer filters.",
    431: "The headers are too long or too many. Delete the cookies of this site, and try again.",
    500: "The archive could not answer. The fault was recorded; please try again in a minute.",
}
_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>
<body>
<h1>{title}</h1>
<p>{sentence}</p>
<p><a href="/">To the home page</a></p>
</body>
</html>
"""


def _hsts() -> dict[str, str]:
    """As Django's SecurityMiddleware has it, where the site is at https."""
    if not settings.SECURE_HSTS_SECONDS:
        return {}
    more = {"; includeSubDomains": settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, "; preload": settings.SECURE_HSTS_PRELOAD}
    said = "".join(words for words, is_said in more.items() if is_said)
    return {"Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}{said}"}


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """In place of `gunicorn.util.write_error`, as which the settings of gunicorn put it."""
    title = HTTPStatus(status_int).phrase
    page = _PAGE.format(title=title, sentence=_SENTENCES.get(status_int, "The request can't be understood.")).encode()
    headers = {
        "Connection": "close",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(page)),
        "Content-Security-Policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        **HEADERS,
        **_hsts(),
    }
    head = f"HTTP/1.1 {status_int} {title}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    # Who is gone already gets no answer.
    with suppress(OSError):
        gunicorn.util.write_nonblock(sock, f"{head}\r\n".encode("latin-1") + page)
