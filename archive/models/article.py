from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from archive.addresses import address
from archive.models.base import Dated, Record, Reviewed, Slugged, allowed
from archive.querysets import ArticleQuerySet


class SourceDocumentKind(models.TextChoices):
    ITEM = "item", _("single item")
    DIGEST = "digest", _("digest page")
    FEED = "feed", _("feed")
    CAPTURE = "capture", _("web capture")


class SourceDocument(Record):
    """A file or page that articles were taken from."""

    Kind = SourceDocumentKind

    natural_key_fields = ("name",)

    name = models.CharField(_("name"), max_length=200, unique=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    address = models.URLField(_("address"), max_length=1000, blank=True)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("source document")
        verbose_name_plural = _("source documents")
        ordering = ["name"]
        constraints = [
            allowed("kind", SourceDocumentKind),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="sourcedocument_sha256_form"),
        ]

    def __str__(self) -> str:
        return self.name


class ArticleKind(models.TextChoices):
    NEWS = "news", _("news")
    VIDEO = "video", _("video")
    PHOTO = "photo", _("photo")
    ANALYSIS = "analysis", _("analysis")
    INTERVIEW = "interview", _("interview")
    STATEMENT = "statement", _("statement")


class ArticleRights(models.TextChoices):
    OPEN = "open", _("open")
    RESTRICTED = "restricted", _("restricted")


class Article(Dated, Reviewed, Slugged):
    """One news item as it was published. Its date is that of its publication."""

    Kind = ArticleKind
    Rights = ArticleRights

    _history_m2m_fields = ("countries", "participants", "topics")

    headline = models.CharField(_("headline"), max_length=300)
    headline_supplied = models.BooleanField(
        _("headline supplied"), default=False, help_text=_("The source has no headline; this one is ours.")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.NEWS)
    publisher = models.ForeignKey(
        "archive.Publisher",
        verbose_name=_("publisher"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="articles",
    )
    agency = models.ForeignKey(
        "archive.Publisher",
        verbose_name=_("agency"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agency_articles",
    )
    language = models.CharField(_("language"), max_length=10, default="en", help_text=_("BCP 47 tag, e.g. en, ru, zh."))
    dateline = models.CharField(_("dateline"), max_length=200, blank=True, help_text=_("As printed."))
    dateline_city = models.ForeignKey(
        "archive.City",
        verbose_name=_("dateline city"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="datelined_articles",
    )
    printed_date = models.CharField(_("printed date"), max_length=100, blank=True, help_text=_("As printed."))
    url = models.URLField(_("address"), max_length=1000, blank=True)
    abstract = models.TextField(_("abstract"), blank=True, help_text=_("In our own words."))
    body = models.TextField(_("captured text"), blank=True)
    text_sha256 = models.CharField(_("SHA-256 of the source text"), max_length=64, blank=True)
    rights = models.CharField(_("rights"), max_length=10, choices=Rights, default=Rights.RESTRICTED)
    source_document = models.ForeignKey(
        SourceDocument,
        verbose_name=_("source document"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="articles",
    )
    source_position = models.PositiveIntegerField(
        _("position in the source document"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    countries = models.ManyToManyField(
        "archive.Country", verbose_name=_("countries"), blank=True, related_name="articles"
    )
    participants = models.ManyToManyField(
        "archive.Participant", verbose_name=_("participants"), blank=True, related_name="articles"
    )
    topics = models.ManyToManyField("archive.Topic", verbose_name=_("topics"), blank=True, related_name="articles")
    events = models.ManyToManyField(
        "archive.Event", verbose_name=_("events"), through="archive.Coverage", related_name="articles"
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [("publish_article", "Can publish article")]
        ordering = ["-date_earliest", "slug"]
        # What the order in time is made of (`archive.overview`), without a look at the texts.
        indexes = [models.Index(fields=["status", "date_earliest", "date_latest", "slug"], name="article_in_time")]
        constraints = [
            *Dated.Meta.constraints,
            *Reviewed.Meta.constraints,
            allowed("kind", ArticleKind),
            allowed("rights", ArticleRights),
            models.CheckConstraint(
                condition=Q(text_sha256="") | Q(text_sha256__regex=r"^[0-9a-f]{64}$"), name="article_sha256_form"
            ),
            models.CheckConstraint(
                condition=Q(source_position__isnull=True) | Q(source_position__gte=1, source_document__isnull=False),
                name="article_position_in_document",
                violation_error_message=_("A position counts from 1 and needs its document."),
            ),
            models.UniqueConstraint(
                fields=["source_document", "source_position"],
                name="article_position_once",
                violation_error_message=_("Another article stands at that position of the document."),
            ),
        ]

    def __str__(self) -> str:
        return self.shown_headline

    def get_absolute_url(self) -> str:
        return address("article", self.slug)

    @property
    def shown_language(self) -> str:
        """The language of the headline; one of ours is English."""
        return "en" if self.headline_supplied else self.language

    @property
    def shown_headline(self) -> str:
        """The headline; in square brackets where it is ours, as librarians write it."""
        return f"[{self.headline}]" if self.headline_supplied else self.headline


class CoverageRelation(models.TextChoices):
    REPORTS = "reports", _("reports")
    PREVIEWS = "previews", _("previews")
    MENTIONS = "mentions", _("mentions")


class Coverage(Record):
    """An article covers an event."""

    Relation = CoverageRelation

    natural_key_fields = ("article__slug", "event__slug")

    article = models.ForeignKey(Article, verbose_name=_("article"), on_delete=models.CASCADE, related_name="coverages")
    event = models.ForeignKey(
        "archive.Event", verbose_name=_("event"), on_delete=models.CASCADE, related_name="coverages"
    )
    relation = models.CharField(_("relation"), max_length=8, choices=Relation, default=Relation.REPORTS)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        ordering = ["id"]
        constraints = [
            allowed("relation", CoverageRelation),
            models.UniqueConstraint(
                fields=["article", "event"],
                name="coverage_once",
                violation_error_message=_("The article covers that event already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article} {self.get_relation_display()} {self.event}"
