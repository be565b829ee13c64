"""The curators' admin: one file for each model family. Importing this package registers all of them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from archive.admin import (  # noqa: F401
    accounts,
    alert,
    article,
    change,
    city,
    country,
    duplicates,
    event,
    finding,
    fixity,
    inbox,
    participant,
    publisher,
    second_factor,
    term,
    tip,
    topic,
)

admin.site.site_header = _("SCO security archive — curation")
admin.site.site_title = _("SCO security archive — curation")
admin.site.index_title = _("Records")
