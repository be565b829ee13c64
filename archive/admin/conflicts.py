"""Two people edit one record: the second to save gets both versions, and nothing of either is lost.

A form carries the number of the last change of the log when it was made. If the record, or a row that is edited with it, was
changed after that number, nothing is written: the form comes back as it was filled in, with what stands there now beside it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Model, Q
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import _get_foreign_key  # how Django's own inlines find theirs
from django.http import HttpRequest
from django.utils.translation import gettext as _

from archive.models import Change, Record

# The changes that are named: who made the newest of many is enough.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Difference:
    """What a field of the form holds, and what stands in the record now."""

    label: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The changes that were made since the form was; `last` is the number up to which they are known."""

    changes: tuple[Change, ...]
    last: int


def number_in(text: str | None) -> int | None:
    """The number of a change as a form sends it; None for whatever is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def base_of(request: HttpRequest) -> int | None:
    """The change up to which the user has seen the record: when the form was made, or when both versions were shown.

    None where the form does not say it: then it is no form of ours, but a program that knows what it does.
    """
    known = [number_in(request.POST.get(name)) for name in ("_version", "_over")]
    return max((number for number in known if number is not None), default=None)


def conflict_with(model: type[Model], pk: str, inlines: Iterable[Any], base: int) -> Conflict | None:
    """What became of the record and its rows since that change. Call under the lock of the log, which keeps others out."""
    if number_in(pk) is None:
        return None
    ours = Q(record_type=model._meta.model_name, record_id=pk)
    for inline in inlines:
        row: Any = inline.model
        if issubclass(row, Record):
            owner = _get_foreign_key(model, row, fk_name=inline.fk_name)
            # By the history: what was deleted, or moved to another record, belonged to this one as well.
            keys = row.history.filter(**{owner.attname: pk}).order_by().values("id")
            ours |= Q(record_type=row._meta.model_name, record_id__in=keys)
    changes = tuple(Change.objects.after(base).filter(ours).order_by("-number")[:_NAMED])
    return Conflict(changes, Change.objects.head()[0]) if changes else None


def refusing(form: Any) -> Any:
    """The class of forms, but none of them is ever valid."""

    class Refusing(form):
        def clean(self) -> Any:
            cleaned = super().clean()
            self.add_error(None, _("Nothing was saved: the record was changed since you opened this form."))
            return cleaned

    return Refusing


def differences(form: Any, formsets: Iterable[Any]) -> list[Difference]:
    """Where the form and its rows, as they were filled in, differ from what the database holds now."""
    stored = form.instance._meta.model._base_manager.get(pk=form.instance.pk)
    beside = type(form)(form.data, form.files, prefix=form.prefix, instance=stored)
    return [*_fields(beside), *(row for formset in formsets for row in _rows(formset))]


def _fields(form: Any, called: str = "") -> Iterator[Difference]:
    for name in form.changed_data:
        field = form.fields[name]
        if not isinstance(field, forms.models.InlineForeignKeyField):
            label = f"{called}, {form[name].label}" if called else str(form[name].label)
            theirs = form.get_initial_for_field(field, name)
            yield Difference(label, _text(field, form[name].data) or "–", _text(field, theirs) or "–")


def _rows(formset: Any) -> Iterator[Difference]:
    """The rows of one kind. Those of the form were compared with the database's when it was filled in."""
    options = formset.model._meta
    kind = str(options.verbose_name)
    owner = {formset.fk.attname: formset.instance.pk}
    # As they are stored: the form has put its own values into the ones it holds.
    stored = {row.pk: str(row) for row in formset.model._base_manager.filter(**owner)}
    for form in formset.initial_forms:
        called = stored.pop(form.instance.pk, None)
        is_out = form[DELETION_FIELD_NAME].data if DELETION_FIELD_NAME in form.fields else False
        if called is None:
            if not is_out:
                yield Difference(kind, _summary(form), _("taken out"))
        elif is_out:
            yield Difference(kind, _("taken out"), called)
        else:
            yield from _fields(form, f"{kind} “{called}”")
    for form in formset.extra_forms:
        if form.has_changed():
            yield Difference(kind, _summary(form), "–")
    for called in stored.values():
        yield Difference(kind, _("not in your form; it stays"), called)


def _summary(form: Any) -> str:
    """A row of the form in one line."""
    texts = (_text(bound.field, bound.data) for bound in form.visible_fields() if bound.name != DELETION_FIELD_NAME)
    return ", ".join(filter(None, texts))


def _text(field: forms.Field, value: Any) -> str:
    """A form's value, filled in or stored, in words."""
    value = field.prepare_value(value)
    if isinstance(field, forms.ModelChoiceField):
        keys = value if isinstance(value, list | tuple) else [value]
        found = field.queryset.filter(pk__in=[key for key in keys if number_in(str(key)) is not None])  # type: ignore[union-attr]  # not None once it is in a form
        return ", ".join(sorted(map(str, found)))
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, forms.ChoiceField):
        return str(dict(_flat(field.choices)).get(str(value or ""), value)) if value else ""
    if isinstance(value, list | tuple):
        return " ".join(str(one) for one in value if one)
    return "" if value is None else str(value)


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label
