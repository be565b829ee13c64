"""Measuring and comparing: CPU and wall time of calls, medians, percentiles, ratios."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil


@dataclass(frozen=True, slots=True)
class Timed:
    """One call, in milliseconds."""

    cpu: float
    wall: float


@dataclass(slots=True)
class Series:
    """Calls of one kind: each question when first asked in its process, then warm."""

    first: list[Timed] = field(default_factory=list)
    warm: list[Timed] = field(default_factory=list)

    @property
    def measured(self) -> list[Timed]:
        """The warm calls; where there was no time for any, the first ones."""
        return self.warm or self.first


def timed(call: Callable[[], object], other_cpu: Callable[[], int] = lambda: 0) -> Timed:
    """Run once; `other_cpu` gives the nanoseconds so far of another process that works for this one."""
    before, cpu, wall = other_cpu(), time.process_time_ns(), time.perf_counter_ns()
    call()
    wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    return Timed((cpu + other_cpu() - before) / 1e6, wall / 1e6)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of the values don't exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def ratio(ours: float, theirs: float) -> float:
    """Ours over theirs; what took no measurable time counts as a microsecond."""
    return max(ours, 0.001) / max(theirs, 0.001)


def judged(value: float, goal: float = 1.0) -> str:
    """A ratio as it is printed: marked where the goal is met, and where it is missed. What is shown is what is judged."""
    shown = f"{value:.2f}"
    return f"{shown} {'✓' if float(shown) <= goal else '✗'}"


def milliseconds(value: float) -> str:
    """Three figures are enough, below ten milliseconds two after the point."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}".replace(",", " ")
