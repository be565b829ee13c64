"""Progress of long commands, for people who watch: silent where the output is not a terminal."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand


def counted(command: BaseCommand, what: str, *, every: int = 100) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A generator that passes items through and tells how many went by."""

    def through(items: Iterable[Any]) -> Iterator[Any]:
        is_watched = command.stderr.isatty()
        n = 0
        for n, item in enumerate(items, 1):
            if is_watched and n % every == 0:
                command.stderr.write(f"\r{n} {what}", ending="")
            yield item
        if is_watched and n >= every:
            command.stderr.write(f"\r{n} {what}")

    return through
