"""Text that formats can hold."""

import re

# Control characters, but for tab and line ends: XML 1.0 knows none of them, and no reader of a feed or a table wants one.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_BLANKS = re.compile(r"\s+")


def clean(text: str) -> str:
    """Without what XML 1.0 (production 2) and JSON readers refuse: control characters, lone surrogates, non-characters."""
    return _CONTROLS.sub("", text)


def one_line(text: str) -> str:
    """On one line, runs of blanks as one."""
    return _BLANKS.sub(" ", clean(text)).strip()
