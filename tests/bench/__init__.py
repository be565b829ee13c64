"""Benchmarks: the same work in this search, in plain Whoosh, in SQLite FTS5 and in PostgreSQL, in one run (`make bench`).

`.venv/bin/python -m tests.bench [--articles 10000] [--quick] [--write --date 2026-11-21]`; docs/performance.md has the
results and says how they are measured.
"""
