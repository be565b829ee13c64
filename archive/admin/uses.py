"""Where a record is used, said before it is deleted."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from archive.curation.merging.links import relations, rows_of

_TAKE_OUT = _("Take it out there first.")
# What becomes of the rows that point to a deleted record.
_BECOMES: dict[Any, str | Promise] = {
    models.CASCADE: _("Deleted with it."),
    models.SET_NULL: _("Stays, without it."),
    models.PROTECT: _TAKE_OUT,
}


@dataclass(frozen=True, slots=True)
class Use:
    """Records of one kind that point to a record by one field; `url` is the list of them, empty where there is none."""

    kind: str
    field: str
    count: int
    url: str
    becomes: str | Promise


def uses_of(request: HttpRequest, site: AdminSite, record: Any) -> list[Use]:
    """One query for each kind of link."""
    found = []
    for relation in relations(type(record)):
        model, field = relation.related_model, relation.field
        linked = (
            model._base_manager.filter(**{field.name: record}) if relation.many_to_many else rows_of(relation, record)
        )
        if count := linked.count():
            becomes = _TAKE_OUT if relation.many_to_many else _BECOMES.get(relation.on_delete, "")
            url = _list_of(request, site, model, {f"{field.name}__id__exact": record.pk})
            found.append(Use(str(model._meta.verbose_name_plural), str(field.verbose_name), count, url, becomes))
    return found


def _list_of(request: HttpRequest, site: AdminSite, model: Any, query: dict[str, Any]) -> str:
    if not site.is_registered(model) or not site.get_model_admin(model).has_view_permission(request):
        return ""
    return f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?{urlencode(query)}"
