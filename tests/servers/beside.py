"""Work that goes on beside what a test does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def beside(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """Each work in a thread of its own until the block ends; it is given the event that then is set, and waited for."""
    is_over = threading.Event()
    threads = [threading.Thread(target=work, args=[is_over]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
