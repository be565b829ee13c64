"""Addresses of records, for pages that show a hundred of them."""

from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language


def address(kind: str, key: str) -> str:
    """The page of a record of that kind, by its slug or code, in the language at hand: as `reverse` gives it, but at once.

    `kind` is as in the names of addresses; `key` has only letters, digits and hyphens.
    """
    before, after = _around(kind, get_language(), get_script_prefix())
    return f"{before}{key}{after}"


@lru_cache(maxsize=200)
def _around(kind: str, language: str | None, prefix: str) -> tuple[str, str]:
    """What stands before and after the key; they differ by language and by where the site is mounted."""
    # A key that every pattern takes: slugs, codes and years.
    before, _key, after = reverse(f"archive:{kind}-detail", args=["0000"]).rpartition("0000")
    return before, after
