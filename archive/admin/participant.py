"""Persons and organisations, and the offices they held."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from archive.admin.base import NAMES_SEARCH, SOURCED, CountedAdmin, RowAdmin, RowInline
from archive.admin.mergeable import Mergeable
from archive.admin.review import ReviewedAdmin
from archive.models import Office, Participant

OFFICE = ("title", ("country", "organisation"), ("start", "end", "term"), *SOURCED)


class OfficeInline(RowInline):
    model = Office
    fk_name = "participant"
    autocomplete_fields = ("country", "organisation", "source_article")
    fields = OFFICE


@admin.register(Participant)
class ParticipantAdmin(Mergeable, ReviewedAdmin, CountedAdmin):
    slug_from = "name"
    list_display = ("name", "status", "kind", "country", "event_count", "article_count")
    list_filter = ("status", "kind", ("country", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("country",)
    search_fields = NAMES_SEARCH
    search_help_text = _("Any name or spelling, or the slug.")
    autocomplete_fields = ("country",)
    inlines = (OfficeInline,)
    fieldsets = (
        (
            _("Names"),
            {
                "fields": ("name", ("name_ru", "name_zh"), "variants", "slug", ("kind", "country"), "description"),
                "description": _("Look for other spellings first, so that nobody stands here twice."),
            },
        ),
    )


@admin.register(Office)
class OfficeAdmin(RowAdmin):
    owners = ("participant",)
    list_display = ("title", "participant", "country", "organisation", "term_text", "confidence")
    list_filter = ("confidence", ("country", admin.RelatedOnlyFieldListFilter), "participant__status")
    search_fields = ("title", "participant__name", "participant__variants", "country__name", "organisation__name")
    search_help_text = _("Title, or the name of the person, country or organisation.")
    ordering = ("participant__name", "start", "title")
    autocomplete_fields = ("participant", "country", "organisation", "source_article")
    fields = ("participant", *OFFICE)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        # An office's text names its country or organisation, in suggestions too.
        return super().get_queryset(request).select_related("participant", "country", "organisation")
