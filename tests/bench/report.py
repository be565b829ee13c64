"""The figures as tables in Markdown, readable in a terminal as they are."""

from collections.abc import Iterable, Sequence

from tests.bench.measure import Measured
from tests.bench.timing import Series, judged, median, milliseconds, percentile, ratio

NAMES = {
    "ours": "this search",
    "engine": "its engine alone",
    "fts5": "SQLite FTS5",
    "postgres": "PostgreSQL",
    "opensearch": "it in OpenSearch",
    "whoosh": "plain Whoosh",
}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, padded; the first column to the left, figures to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    padded = [
        [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        for line in (lines[0], rule, *lines[1:])
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def report(measured: Measured) -> str:
    """All tables of a size."""
    n = f"{measured.articles:,}".replace(",", " ")
    parts = [
        f"## {n} articles",
        "Warm, milliseconds of CPU time, median (95th percentile in brackets):",
        _times(measured),
        "Ratios of the medians; ✓ where this search is no slower than FTS5:",
        _ratios(measured),
        "First time that a warm process is asked for a word, and the first query of a fresh process (opening and answering):",
        _firsts(measured),
        _builds(measured),
        *_notes(measured),
    ]
    return "\n\n".join(part for part in parts if part)


def _engines(measured: Measured) -> list[str]:
    return [name for name in NAMES if name in measured.memory]


def _cell(measured: Measured, kind: str, name: str) -> str:
    series = measured.kinds.get(kind, {}).get(name)
    if series is None:
        why = measured.failures.get((kind, name), "")
        return why if why.startswith(">") else "–"
    times = [one.cpu for one in series.measured]
    return f"{milliseconds(median(times))} ({milliseconds(percentile(times, 95))})"


def _times(measured: Measured) -> str:
    engines = _engines(measured)
    rows = [[kind, *(_cell(measured, kind, name) for name in engines)] for kind in measured.kinds]
    return table(["", *(NAMES[name] for name in engines)], rows)


def _median(series: Series | None) -> float | None:
    return median([one.cpu for one in series.measured]) if series else None


def _ratios(measured: Measured) -> str:
    others = [name for name in _engines(measured) if name not in ("ours", "engine")]
    rows = []
    for kind, by_engine in measured.kinds.items():
        ours = _median(by_engine.get("ours"))
        cells = []
        for name in others:
            theirs = _median(by_engine.get(name))
            if ours is None or theirs is None:
                cells.append("–")
            else:
                value = ratio(ours, theirs)
                cells.append(judged(value) if name == "fts5" else f"{value:.2f}")
        alone, fts5 = _median(by_engine.get("engine")), _median(by_engine.get("fts5"))
        cells.append("–" if alone is None or fts5 is None else f"{ratio(alone, fts5):.2f}")
        totals = sorted(set(measured.totals[kind].get("ours", [])))
        rows.append([kind, *cells, f"{totals[0]}–{totals[-1]}" if totals else "–"])
    return table(["this search /", *(NAMES[name] for name in others), "engine alone / FTS5", "results"], rows)


def _firsts(measured: Measured) -> str:
    engines = [name for name in _engines(measured) if name != "engine"]
    rows = []
    for kind, by_engine in measured.kinds.items():
        cells = [
            milliseconds(median([one.cpu for one in series.first])) if (series := by_engine.get(name)) else "–"
            for name in engines
        ]
        rows.append([f"{kind}, first time", *cells])
    for kind, found in measured.cold.items():
        cells = [
            f"{milliseconds(found[name]['open'][0])} + {milliseconds(found[name]['first'][0])}"
            if name in found
            else "–"
            for name in engines
        ]
        rows.append([f"{kind}, fresh process", *cells])
    return table(["", *(NAMES[name] for name in engines)], rows)


def _builds(measured: Measured) -> str:
    engines = [name for name in _engines(measured) if name not in ("engine", "whoosh")]
    rows: list[list[str]] = []
    built = measured.builds
    rows.append(
        [
            "documents indexed per CPU-second",
            *(f"{built[name]['documents'] / built[name]['cpu'] * 1000:.0f}" for name in engines),
        ]
    )
    rows.append(["index on disk, MB", *(f"{built[name]['bytes'] / 1e6:.0f}" for name in engines)])
    rows.append(
        ["memory of a worker after all queries, MB", *(f"{measured.memory[name]['all'] / 1e6:.0f}" for name in engines)]
    )
    rows.append(["of which not shared, MB", *(f"{measured.memory[name]['own'] / 1e6:.0f}" for name in engines)])
    return table(["", *(NAMES[name] for name in engines)], rows)


def _notes(measured: Measured) -> list[str]:
    """What was not measured, and where engines found differently many."""
    notes = []
    for (kind, name), why in measured.failures.items():
        if not why.startswith(">"):
            notes.append(f"- {kind}, {NAMES[name]}: {why}")
    for (kind, name), told in measured.limits.items():
        notes.append(f"- {kind}, {NAMES[name]} tells: {told}")
    for kind, totals in measured.totals.items():
        for name, found in totals.items():
            pairs = list(zip(totals.get("ours", []), found, strict=False))
            if any(ours != theirs for ours, theirs in pairs):
                listed = ", ".join(f"{ours}/{theirs}" for ours, theirs in pairs)
                notes.append(f"- {kind}: totals of this search / {NAMES[name]}: {listed}")
    return ["\n".join(notes)] if notes else []
