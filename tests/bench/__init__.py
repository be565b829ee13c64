"""Benchmarks: the same work in this search and in other engines, in one run (`make bench`).

`.venv/bin/python -m tests.bench [--articles 10000] [--quick] [--write --date 2026-11-21]`; docs/performance.md has the
results and says how they are measured.
"""
