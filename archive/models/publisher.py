from collections import Counter

from django.db import models
from django.utils.translation import gettext_lazy as _

from archive.addresses import address
from archive.models.base import Names, Slugged, allowed
from archive.querysets import NamedQuerySet, count_rows, published


class PublisherQuerySet(NamedQuerySet):
    def with_counts(self) -> "PublisherQuerySet":
        """Adds `article_count`: published articles that it published or supplied as an agency, each once."""
        outer = models.OuterRef("pk")
        return self.annotate(
            article_count=count_rows(published("Article").filter(models.Q(publisher=outer) | models.Q(agency=outer)))
        )

    def counts(self) -> dict[int, tuple[int, int]]:
        """As for other records (`LinkedQuerySet.counts`); publishers have no events."""
        found: Counter[int] = Counter()
        pairs = published("Article").order_by().values_list("publisher", "agency").annotate(n=models.Count("pk"))
        for *both, n in pairs:
            for pk in {*both} - {None}:
                found[pk] += n
        return {pk: (0, n) for pk, n in found.items()}


class PublisherKind(models.TextChoices):
    AGENCY = "agency", _("news agency")
    NEWSPAPER = "newspaper", _("newspaper")
    BROADCASTER = "broadcaster", _("broadcaster")
    WEBSITE = "website", _("website")
    INSTITUTION = "institution", _("institution")


class Publisher(Names, Slugged):
    """A news agency, newspaper, broadcaster, website or institution that publishes."""

    Kind = PublisherKind

    kind = models.CharField(_("kind"), max_length=11, choices=Kind)
    country = models.ForeignKey(
        "archive.Country",
        verbose_name=_("country"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="publishers",
    )
    organisation = models.OneToOneField(
        "archive.Participant",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="as_publisher",
        help_text=_("The same body as a participant, where it also takes part in events."),
    )

    objects = PublisherQuerySet.as_manager()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ["name"]
        constraints = [allowed("kind", PublisherKind)]

    def get_absolute_url(self) -> str:
        return address("publisher", self.slug)
