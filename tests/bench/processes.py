"""Workers as the benchmark sees them: started, asked, and ended where an answer takes too long."""

import json
import select
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from tests.bench.corpus import ROOT, Corpus


class NoAnswer(Exception):
    """The engine failed, was too slow or can't do it; the message says which."""


class Process:
    """A worker (tests/bench/worker.py) of one engine. It is started again after it was ended."""

    def __init__(self, corpus: Corpus, engine: str, **environment: str) -> None:
        self.corpus, self.engine = corpus, engine
        self._environment = corpus.environment | environment
        self._process: subprocess.Popen[str] | None = None

    def ask(self, order: str, *, limit: float = 3_600, **arguments: Any) -> Any:
        """The worker's answer to an order. Raises NoAnswer; over the limit, in seconds, the process is ended."""
        if self._process is None:
            command = [sys.executable, "-m", "tests.bench.worker", self.engine, str(self.corpus.folder)]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([order, arguments]) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], limit)[0]:
            self.end()
            raise NoAnswer(f"> {limit:.0f} s")
        line = self._process.stdout.readline()
        if not line:
            self.end()
            raise NoAnswer("the process ended")
        answer = json.loads(line)
        if "ok" not in answer:
            raise NoAnswer(answer.get("not_supported") or answer["error"])
        return answer["ok"]

    def end(self) -> None:
        """End the process, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
