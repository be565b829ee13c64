"""The kinds of filters that the lists are narrowed by (`archive.filters`)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.forms import Field, SelectMultiple
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive import dates
from archive.models import Country, Participant
from archive.querysets import month_days

_KEY = re.compile(r"[A-Za-z0-9-]{1,120}", re.ASCII)

# What finds the records that have no such link, for filters that offer it.
NONE = "none"


class WrittenField(Field):
    """Values that are written out, each of which `pattern` describes; several are alternatives."""

    widget = SelectMultiple

    def __init__(self, *, pattern: re.Pattern[str], message: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern, self.message = pattern, message

    def to_python(self, value: Any) -> list[str]:
        values = [value] if isinstance(value, str) else list(value or [])
        for one in values:
            first, dots, last = one.partition("..")
            if not self.pattern.fullmatch(one) or (dots and first > last):
                raise ValidationError(self.message % {"value": one[:20]})
        return values


class WrittenFilter(django_filters.Filter):
    """Base: what is written in the address, such as a period; the form has only what was chosen."""

    field_class = WrittenField
    pattern: re.Pattern[str]
    message: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, pattern=self.pattern, message=self.message, **kwargs)

    def filter(self, qs: Any, value: list[str] | None) -> Any:
        return reduce(or_, (self.one(qs, written) for written in value)) if value else qs

    def one(self, qs: Any, written: str) -> Any:
        raise NotImplementedError

    def shown(self, written: str) -> str:
        return written.replace("..", "–")


_YEAR = r"(?!0000)[0-9]{4}"


class YearFilter(WrittenFilter):
    """Records that may fall in a year, or in any of several years; or undated ones."""

    pattern = re.compile(rf"undated|{_YEAR}(?:\.\.{_YEAR})?")
    message = gettext_lazy("“%(value)s” is not a year: write four digits, such as 2014, or a span, such as 2014..2016.")

    def one(self, qs: Any, written: str) -> Any:
        return qs.undated() if written == "undated" else qs.between(*days_of(written))


class MonthFilter(WrittenFilter):
    """Records that may fall in a month, as in a search; 2014-00 are those of a year of which no month is known."""

    pattern = re.compile(rf"{_YEAR}-(?:0[0-9]|1[0-2])")
    message = gettext_lazy("“%(value)s” is not a month: write year and month, such as 2014-08.")

    def one(self, qs: Any, written: str) -> Any:
        return qs.in_month(*map(int, written.split("-")))

    def shown(self, written: str) -> str:
        if written.endswith("-00"):
            return _("%(year)s, month not known") % {"year": written[:4]}
        return dates.show(written)


class WithinFilter(WrittenFilter):
    """Records that certainly fall within a month, a year, or a span of years."""

    pattern = re.compile(rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])|\.\.{_YEAR})?")
    message = gettext_lazy("“%(value)s” is not a period: write 2014, 2014-08 or 2014..2016.")

    def one(self, qs: Any, written: str) -> Any:
        return qs.within(*days_of(written))

    def shown(self, written: str) -> str:
        return super().shown(written) if ".." in written else dates.show(written)


class LanguageFilter(WrittenFilter):
    pattern = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
    message = gettext_lazy("“%(value)s” is not the code of a language: write one such as en, ru or zh.")

    def one(self, qs: Any, written: str) -> Any:
        return qs.filter(language=written)


def days_of(period: str) -> tuple[date, date]:
    """First and last day of 2014, 2014-08 or 2014..2016."""
    first, _dots, last = period.partition("..")
    if "-" in first:
        return month_days(*map(int, first.split("-")))
    return date(int(first), 1, 1), date(int(last or first), 12, 31)


class LinkField(django_filters.fields.ModelMultipleChoiceField):
    """Refuses what can be no slug or code before the database sees it (PostgreSQL fails on NUL)."""

    key = _KEY

    def _check_values(self, value: Any) -> Any:
        for one in value:
            if not self.key.fullmatch(one):
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": one[:30]}
                )
        return super()._check_values(value)


class LinkFilter(django_filters.ModelMultipleChoiceFilter):
    """Records linked to any of the chosen ones, each once: by subquery, so that nothing needs to be made distinct."""

    field_class = LinkField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to_field_name", "slug")
        super().__init__(*args, **kwargs)
        self.extra["error_messages"] = {
            "invalid_choice": gettext_lazy("“%(value)s” is not known here."),
            "invalid_pk_value": gettext_lazy("“%(pk)s” is not known here."),
        }

    # False where there may be too many to offer: the form has only what was chosen.
    is_offered = True

    def filter(self, qs: Any, value: Iterable[Any]) -> Any:
        if not value:
            return qs
        records = [one for one in value if one != NONE]
        found = [self.linked(qs, records)] if records else []
        return reduce(or_, [*found, self.unlinked(qs)] if NONE in value else found)

    def linked(self, qs: Any, records: Iterable[Any]) -> Any:
        return qs.linked_to(self.field_name, records)

    def unlinked(self, qs: Any) -> Any:
        """What the value "none" finds, for filters that have it (`null_label`)."""
        return qs.filter(**{f"{self.field_name}__isnull": True})


class PublisherFilter(LinkFilter):
    """Articles that a publisher published or supplied as an agency; "none": neither is known."""

    def linked(self, qs: Any, records: Iterable[Any]) -> Any:
        return qs.by_publishers(records)

    def unlinked(self, qs: Any) -> Any:
        return qs.of_unknown_publisher()


class DocumentField(LinkField):
    key = re.compile(r"[^\0]{1,200}")


class DocumentFilter(LinkFilter):
    """Articles that were taken from a source document; "none": added by themselves."""

    field_class = DocumentField
    is_offered = False


class EventFilter(LinkFilter):
    """Articles that cover an event."""

    is_offered = False


class EventCountryFilter(LinkFilter):
    """Countries that hosted or took part."""

    def linked(self, qs: Any, records: Iterable[Any]) -> Any:
        return qs.involving(records)


class KindFilter(django_filters.MultipleChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s” is not a kind known here.")}


class WordFilter(django_filters.MultipleChoiceFilter):
    """One of the choices of a field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s” is not known here.")}


