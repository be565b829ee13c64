from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.admin.base import NAMES, NAMES_SEARCH, SOURCED, RecordAdmin
from archive.admin.forms import RecordForm
from archive.models import Term


class TermForm(RecordForm):
    class Meta:
        # Each of the three lists is for something else.
        help_texts = {
            "variants": _("Names that mean the same wherever they stand, one on each line: search uses them."),
            "ambiguous": _("Names that often mean something else, one on each line: shown, never used by search."),
            "related": _("Names of other terms, one on each line."),
        }


@admin.register(Term)
class TermAdmin(RecordAdmin):
    form = TermForm
    slug_from = "name"
    list_display = ("name", "abbreviation", "category", "name_ru", "name_zh", "confidence")
    list_filter = ("category", "confidence")
    search_fields = (*NAMES_SEARCH, "abbreviation", "ambiguous", "definition")
    autocomplete_fields = ("source_article",)
    fields = (*NAMES, "ambiguous", "slug", ("category", "abbreviation"), "definition", "related", *SOURCED)
