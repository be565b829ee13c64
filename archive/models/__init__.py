"""The archive's records; see docs/data.md for what each word means."""

from archive.models.article import Article, Coverage, SourceDocument
from archive.models.base import DateBasis, Record, Reviewed, Slugged, Sourced, Status
from archive.models.change import Change, Redirect, recording
from archive.models.city import City
from archive.models.country import Country, CountryStatus
from archive.models.event import Attendance, Delegation, Event, EventSeries, EventSource, Figure, Reading
from archive.models.finding import AcceptedFinding
from archive.models.participant import Office, Participant
from archive.models.publisher import Publisher
from archive.models.term import Term
from archive.models.topic import Topic

__all__ = [
    "AcceptedFinding",
    "Article",
    "Attendance",
    "Change",
    "City",
    "Country",
    "CountryStatus",
    "Coverage",
    "DateBasis",
    "Delegation",
    "Event",
    "EventSeries",
    "EventSource",
    "Figure",
    "Office",
    "Participant",
    "Publisher",
    "Reading",
    "Record",
    "Redirect",
    "Reviewed",
    "Slugged",
    "SourceDocument",
    "Sourced",
    "Status",
    "Term",
    "Topic",
    "recording",
]
