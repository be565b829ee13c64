"""Things made of the records that are kept in memory until one of those records changes."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from archive.models import Change

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Made(Generic[T]):
    """The thing, number and hash of the last change that it knows of, and the rest of what it was made of.

    The hash, because a number may be given again.
    """

    last: tuple[int, str]
    beside: object
    thing: T


class Kept(Generic[T]):
    """What `make` makes of the records of these types (names of models in lower case), shared by all threads.

    What else it is made of, which the log doesn't name, `beside` tells the state of: another value, and it is made anew.
    """

    def __init__(
        self, make: Callable[[], T], record_types: Collection[str], beside: Callable[[], object] = lambda: None
    ) -> None:
        self._make = make
        self._record_types = record_types
        self._beside = beside
        self._lock = threading.Lock()
        self._made: _Made[T] | None = None

    def __call__(self, last: tuple[int, str] | None = None) -> T:
        """The thing as it is now. One query where nothing changed, three where something else did.

        Who has just asked for the head of the log hands it over, and saves the one query.
        """
        state = (last or Change.objects.head(), self._beside())
        made = self._made
        if made is None or (made.last, made.beside) != state:
            with self._lock:
                made = self._made
                if made is None or (made.last, made.beside) != state:
                    is_same = made is not None and made.beside == state[1] and self._holds(*made.last)
                    made = self._made = _Made(*state, made.thing if made is not None and is_same else self._make())
        return made.thing

    def _holds(self, number: int, sha256: str) -> bool:
        """Whether the log went on from there, about other records."""
        later = Change.objects.filter(number__gt=number, record_type__in=self._record_types)
        return Change.objects.filter(number=number, sha256=sha256).exists() and not later.exists()
