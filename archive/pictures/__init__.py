"""Pictures of the archive: numbers asked of the database, and the shapes that are drawn of them.

A module for each picture. It asks for the numbers (kept in memory by the change log, `archive.kept`) and lays them out as
frozen dataclasses in the units of the picture; templates write the SVG and, from the same dataclasses, the table beside it.
"""
