"""What waits for curators: candidates from polled sources, suggestions they decided on, and who works on what."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from archive.models.base import allowed


class PolledSource(models.Model):
    """A feed or a page that `poll_sources` reads for candidates; or a folder of saved files."""

    name = models.CharField(_("name"), max_length=200, unique=True)
    address = models.CharField(
        _("address"), max_length=1000, unique=True, help_text=_("A URL, or a path on the server.")
    )
    publisher = models.ForeignKey(
        "archive.Publisher",
        verbose_name=_("publisher"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="polled_sources",
    )
    is_active = models.BooleanField(_("active"), default=True)
    # What the server said when it was read last, so that unchanged feeds are not sent again.
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    polled_at = models.DateTimeField(_("read last"), null=True, blank=True, editable=False)
    problem = models.TextField(_("problem"), blank=True, editable=False)

    class Meta:
        verbose_name = _("polled source")
        verbose_name_plural = _("polled sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CandidateState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    TAKEN = "taken", _("taken")
    DISMISSED = "dismissed", _("dismissed")


class Candidate(models.Model):
    """An item of a polled source that may become an article. `identity` is what it is known by when it is seen again."""

    State = CandidateState

    source = models.ForeignKey(
        PolledSource, verbose_name=_("source"), on_delete=models.CASCADE, related_name="candidates"
    )
    identity = models.CharField(max_length=64, editable=False)
    headline = models.CharField(_("headline"), max_length=300, blank=True)
    address = models.URLField(_("address"), max_length=1000, blank=True)
    date = models.CharField(_("date"), max_length=100, blank=True)
    # The item as its reader understood it (`archive.ingest.items`), to make the draft of.
    item: Any = models.JSONField(editable=False)
    seen_at = models.DateTimeField(_("seen"), default=timezone.now)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    article = models.ForeignKey(
        "archive.Article",
        verbose_name=_("article"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="candidates",
    )

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        ordering = ["-seen_at", "-pk"]
        constraints = [
            allowed("state", CandidateState),
            models.UniqueConstraint(fields=["source", "identity"], name="candidate_once"),
        ]

    def __str__(self) -> str:
        return self.headline or self.address


class SuggestionDecision(models.Model):
    """A suggestion that was accepted or rejected: it is not made again. `kind`, `key`: see `archive.curation.suggestions`."""

    article = models.ForeignKey(
        "archive.Article", verbose_name=_("article"), on_delete=models.CASCADE, related_name="suggestion_decisions"
    )
    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(_("what was suggested"), max_length=200)
    is_accepted = models.BooleanField(_("accepted"))
    by = models.CharField(_("who"), max_length=150)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("decision on a suggestion")
        verbose_name_plural = _("decisions on suggestions")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["article", "kind", "key"], name="suggestiondecision_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Assignment(models.Model):
    """Who works on a record that is not public yet. One for a record, named as the change log names it."""

    record_type = models.CharField(_("kind of record"), max_length=40)
    record_id = models.BigIntegerField(_("record"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("assigned to"), on_delete=models.CASCADE, related_name="assignments"
    )
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["record_type", "record_id"], name="assignment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}: {self.user}"
