"""The pages' addresses (docs/architecture.md lists the contract)."""

from django.urls import path, register_converter

from archive.models import Article, Event, Participant
from archive.views import (
    browse,
    coverage,
    dumps,
    following,
    history,
    home,
    network,
    pages,
    pictures,
    records,
    report,
    search,
    suggest,
    timeline,
    years,
)
from archive.views.api import manual


class YearConverter:
    """Four digits; anything else is no year and answers 404."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


register_converter(YearConverter, "year")

app_name = "archive"
urlpatterns = [
    path("", home.home, name="home"),
    path("about/", pages.about, name="about"),
    path("help/accessibility/", pages.accessibility, name="accessibility"),
    path("help/glossary/", pages.glossary, name="glossary"),
    path("help/search/", pages.help_search, name="help-search"),
    path("api/", manual.manual, name="api"),
    path("search/", search.results, name="search"),
    path("search/facet/", search.facet, name="search-facet"),
    path("search/suggest/", suggest.suggest, name="search-suggest"),
    path("articles/", browse.articles, name="article-list"),
    path("articles/<slug:slug>/", records.article, name="article-detail"),
    path("articles/<slug:slug>/history/", history.history, {"model": Article}, name="article-history"),
    path("events/", browse.events, name="event-list"),
    path("events/<slug:slug>/", records.event, name="event-detail"),
    path("events/<slug:slug>/history/", history.history, {"model": Event}, name="event-history"),
    path("years/", years.years, name="year-list"),
    path("years/undated/", years.undated, name="year-undated"),
    path("years/<year:year>/", years.year, name="year-detail"),
    path("cities/", browse.cities, name="city-list"),
    path("cities/<slug:slug>/", records.city, name="city-detail"),
    path("map/", pictures.host_cities, name="map"),
    path("topics/", browse.topics, name="topic-list"),
    path("topics/<slug:slug>/", records.topic, name="topic-detail"),
    path("participants/", browse.participants, name="participant-list"),
    path("participants/<slug:slug>/", records.participant, name="participant-detail"),
    path("participants/<slug:slug>/history/", history.history, {"model": Participant}, name="participant-history"),
    path("countries/", browse.countries, name="country-list"),
    path("countries/<slug:code>/", records.country, name="country-detail"),
    path("coverage/", coverage.coverage, name="coverage"),
    path("dumps/", dumps.index, name="dumps"),
    path("network/", network.network, name="network"),
    path("timeline/", timeline.timeline, name="timeline"),
    path("report/", report.report, name="report"),
    path("report/thanks/", report.thanks, name="report-thanks"),
    path("follow/", following.follow, name="follow"),
    path("follow/sent/", following.sent, name="follow-sent"),
    path("follow/confirm/<str:token>/", following.confirm, name="follow-confirm"),
    path("follow/stop/<str:token>/", following.stop, name="follow-stop"),
    path("series/", browse.series, name="series-list"),
    path("series/<slug:slug>/", records.series, name="series-detail"),
    path("publishers/", browse.publishers, name="publisher-list"),
    path("publishers/<slug:slug>/", records.publisher, name="publisher-detail"),
]
