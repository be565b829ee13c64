"""The archive's records; see docs/data.md for what each word means."""

from archive.models.alert import Alert
from archive.models.article import Article, Coverage, SourceDocument
from archive.models.base import DateBasis, Record, Reviewed, Slugged, Sourced, Status
from archive.models.capture import Capture
from archive.models.change import Change, Redirect, recording
from archive.models.city import City
from archive.models.country import Country, CountryStatus
from archive.models.duplicate import DuplicateDecision, Merge
from archive.models.event import Attendance, Delegation, Event, EventSeries, EventSource, Figure, Reading
from archive.models.finding import AcceptedFinding
from archive.models.fixity import FixityRun, Seal
from archive.models.inbox import Assignment, Candidate, PolledSource, SuggestionDecision
from archive.models.participant import Office, Participant
from archive.models.publisher import Publisher
from archive.models.term import Term
from archive.models.tip import CorrectionNote, Tip
from archive.models.topic import Topic

__all__ = [
    "AcceptedFinding",
    "Alert",
    "Article",
    "Assignment",
    "Attendance",
    "Candidate",
    "Capture",
    "Change",
    "City",
    "CorrectionNote",
    "Country",
    "CountryStatus",
    "Coverage",
    "DateBasis",
    "Delegation",
    "DuplicateDecision",
    "Event",
    "EventSeries",
    "EventSource",
    "Figure",
    "FixityRun",
    "Merge",
    "Office",
    "Participant",
    "PolledSource",
    "Publisher",
    "Reading",
    "Record",
    "Redirect",
    "Reviewed",
    "Seal",
    "Slugged",
    "SourceDocument",
    "Sourced",
    "Status",
    "SuggestionDecision",
    "Term",
    "Tip",
    "Topic",
    "recording",
]
