"""Who works on a record, in its list and on its page; and what its list can be narrowed to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from archive.admin.base import RecordAdmin, warn
from archive.admin.forms import sentences
from archive.admin.lacking import LackingFilter
from archive.curation import assignments
from archive.curation.roles import may_publish


@dataclass(frozen=True)
class Handover:
    """A button and an action. `run` takes the record, the user, and whether the user may free what others work on."""

    name: str
    label: str | Promise
    action_label: str | Promise
    done: Any  # a lazy plural: `done % {"count": n}`
    run: Callable[[Any, Any, bool], None]


HANDOVERS = (
    Handover(
        name="assign",
        label=gettext_lazy("Assign to me"),
        action_label=gettext_lazy("Assign selected to me"),
        done=ngettext_lazy("%(count)d record assigned to you.", "%(count)d records assigned to you.", "count"),
        run=lambda record, user, _may_free: assignments.assign(record, user),
    ),
    Handover(
        name="release",
        label=gettext_lazy("Release"),
        action_label=gettext_lazy("Release selected"),
        done=ngettext_lazy("%(count)d record released.", "%(count)d records released.", "count"),
        run=lambda record, user, may_free: assignments.release(record, user, of_anybody=may_free),
    ),
)


class AssignedFilter(admin.SimpleListFilter):
    title = gettext_lazy("assigned to")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", _("me")), ("anybody", _("anybody")), ("nobody", _("nobody"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        model: Any = queryset.model
        still_open = queryset.filter(status__in=assignments.OPEN)
        match self.value():
            case "me":
                return still_open.filter(pk__in=assignments.assigned_to(request.user, model))
            case "anybody":
                return still_open.filter(pk__in=assignments.assigned(model))
            case "nobody":
                return still_open.exclude(pk__in=assignments.assigned(model))
        return None


class Assignable(RecordAdmin):
    """Adds who works on a record to its page and list, with buttons, actions and filters."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(assigned_name=assignments.username(self.model))

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*super().get_list_display(request), "assigned_shown")

    def get_list_filter(self, request: HttpRequest) -> Any:
        first, *others = super().get_list_filter(request)
        return (first, AssignedFilter, LackingFilter, *others)

    @admin.display(description=gettext_lazy("assigned to"), ordering="assigned_name")
    def assigned_shown(self, record: Any) -> str:
        return record.assigned_name or "–" if record.status in assignments.OPEN else "–"

    def may_hand_over(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return self.has_change_permission(request) and user.has_perm("archive.change_assignment")

    # One record -------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{one.name}/",
                self.admin_site.admin_view(partial(self.hand_over_view, handover=one)),
                name=f"archive_{self.opts.model_name}_{one.name}",
            )
            for one in HANDOVERS
        ]
        return [*own, *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj and obj.status in assignments.OPEN:
            context["assignment"] = known = assignments.of(obj)
            is_own = known is not None and known.user_id == request.user.pk
            may_free = may_publish(request.user, self.model)
            offered = {"assign": not is_own, "release": known is not None and (is_own or may_free)}
            context["handovers"] = [
                (one.label, reverse(f"admin:archive_{self.opts.model_name}_{one.name}", args=[quote(obj.pk)]))
                for one in HANDOVERS
                if offered[one.name] and self.may_hand_over(request)
            ]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def hand_over_view(self, request: HttpRequest, object_id: str, *, handover: Handover) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        self.hand_over(request, [record], handover)
        return HttpResponseRedirect(reverse(f"admin:archive_{self.opts.model_name}_change", args=[quote(record.pk)]))

    # Many records -----------------------------------------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET and self.may_hand_over(request):
            for one in HANDOVERS:
                actions[one.name] = (partial(_hand_over_selected, handover=one), one.name, one.action_label)
        return actions

    def hand_over(self, request: HttpRequest, records: Any, handover: Handover) -> None:
        if not self.may_hand_over(request):
            raise PermissionDenied
        done, problems = 0, []
        may_free = may_publish(request.user, self.model)
        for record in records:
            try:
                handover.run(record, request.user, may_free)
            except ValidationError as error:
                text = _("“%(record)s” was left as it is: %(why)s")
                problems.append(text % {"record": record, "why": sentences(error)})
            else:
                done += 1
        if done:
            self.message_user(request, handover.done % {"count": done}, messages.SUCCESS)
        warn(self, request, problems)


def _hand_over_selected(
    modeladmin: Assignable, request: HttpRequest, queryset: QuerySet, *, handover: Handover
) -> None:
    modeladmin.hand_over(request, queryset, handover)
