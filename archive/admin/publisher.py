from django.contrib import admin

from archive.admin.base import NAMES, NAMES_SEARCH, CountedAdmin
from archive.models import Publisher


@admin.register(Publisher)
class PublisherAdmin(CountedAdmin):
    slug_from = "name"
    list_display = ("name", "kind", "country", "organisation", "article_count")
    list_filter = ("kind", ("country", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("country", "organisation")
    search_fields = NAMES_SEARCH
    autocomplete_fields = ("country", "organisation")
    fields = (*NAMES, "slug", ("kind", "country"), "organisation")
