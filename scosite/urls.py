"""Addresses. Pages carry the language as a prefix (English none); machine interfaces and the admin stand outside."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from archive.admin import dashboard, logins, second_factor
from archive.views import dumps, finding, health, monitoring, oai
from archive.views.api.routes import api

urlpatterns = [
    path("admin/", admin.site.admin_view(dashboard.index)),
    path("admin/login/", logins.log_in),
    path("admin/login/code/", second_factor.ask, name="second-step"),
    path("admin/second-factor/", admin.site.admin_view(second_factor.show), name="second-factor"),
    path("admin/second-factor/set-up/", second_factor.set_up, name="second-factor-set-up"),
    path("admin/second-factor/codes/", admin.site.admin_view(second_factor.renew_codes), name="second-factor-codes"),
    path("admin/second-factor/off/", admin.site.admin_view(second_factor.switch_off), name="second-factor-off"),
    path("admin/password_change/", admin.site.admin_view(logins.change_password, cacheable=True)),
    path("admin/", admin.site.urls),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", monitoring.show, name="metrics"),
    path("oai", oai.oai, name="oai"),
    path("api/v1/", api.urls),
    path("sitemap.xml", finding.sitemap_index, name="sitemap"),
    path("sitemap-<slug:part>.xml", finding.sitemap, name="sitemap-part"),
    path("robots.txt", finding.robots, name="robots"),
    path("opensearch.xml", finding.opensearch, name="opensearch"),
    path("opensearch/suggestions", finding.suggestions, name="opensearch-suggestions"),
    path("dumps/manifest.json", dumps.manifest, name="dumps-manifest"),
    path("dumps/<str:name>", dumps.download, name="dumps-file"),
    *i18n_patterns(path("", include("archive.urls")), prefix_default_language=False),
]

handler400 = "archive.views.errors.bad_request"
handler403 = "archive.views.errors.permission_denied"
handler404 = "archive.views.errors.page_not_found"
handler500 = "archive.views.errors.server_error"
