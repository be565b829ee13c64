from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from archive.addresses import address
from archive.models.base import Names, Slugged
from archive.querysets import LinkedQuerySet


class Topic(Names, Slugged):
    """A controlled subject term."""

    event_link = "topics"
    article_link = "topics"

    definition = models.TextField(_("definition"))
    broader = models.ForeignKey(
        "self",
        verbose_name=_("broader term"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="narrower",
    )

    objects = LinkedQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(broader__isnull=True) | ~Q(broader=F("id")),
                name="topic_not_its_own_broader",
                violation_error_message=_("A topic can't be its own broader term."),
            ),
        ]

    def get_absolute_url(self) -> str:
        return address("topic", self.slug)
