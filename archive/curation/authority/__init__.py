"""The authority file into the fixtures: a development step, repeatable, with its decisions written down for review.

The authority file is a folder of CSV tables (countries, cities, officials, meetings, exercises, status changes,
glossary), each row with its source and confidence. Rows of low confidence stay out. What a table can't decide stands in
`fixtures/authority/`: which event each meeting and exercise is, in our own words, and the readings on which its sources
differ. A record that was made from a source document is never rewritten: the conversion fills what it leaves empty and
adds what is missing. Records that the conversion made are written anew by the next one. Running it twice changes nothing.
"""

from pathlib import Path

from archive.curation.authority.events import events
from archive.curation.authority.records import cities, countries, offices, people, statuses, terms
from archive.curation.authority.tables import Authority, AuthorityError, Tables

__all__ = ["AuthorityError", "convert"]

DECISIONS = "authority"


def convert(authority: Path, fixtures: Path) -> list[str]:
    """Bring the authority file in `authority` into the fixture files in `fixtures`; the names of the files that changed.

    Raises AuthorityError; then nothing was written.
    """
    tables = Tables(fixtures)
    source = Authority(authority, fixtures / DECISIONS, tables)
    for step in (countries, cities, people, offices, events, statuses, terms):
        step(source, tables)
    if source.problems:
        raise AuthorityError("\n".join(source.problems))
    return tables.write()
