"""About, accessibility, the glossary, how to search."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from archive import search
from archive.models import Redirect, SourceDocument, Term
from archive.overview import overview
from archive.views.keeping import kept


@kept
def about(request: HttpRequest) -> HttpResponse:
    context = {
        "totals": overview().totals,
        "documents": SourceDocument.objects.order_by("name"),
        "contact": settings.CONTACT_EMAIL,
    }
    return render(request, "archive/about.html", context)


@kept
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "archive/accessibility.html", {"contact": settings.CONTACT_EMAIL})


# Glossary -------------------------------------------------------------------------------------------------------------

# The SCO works in Russian and Chinese: by its letters, a variant is one of the two, or English.
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A term as the glossary shows it: its names by language, each related name with the term that it means (or None).

    `search` is the query string that searches for it; `old_slugs` are those under which it was linked to before.
    """

    term: Term
    russian: tuple[str, ...]
    chinese: tuple[str, ...]
    variants: tuple[str, ...]
    related: tuple[tuple[str, Term | None], ...]
    search: str
    old_slugs: tuple[str, ...]


@kept
def glossary(request: HttpRequest) -> HttpResponse:
    terms = sorted(Term.objects.select_related("source_article"), key=_alphabetically)
    moved = dict(Redirect.objects.filter(record_type="term").values_list("old_slug", "new_slug"))
    by_name = _by_name(terms)
    entries = [_entry(term, by_name, moved) for term in terms]
    groups = [(category, [entry for entry in entries if entry.term.category == category]) for category in Term.Category]
    context = {"terms": terms, "groups": [(category, found) for category, found in groups if found]}
    return render(request, "archive/glossary.html", context)


def _alphabetically(term: Term) -> tuple[str, str]:
    """Sort key: databases differ in where they put capitals."""
    return term.name.casefold(), term.slug


def _by_name(terms: Sequence[Term]) -> dict[str, Term]:
    """Every name of the terms, case folded, with the term that it means: names come first, then abbreviations, variants."""
    found: dict[str, Term] = {}
    for names_of in (lambda term: [term.name], lambda term: [term.abbreviation], lambda term: term.all_names):
        for term in terms:
            for name in names_of(term):
                found.setdefault(name.casefold(), term)
    return found


def _entry(term: Term, by_name: Mapping[str, Term], moved: Mapping[str, str]) -> Entry:
    russian = [name for name in term.variants if _CYRILLIC.search(name)]
    chinese = [name for name in term.variants if _HAN.search(name)]
    return Entry(
        term=term,
        russian=tuple(name for name in (term.name_ru, *russian) if name),
        chinese=tuple(name for name in (term.name_zh, *chinese) if name),
        variants=tuple(name for name in term.variants if name not in (*russian, *chinese)),
        related=tuple((name, by_name.get(name.casefold())) for name in term.related),
        search=urlencode({"q": f'"{term.name}"' if " " in term.name else term.name}),
        old_slugs=tuple(old for old, new in moved.items() if new == term.slug),
    )


# How to search -------------------------------------------------------------------------------------------------------

# Queries that find something in the archive as it is shipped, each with what it means; by section of the page.
HELP_EXAMPLES = {
    "words": (
        ("border patrol", _("both words, in any form (borders, patrolling) and any order")),
        ("defence", _("British and American spelling alike: defense too")),
        ("RATS", _("known other names as well, in English, Russian and Chinese")),
        ("Лавров", _("names in their own script")),
        ('"full membership"', _("exactly these words in this order: no other forms, no other names")),
        ('"iran membership"~10', _("exactly these words, at most ten words apart, in any order")),
        ("terror*", _("all words that begin so: three letters or more, then the star")),
        (
            "Kyrgystan~",
            _("words that differ in one letter: left out, added, exchanged or swapped; four letters or more"),
        ),
        ("Tadjikstan~2", _("in up to two letters; six letters or more")),
    ),
    "joined": (
        ("tanks OR helicopters", _("one of them, or both")),
        ("drills -russia", _("the first without the second")),
        ("drills NOT russia", _("the same")),
        ("(iran OR pakistan) membership", _("brackets hold together what belongs together")),
        ("iran OR pakistan membership", _("the same: OR joins the words right beside it before all are asked for")),
        ('drills -(russia OR "peace mission")', _("brackets and phrases can be excluded too")),
    ),
    "fields": (
        ("title:summit", _("in the headline, or the name of an event or participant; in any form")),
        ("participant:lavrov", _("people and organisations that are named or took part")),
        ("country:china", _("countries: by name …")),
        ("country:CN", _("… or by code")),
        ("city:tashkent", _("where the events took place")),
        ("dateline:beijing", _("where the reporter wrote")),
        ('topic:"drug trafficking"', _("one of our topics; a value with blanks stands in quotation marks")),
        ("event:summit", _("events that an article covers")),
        ('series:"peace mission"', _("series of events")),
        ("publisher:xinhua", _("newspapers, agencies, institutions")),
        ("kind:video", _("news, analysis, video, photo, statement; of events: summit, exercise, …")),
        ("title:(drills OR exercises)", _("a field before brackets holds for all that is in them")),
    ),
    "dates": (
        ("year:2014", _("a year")),
        ("date:2014-08", _("a month")),
        ("date:2014-08-24", _("a day")),
        ("date:2014-06..2015-01", _("from one to the other, both included")),
        ("date:2016..", _("open at one end")),
        ("before:2013", _("before it begins")),
        ("after:2015-06-30", _("after it has ended")),
        ("drills -year:2014", _("dates join with everything else")),
    ),
}
# Mistakes, each with how it is understood.
HELP_MISTAKES = (
    ('"peace mission', _("the phrase is taken to the end")),
    ("(drills OR exercises", _("the bracket is closed")),
    ("te*", _("too short for a star: searched as a word")),
    ("colour:red", _("no such field: both words are searched")),
    ("year:2014-02-30 drills", _("no such day: the rest is searched")),
)


@kept
def help_search(request: HttpRequest) -> HttpResponse:
    context = {
        "examples": HELP_EXAMPLES,
        "mistakes": HELP_MISTAKES,
        "limits": {
            "characters": search.MAX_CHARACTERS,
            "terms": search.MAX_CLAUSES,
            "levels": search.MAX_DEPTH,
            "words": search.MAX_EXPANSION,
            "filters": search.MAX_CHOSEN,
        },
    }
    return render(request, "archive/help_search.html", context)
