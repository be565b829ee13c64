"""The page of a country: its standing in the SCO as a story, what it hosted and attended, its cities and people."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from archive import dates
from archive.models import Article, City, Country, CountryStatus, Office, Participant, Topic
from archive.overview import overview
from archive.pictures.bars import HOSTED, Row
from archive.pictures.bars import by_year as bars_by_year
from archive.pictures.lanes import Lane, lanes
from archive.pictures.map import country_map
from archive.pictures.network import ego_network
from archive.views.browse import SECTION_SIZE, numbered
from archive.views.keeping import kept
from archive.views.lookup import about_record, or_in_format, show
from archive.views.portable import of_record
from archive.views.records.sections import sections


@dataclass(frozen=True, slots=True)
class Stage:
    """A period of a country's standing, or a step towards it, and where it lies among the others."""

    row: CountryStatus
    lane: Lane | None


@kept
@about_record
def country(request: HttpRequest, code: str) -> HttpResponse:
    queryset = Country.objects.prefetch_related("sco_status__event", "sco_status__source_article")
    found = queryset.filter(iso2=code.upper()).first()
    if found is None:
        raise Http404(
            _("There is no country with this code in the archive; addresses use ISO 3166 codes, such as “cn”.")
        )
    if code != code.lower():
        return redirect(found, permanent=True)
    or_in_format(request, of_record(found))
    archive = overview()
    rows = list(found.sco_status.all())
    axis = lanes(((row.start, _end(row)) for row in rows), timezone.localdate())
    people = Participant.objects.published().filter(country=found)
    people = people.prefetch_related(Prefetch("offices", Office.objects.select_related("country", "organisation")))
    events, articles = archive.of(found)
    hosted = archive.events.among(Country.objects.hosted_keys(found))
    hosted_url = f"{reverse('archive:event-list')}?host={found.iso2}"
    cities = numbered(City.objects.filter(country=found).named(), archive)
    context = {
        "country": found,
        "ego": ego_network(found),
        "country_map": country_map(found, cities, archive),
        "story": standing(rows),
        "stages": [Stage(row, lane) for row, lane in zip(rows, axis.lanes, strict=True)],
        "axis": axis,
        "cities": cities,
        "people": numbered(people.named()[:SECTION_SIZE], archive),
        "people_total": people.count(),
        "hosted_total": len(hosted),
        "hosted_url": hosted_url,
        "hosted": bars_by_year(Row(HOSTED, hosted.by_year(), hosted_url)),
        "topics": archive.beside(found, Topic, Article),
        **sections(events, articles, archive, f"country={found.iso2}"),
    }
    return show(request, "archive/country_detail.html", context, found)


def _end(row: CountryStatus) -> str:
    """A step is taken at once."""
    return row.end or (row.start if row.kind == CountryStatus.Kind.STEP else "")


def standing(rows: Iterable[CountryStatus]) -> list[str]:
    """The periods of a country's standing as sentences, the last one first; steps stand in the table."""
    periods = [row for row in rows if row.kind == CountryStatus.Kind.STATUS]
    return [_sentence(row, is_last=row is periods[-1]) for row in reversed(periods)]


def _sentence(row: CountryStatus, *, is_last: bool) -> str:
    status = row.get_status_display()
    # “From” and “to” ask for the genitive in Russian.
    end = dates.show(row.end, dates.Case.GENITIVE) if row.end else ""
    said = {"status": status, "Status": capfirst(status), "start": row.since_text, "end": end}
    if not row.end:
        return _("%(Status)s since %(start)s.") % said
    if is_last:
        return _("%(Status)s from %(start)s to %(end)s; nothing is recorded of its standing after that.") % said
    return _("Before that %(status)s, from %(start)s to %(end)s.") % said
