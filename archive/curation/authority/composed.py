"""Russian and Chinese names of events that are called by their body, place and time: put together from the names of these.

The English names are the archive's own and follow one pattern ("RATS Council, Bishkek, October 2018"), and so do these:
nothing is in them that the records of the body and of the city don't have.
"""

import re
from collections.abc import Iterable

from archive.curation.authority.tables import Tables
from archive.curation.authority.text import MONTHS

_PATTERN = re.compile(
    rf"(?P<body>.+?),? (?:(?P<city>(?<=, )(?!{MONTHS})\D+?),? )?(?:(?P<month>{MONTHS}) )?"
    r"(?P<year>\d{4})(?P<video> \(by video\))?"
)
_MONTHS = MONTHS.split("|")
# Where the series is named in the plural: one of its meetings.
_ONE_OF = {"shanghai-five-summits": ("Саммит Шанхайской пятёрки", "“上海五国”元首会晤")}
_RUSSIAN_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


def compose_names(tables: Tables, short_names: Iterable[tuple[str, str]]) -> None:
    """Fill the empty names of the events; `short_names` are pairs of a series' slug and what its events are called by."""
    called: dict[str, set[str]] = {slug: {fields["name"]} for (slug,), fields in tables["eventseries"].items()}
    for slug, name in short_names:
        called.setdefault(slug, set()).add(name)
    cities = {fields["name"]: fields for fields in tables["city"].values()}
    for event in tables["event"].values():
        found = _PATTERN.fullmatch(event["name"])
        series = (event.get("series") or [""])[0]
        named = tables["eventseries"].get((series,))
        if found is None or named is None or found["body"] not in called[series]:
            continue
        city = cities.get(found["city"]) if found["city"] else {"name_ru": "", "name_zh": ""}
        if city is None:
            continue
        russian, chinese = _ONE_OF.get(series) or (named["name_ru"], named["name_zh"])
        month = _MONTHS.index(found["month"]) + 1 if found["month"] else 0
        if russian and (city["name_ru"] or not found["city"]):
            when = f"{_RUSSIAN_MONTHS[month - 1]} {found['year']}" if month else found["year"]
            name = ", ".join(filter(None, (russian, city["name_ru"], when)))
            event["name_ru"] = event["name_ru"] or name + (" (по видеосвязи)" if found["video"] else "")
        if chinese and (city["name_zh"] or not found["city"]):
            when = f"{found['year']}年{month}月" if month else f"{found['year']}年"
            name = "，".join(filter(None, (chinese, city["name_zh"], when)))
            event["name_zh"] = event["name_zh"] or name + ("（视频会议）" if found["video"] else "")
