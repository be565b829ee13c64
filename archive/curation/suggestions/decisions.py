"""What curators make of suggestions: a link, a field or a new record, or nothing; and that it is remembered."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from archive import dates
from archive.curation.suggestions.base import Kind, Suggestion
from archive.models import (
    Article,
    Change,
    City,
    Country,
    Coverage,
    Event,
    Office,
    Participant,
    Publisher,
    Status,
    SuggestionDecision,
    Topic,
    recording,
)

# How keys and names are kept: by the lengths of their columns.
_MAX_KEY = SuggestionDecision._meta.get_field("key").max_length or 200
_MAX_SLUG = 120


def decided(article: Article) -> set[tuple[str, str]]:
    """Kind and key of all that was accepted or rejected for the article. One query."""
    return set(SuggestionDecision.objects.filter(article=article).values_list("kind", "key"))


def key_of(suggestion: Suggestion) -> tuple[str, str]:
    """What a decision on the suggestion is remembered by."""
    return str(suggestion.kind), suggestion.key[:_MAX_KEY]


def accept(article: Article, suggestions: Iterable[Suggestion], *, by: str) -> None:
    """Write what is suggested, all of it or nothing, and remember that it was accepted.

    What somebody filled in or linked meanwhile stays as it is. Raises ValidationError where a field can't hold what is
    suggested, and the record's `DoesNotExist` where the record is gone.
    """
    suggestions = list(suggestions)
    if not suggestions:
        return
    with transaction.atomic(), recording(by=by, why=_("Suggestion accepted")):
        Change.objects.lock()
        # As the database has it: the caller's object may be old, and saving it would undo what others wrote.
        fresh = Article.objects.select_for_update().get(pk=article.pk)
        fields: dict[str, Any] = {}
        for suggestion in suggestions:
            fields |= _WRITERS[suggestion.kind](fresh, suggestion)
        if fields:
            for name, value in fields.items():
                setattr(fresh, name, value)
            # What else may be wrong with a draft is told when it is published.
            fresh.full_clean(exclude={field.name for field in fresh._meta.get_fields()} - fields.keys())
            fresh.save()
        _remember(fresh, suggestions, is_accepted=True, by=by)
    for name, value in fields.items():
        setattr(article, name, value)


def reject(article: Article, suggestion: Suggestion, *, by: str) -> None:
    """Remember that the suggestion was rejected: it is not made again."""
    with transaction.atomic():
        _remember(article, [suggestion], is_accepted=False, by=by)


def _remember(article: Article, suggestions: Iterable[Suggestion], *, is_accepted: bool, by: str) -> None:
    for suggestion in suggestions:
        kind, key = key_of(suggestion)
        SuggestionDecision.objects.update_or_create(
            article=article, kind=kind, key=key, defaults={"is_accepted": is_accepted, "by": by[:150]}
        )


# One writer for each kind: it links, or gives the fields of the article to set ---------------------------------------

Writer = Callable[[Article, Suggestion], dict[str, Any]]


def _field(name: str, find: Callable[[str], Any]) -> Writer:
    def write(article: Article, suggestion: Suggestion) -> dict[str, Any]:
        return {} if getattr(article, name) else {name: find(suggestion.key)}

    return write


def _link(name: str, find: Callable[[str], Any]) -> Writer:
    def write(article: Article, suggestion: Suggestion) -> dict[str, Any]:
        getattr(article, name).add(find(suggestion.key))
        return {}

    return write


def _date(article: Article, suggestion: Suggestion) -> dict[str, Any]:
    if article.date:
        return {}
    note = suggestion.prefill.get("note", "")
    return {"date": suggestion.key, "date_basis": suggestion.prefill["basis"], "date_note": note}


def _event(article: Article, suggestion: Suggestion) -> dict[str, Any]:
    event = Event.objects.get(slug=suggestion.key)
    relation = suggestion.prefill.get("relation", Coverage.Relation.MENTIONS)
    Coverage.objects.get_or_create(article=article, event=event, defaults={"relation": relation})
    return {}


def _new_participant(article: Article, suggestion: Suggestion) -> dict[str, Any]:
    """A draft of the person, the office with the article as its source, and the link.

    Where somebody made a person of that name meanwhile, only the link: of two records one would have to be merged.
    """
    name = suggestion.prefill.get("name") or suggestion.key
    if namesake := Participant.objects.filter(name=name).exclude(status=Status.WITHDRAWN).order_by("pk").first():
        article.participants.add(namesake)
        return {}
    iso2 = suggestion.prefill.get("country", "")
    country = Country.objects.filter(iso2=iso2).first() if iso2 else None
    person = Participant(name=name, slug=_free_slug(name), country=country, status=Status.DRAFT)
    person.full_clean()
    person.save()
    if title := suggestion.prefill.get("title", ""):
        term = _("on %(date)s") % {"date": dates.show(article.date)} if article.date else ""
        office = Office(participant=person, title=title, country=country, source_article=article, term=term)
        office.full_clean()
        office.save()
    article.participants.add(person)
    return {}


def _free_slug(name: str) -> str:
    """Family name first, as the archive's slugs of people are; numbered where it is taken."""
    words = name.split()
    base = slugify(" ".join([*words[-1:], *words[:-1]]))[: _MAX_SLUG - 4].strip("-") or "participant"
    taken = set(Participant._base_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for number in range(1, 10_000) if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


_WRITERS: dict[Kind, Writer] = {
    Kind.PUBLISHER: _field("publisher", lambda key: Publisher.objects.get(slug=key)),
    Kind.AGENCY: _field("agency", lambda key: Publisher.objects.get(slug=key)),
    Kind.DATELINE: _field("dateline", lambda key: key),
    Kind.DATELINE_CITY: _field("dateline_city", lambda key: City.objects.get(slug=key)),
    Kind.DATE: _date,
    Kind.COUNTRY: _link("countries", lambda key: Country.objects.get(iso2=key)),
    Kind.PARTICIPANT: _link("participants", lambda key: Participant.objects.get(slug=key)),
    Kind.NEW_PARTICIPANT: _new_participant,
    Kind.EVENT: _event,
    Kind.TOPIC: _link("topics", lambda key: Topic.objects.get(slug=key)),
}
