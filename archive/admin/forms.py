"""What the admin's forms share."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordForm(forms.ModelForm):
    """Checks the constraints on fields that follow from others, too.

    Django skips a constraint that mentions a field outside the form, as the earliest and latest day are; the database
    would then refuse the row, and the curator see an error page instead of a message.
    """

    def _get_validation_exclusions(self) -> set[str]:
        derived = {field.name for field in self.instance._meta.concrete_fields if not field.editable}
        return super()._get_validation_exclusions() - derived  # type: ignore[misc]  # Django's, though not documented


class LinesField(forms.CharField):
    """A list of texts, one on each line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, *args: Any, encoder: Any = None, decoder: Any = None, **kwargs: Any) -> None:
        # JSONField passes its encoder and decoder; lines need neither.
        super().__init__(*args, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, Sequence) and not isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line]


class ReasonForm(forms.Form):
    """Why a step is taken."""

    why = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4, "cols": 80}))

    def __init__(self, data: Any = None, *, required: bool, help_text: str = "") -> None:
        super().__init__(data)
        self.fields["why"].required = required
        self.fields["why"].help_text = help_text


FORMFIELD_OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"},
    models.JSONField: {"form_class": LinesField, "help_text": _("Other spellings and names, one on each line.")},
}
# Rows of a record stand close together.
ROW_FORMFIELD_OVERRIDES: dict[type[models.Field], dict[str, Any]] = {
    models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 60})},
}


def sentences(error: ValidationError) -> str:
    """The messages of an error in one line, those of fields after the field's name."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(
        text if field == "__all__" else f"{field}: {text}"
        for field, texts in error.message_dict.items()
        for text in texts
    )
