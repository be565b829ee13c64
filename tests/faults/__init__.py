"""What goes wrong outside the program, done for real to a site that runs: `make faults`, and within the suite.

Files are taken away, disks filled, processes killed and stopped. Most of it is of one kind of database: of SQLite in the
suite's half on SQLite, of PostgreSQL in the other. The seconds that are promised hold on a machine that has nothing else to do:
`make faults` asserts them, the suite asserts three times as many (tests/environment.py).
"""
