"""What `check_archive` finds, and what of it was accepted."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.base import RecordAdmin
from archive.admin.forms import RecordForm
from archive.curation.fixity import damages_of
from archive.curation.quality import ALL_RULES, RULES, STALE, STORED, Finding, check
from archive.models import AcceptedFinding, FixityRun, Record

_NONE = [("", "---------")]


def _rules() -> list[tuple[str, Any]]:
    return [*_NONE, *((rule.slug, f"{rule.title} ({rule.slug})") for rule in RULES)]


def _record_types() -> list[tuple[str, Any]]:
    models = (model for model in apps.get_app_config("archive").get_models() if issubclass(model, Record))
    return [*_NONE, *((model._meta.model_name or "", model._meta.verbose_name) for model in models)]


class AcceptedFindingForm(RecordForm):
    rule = forms.ChoiceField(
        label=gettext_lazy("Rule"),
        choices=_rules,
        error_messages={"invalid_choice": gettext_lazy("There is no rule “%(value)s”: choose one of the list.")},
    )
    record_type = forms.ChoiceField(label=gettext_lazy("Kind of record"), choices=_record_types)


@admin.register(AcceptedFinding)
class AcceptedFindingAdmin(RecordAdmin):
    """What was accepted; and the page of what is found, open and with links."""

    form = AcceptedFindingForm
    change_list_template = "admin/archive/accepted_findings.html"
    list_display = ("record_key", "record_type", "rule", "reason")
    list_filter = (("rule", admin.AllValuesFieldListFilter), "record_type")
    search_fields = ("rule", "record_key", "reason")
    fields = ("rule", "record_type", "record_key", "reason")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.findings_view)
        return [path("findings/", view, name="archive_acceptedfinding_findings"), *super().get_urls()]

    def findings_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        titles = {rule.slug: rule.title for rule in ALL_RULES}
        # The log and all versions are read by night, not for each view of the page.
        run = FixityRun.objects.latest_run()
        still_open = [finding for finding in check(stored=_stored(run)) if not finding.reason]
        may_accept = self.has_add_permission(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Data quality: open findings"),
            "opts": self.opts,
            "media": self.media,
            "run": run,
            "total": len(still_open),
            "groups": [
                (titles[slug], [(one, _change_url(one), _accept_url(one) if may_accept else "") for one in group])
                for slug, group in groupby(still_open, key=lambda finding: finding.rule)
            ],
        }
        return TemplateResponse(request, "admin/archive/findings.html", context)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to where the next finding waits."""
        return HttpResponseRedirect(reverse("admin:archive_acceptedfinding_findings"))


def _stored(run: FixityRun | None) -> dict[str, list[Finding]]:
    """What the last check of fixity found, by the rules that would read it all again."""
    found: dict[str, list[Finding]] = {slug: [] for slug in STORED}
    for one in damages_of(run) if run else ():
        if one.part in found and one.record_id is not None:
            facts = (one.part, one.record_type, one.record_key, one.record_id, one.label, one.address, one.message)
            found[one.part].append(Finding(*facts))
    return found


def _change_url(finding: Finding) -> str:
    return reverse(f"admin:archive_{finding.record_type}_change", args=[finding.record_id])


def _accept_url(finding: Finding) -> str:
    """The form that accepts it, filled in but for the reason; empty for what is not to be accepted."""
    if finding.rule == STALE.slug:
        return ""
    named = {"rule": finding.rule, "record_type": finding.record_type, "record_key": finding.record_key}
    return f"{reverse('admin:archive_acceptedfinding_add')}?{urlencode(named)}"
