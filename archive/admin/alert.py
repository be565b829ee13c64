"""Who follows what by e-mail: to look at only, and without whole addresses."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.admin.base import ReadOnlyAdmin
from archive.models import Alert


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("address", "page", "query", "frequency", "language", "confirmed_at", "checked_at", "failures")
    list_filter = ("frequency", "language", ("confirmed_at", admin.EmptyFieldListFilter))
    fields = (*list_display, "asked_at", "last_change")
    readonly_fields = fields

    @admin.display(description=_("address"))
    def address(self, alert: Alert) -> str:
        return alert.masked
