"""A once-public address answers for ever: with its record, its tombstone, or the way to what it became."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from archive.curation.fixity.base import UNREADABLE, Row, Tally, Trace, unreadable
from archive.curation.fixity.versions import record_models
from archive.models import Redirect, Reviewed, Slugged


def lost_addresses(tally: Tally) -> Iterator[Trace]:
    """Slugs under which a version was public and at which nothing is now; redirects that lead nowhere."""
    for model in record_models():
        if issubclass(model, Slugged):
            try:
                yield from _lost(model, tally)
            except UNREADABLE as error:
                yield unreadable(model, "?", error)


def _lost(model: Any, tally: Tally) -> Iterator[Trace]:
    kind = model._meta.model_name
    versions = model.history.order_by()
    if issubclass(model, Reviewed):
        versions = versions.filter(first_public_at__isnull=False)
    tally.looked_at += versions.values("slug").distinct().count()
    at_it = Q(slug=OuterRef("slug"))
    if issubclass(model, Reviewed):
        at_it &= Q(first_public_at__isnull=False)
    left = Redirect.objects.filter(record_type=kind, old_slug=OuterRef("slug"))
    lost = versions.filter(~Exists(model._base_manager.filter(at_it)), ~Exists(left))
    for slug in lost.values_list("slug", flat=True).distinct().iterator():
        text = gettext_noop("It was public here, and now the address leads nowhere: add a redirect.")
        yield Trace(Row(kind, slug), text)
    there = model._base_manager.filter(slug=OuterRef("new_slug"))
    onward = Redirect.objects.filter(record_type=kind, old_slug=OuterRef("new_slug"))
    for redirect in Redirect.objects.filter(
        ~Q(new_slug=""), ~Exists(there), ~Exists(onward), record_type=kind
    ).iterator():
        text = gettext_noop("The redirect from here leads to %(slug)s, where there is nothing.")
        yield Trace(Row(kind, redirect.old_slug), text, {"slug": redirect.new_slug})
