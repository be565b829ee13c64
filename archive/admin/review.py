"""Articles, events and participants on their way to the public: buttons, pages and actions of the steps."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from archive.admin.assigning import Assignable
from archive.admin.base import NAMED, warn
from archive.admin.forms import ReasonForm, sentences
from archive.curation import review
from archive.curation.roles import may_publish
from archive.models import Redirect, Status


@dataclass(frozen=True)
class Step:
    """A way from one status to another.

    `publishes`: it is an editor's. `asks`: the heading of its page, which takes a note, or a reason if `needs_reason`.
    """

    name: str
    label: str | Promise
    action_label: str | Promise
    done: Any  # a lazy plural: `done % {"count": n}`
    run: Callable[..., None]
    starts: tuple[Status, ...]
    publishes: bool = False
    asks: str | Promise = ""
    help_text: str | Promise = ""
    needs_reason: bool = False


STEPS = (
    Step(
        name="review",
        label=gettext_lazy("Send to review"),
        action_label=gettext_lazy("Send selected to review"),
        done=ngettext_lazy("%(count)d record sent to review.", "%(count)d records sent to review.", "count"),
        run=review.send_to_review,
        starts=(Status.DRAFT,),
    ),
    Step(
        name="publish",
        label=gettext_lazy("Publish…"),
        action_label=gettext_lazy("Publish selected"),
        done=ngettext_lazy("%(count)d record published.", "%(count)d records published.", "count"),
        run=review.publish,
        starts=(Status.DRAFT, Status.IN_REVIEW, Status.WITHDRAWN),
        publishes=True,
        asks=gettext_lazy("Publish"),
        help_text=gettext_lazy(
            "A note for the log and the public history; may be left empty. What is public is never a draft again."
        ),
    ),
    Step(
        name="withdraw",
        label=gettext_lazy("Withdraw…"),
        action_label=gettext_lazy("Withdraw selected…"),
        done=ngettext_lazy("%(count)d record withdrawn.", "%(count)d records withdrawn.", "count"),
        run=review.withdraw,
        starts=(Status.PUBLISHED,),
        publishes=True,
        asks=gettext_lazy("Withdraw"),
        help_text=gettext_lazy(
            "The reason is shown to readers at the record's address. The record leaves every list, count and search."
        ),
        needs_reason=True,
    ),
)

REVIEW_FIELDS = ("status", "first_public_at", "withdrawn_at", "withdrawal_reason")


class ReviewedAdmin(Assignable):
    """Records with a status. Drafts are open to curators; what was once public only to editors."""

    @display(description=gettext_lazy("date"), ordering="date_earliest")
    def date_shown(self, record: Any) -> str:
        return record.date_text or "–"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *REVIEW_FIELDS)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = {Status.PUBLISHED: REVIEW_FIELDS[:2], Status.WITHDRAWN: REVIEW_FIELDS}
        shown = [(_("Review"), {"fields": fields.get(obj.status, ("status",))})] if obj else []
        return [*shown, *super().get_fieldsets(request, obj)]

    # Permissions ------------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(request, obj)

    def _is_open(self, request: HttpRequest, record: Any) -> bool:
        return record is None or record.first_public_at is None or may_publish(request.user, self.model)

    def may_take(self, request: HttpRequest, step: Step, record: Any = None) -> bool:
        """Whether the user's role allows the step. Whether the record's status does, `archive.curation.review` says."""
        if step.publishes:
            return may_publish(request.user, self.model)
        return self.has_change_permission(request, record)

    # Deletion ---------------------------------------------------------------------------------------------------------

    def why_kept(self, request: HttpRequest, record: Any) -> str:
        if record.first_public_at and not request.user.is_superuser:
            return _("“%(record)s” was once public and is never deleted: withdraw it instead.") % {"record": record}
        return super().why_kept(request, record)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete; the address of what was once public then says that it is gone."""
        if obj.first_public_at:
            Redirect.objects.create(
                record_type=self.opts.model_name,
                old_slug=obj.slug,
                why=_("The record was deleted by an administrator."),
            )
        super().delete_model(request, obj)

    # One record -------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        steps = [
            path(
                f"<path:object_id>/{step.name}/",
                self.admin_site.admin_view(partial(self.step_view, step=step)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{step.name}",
            )
            for step in STEPS
        ]
        return [*steps, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj:
            context["steps"] = [
                {"step": step, "url": self._url(step.name, obj)}
                for step in STEPS
                if obj.status in step.starts and self.may_take(request, step, obj)
            ]
            context["show_delete"] = not obj.first_public_at or request.user.is_superuser
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def step_view(self, request: HttpRequest, object_id: str, *, step: Step) -> HttpResponse:
        """Take the step on POST; on GET ask for its note or reason."""
        if request.method != "POST" and not step.asks:
            return HttpResponseNotAllowed(["POST"])
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.may_take(request, step, record):
            raise PermissionDenied
        if request.method != "POST" and record.status not in step.starts:
            text = _("“%(record)s” is %(status)s; that step is not open to it.")
            text %= {"record": record, "status": record.get_status_display()}
            self.message_user(request, text, messages.WARNING)
            return HttpResponseRedirect(self._url("change", record))
        form = ReasonForm(
            request.POST if request.method == "POST" else None,
            required=step.needs_reason,
            help_text=str(step.help_text),
        )
        if not form.is_valid() and step.asks:
            return self._ask(request, step, form, [record], self._url("change", record))
        self._take(request, step, [record], form.cleaned_data.get("why", ""))
        return HttpResponseRedirect(self._url("change", record))

    # Many records -----------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for step in STEPS:
                if self.may_take(request, step):
                    actions[step.name] = (partial(_take_selected, step=step), step.name, step.action_label)
        return actions

    def take_selected(self, request: HttpRequest, queryset: models.QuerySet, step: Step) -> HttpResponse | None:
        form = ReasonForm(request.POST if "why" in request.POST else None, required=True, help_text=str(step.help_text))
        if step.needs_reason and not form.is_valid():
            return self._ask(request, step, form, queryset, request.get_full_path())
        self._take(request, step, queryset, form.cleaned_data["why"] if step.needs_reason else "")
        return None

    # What both share --------------------------------------------------------------------------------------------------

    def _ask(self, request: HttpRequest, step: Step, form: ReasonForm, records: Any, back: str) -> HttpResponse:
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        context = {
            **self.admin_site.each_context(request),
            "title": step.asks,
            "opts": self.opts,
            "step": step,
            "form": form,
            "records": records[:NAMED],
            "more": max(0, len(records) - NAMED),
            "back": back,
            # Posted again, so that the list knows which records are meant.
            "again": [(ACTION_CHECKBOX_NAME, pk) for pk in selected]
            + [(name, request.POST[name]) for name in ("action", "select_across") if name in request.POST],
            "media": self.media,
        }
        return TemplateResponse(request, "admin/archive/step.html", context)

    def _take(self, request: HttpRequest, step: Step, records: Any, why: str) -> None:
        """Take the step for each record that it is open to, in one transaction, and say what became of them."""
        skipped = []
        done = 0
        with transaction.atomic():
            for record in records:
                if problem := self._refusal(request, step, record, why):
                    skipped.append(_("“%(record)s” was left as it is: %(why)s") % {"record": record, "why": problem})
                else:
                    done += 1
                    self.log_change(request, record, " ".join(filter(None, [str(step.done % {"count": 1}), why])))
        if done:
            self.message_user(request, step.done % {"count": done}, messages.SUCCESS)
        warn(self, request, skipped)

    def _refusal(self, request: HttpRequest, step: Step, record: Any, why: str) -> str:
        """Take the step; the reason where it could not be taken."""
        if not self.may_take(request, step, record):
            return _("your role does not allow it.")
        try:
            step.run(record, by=request.user.get_username(), why=why)
        except ValidationError as error:
            return sentences(error)
        return ""

    def _url(self, name: str, record: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[quote(record.pk)])


def _take_selected(
    modeladmin: ReviewedAdmin, request: HttpRequest, queryset: models.QuerySet, *, step: Step
) -> HttpResponse | None:
    return modeladmin.take_selected(request, queryset, step)
