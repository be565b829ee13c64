"""Events with their rows (who took part, figures, readings, sources), and the series they belong to."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from archive.admin.base import NAMES, NAMES_SEARCH, SOURCED, CountedAdmin, RowAdmin, RowInline
from archive.admin.mergeable import Mergeable
from archive.admin.review import ReviewedAdmin
from archive.models import Attendance, Coverage, Delegation, Event, EventSeries, EventSource, Figure, Reading
from archive.querysets import count_rows


class CoverageByArticles(RowInline):
    model = Coverage
    fk_name = "event"
    autocomplete_fields = ("article",)
    fields = (("article", "relation", "note"),)
    verbose_name = _("article")
    verbose_name_plural = _("articles that cover it")


class AttendanceInline(RowInline):
    model = Attendance
    autocomplete_fields = ("participant", "office", "source_article")
    fields = (("participant", "capacity", "office"), *SOURCED)


class DelegationInline(RowInline):
    model = Delegation
    autocomplete_fields = ("country", "source_article")
    fields = (("country", "capacity"), *SOURCED)


class FigureInline(RowInline):
    model = Figure
    autocomplete_fields = ("source_article",)
    fields = (("label", "text"), ("number", "unit"), *SOURCED)


class ReadingInline(RowInline):
    model = Reading
    autocomplete_fields = ("source_article",)
    fields = (("field", "value"), *SOURCED)
    verbose_name_plural = _("readings: where sources disagree")


class EventSourceInline(RowInline):
    model = EventSource
    autocomplete_fields = ("source_article",)
    fields = ("supports", *SOURCED)


@admin.register(Event)
class EventAdmin(Mergeable, ReviewedAdmin):
    slug_from = "name"
    save_on_top = True
    list_display = ("name", "status", "date_shown", "city", "kind", "state", "series", "article_count")
    list_filter = (
        "status",
        "kind",
        "state",
        ("series", admin.RelatedOnlyFieldListFilter),
        ("city", admin.RelatedOnlyFieldListFilter),
        ("host_countries", admin.RelatedOnlyFieldListFilter),
        ("topics", admin.RelatedOnlyFieldListFilter),
        "format",
        "date_basis",
        ("date", admin.EmptyFieldListFilter),
    )
    list_select_related = ("series", "city")
    date_hierarchy = "date_earliest"
    ordering = (F("date_earliest").desc(nulls_last=True), "slug")
    search_fields = (*NAMES_SEARCH, "summary", "place", "series__name", "city__name", "authority_id")
    search_help_text = _("Name, slug, summary, place, series, city or row of the authority file.")
    autocomplete_fields = ("series", "city", "host_countries", "parent", "topics")
    inlines = (
        CoverageByArticles,
        DelegationInline,
        AttendanceInline,
        FigureInline,
        ReadingInline,
        EventSourceInline,
    )
    fieldsets = (
        (
            _("Event"),
            {
                "fields": (
                    "name",
                    "slug",
                    ("name_ru", "name_zh"),
                    "variants",
                    ("kind", "state", "format"),
                    ("series", "ordinal", "ordinal_basis"),
                    "parent",
                ),
                "description": _(
                    "Planned is not held: choose “announced” where the outcome is not known. A remark or an interview "
                    "alone is no event."
                ),
            },
        ),
        (
            _("Date"),
            {
                "fields": (("date", "date_basis"), "date_note"),
                "description": _("When it took place, no more exact than the sources."),
            },
        ),
        (
            _("Place"),
            {
                "fields": ("city", "host_countries", "place"),
                "description": _("A video meeting has a host country, but no host city."),
            },
        ),
        (_("Content"), {"fields": ("topics", "summary"), "description": _("The summary is in our own words.")}),
        (_("Identity"), {"fields": ("authority_id",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        coverages = Coverage.objects.filter(event=OuterRef("pk"))
        return super().get_queryset(request).annotate(article_count=count_rows(coverages))

    @admin.display(description=_("articles"), ordering="article_count")
    def article_count(self, event: Any) -> int:
        return event.article_count


@admin.register(EventSeries)
class EventSeriesAdmin(CountedAdmin):
    slug_from = "name"
    list_display = ("name", "abbreviation", "kind", "is_yearly", "event_count", "article_count")
    list_filter = ("kind", "is_yearly")
    search_fields = (*NAMES_SEARCH, "abbreviation")
    fields = (*NAMES, "slug", "abbreviation", "kind", "description")


class EventRowAdmin(RowAdmin):
    owners = ("event",)
    list_select_related: tuple[str, ...] = ("event", "source_article")


@admin.register(Attendance)
class AttendanceAdmin(EventRowAdmin):
    list_display = ("participant", "event", "capacity", "office", "confidence")
    list_filter = ("capacity", "confidence", "event__status")
    list_select_related = ("event", "participant", "office__country", "office__organisation")
    search_fields = ("participant__name", "event__name", "office__title", "note")
    autocomplete_fields = ("event", "participant", "office", "source_article")
    fields = ("event", ("participant", "capacity", "office"), *SOURCED)


@admin.register(Delegation)
class DelegationAdmin(EventRowAdmin):
    list_display = ("country", "event", "capacity", "confidence")
    list_filter = ("capacity", "confidence", ("country", admin.RelatedOnlyFieldListFilter), "event__status")
    list_select_related = ("event", "country")
    search_fields = ("country__name", "event__name", "note")
    autocomplete_fields = ("event", "country", "source_article")
    fields = ("event", ("country", "capacity"), *SOURCED)


@admin.register(Figure)
class FigureAdmin(EventRowAdmin):
    list_display = ("label", "text", "number", "unit", "event", "confidence")
    list_filter = ("confidence", "unit", "event__status")
    search_fields = ("label", "text", "event__name", "note")
    autocomplete_fields = ("event", "source_article")
    fields = ("event", ("label", "text"), ("number", "unit"), *SOURCED)


@admin.register(Reading)
class ReadingAdmin(EventRowAdmin):
    list_display = ("field", "value", "event", "confidence")
    list_filter = ("field", "confidence", "event__status")
    search_fields = ("field", "value", "event__name", "note")
    autocomplete_fields = ("event", "source_article")
    fields = ("event", ("field", "value"), *SOURCED)


@admin.register(EventSource)
class EventSourceAdmin(EventRowAdmin):
    list_display = ("supports", "event", "source_article", "source", "confidence")
    list_filter = ("confidence", "event__status")
    search_fields = ("supports", "source", "event__name", "note")
    autocomplete_fields = ("event", "source_article")
    fields = ("event", "supports", *SOURCED)
