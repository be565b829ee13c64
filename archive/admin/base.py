"""What the admin pages of all records share: history, deletion, the reason of a change; and rows kept with a record."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_field, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from archive.admin import conflicts
from archive.admin.forms import FORMFIELD_OVERRIDES, ROW_FORMFIELD_OVERRIDES, RecordForm, sentences
from archive.admin.uses import uses_of
from archive.curation import history
from archive.curation.roles import may_publish
from archive.curation.tips import REPORTABLE, name_of
from archive.models import Change, recording

NAMES = ("name", "name_ru", "name_zh", "variants")
NAMES_SEARCH = ("name", "name_ru", "name_zh", "variants", "slug")
SOURCED = (("source_article", "confidence"), ("source", "note"))
# So many records are named on a page or in messages; the others are counted.
NAMED = 20


def warn(modeladmin: admin.ModelAdmin, request: HttpRequest, texts: list[str]) -> None:
    """Tell why records were left as they are, each in a message of its own."""
    for text in texts[:NAMED]:
        modeladmin.message_user(request, text, messages.WARNING)
    if len(texts) > NAMED:
        text = _("%(n)d more were left as they are.") % {"n": len(texts) - NAMED}
        modeladmin.message_user(request, text, messages.WARNING)


class ReadOnlyAdmin(admin.ModelAdmin):
    """Of what the archive writes itself: whoever may see it sees it, and nobody changes it here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RecordAdmin(SimpleHistoryAdmin):
    """Base of all admins of records. `slug_from` names the field that a new record's slug is made of."""

    form = RecordForm
    formfield_overrides = FORMFIELD_OVERRIDES
    list_per_page = 50
    object_history_template = "admin/archive/history.html"
    object_history_list_template = "admin/archive/history_list.html"
    slug_from: ClassVar[str] = ""

    class Media:
        css: ClassVar = {"all": ["admin-archive/curation.css"]}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {"slug": (self.slug_from,)} if self.slug_from and obj is None else {}

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """As Django's; what the form gives as the reason of the change goes into the log.

        What somebody else changed since the form was made is not overwritten (`archive.admin.conflicts`).
        """
        why = request.POST.get("_why", "").replace("\0", "").strip()
        base = conflicts.base_of(request)
        context = {**(extra_context or {}), "why": why}
        with recording(by=request.user.get_username(), why=why):
            if object_id is None or request.method != "POST" or base is None:
                # Before the record is read: what is changed between the two counts as not seen.
                context["version"] = Change.objects.head()[0]
                return super().changeform_view(request, object_id, form_url, context)
            with transaction.atomic():
                Change.objects.lock()
                conflict = conflicts.conflict_with(self.model, unquote(object_id), self.inlines, base)
                vars(request)["conflict"] = conflict
                context |= {"version": base, "conflict": conflict}
                answer = super().changeform_view(request, object_id, form_url, context)
        if conflict and answer.status_code == HTTPStatus.OK:
            answer.status_code = HTTPStatus.CONFLICT
        return answer

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        return conflicts.refusing(form) if vars(request).get("conflict") else form

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, obj: Any = None, **kwargs: Any) -> Any:
        if isinstance(obj, tuple(REPORTABLE.values())) and request.user.has_perm("archive.add_correctionnote"):
            query = urlencode({"record": name_of(obj)})
            context["note_url"] = f"{reverse('admin:archive_correctionnote_add')}?{query}"
        if obj and context.get("conflict"):
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["differences"] = conflicts.differences(context["adminform"].form, formsets)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Deletion ---------------------------------------------------------------------------------------------------------

    def why_kept(self, request: HttpRequest, record: Any) -> str:
        """Why the record can't be deleted; empty where nothing stands against it but protected links."""
        for relation in record._meta.related_objects:
            # Other links protect themselves; Django drops those of many-to-many fields silently.
            if relation.many_to_many and relation.through._meta.auto_created:
                n = getattr(record, relation.get_accessor_name()).count()
                if n:
                    return _("“%(record)s” is linked from records (%(kind)s: %(n)d). Take it out there first.") % {
                        "record": record,
                        "kind": relation.related_model._meta.verbose_name_plural,
                        "n": n,
                    }
        return ""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """As Django's, the one place that both ways of deleting go through: what is to be kept counts as protected."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        kept = [reason for record in objs if (reason := self.why_kept(request, record))]
        return to_delete, counts, lacking, kept or protected

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """As Django's; the page says where the record is used."""
        record = self.get_object(request, unquote(object_id))
        # Whether the record exists and may be deleted, Django asks.
        may_see = record is not None and self.has_view_or_change_permission(request, record)
        uses = uses_of(request, self.admin_site, record) if may_see else []
        return super().delete_view(request, object_id, {**(extra_context or {}), "uses": uses})

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        with transaction.atomic():
            for record in queryset:
                self.delete_model(request, record)

    # History ----------------------------------------------------------------------------------------------------------

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not unquote(object_id).isdecimal():
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """One version beside another (`?with=`) or the record as it is now; POST takes chosen fields back.

        Fields are restored one by one: django-simple-history would write the old row whole, its status and slug too, and
        so turn what is public into a draft again.
        """
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        version = self._version(record, version_id)
        if request.method == "POST":
            return self._restore(request, record, version)
        other = self._version(record, request.GET["with"]) if request.GET.get("with") else None
        rows = _version_rows(version, other or record, () if other else self._restorable(request, record))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Version of “%(record)s”") % {"record": record},
            "opts": self.model._meta,
            "record": record,
            "version": version,
            "other": other,
            "others": self.model.history.filter(id=record.pk)
            .exclude(pk=version.pk)
            .select_related("history_user")[:200],
            "rows": rows,
            "can_restore": any(row.can_restore for row in rows),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/archive/version.html", context)

    def _version(self, record: Any, version_id: str) -> Any:
        # So many digits no database has.
        if not (version_id.isascii() and version_id.isdigit() and len(version_id) < 19):
            raise Http404
        return get_object_or_404(self.model.history, id=record.pk, history_id=version_id)

    def _restorable(self, request: HttpRequest, record: Any) -> frozenset[str]:
        """The fields that the user may take back: those that the form would let be changed."""
        if not self.has_change_permission(request, record):
            return frozenset()
        return history.restorable(self.model) - set(self.get_readonly_fields(request, record))

    def _restore(self, request: HttpRequest, record: Any, version: Any) -> HttpResponse:
        if not self.has_change_permission(request, record):
            raise PermissionDenied
        chosen = self._restorable(request, record) & set(request.POST.getlist("field"))
        why = request.POST.get("why", "").replace("\0", "")
        try:
            history.restore(record, version, chosen, by=request.user.get_username(), why=why)
        except ValidationError as error:
            self.message_user(request, sentences(error), messages.ERROR)
            return HttpResponseRedirect(request.path)
        self.log_change(request, record, f"{_('Restored from an old version.')} {why}")
        self.message_user(request, _("The chosen fields are as they were then."), messages.SUCCESS)
        opts = self.model._meta
        return HttpResponseRedirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk]))


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A field on the page of a version; `change` is None where both have the same."""

    name: str
    label: str
    then: str
    now: str
    change: history.FieldChange | None
    can_restore: bool


def _version_rows(version: Any, other: Any, restorable: Collection[str]) -> list[VersionRow]:
    """Every field in the version and in the other: a version too, or the record as it is now."""
    model: Any = version.instance_type
    old = history.state_of_version(version)
    new = history.state_of(other) if isinstance(other, model) else history.state_of_version(other)
    names = history.names_of(model, [old, new], only_public=False)
    changes = {one.name: one for one in history.compare(model, old, new, names, shows_body=True, shows_all=True)}
    linked_other = _linked_now if isinstance(other, model) else _linked_then
    fields = [(field, _shown, _shown) for field in model._meta.concrete_fields if not field.primary_key]
    links = [(model._meta.get_field(name), _linked_then, linked_other) for name in model._history_m2m_fields]
    return [
        VersionRow(
            field.name,
            str(field.verbose_name),
            then(version, field),
            now(other, field),
            changes.get(field.name),
            field.name in changes and field.name in restorable,
        )
        for field, then, now in (*fields, *links)
    ]


def _shown(record: Any, field: Any) -> str:
    try:
        value = getattr(record, field.name)
    except ObjectDoesNotExist:
        return _("deleted (number %(pk)s)") % {"pk": getattr(record, field.attname)}
    return str(value or "–") if field.is_relation else str(display_for_field(value, field, "–"))


def _linked_now(record: Any, field: Any) -> str:
    return ", ".join(sorted(map(str, getattr(record, field.name).all()))) or "–"


def _linked_then(version: Any, field: Any) -> str:
    rows = getattr(version, field.name).all()
    return ", ".join(sorted(str(getattr(row, field.m2m_reverse_field_name())) for row in rows)) or "–"


class CountedAdmin(RecordAdmin):
    """Records that count the published events and articles that point to them."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).with_counts()

    @admin.display(description=gettext_lazy("public events"), ordering="event_count")
    def event_count(self, record: Any) -> int:
        return record.event_count

    @admin.display(description=gettext_lazy("public articles"), ordering="article_count")
    def article_count(self, record: Any) -> int:
        return record.article_count


class RowInline(admin.StackedInline):
    """Rows of a record on its page. Whoever may change the record may change them."""

    form = RecordForm
    formfield_overrides = ROW_FORMFIELD_OVERRIDES
    extra = 0
    show_change_link = True


class RowAdmin(RecordAdmin):
    """A list of rows that belong to records. They are edited with their record; here they are looked through.

    `owners` name the links to the records with a status that a row belongs to: while one of them was never public,
    nor was the row, and a curator may change it. Rows are added here only by those who may change all such records.
    """

    owners: ClassVar[tuple[str, ...]] = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.owners if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and self._may_publish(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._is_open(request, obj)

    def _is_open(self, request: HttpRequest, row: Any) -> bool:
        if row is None or self._may_publish(request):
            return True
        return any(getattr(row, owner).first_public_at is None for owner in self.owners)

    def _may_publish(self, request: HttpRequest) -> bool:
        models_of_owners = (self.model._meta.get_field(owner).related_model for owner in self.owners)
        return all(may_publish(request.user, model) for model in models_of_owners)
