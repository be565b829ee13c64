"""“Report an error”: what readers tell the curators of a record. A plain form, without script, limited for each address."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from archive import ratelimit
from archive.curation.tips import name_of, split_name
from archive.models import Country, Tip
from archive.views.errors import show_error, uncached
from archive.views.lookup import about_record, find, or_in_format
from archive.views.portable import NO_FORMATS


class ReportForm(forms.ModelForm):
    # People don't see it; programs that fill in every field do.
    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"tabindex": -1, "autocomplete": "off"}),
    )

    class Meta:
        model = Tip
        fields = ("text", "email")
        labels = {"text": gettext_lazy("What is wrong?"), "email": gettext_lazy("Your e-mail address (optional)")}
        help_texts = {
            "text": gettext_lazy("At most 2,000 characters. A source that we can look up helps."),
            "email": gettext_lazy("Only for questions; it is never shown."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 7, "maxlength": 2000}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }
        error_messages = {"text": {"required": gettext_lazy("Say what is wrong.")}}


@about_record
def report(request: HttpRequest) -> HttpResponse:
    """The form for the record that `?record=` names (`event/<slug>`, `country/cn`)."""
    name = request.GET.get("record", "")
    if not name:
        return show_error(
            request, 400, _("Which record?"), _("Follow “Report an error” at the foot of the page that it is about.")
        )
    record = _record(request, name)
    form = ReportForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, record, form)
    if not form.is_valid():
        return _page(request, record, form, status=400)
    if not form.cleaned_data["website"]:
        if seconds := ratelimit.wait(request, "tips"):
            return _page(request, record, form, status=429, wait=seconds)
        form.instance.record_type, form.instance.record_id = record._meta.model_name, record.pk
        form.save()
    return HttpResponseRedirect(f"{reverse('archive:report-thanks')}?{urlencode({'record': name_of(record)})}")


@about_record
def thanks(request: HttpRequest) -> HttpResponse:
    record = _record(request, request.GET.get("record", ""))
    return uncached(render(request, "archive/report_thanks.html", {"record": record}))


def _record(request: HttpRequest, name: str) -> Any:
    found = split_name(name)
    if found is None:
        raise Http404(_("There is no record of that name."))
    model, key = found
    if model is not Country:
        return find(request, model.objects.all(), key, has_formats=False)
    country = Country.objects.filter(iso2=key.upper()).first()
    if country is None:
        raise Http404(_("There is no record of that name."))
    or_in_format(request, NO_FORMATS)
    return country


def _page(request: HttpRequest, record: Any, form: ReportForm, *, status: int = 200, wait: int = 0) -> HttpResponse:
    """The form, with all that was typed into it; `wait`: seconds until it is taken."""
    minutes = -(-wait // 60)
    refusal = ngettext(
        "That were many reports from your address. Send this one again in %(n)d minute; it is kept below.",
        "That were many reports from your address. Send this one again in %(n)d minutes; it is kept below.",
        minutes,
    ) % {"n": minutes}
    context = {"record": record, "form": form, "refusal": refusal if wait else ""}
    response = uncached(render(request, "archive/report.html", context, status=status))
    if wait:
        response["Retry-After"] = str(wait)
    return response
