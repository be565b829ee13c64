"""An example of each type of page, for the tests that look at all of them and for `make screenshots`.

Addresses are those of English, without a prefix (`django.urls.translate_url` leads to the other languages). Who adds a page
adds a row.
"""

PAGE_TYPES = {
    "home": "/",
    "years": "/years/",
    "year": "/years/2014/",
    "cities": "/cities/",
    "city": "/cities/tashkent/",
    "map": "/map/",
    "map of a series": "/map/?series=peace-mission",
    "network of people": "/network/",
    "network of countries": "/network/?show=countries",
    "network of one": "/network/?around=xi-jinping&year=2014..2016",
    "events of two": "/events/?present=CN&present=RU",
    "topics": "/topics/",
    "topic": "/topics/iran/",
    "events": "/events/?year=2014&country=RU",
    "event": "/events/peace-mission-2014/",
    "articles": "/articles/?topic=iran",
    "people": "/participants/",
    "person": "/participants/xi-jinping/",
    "countries": "/countries/",
    "country": "/countries/ir/",
    "series": "/series/peace-mission/",
    "series with gaps": "/series/rats-council/",
    "event between gaps": "/events/rats-council-2015-09/",
    "events without press": "/events/?press=no",
    "publisher": "/publishers/xinhua/",
    "timeline": "/timeline/",
    "coverage": "/coverage/",
    "search": "/search/?q=terror*&country=CN&not_topic=iran",
    "months of a year": "/search/?q=drill&year=2014",
    "all values of a facet": "/search/facet/?key=participant",
    "search for a misspelt word": "/search/?q=sammit+russia",
    "nothing found": "/search/?q=zanzibar",
    "timeline by month": "/timeline/?from=2014&to=2016&country=RU",
    "timeline by day": "/timeline/?year=2014",
    "about": "/about/",
    "downloads": "/dumps/",
    "JSON API": "/api/",
    "accessibility": "/help/accessibility/",
    "glossary": "/help/glossary/",
    "how to search": "/help/search/",
    "article": "/articles/china-unveils-new-nlos-missile-at-peace-mission-exercises-2014/",
    "all series": "/series/",
    "all publishers": "/publishers/",
    "undated": "/years/undated/",
    "history": "/events/peace-mission-2014/history/",
    "report an error": "/report/?record=event/peace-mission-2014",
    "follow by e-mail": "/follow/?of=/events/%3Fcountry%3DCN",
    "error": "/nowhere/",
    "login": "/admin/login/",
}


def in_language(address: str, language: str) -> str:
    """The same page in another language of the site; English has no prefix, and the admin is English only."""
    return address if language == "en" or address.startswith("/admin/") else f"/{language}{address}"
