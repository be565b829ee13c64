"""Countries and their standing in the SCO."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from archive.admin.base import NAMES, SOURCED, CountedAdmin, RowAdmin, RowInline
from archive.models import Country, CountryStatus

STATUS = (("status", "kind"), ("start", "end"), ("basis", "event"), *SOURCED)


class CountryStatusInline(RowInline):
    model = CountryStatus
    autocomplete_fields = ("event", "source_article")
    fields = STATUS


@admin.register(Country)
class CountryAdmin(CountedAdmin):
    list_display = ("name", "iso2", "iso3", "event_count", "article_count")
    search_fields = ("name", "name_ru", "name_zh", "variants", "official_name", "iso2", "iso3")
    fields = (*NAMES, "official_name", ("iso2", "iso3"))
    inlines = (CountryStatusInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # The two letters are the country's address, which never changes.
        return ("iso2",) if obj else ()


@admin.register(CountryStatus)
class CountryStatusAdmin(RowAdmin):
    list_display = ("country", "status", "kind", "start_text", "end_text", "event", "confidence")
    list_filter = ("status", "kind", "confidence", ("country", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("country", "event")
    search_fields = ("country__name", "basis", "note")
    autocomplete_fields = ("country", "event", "source_article")
    fields = ("country", *STATUS)
