"""The engines that the same tests run on, and all in which they may differ; docs/search.md tells readers and operators."""

from collections.abc import Mapping

from django.db import connection

WHOOSH, POSTGRES = "whoosh://", "postgres://"

# The database's own full text is there where the database is PostgreSQL.
ENGINES = [WHOOSH, POSTGRES] if connection.vendor == "postgresql" else [WHOOSH]

# What is asked, and the answer of each engine. Tests read it: a row that is no longer true fails.
DIFFERENCES: Mapping[str, Mapping[str, object]] = {
    "how many words one prefix stands for": {WHOOSH: 256, POSTGRES: 300},
    "which words are left of too many that a fuzzy one stands for": {WHOOSH: "most frequent", POSTGRES: "likest"},
    "nearness is known of words after the first 16 383": {WHOOSH: True, POSTGRES: False},
    "words after a megabyte of different ones are found": {WHOOSH: True, POSTGRES: False},
    "of how many results the best match is found": {WHOOSH: None, POSTGRES: 20_000},
    "what a short text beside long names weighs": {WHOOSH: "more", POSTGRES: "less"},
    "a search is stopped after seconds": {WHOOSH: None, POSTGRES: 2.0},
}
