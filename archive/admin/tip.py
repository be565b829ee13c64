"""What readers report, and the correction notes that answer them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.base import RecordAdmin
from archive.admin.forms import ReasonForm, RecordForm, sentences
from archive.curation import tips
from archive.models import CorrectionNote, Tip
from archive.models.tip import TipState


class AboutRecord:
    """Admin of rows that name a record by kind and number: shown by its name, with links to its page and its form."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]  # the ModelAdmin's beside it
        # All at once: else each row of the list would ask for its own.
        found = tips.records_of(changelist.result_list)
        for row in changelist.result_list:
            row.about = found.get((row.record_type, row.record_id))
        return changelist

    @admin.display(description=gettext_lazy("record"))
    def record_shown(self, row: Any) -> str:
        record = row.about if hasattr(row, "about") else tips.records_of([row]).get((row.record_type, row.record_id))
        if record is None:
            return _("deleted (%(kind)s %(pk)s)") % {"kind": row.record_type, "pk": row.record_id}
        return format_html(
            '{} · <a href="{}">{}</a> · <a href="{}">{}</a>',
            record,
            reverse(f"admin:archive_{row.record_type}_change", args=[quote(record.pk)]),
            _("edit"),
            record.get_absolute_url(),
            _("view on site"),
        )


@dataclass(frozen=True)
class Handling:
    """A way to close a report: what it asks for, and the permission that it takes beside that to change reports."""

    name: str
    label: str | Promise
    asks: str | Promise
    help_text: str | Promise
    done: str | Promise
    run: Callable[[Tip, str, Any], object]
    permission: str = ""


HANDLINGS = (
    Handling(
        name="answer",
        label=gettext_lazy("Answer…"),
        asks=gettext_lazy("Answer with a correction note"),
        help_text=gettext_lazy(
            "What was corrected, in a sentence or two: readers see it on the record's page, with the day. Correct the "
            "record first. At most 1,000 characters."
        ),
        done=gettext_lazy("Answered: the correction note stands on the record's page."),
        run=lambda tip, text, user: tips.answer(tip, text=text, by=user),
        permission="archive.add_correctionnote",
    ),
    Handling(
        name="dismiss",
        label=gettext_lazy("Dismiss…"),
        asks=gettext_lazy("Dismiss"),
        help_text=gettext_lazy("Why nothing is to be corrected, for the other curators."),
        done=gettext_lazy("Dismissed."),
        run=lambda tip, text, user: tips.dismiss(tip, note=text, by=user),
    ),
)


@admin.register(Tip)
class TipAdmin(AboutRecord, admin.ModelAdmin):
    """The queue of reports. They come from readers; curators answer or dismiss them, and leave them as they are."""

    change_form_template = "admin/archive/tip.html"
    list_display = ("text_shown", "state", "record_shown", "at", "handled_by")
    list_filter = ("state", "record_type")
    list_select_related = ("handled_by",)
    list_per_page = 50
    date_hierarchy = "at"
    ordering = ("-at",)
    search_fields = ("text", "email", "note")
    fields = ("record_shown", "text", "email", "at", "state", "handled_by", "handled_at", "note")
    readonly_fields = fields
    actions = None

    class Media:
        css = {"all": ["admin-archive/curation.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("report"), ordering="text")
    def text_shown(self, tip: Tip) -> str:
        return tip.text if len(tip.text) <= 160 else f"{tip.text[:160]}…"

    def get_urls(self) -> list[URLPattern]:
        handlings = [
            path(
                f"<path:object_id>/{handling.name}/",
                self.admin_site.admin_view(partial(self.handle_view, handling=handling)),
                name=f"archive_tip_{handling.name}",
            )
            for handling in HANDLINGS
        ]
        return [*handlings, *super().get_urls()]

    def may_take(self, request: HttpRequest, handling: Handling) -> bool:
        user: Any = request.user
        return self.has_change_permission(request) and (not handling.permission or user.has_perm(handling.permission))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        context |= {"show_save": False, "show_save_and_continue": False, "show_close": True}
        if obj and obj.state == TipState.OPEN:
            context["handlings"] = [
                (one.label, reverse(f"admin:archive_tip_{one.name}", args=[quote(obj.pk)]))
                for one in HANDLINGS
                if self.may_take(request, one)
            ]
        return super().render_change_form(request, context, *args, **{**kwargs, "obj": obj})

    def handle_view(self, request: HttpRequest, object_id: str, *, handling: Handling) -> HttpResponse:
        tip = self.get_object(request, unquote(object_id))
        if tip is None:
            raise Http404
        if not self.may_take(request, handling):
            raise PermissionDenied
        back = reverse("admin:archive_tip_change", args=[quote(tip.pk)])
        data = request.POST if request.method == "POST" else None
        form = ReasonForm(data, required=True, help_text=str(handling.help_text))
        if form.is_valid():
            try:
                handling.run(tip, form.cleaned_data["why"], request.user)
            except ValidationError as error:
                form.add_error("why", sentences(error))
            else:
                self.log_change(request, tip, str(handling.done))
                self.message_user(request, str(handling.done), messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:archive_tip_changelist") + "?state__exact=open")
        context = {
            **self.admin_site.each_context(request),
            "title": handling.asks,
            "opts": self.opts,
            "step": handling,
            "form": form,
            "records": [tip],
            "back": back,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/archive/step.html", context)


class CorrectionNoteForm(RecordForm):
    """A note is written on a record that has a page, named as in its address."""

    record = forms.CharField(
        label=gettext_lazy("Record"),
        max_length=200,
        help_text=gettext_lazy("Kind and slug, as in the address: “event/peace-mission-2014”, “country/cn”."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = CorrectionNote
        fields = ("record", "text")

    def clean_record(self) -> str:
        name = self.cleaned_data["record"].strip().strip("/")
        found = tips.named(name)
        if found is None:
            raise ValidationError(_("There is no record of that name."))
        self.instance.record_type, self.instance.record_id = found._meta.model_name, found.pk
        return name


@admin.register(CorrectionNote)
class CorrectionNoteAdmin(AboutRecord, RecordAdmin):
    form = CorrectionNoteForm
    list_display = ("text", "record_shown", "at")
    list_filter = ("record_type",)
    list_select_related = ("tip",)
    autocomplete_fields = ("tip",)
    date_hierarchy = "at"
    search_fields = ("text",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("record_shown", "text", "at", "tip") if obj else ("record", "text")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("record_shown", "at", "tip") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        # What a note is about is said once; then only its words can be changed.
        return super().get_form(request, obj, change, **({"form": RecordForm} if obj else {}), **kwargs)
