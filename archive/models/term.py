from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from archive.models.base import Names, Slugged, Sourced, allowed, validate_variants
from archive.querysets import TermQuerySet


class TermCategory(models.TextChoices):
    SCO = "sco", _("SCO bodies and documents")
    POLICY = "policy", _("policy terms")
    THREAT = "threat", _("threats")
    MILITARY = "military", _("military terms")
    ORGANISATION = "organisation", _("other organisations and agreements")
    PLACE = "place", _("places and regions")
    SPELLING = "spelling", _("spellings")


class Term(Sourced, Names, Slugged):
    """A word of the field: its meaning for readers, and its synonyms for search.

    `variants` mean the same wherever they stand; `ambiguous` ones (IS, drills, entry, …) often mean something else,
    so they are shown to readers and never used to widen a search.
    """

    Category = TermCategory

    category = models.CharField(_("category"), max_length=12, choices=Category)
    abbreviation = models.CharField(_("abbreviation"), max_length=20, blank=True)
    definition = models.TextField(_("definition"))
    ambiguous = models.JSONField(
        _("ambiguous variants"),
        default=list,
        blank=True,
        validators=[validate_variants],
        help_text=_("Names that often mean something else, as a JSON list: shown, never used to widen a search."),
    )
    related = models.JSONField(
        _("related terms"),
        default=list,
        blank=True,
        validators=[validate_variants],
        help_text=_("Names of other terms, as a JSON list."),
    )

    objects = TermQuerySet.as_manager()

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["name"]
        constraints = [*Sourced.Meta.constraints, allowed("category", TermCategory)]

    def get_absolute_url(self) -> str:
        return f"{reverse('archive:glossary')}#{self.slug}"
