"""What tests of the search run in processes of their own: `python -m tests.search.second_process <what> <arguments>`.

Settings come from the environment, as in production; output is one line for each step.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django


def write_and_search(name: str, number: str) -> None:
    """Make articles one by one; each has to be found at once, and all of them stay found."""
    from archive.search import Query, search
    from tests.factories import make_article

    for n in range(int(number)):
        make_article(headline=f"{name} w{n}", slug=f"{name}-{n}")
        assert search(Query(f"{name} w{n}")).total == 1, n
        assert search(Query(name)).total == n + 1, n
    print("done", flush=True)


def search_in_threads(text: str, expected: str) -> None:
    """Search in eight threads at once, while the index changes; every answer has the same results."""
    from django.db import connection

    from archive.search import Query, rebuild_index, search
    from tests.factories import make_article

    def ask(n: int) -> tuple[int, tuple[str, ...]]:
        try:
            answer = search(Query(text))
            return answer.total, tuple(hit.record.slug for hit in answer.hits)  # type: ignore[attr-defined]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask, n) for n in range(60)]
        for n in range(3):
            make_article(headline=f"Something else {n}", slug=f"else-{n}")
            rebuild_index()
        found = {answer.result() for answer in answers}
    assert len(found) == 1, found
    assert next(iter(found))[0] == int(expected), found
    print("done", flush=True)


def rebuild_slowly(folder: str) -> None:
    """Begin a rebuild, say so, and never come to its end."""
    from archive.search.documents import SearchDocument
    from archive.search.query import Scope
    from archive.search.whoosh_engine import WhooshEngine

    def documents() -> Iterator[SearchDocument]:
        for n in range(50):
            yield SearchDocument(Scope.ARTICLES, n, f"slow {n}", (), {}, {})
        print("half", flush=True)
        time.sleep(600)

    WhooshEngine(Path(folder)).rebuild(documents(), 1, "")


if __name__ == "__main__":
    django.setup()
    {"write": write_and_search, "threads": search_in_threads, "rebuild": rebuild_slowly}[sys.argv[1]](*sys.argv[2:])
