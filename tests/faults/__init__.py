"""What goes wrong outside the program, done for real to a site that runs: `make faults`, and within the suite.

Files are taken away, disks filled, processes killed and stopped. Most of it is of one kind of database: of SQLite in the
suite's half on SQLite, of PostgreSQL in the other.
"""
