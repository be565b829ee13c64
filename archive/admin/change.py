"""The change log, which nobody edits, and what is left at old addresses."""

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from archive.admin.base import ReadOnlyAdmin
from archive.models import Change, Redirect, Slugged
from archive.models.base import validate_slug


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "by", "action", "record_type", "record_key", "why")
    list_filter = ("action", "record_type", ("by", admin.AllValuesFieldListFilter))
    date_hierarchy = "at"
    search_fields = ("record_key", "by", "why")
    search_help_text = gettext_lazy("Record, who or why.")
    # The log only grows: counting it twice for each page is not worth it.
    show_full_result_count = False


class RedirectForm(forms.ModelForm):
    """An old address, not in use, that leads to a record or says why there is none."""

    record_type = forms.ChoiceField(label=gettext_lazy("Record type"))
    old_slug = forms.CharField(label=gettext_lazy("Old slug"), max_length=120, validators=[validate_slug])
    new_slug = forms.CharField(
        label=gettext_lazy("New slug"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Empty where there is no such record any more; then say why."),
    )

    class Meta:
        model = Redirect
        fields = ("record_type", "old_slug", "new_slug", "why")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.models = {
            model._meta.model_name: model
            for model in apps.get_app_config("archive").get_models()
            if issubclass(model, Slugged)
        }
        kinds = [(name, model._meta.verbose_name) for name, model in self.models.items()]
        self.fields["record_type"].choices = kinds  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, old, new = (cleaned.get(name, "") for name in ("record_type", "old_slug", "new_slug"))
        if not kind:
            return cleaned
        records = self.models[kind]._base_manager
        if old and records.filter(slug=old).exists():
            raise ValidationError({"old_slug": _("A record stands at this address: it needs no redirect.")})
        if new and not records.filter(slug=new).exists():
            raise ValidationError({"new_slug": _("There is no record at this address.")})
        return cleaned


@admin.register(Redirect)
class RedirectAdmin(admin.ModelAdmin):
    """Addresses are never used again, so redirects are added, but neither changed nor deleted."""

    form = RedirectForm
    list_display = ("old_slug", "new_slug", "record_type", "at", "why")
    list_filter = ("record_type", ("new_slug", admin.EmptyFieldListFilter))
    date_hierarchy = "at"
    search_fields = ("old_slug", "new_slug", "why")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
