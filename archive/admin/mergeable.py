"""Records that may stand in the archive twice: the way from their pages to the merge."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.base import RecordAdmin
from archive.curation.duplicates import find_duplicates
from archive.models import Article, Status


def may_merge(request: HttpRequest) -> bool:
    """Whether the user's role allows to make two records one."""
    return request.user.has_perm("archive.add_merge")


def merge_url(one: Any, other: Any) -> str:
    """The page that merges the two: a public record is kept over others, an older one over a newer."""
    ranks = [Status.PUBLISHED, Status.WITHDRAWN, Status.IN_REVIEW, Status.DRAFT]
    kept, merged = sorted(
        (one, other), key=lambda record: (ranks.index(getattr(record, "status", ranks[0])), record.pk)
    )
    return reverse("admin:archive_merge_merge", args=[kept._meta.model_name, kept.pk, merged.pk])


class Mergeable(RecordAdmin):
    """Adds a button to the page of a record and an action on two of the list."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if obj and may_merge(request):
            query = urlencode({"record": f"{self.opts.model_name}:{obj.pk}"})
            context["merge_url"] = f"{reverse('admin:archive_merge_add')}?{query}"
        if isinstance(obj, Article) and request.user.has_perm("archive.view_duplicatedecision"):
            context["likenesses"] = len(find_duplicates(obj))
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if may_merge(request) and IS_POPUP_VAR not in request.GET:
            actions["merge_two"] = (_merge_two, "merge_two", gettext_lazy("Merge the two selected…"))
        return actions


def _merge_two(modeladmin: Mergeable, request: HttpRequest, queryset: QuerySet) -> HttpResponseRedirect | None:
    two = list(queryset.order_by("pk")[:3])
    if len(two) != 2:
        modeladmin.message_user(request, _("Select exactly two records to merge."), messages.WARNING)
        return None
    return HttpResponseRedirect(merge_url(*two))
