"""The page of one record, with everything it is linked to: a module for each kind of record.

The number of queries of each is constant (tests/views/test_queries.py).
"""

from archive.views.records.articles import article
from archive.views.records.cities import city
from archive.views.records.countries import country
from archive.views.records.event_series import series
from archive.views.records.events import event
from archive.views.records.participants import participant
from archive.views.records.publishers import publisher
from archive.views.records.topics import topic

__all__ = ["article", "city", "country", "event", "participant", "publisher", "series", "topic"]
