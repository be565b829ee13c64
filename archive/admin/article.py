"""Articles, what they cover, and the documents they were taken from."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from archive.admin.base import RecordAdmin, RowAdmin, RowInline
from archive.admin.intake import TakesNews
from archive.admin.mergeable import Mergeable
from archive.admin.suggesting import Suggesting
from archive.models import Article, Coverage, SourceDocument
from archive.querysets import count_rows


class CoverageOfEvents(RowInline):
    model = Coverage
    fk_name = "article"
    autocomplete_fields = ("event",)
    fields = (("event", "relation", "note"),)
    verbose_name = _("event")
    verbose_name_plural = _("events that it covers")


@admin.register(Article)
class ArticleAdmin(Mergeable, TakesNews, Suggesting):
    slug_from = "headline"
    save_on_top = True
    list_display = ("headline_shown", "status", "date_shown", "source_shown", "kind", "event_count")
    list_filter = (
        "status",
        "kind",
        ("publisher", admin.RelatedOnlyFieldListFilter),
        ("agency", admin.RelatedOnlyFieldListFilter),
        ("topics", admin.RelatedOnlyFieldListFilter),
        ("countries", admin.RelatedOnlyFieldListFilter),
        "language",
        "rights",
        "headline_supplied",
        "date_basis",
        ("date", admin.EmptyFieldListFilter),
        ("body", admin.EmptyFieldListFilter),
        ("source_document", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("publisher", "agency")
    date_hierarchy = "date_earliest"
    ordering = (F("date_earliest").desc(nulls_last=True), "slug")
    search_fields = ("headline", "abstract", "dateline", "slug", "url", "publisher__name", "agency__name")
    search_help_text = _("Headline, abstract, dateline, slug, address, publisher or agency.")
    autocomplete_fields = (
        "publisher",
        "agency",
        "dateline_city",
        "source_document",
        "countries",
        "participants",
        "topics",
    )
    readonly_fields = ("text_sha256",)
    inlines = (CoverageOfEvents,)
    fieldsets = (
        (
            _("Item"),
            {
                "fields": ("headline", "headline_supplied", "slug", ("kind", "language"), "publisher", "agency", "url"),
                "description": _(
                    "As printed. The publisher is who brought the item out, the agency who supplied it, where that is "
                    "another."
                ),
            },
        ),
        (
            _("Date and dateline"),
            {
                "fields": (("date", "date_basis"), "date_note", "printed_date", ("dateline", "dateline_city")),
                "description": _(
                    "The date of publication, no more exact than the source: leave the day out where it is not known. "
                    "A dateline is not a host city."
                ),
            },
        ),
        (
            _("Content"),
            {
                "fields": ("abstract", "body", "rights"),
                "description": _(
                    "The abstract is ours, 10 to 120 words. Captured text is searchable; where it is restricted, "
                    "readers see short excerpts only."
                ),
            },
        ),
        (
            _("Links"),
            {
                "fields": ("countries", "participants", "topics"),
                "description": _("Who and what is named. Who took part in an event is recorded with the event."),
            },
        ),
        (
            _("Source document"),
            {"fields": (("source_document", "source_position"), "text_sha256"), "classes": ("collapse",)},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        coverages = Coverage.objects.filter(article=OuterRef("pk"))
        return super().get_queryset(request).annotate(event_count=count_rows(coverages))

    @admin.display(description=_("headline"), ordering="headline")
    def headline_shown(self, article: Article) -> str:
        return article.shown_headline

    @admin.display(description=_("published by"), ordering="publisher__name")
    def source_shown(self, article: Article) -> str:
        return " / ".join(str(source) for source in (article.publisher, article.agency) if source) or "–"

    @admin.display(description=_("events"), ordering="event_count")
    def event_count(self, article: Any) -> int:
        return article.event_count


@admin.register(Coverage)
class CoverageAdmin(RowAdmin):
    owners = ("article", "event")
    list_display = ("article", "event", "relation", "note")
    list_filter = ("relation", "article__status", "event__status")
    list_select_related = ("article", "event")
    search_fields = ("article__headline", "event__name", "note")
    autocomplete_fields = ("article", "event")


@admin.register(SourceDocument)
class SourceDocumentAdmin(RecordAdmin):
    list_display = ("name", "title", "kind", "captured_at", "article_count")
    list_filter = ("kind",)
    date_hierarchy = "captured_at"
    search_fields = ("name", "title", "address", "sha256")
    fields = ("name", "title", "kind", "address", "captured_at", "sha256", "note")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        articles = Article.objects.filter(source_document=OuterRef("pk"))
        return super().get_queryset(request).annotate(article_count=count_rows(articles))

    @admin.display(description=_("articles"), ordering="article_count")
    def article_count(self, document: Any) -> int:
        return document.article_count
