"""Drills of the search: what must hold while processes are killed, indexes rebuilt and queries hostile.

Each is a program, `python -m tests.drills.<name>`; `make drill-search` runs them all. Small ones are part of the suite
(tests/servers/test_drills.py).
"""
