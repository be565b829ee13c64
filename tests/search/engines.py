"""The engines that the same tests run on, and all in which they may differ; docs/search.md tells readers and operators."""

from collections.abc import Mapping

from django.db import connection

WHOOSH, POSTGRES, OPENSEARCH = "whoosh://", "postgres://", "opensearch://"

# The database's own full text is there where the database is PostgreSQL; the cluster is asked once, on the other.
ENGINES = [WHOOSH, POSTGRES] if connection.vendor == "postgresql" else [WHOOSH, OPENSEARCH]

# What is asked, and the answer of each engine. Tests read it: a row that is no longer true fails.
DIFFERENCES: Mapping[str, Mapping[str, object]] = {
    "how many words one prefix stands for": {WHOOSH: 256, POSTGRES: 300, OPENSEARCH: 300},
    "which words are left of too many that a fuzzy one stands for": {
        WHOOSH: "most frequent",
        POSTGRES: "likest",
        OPENSEARCH: "all",
    },
    "nearness is known of words after the first 16 383": {WHOOSH: True, POSTGRES: False, OPENSEARCH: True},
    "words after a megabyte of different ones are found": {WHOOSH: True, POSTGRES: False, OPENSEARCH: True},
    "of how many results the best match is found": {WHOOSH: None, POSTGRES: 20_000, OPENSEARCH: None},
    "what a short text beside long names weighs": {WHOOSH: "more", POSTGRES: "less", OPENSEARCH: "more"},
    "a search is stopped after seconds": {WHOOSH: 0.6, POSTGRES: 2.0, OPENSEARCH: 2.0},
    "what was replaced counts in how rare a word is": {WHOOSH: False, POSTGRES: False, OPENSEARCH: True},
    "of how many values of a facet the results are counted": {WHOOSH: None, POSTGRES: None, OPENSEARCH: 5000},
    "of how many letters of a word are compared": {WHOOSH: None, POSTGRES: 2046, OPENSEARCH: 255},
    "what a prefix or a misspelt word adds to the score": {
        WHOOSH: "by how often it stands there",
        POSTGRES: "by how often it stands there",
        OPENSEARCH: "the same everywhere",
    },
}
