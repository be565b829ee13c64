from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArchiveConfig(AppConfig):
    name = "archive"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Archive")

    def ready(self) -> None:
        from archive import checks, security, signals  # noqa: F401  (registers receivers and system checks)
        from archive.curation.roles import set_up_groups
        from archive.logs import catch_uncaught

        if settings.LOG_FORMAT == "json":
            catch_uncaught()

        post_migrate.connect(set_up_groups, sender=self)
