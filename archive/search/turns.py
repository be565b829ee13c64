"""Costly searches go one at a time on a machine, so that they leave room for everybody else's.

Most searches cost a few milliseconds; one with forty prefixes a hundred times that. A few clients that send such ones
without end would keep all processors busy, and each reader would wait for them.
"""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic, thread_time

from django.conf import settings
from django.utils.translation import gettext as _

from archive.concurrency import places
from archive.search.query import (
    And,
    Fuzzy,
    InField,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    SearchBusy,
    SearchTooCostly,
    SearchTooSlow,
    Variants,
    Word,
)

# What a term costs, in words: a prefix or a misspelt word stands for up to 256 of them.
_PREFIX = 8
# What a query may cost and not wait.
CHEAP = 20
# How many may wait in a process: more would keep its threads from those who ask for little.
MOST_WAITING = 4
# Seconds in which one lets others go first, all in all.
_GIVES_WAY_FOR = 1.0

_lock = threading.Lock()
_places = threading.BoundedSemaphore(1 + MOST_WAITING)


def cost(node: Node) -> int:
    """About what a tree costs, as it was before names were expanded; a word is 1."""
    match node:
        case Word():
            return 1
        case Phrase(forms) | Near(forms):
            return 2 * len(forms)
        case Prefix() | Fuzzy():
            return _PREFIX
        case Not(inner) | InField(_, inner):
            return cost(inner)
        case And(nodes) | Or(nodes) | Variants(nodes, _):
            return sum(map(cost, nodes))
    return 0


@contextmanager
def turn(tree: Node) -> Iterator[None]:
    """Wait until no other costly search runs on this machine; a cheap one goes at once.

    Raises SearchBusy where many wait already, and SearchTooCostly where a costly one is given up.
    """
    if cost(tree) <= CHEAP:
        yield
        return
    if not _places.acquire(blocking=False):
        raise SearchBusy(
            _("Many long searches are being made at the moment. Try again in a few seconds, or ask for fewer words.")
        )
    try:
        # Threads first, then processes: the file is locked by one thread of each at most.
        with places.given_back(with_connections=True), _lock, ExitStack() as stack:
            # A disk that can't be written is no reason to search nothing: then it is one in each process.
            with suppress(OSError):
                fcntl.flock(stack.enter_context((settings.DATA_DIR / "costly.lock").open("w")), fcntl.LOCK_EX)
            yield
    except SearchTooSlow as error:
        raise SearchTooCostly from error
    finally:
        _places.release()


class Budget:
    """What a search may take: a cheap one whatever it needs, a costly one so many seconds of a processor.

    And a costly one takes its steps while nobody in this process has a page to make: two that compute at the same time take
    turns, and the page would be there half a second later.
    """

    def __init__(self, tree: Node, seconds: float) -> None:
        self._until = thread_time() + seconds if cost(tree) > CHEAP else None
        self._patience = _GIVES_WAY_FOR

    def check(self) -> None:
        """Before each step. Raises SearchTooSlow."""
        if self._until is None:
            return
        if self._patience > 0:
            begun = monotonic()
            places.give_way(self._patience)
            self._patience -= monotonic() - begun
        if thread_time() > self._until:
            raise SearchTooSlow
