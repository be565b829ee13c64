"""Outcomes of the checks of fixity: when the archive was last read through, what was looked at, and what is wrong."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.base import ReadOnlyAdmin
from archive.curation.fixity import PARTS, Damage, damages_of
from archive.models import FixityRun


@admin.register(FixityRun)
class FixityRunAdmin(ReadOnlyAdmin):
    """Made by `check_archive --fixity` alone; nobody changes an outcome."""

    list_display = ("ended_at", "number", "last_change", "seconds")
    date_hierarchy = "ended_at"
    change_list_template = "admin/archive/fixity_runs.html"

    @admin.display(description=gettext_lazy("seconds"))
    def seconds(self, run: FixityRun) -> int:
        return round((run.ended_at - run.started_at).total_seconds())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Above the list the newest outcome as a page has it: it is what one comes for."""
        newest = FixityRun.objects.latest_run()
        return super().changelist_view(
            request, {**(extra_context or {}), "newest": newest, "title": _("Checks of fixity")}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        run = self.get_object(request, object_id)
        if run is None:
            raise Http404
        damages = damages_of(run)
        looked_at = {row["slug"]: row["looked_at"] for row in run.parts}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Check of fixity"),
            "opts": self.opts,
            "media": self.media,
            "run": run,
            "seconds": self.seconds(run),
            "is_newest": run == FixityRun.objects.latest_run(),
            "more": run.number - len(damages),
            "parts": [
                (part, looked_at[part.slug], sum(one.part == part.slug for one in damages))
                for part in PARTS
                if part.slug in looked_at
            ],
            "groups": [
                (part.title, [(one, _change_url(one), "") for one in damages if one.part == part.slug])
                for part in PARTS
                if any(one.part == part.slug for one in damages)
            ],
        }
        return TemplateResponse(request, "admin/archive/fixity_run.html", context)


def _change_url(damage: Damage) -> str:
    """The record here; empty where there is none."""
    if damage.record_id is None:
        return ""
    try:
        model = apps.get_model("archive", damage.record_type)
        exists = model._base_manager.filter(pk=damage.record_id).exists()
        return reverse(f"admin:archive_{damage.record_type}_change", args=[damage.record_id]) if exists else ""
    except (LookupError, NoReverseMatch):
        return ""
