"""A merge taken apart again."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.curation.merging.links import NotMergeable, model_named, own_links, save_row
from archive.curation.merging.planning import CHOSEN
from archive.models import Change, Merge, Redirect, recording
from archive.models.change import columns_of


def kept_record(merge: Merge) -> Any:
    """The record that was kept, as it is now; None where it is gone."""
    return model_named(merge.record_type)._base_manager.filter(pk=merge.kept_id).first()


def undo(merge: Merge, *, by: str, why: str) -> tuple[str, ...]:
    """Take the two apart again: the merged record is back with its key, address and links, the kept one as it was.

    What was edited since is left as it is; returned is a sentence for each such thing. Raises NotMergeable.
    """
    try:
        with transaction.atomic(), recording(by=by, why=why.strip()):
            Change.objects.lock()
            stored = Merge.objects.get(pk=merge.pk)
            if stored.undone_at:
                raise NotMergeable(_("It is undone already."))
            if not why.strip():
                raise NotMergeable(_("Say why the two are not one."))
            left = _Undoing(stored).run()
            Merge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), undone_by=by)
    except IntegrityError as error:
        text = _("Too much was changed since: the database refuses the old values (%(error)s).")
        raise NotMergeable(text % {"error": error}) from error
    return left


class _Undoing:
    """One merge on its way back; `left` says what could not be given back."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.model = model_named(merge.record_type)
        self.what: dict[str, Any] = merge.undo
        self.left: list[str] = []
        self.kept = kept_record(merge)

    def run(self) -> tuple[str, ...]:
        self._refuse()
        self._take_redirects()
        # First, so that what is unique is free for the record that is restored.
        inside = self._give_back_fields()
        merged = self._restore(self.model, self.what["record"])
        if merged is None:
            raise NotMergeable(" ".join(self.left))
        if inside:
            save_row(self.kept, inside)
        for name, columns in reversed(self.what["dropped"]):
            self._restore(model_named(name), columns)
        for name, key, columns in reversed(self.what["edits"]):
            self._give_back_row(model_named(name), key, columns)
        for name, field_name, moved, both in self.what["links"]:
            self._give_back_links(model_named(name), field_name, moved, both, merged)
        for name, keys in self.what["gained"].items():
            getattr(self.kept, name).remove(*keys)
        return tuple(self.left)

    def _refuse(self) -> None:
        merge = self.merge
        if self.kept is None:
            raise NotMergeable(_("The kept record is gone. If it was merged itself, undo that merge first."))
        if self.model._base_manager.filter(pk=merge.merged_id).exists():
            raise NotMergeable(_("Another record has the merged record's number now."))
        if self.model._base_manager.filter(slug=merge.merged_slug).exists():
            raise NotMergeable(_("Another record stands at the merged record's address now."))

    def _take_redirects(self) -> None:
        redirects = Redirect.objects.filter(record_type=self.merge.record_type)
        redirects.filter(old_slug=self.merge.merged_slug).delete()
        earlier = redirects.filter(old_slug__in=self.what["redirects"], new_slug=self.kept.slug)
        earlier.update(new_slug=self.merge.merged_slug)

    def _give_back_fields(self) -> dict[str, Any]:
        """Those of the kept record, but for the links to the merged one, which are returned: it is not there yet."""
        changed = dict(self.what["fields"])
        now = columns_of(self.kept)
        values = {}
        if "variants" in changed:
            before, after = changed.pop("variants")
            added = [name for name in after if name not in before]
            values["variants"] = [name for name in now["variants"] if name not in added]
            # Those that became the name; what somebody took out since stays out.
            values["variants"] += [name for name in before if name not in (*after, *values["variants"])]
            if now["variants"] == after:
                values["variants"] = before
        for group in CHOSEN[self.model]:
            names = [self.model._meta.get_field(name).attname for name in group]
            mine = {name: changed[name] for name in names if name in changed}
            if all(now[name] == after for name, (_before, after) in mine.items()):
                values |= {name: before for name, (before, _after) in mine.items()}
            else:
                self._say(self.kept, self.model._meta.get_field(group[0]))
        inside = {name: value for name, value in values.items() if self._is_link_to_merged(name, value)}
        others = {name: value for name, value in values.items() if name not in inside}
        if given := self._as_values(self.model, others):
            save_row(self.kept, given)
        return inside

    def _is_link_to_merged(self, name: str, value: Any) -> bool:
        return self.model._meta.get_field(name).related_model is self.model and value == self.merge.merged_id

    def _give_back_row(self, model: Any, key: int, columns: Mapping[str, list[Any]]) -> None:
        row = model._base_manager.filter(pk=key).first()
        if row is None:
            self.left.append(_("%(kind)s %(key)d is there no more.") % {"kind": model._meta.verbose_name, "key": key})
            return
        now = columns_of(row)
        for name, (_before, after) in columns.items():
            if now[name] != after:
                self._say(row, model._meta.get_field(name))
        values = {name: before for name, (before, after) in columns.items() if now[name] == after}
        if given := self._as_values(model, values):
            save_row(row, given)

    def _give_back_links(self, model: Any, name: str, moved: list[int], both: list[int], merged: Any) -> None:
        link = model._meta.get_field(name)
        accessor = link.remote_field.get_accessor_name()
        holders = set(model._base_manager.filter(pk__in=[*moved, *both]).values_list("pk", flat=True))
        with_kept = set(model._base_manager.filter(**{name: self.kept}).values_list("pk", flat=True))
        back = [key for key in moved if key in with_kept]
        getattr(merged, accessor).add(*back, *(key for key in both if key in holders))
        getattr(self.kept, accessor).remove(*back)
        for holder in model._base_manager.filter(pk__in=[key for key in moved if key in holders - with_kept]):
            self._say(holder, link)

    def _restore(self, model: Any, version: Mapping[str, Any]) -> Any:
        """The row with its old key, or None where it can't be."""
        columns = {one.attname: version[one.attname] for one in model._meta.concrete_fields}
        values = self._as_values(model, columns)
        if values is None:
            return None
        try:
            with transaction.atomic():
                row = model(**values)
                row.save(force_insert=True)
        except IntegrityError:
            text = _("%(kind)s %(key)d was not restored: something else stands in its place.")
            self.left.append(text % {"kind": model._meta.verbose_name, "key": version[model._meta.pk.attname]})
            return None
        for own in own_links(model):
            targets = own.related_model._base_manager.filter(pk__in=version[own.name])
            getattr(row, own.name).set(targets)
        return row

    def _as_values(self, model: Any, columns: Mapping[str, Any]) -> dict[str, Any] | None:
        """The plain values as the fields hold them; None where a record that the row needs is gone."""
        values = {}
        for one in model._meta.concrete_fields:
            if one.attname not in columns:
                continue
            value = one.to_python(columns[one.attname])
            if one.is_relation and value is not None and not one.related_model._base_manager.filter(pk=value).exists():
                text = _("%(kind)s: %(field)s %(key)s is there no more.")
                self.left.append(text % {"kind": model._meta.verbose_name, "field": one.verbose_name, "key": value})
                if not one.null:
                    return None
                value = None
            values[one.attname] = value
        return values

    def _say(self, row: Any, changed: Any) -> None:
        text = _("“%(record)s”: %(field)s was edited since and is left as it is.")
        self.left.append(text % {"record": row, "field": changed.verbose_name})