class QuestionFilter(WordFilter):
    """A few words, for each of which the queryset has an answer: its method `question`, asked with the word."""

    def __init__(self, *args: Any, question: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.question = question

    def filter(self, qs: Any, value: list[str]) -> Any:
        return reduce(or_, (getattr(qs, self.question)(word) for word in value)) if value else qs


# What a date says of its day; every record has one of these.
PRECISION_LABELS = {
    "day": gettext_lazy("a day"),
    "lasting": gettext_lazy("from one day, month or year to another"),
    "between": gettext_lazy("some day between two"),
    "month": gettext_lazy("a month"),
    "year": gettext_lazy("a year"),
    "uncertain": gettext_lazy("uncertain or approximate"),
    "undated": gettext_lazy("undated"),
}

# Where the facts of an event come from that its articles leave open; an event may have sources of several kinds.
SOURCE_LABELS = {
    "article": gettext_lazy("articles of this archive"),
    "web": gettext_lazy("addresses on the web"),
    "official": gettext_lazy("addresses of the SCO or of a government"),
    "reasoned": gettext_lazy("reasoned: from the calendar, the title or neighbours in the series"),
    "general": gettext_lazy("general knowledge, unverified"),
    "none": gettext_lazy("none of its own"),
}


class TextFilter(WordFilter):
    """Articles whose captured text the archive holds, or does not."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        wanted = set(value)
        if len(wanted) != 1:
            return qs
        return qs.with_text() if "yes" in wanted else qs.without_text()


class PressFilter(django_filters.MultipleChoiceFilter):
    """Events with an article in the archive, or without one; both together are all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("yes", gettext_lazy("with articles")), ("no", gettext_lazy("without articles"))]
        super().__init__(*args, choices=choices, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: choose yes or no.")}

    def filter(self, qs: Any, value: list[str]) -> Any:
        wanted = set(value)
        if len(wanted) != 1:
            return qs
        return qs.covered() if "yes" in wanted else qs.uncovered()


# More are no question that anybody asks, and each costs a subquery.
_MOST_PRESENT = 10


@dataclass(frozen=True, slots=True)
class Present:
    """Who has to have been at an event."""

    participants: tuple[Participant, ...] = ()
    countries: tuple[Country, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.participants or self.countries)

    def labels(self) -> dict[str, str]:
        """Name of each by what stands for it in an address."""
        records: Iterable[Participant | Country] = (*self.participants, *self.countries)
        return {record.slug: str(record) for record in records}


class PresentField(WrittenField):
    most = _MOST_PRESENT

    def to_python(self, value: Any) -> Any:
        """All of them together, as one `Present`."""
        values = set(super().to_python(value))
        if len(values) > self.most:
            raise ValidationError(_("Name %(most)d at most.") % {"most": self.most})
        if not values:
            return Present()
        codes = {one for one in values if len(one) == 2 and one.isupper()}
        found = Present(
            tuple(Participant.objects.published().filter(slug__in=values - codes).named()),
            tuple(Country.objects.filter(iso2__in=codes).named()),
        )
        if unknown := sorted(values - found.labels().keys()):
            raise ValidationError(self.message % {"value": unknown[0][:20]})
        return found


class PresentFilter(WrittenFilter):
    """Held events at which all of those named were: here, values are not alternatives.

    Participants are named by their slugs, countries by their codes, which have capital letters: “CN”.
    """

    field_class = PresentField
    pattern = _KEY
    message = gettext_lazy("“%(value)s” is not known here.")

    def filter(self, qs: Any, value: Any) -> Any:
        return qs.with_present(value.participants, value.countries) if value else qs


class AroundField(PresentField):
    most = 1


class AroundFilter(PresentFilter):
    """The one of whom only the own meetings are wanted; it leaves all events."""

    field_class = AroundField

    def filter(self, qs: Any, value: Any) -> Any:
        return qs


class ShowFilter(django_filters.ChoiceFilter):
    """Which of two networks; of the events it leaves all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("people", gettext_lazy("People and organisations")), ("countries", gettext_lazy("Countries"))]
        super().__init__(*args, choices=choices, empty_label=None, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: show people or countries.")}

    def filter(self, qs: Any, value: str | None) -> Any:
        return qs


class SortFilter(django_filters.ChoiceFilter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, choices=[("newest", ""), ("oldest", "")], empty_label=None, **kwargs)
        self.extra["error_messages"] = {"invalid_choice": gettext_lazy("“%(value)s”: sort by newest or oldest.")}

    def filter(self, qs: Any, value: str | None) -> Any:
        return qs.oldest() if value == "oldest" else qs.newest()
