"""Every address of a page that a release has shown: `python -m tests.data.once_public` adds those of today's fixtures.

Lines of `once_public.txt` are only ever added: what was public answers 200, 301 or 410 for ever (tests/test_once_public.py).
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_suffix(".txt")

# Parts of a page that nobody links to by themselves: they ask for parameters, or a form's answer leads there.
_PARTS = ("search-facet", "search-suggest", "report", "report-thanks", "follow", "follow-sent")


def once_public() -> list[str]:
    return FILE.read_text().split()


def public_now() -> Iterator[str]:
    """Of the archive at hand: pages of records with their histories, lists, years, and all pages without a key."""
    from django.urls import get_resolver, reverse

    from archive.addresses import address
    from archive.models import Article, City, Country, Event, EventSeries, Participant, Publisher, Topic

    for pattern in get_resolver("archive.urls").url_patterns:
        if not pattern.pattern.converters and pattern.name not in _PARTS:
            yield reverse(f"archive:{pattern.name}")
    yield from ("/api/v1/openapi.json", "/robots.txt", "/sitemap.xml", "/opensearch.xml", "/healthz")
    for kind, model in {"article": Article, "event": Event, "participant": Participant}.items():
        for slug in model.objects.published().values_list("slug", flat=True):
            yield address(kind, slug)
            yield f"{address(kind, slug)}history/"
    for kind, model in {"city": City, "topic": Topic, "series": EventSeries, "publisher": Publisher}.items():
        for slug in model.objects.values_list("slug", flat=True):
            yield address(kind, slug)
    for country in Country.objects.all():
        yield country.get_absolute_url()
    for records in (Article.objects.published(), Event.objects.published()):
        for day in records.filter(date_earliest__isnull=False).dates("date_earliest", "year"):
            yield address("year", f"{day.year:04}")


def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ARCHIVE_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "scosite.settings", "SECRET_KEY": "any"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from archive.curation.loading import load

        call_command("migrate", verbosity=0)
        load(settings.FIXTURES_DIR)
        known = set(once_public()) if FILE.exists() else set()
        fresh = known | set(public_now())
        FILE.write_text("".join(f"{address}\n" for address in sorted(fresh)))
        sys.stdout.write(f"{len(fresh) - len(known)} added, {len(fresh)} in all.\n")


if __name__ == "__main__":
    _main()
