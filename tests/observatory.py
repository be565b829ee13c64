"""The rules of MDN's HTTP Observatory, as far as a site can break them by what it answers.

After https://github.com/mdn/mdn-http-observatory (`src/grader/charts.js` has the points, `src/analyzer/tests/` the rules), which
is the scanner's algorithm 5, read in November 2026: 100 points, less the penalties; what is done well beyond that is added
where the penalties leave 90 or more. 100 is an A+; without a place in the browsers' own list (HSTS preloading) and without
integrity of scripts, which only matters for those of other hosts, the best is 130, and 135 with cookies.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

_BROAD = {"ftp:", "http:", "https:", "*", "http://*", "http://*.*", "https://*", "https://*.*"}
_INLINE = {"'unsafe-inline'", "data:"}
_SIX_MONTHS = 15_768_000


@dataclass(frozen=True)
class Answer:
    """What the scanner looks at: an answer by https, and where plain http leads."""

    host: str
    headers: Mapping[str, str]
    cookies: Sequence[str]
    html: str
    http_status: int
    http_location: str


def score(answer: Answer) -> tuple[int, dict[str, int]]:
    """The points, and those of each rule."""
    points = {name: rule(answer) for name, rule in RULES.items()}
    penalties = 100 + sum(min(0, one) for one in points.values())
    return max(0, 100 + sum(points.values()) if penalties >= 90 else penalties), points


def policy(text: str) -> dict[str, set[str]]:
    """The directives of a Content-Security-Policy; of two of one name the first counts."""
    found: dict[str, set[str]] = {}
    for name, *sources in (rule.lower().split() for rule in text.split(";") if rule.strip()):
        found.setdefault(name, set(sources) or {"'none'"})
    return found


def _csp(answer: Answer) -> int:
    csp = policy(answer.headers.get("content-security-policy", ""))
    if not csp:
        return -25
    default = csp.get("default-src", {"*"})
    script, style, objects = (csp.get(name, default) for name in ("script-src", "style-src", "object-src"))
    passive = csp.get("img-src", default) | csp.get("media-src", default)
    active = script.union(*(sources for name, sources in csp.items() if name not in ("img-src", "media-src")))
    rules = (
        (bool(script & (_BROAD | _INLINE)) or bool(objects & _BROAD), -20),
        (any(one.startswith(("http:", "ftp:")) for one in active), -20),
        ("'unsafe-eval'" in script | style, -10),
        (any(one.startswith(("http:", "ftp:")) for one in passive), -10),
        (bool(style & (_BROAD | _INLINE)), 0),
        (csp.get("default-src") == {"'none'"}, 10),
    )
    return next((points for holds, points in rules if holds), 5)


def _cookies(answer: Answer) -> int:
    """As the scanner: a session's is one with "sess" or "login" in its name, one against forgery has "csrf"."""
    if not answer.cookies:
        return 0
    has_hsts = _hsts(answer) >= 0
    worst = [5]
    for text in answer.cookies:
        ((name, cookie),) = SimpleCookie(text).items()
        is_session = any(word in name.lower() for word in ("sess", "login"))
        same_site = cookie["samesite"].lower()
        if not same_site:
            worst.append(-20 if "csrf" in name.lower() else 0)
        elif same_site not in ("lax", "strict", "none") or (same_site == "none" and not cookie["secure"]):
            worst.append(-20)
        if not cookie["secure"]:
            worst.append((-10 if has_hsts else -40) if is_session else (-5 if has_hsts else -20))
        if is_session and not cookie["httponly"]:
            worst.append(-30)
    return min(worst)


def _cors(answer: Answer) -> int:
    """The scanner asks with an Origin of its own."""
    is_reflected = answer.headers.get("access-control-allow-origin") not in (None, "*")
    return -50 if is_reflected and answer.headers.get("access-control-allow-credentials") == "true" else 0


def _redirection(answer: Answer) -> int:
    target = urlsplit(answer.http_location)
    if answer.http_status not in (301, 302, 303, 307, 308) or target.scheme != "https":
        return -20
    return 0 if target.hostname == answer.host else -5


def _referrer(answer: Answer) -> int:
    # Of several the last one that is known counts.
    known = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    unsafe = {"origin", "origin-when-cross-origin", "unsafe-url", "no-referrer-when-downgrade"}
    given = [one.strip().lower() for one in answer.headers.get("referrer-policy", "").split(",") if one.strip()]
    last = next((one for one in reversed(given) if one in known | unsafe), None)
    return 0 if not given else 5 if last in known else -5


def _hsts(answer: Answer) -> int:
    directives = [one.strip().lower() for one in answer.headers.get("strict-transport-security", "").split(";")]
    age = next((one.removeprefix("max-age=") for one in directives if one.startswith("max-age=")), "")
    if not age.isdigit():
        return -20
    return 0 if int(age) >= _SIX_MONTHS else -10


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and given.get("src"):
            self.found.append((given["src"] or "", bool(given.get("integrity"))))


def _integrity(answer: Answer) -> int:
    parser = _Scripts()
    parser.feed(answer.html)
    foreign = [(src, has) for src, has in parser.found if urlsplit(src).hostname not in (None, answer.host)]
    if any(urlsplit(src).scheme != "https" for src, _has in foreign):
        return -20 if all(has for _src, has in foreign) else -50
    if any(not has for _src, has in foreign):
        return -5
    return 5 if any(has for _src, has in parser.found) else 0


def _nosniff(answer: Answer) -> int:
    return 0 if answer.headers.get("x-content-type-options", "").strip().lower() == "nosniff" else -5


def _frames(answer: Answer) -> int:
    if "frame-ancestors" in policy(answer.headers.get("content-security-policy", "")):
        return 5
    given = answer.headers.get("x-frame-options", "").strip().lower()
    return 0 if given in ("deny", "sameorigin") or given.startswith("allow-from") else -20


def _resources(answer: Answer) -> int:
    given = answer.headers.get("cross-origin-resource-policy", "cross-origin").strip().lower()
    return {"same-origin": 10, "same-site": 10, "cross-origin": 0}.get(given, -5)


RULES: Mapping[str, Callable[[Answer], int]] = {
    "content-security-policy": _csp,
    "cookies": _cookies,
    "cross-origin-resource-sharing": _cors,
    "redirection": _redirection,
    "referrer-policy": _referrer,
    "strict-transport-security": _hsts,
    "subresource-integrity": _integrity,
    "x-content-type-options": _nosniff,
    "x-frame-options": _frames,
    "cross-origin-resource-policy": _resources,
}


def lost(points: Mapping[str, int]) -> Iterator[str]:
    """The rules that cost something, or give less than they could."""
    best = {
        "content-security-policy": 10,
        "referrer-policy": 5,
        "x-frame-options": 5,
        "cross-origin-resource-policy": 10,
    }
    yield from (f"{name} {value:+}" for name, value in points.items() if value < best.get(name, 0))
