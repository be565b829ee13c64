"""What the archive holds and lacks: the numbers are kept (`archive.pictures.holdings`), here they get their words."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.filter_kinds import PRECISION_LABELS, SOURCE_LABELS
from archive.models import Article, Event
from archive.models.base import DateBasis
from archive.pictures.holdings import FormRow, holdings
from archive.views.keeping import kept

# Kinds of records: how they are called, and where they are listed.
_RECORDS = (
    ("articles", _("Articles"), "archive:article-list", ""),
    ("events", _("Events"), "archive:event-list", ""),
    ("people", _("People"), "archive:participant-list", "?kind=person"),
    ("organisations", _("Organisations"), "archive:participant-list", "?kind=organisation"),
    ("countries", _("Countries"), "archive:country-list", ""),
    ("cities", _("Cities"), "archive:city-list", ""),
    ("topics", _("Topics"), "archive:topic-list", ""),
    ("series", _("Series"), "archive:series-list", ""),
    ("publishers", _("Publishers"), "archive:publisher-list", ""),
    ("terms", _("Terms of the glossary"), "archive:glossary", ""),
    ("documents", _("Source documents"), "archive:coverage", "#documents"),
)

# Languages that articles may be in, by the first part of their codes; others are shown by their code.
_LANGUAGES = {
    "en": _("English"),
    "ru": _("Russian"),
    "zh": _("Chinese"),
    "fa": _("Persian"),
    "hi": _("Hindi"),
    "kk": _("Kazakh"),
    "ky": _("Kyrgyz"),
    "tg": _("Tajik"),
    "ur": _("Urdu"),
    "uz": _("Uzbek"),
}


@kept
def coverage(request: HttpRequest) -> HttpResponse:
    held = holdings()
    context = {
        "held": held,
        "today": timezone.localdate(),
        "records": [(label, name, query, held.records[key]) for key, label, name, query in _RECORDS],
        "precisions": _worded(held.precisions, PRECISION_LABELS),
        "bases": _worded(held.bases, dict(DateBasis.choices)),
        "states": _worded(held.states, dict(Event.State.choices)),
        "sources": _worded(held.sources, SOURCE_LABELS),
        "rights": _worded(held.rights, dict(Article.Rights.choices)),
        "languages": [(_language(code), code, n) for code, n in held.languages],
        "lacking_languages": [_language(code) for code in held.lacking_languages],
    }
    return render(request, "archive/coverage.html", context)


def _worded(rows: tuple[FormRow, ...], labels: Any) -> list[tuple[Any, FormRow]]:
    return [(labels[row.word], row) for row in rows]


def _language(code: str) -> Any:
    return _LANGUAGES.get(code.partition("-")[0].lower(), code)
