from django.contrib import admin

from archive.admin.base import NAMES, NAMES_SEARCH, CountedAdmin
from archive.admin.mergeable import Mergeable
from archive.models import City


@admin.register(City)
class CityAdmin(Mergeable, CountedAdmin):
    slug_from = "name"
    list_display = ("name", "kind", "country", "latitude", "longitude", "event_count", "article_count")
    list_filter = ("kind", ("country", admin.RelatedOnlyFieldListFilter), ("latitude", admin.EmptyFieldListFilter))
    list_select_related = ("country",)
    search_fields = (*NAMES_SEARCH, "country__name")
    autocomplete_fields = ("country",)
    fields = (*NAMES, "slug", ("kind", "country"), ("latitude", "longitude"), "note")
