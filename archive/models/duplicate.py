"""What curators decided about records that look alike, and the merges they made of them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.base import Record, allowed
from archive.querysets import DecisionQuerySet


class DuplicateOutcome(models.TextChoices):
    SYNDICATED = "syndicated", _("syndicated copy: linked, both kept")
    DIFFERENT = "different", _("different articles")


class DuplicateDecision(Record):
    """Two articles that look alike and are not one; those that are one are merged. `first` has the lower key."""

    Outcome = DuplicateOutcome

    natural_key_fields = ("first__slug", "second__slug")

    first = models.ForeignKey(
        "archive.Article", verbose_name=_("article"), on_delete=models.CASCADE, related_name="decisions_as_first"
    )
    second = models.ForeignKey(
        "archive.Article", verbose_name=_("other article"), on_delete=models.CASCADE, related_name="decisions_as_second"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision on a duplicate")
        verbose_name_plural = _("decisions on duplicates")
        ordering = ["-pk"]
        constraints = [
            allowed("outcome", DuplicateOutcome),
            models.UniqueConstraint(fields=["first", "second"], name="duplicatedecision_once"),
            models.CheckConstraint(condition=models.Q(first__lt=F("second")), name="duplicatedecision_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} / {self.second}: {self.get_outcome_display()}"

    def clean(self) -> None:
        super().clean()
        if self.first_id and self.first_id == self.second_id:
            raise ValidationError(_("An article is no duplicate of itself."))

    def before_save(self) -> None:
        super().before_save()
        if self.first_id and self.second_id and self.first_id > self.second_id:
            self.first, self.second = self.second, self.first


class Merge(models.Model):
    """A record that was made one with another, and all that is needed to undo it.

    `record_type` is the model's name in lower case. `undo` holds the merged record's columns and links, what was changed
    in the kept one, and which links were moved (`archive.curation.merging` writes and reads it).
    """

    record_type = models.CharField(_("kind of record"), max_length=40)
    kept_id = models.BigIntegerField(_("kept record"))
    merged_id = models.BigIntegerField(_("merged record"))
    merged_slug = models.CharField(_("slug of the merged record"), max_length=120)
    why = models.TextField(_("why"))
    by = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("time"), default=timezone.now)
    undo: Any = models.JSONField(_("what undoes it"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(why=""),
                name="merge_explained",
                violation_error_message=_("Say why the two are one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type}/{self.merged_slug}"
