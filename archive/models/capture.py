from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Capture(models.Model):
    """The bytes of a source as they came, kept in a file that is named by their SHA-256 (`archive.ingest.captures`).

    The same bytes from two addresses are two rows and one file.
    """

    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    address = models.CharField(_("address"), max_length=1000, help_text=_("Where it came from: a URL or a file name."))
    captured_at = models.DateTimeField(_("captured"), default=timezone.now)
    source_document = models.ForeignKey(
        "archive.SourceDocument",
        verbose_name=_("source document"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="captures",
    )

    class Meta:
        verbose_name = _("capture")
        verbose_name_plural = _("captures")
        ordering = ["-captured_at"]
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="capture_sha256_form"),
            models.UniqueConstraint(fields=["sha256", "address"], name="capture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.sha256[:8]})"
