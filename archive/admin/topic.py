from django.contrib import admin

from archive.admin.base import NAMES, NAMES_SEARCH, CountedAdmin
from archive.models import Topic


@admin.register(Topic)
class TopicAdmin(CountedAdmin):
    slug_from = "name"
    list_display = ("name", "broader", "event_count", "article_count")
    list_filter = (("broader", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("broader",)
    search_fields = (*NAMES_SEARCH, "definition")
    autocomplete_fields = ("broader",)
    fields = (*NAMES, "slug", "broader", "definition")
