"""Datelines: “DUSHANBE, July 31 (Xinhua) —”, and what follows from them: city, agency, publisher."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.curation.suggestions.base import Draft, Evidence, Kind, Place, Suggestion
from archive.curation.suggestions.gazetteer import Hit, Of
from archive.curation.suggestions.reading import Reading
from archive.models import Publisher

# Where a dateline may begin: at the start of a line, within the first lines of the text.
_WITHIN = 1_500
_LONGEST = 120

# A place in capitals; after it, in this order, what there is of: country, day, agency; a dash, a full stop or a colon.
_LATIN = re.compile(
    r"(?m)^[\s•·*‣▪]*(?P<whole>(?P<city>[A-Z][A-Z.'’\- ]{1,30}[A-Z])"
    r"(?:,? [A-Z][a-z]+(?: [A-Z][a-z]+)?(?=,| --? | [—–(/]))?"
    r"(?P<day>,? (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:, \d{4})?(?:,? \d\d?:\d\d)?)?"
    r"(?P<agency>[,.]? ?(?:\([^()\n]{2,60}\)|/[^/\n]{2,60}/)\.?)?)"
    r" ?(?P<end>-{1,2}|[—–:]|(?<=[./)]) )"
)
_CYRILLIC = re.compile(
    r"(?m)^[\s•·*‣▪]*(?P<whole>(?P<city>[А-ЯЁ][А-ЯЁ.\- ]{1,30}[А-ЯЁ]|[А-ЯЁ][а-яё-]{2,25}(?=, \d))"
    r"(?P<day>, \d{1,2} [а-я]{3,8}(?: \d{4}(?: года| г\.)?)?)?"
    r"(?P<agency>[,.]? ?(?:\([^()\n]{2,60}\)|/[^/\n]{2,60}/|[–—-] РИА Новости)\.?)?)"
    r" ?(?P<end>-{1,2}|[—–:]|(?<=[./)]) )"
)
_CHINESE = re.compile(
    r"(?m)^[\s•·*‣▪【(（]*(?P<whole>(?P<agency>[\u4e00-\u9fff]{2,8}社)(?P<city>[\u4e00-\u9fff]{2,8}?)(?P<day>\d{1,2}月\d{1,2}日)"
    r"(?P<end>电))"
)
_PATTERNS = (_LATIN, _CYRILLIC, _CHINESE)


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline as printed, and the offsets of its parts in the text."""

    text: str
    start: int
    end: int
    day: str
    agency: str

    @property
    def evidence(self) -> Evidence:
        return Evidence(self.text, self.start, self.end)


def find_dateline(draft: Draft) -> Dateline | None:
    """The dateline of the text; None where there is none. In capitals, and followed by a day, an agency or a dash."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(draft.text, 0, _WITHIN):
            whole = match["whole"].rstrip(" ,")
            is_marked = match["day"] or match["agency"] or match["end"] in ("—", "–", "--")
            if is_marked and len(whole) <= _LONGEST:
                return Dateline(
                    whole,
                    match.start("whole"),
                    match.start("whole") + len(whole),
                    match["day"] or "",
                    match["agency"] or "",
                )
    return None


def suggest_dateline(dateline: Dateline | None, reading: Reading, hits: Iterable[Hit]) -> list[Suggestion]:
    """The dateline and its city; what names neither a city nor a publisher that we know may be anything."""
    found: list[Suggestion] = []
    inside = [hit for hit in hits if dateline and is_inside(hit, dateline, reading)]
    city = next((hit for hit in inside if hit.bearer.of == Of.CITY), None)
    publishers = [hit.bearer for hit in inside if hit.bearer.of == Of.PUBLISHER]
    if dateline and (city or publishers):
        found.append(Suggestion(Kind.DATELINE, dateline.text, dateline.text, (dateline.evidence,), 0.95))
    if city:
        evidence = (reading.evidence(city.first, city.last),)
        found.append(Suggestion(Kind.DATELINE_CITY, city.bearer.key, city.bearer.label, evidence, 0.95))
    return found


def is_inside(hit: Hit, dateline: Dateline, reading: Reading) -> bool:
    """Whether the name stands in the dateline."""
    is_in_text = reading.place(hit.first) == Place.TEXT
    return is_in_text and reading.starts[hit.first] >= dateline.start and reading.ends[hit.last] <= dateline.end


def city_of(dateline: Dateline | None, reading: Reading, hits: Iterable[Hit]) -> Hit | None:
    """The city of the dateline."""
    cities = (hit for hit in hits if hit.bearer.of == Of.CITY)
    return next((hit for hit in cities if dateline and is_inside(hit, dateline, reading)), None)


# Who publishes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Press:
    """A publisher as it is recognised."""

    slug: str
    name: str
    is_agency: bool
    # What its address may be called: tass, urdupoint.
    sites: frozenset[str]


def read_press() -> tuple[Press, ...]:
    return tuple(
        Press(
            one.slug,
            one.name,
            one.kind == Publisher.Kind.AGENCY,
            frozenset(
                "".join(char for char in name.casefold() if char.isalnum()) for name in (one.slug, *one.all_names)
            ),
        )
        for one in Publisher.objects.order_by("pk")
    )


def suggest_press(
    draft: Draft, dateline: Dateline | None, reading: Reading, hits: Iterable[Hit], press: Iterable[Press]
) -> list[Suggestion]:
    """The publisher by the address, the agency by the dateline; a publisher that is named in a dateline is one as well."""
    by_slug = {one.slug: one for one in press}
    found: dict[Kind, Suggestion] = {}
    for hit in hits:
        if hit.bearer.of == Of.PUBLISHER and dateline and is_inside(hit, dateline, reading):
            one = by_slug[hit.bearer.key]
            kind = Kind.AGENCY if one.is_agency else Kind.PUBLISHER
            evidence = (reading.evidence(hit.first, hit.last),)
            found.setdefault(kind, Suggestion(kind, one.slug, one.name, evidence, 0.95))
    if Kind.PUBLISHER not in found and (by_address := _by_address(draft.url, by_slug.values())):
        found[Kind.PUBLISHER] = by_address
    return list(found.values())


def _by_address(url: str, press: Iterable[Press]) -> Suggestion | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    labels = {label.replace("-", "") for label in host.split(".")[:-1]}
    # Xinhua's site is xinhuanet.com, that of AP apnews.com.
    labels |= {label.removesuffix(ending) for label in labels for ending in ("net", "news", "agency", "online")}
    for one in press:
        if labels & one.sites:
            start = url.find(host)
            evidence = Evidence(host, start, start + len(host), Place.URL) if start >= 0 else None
            return Suggestion(Kind.PUBLISHER, one.slug, one.name, (evidence,) if evidence else (), 0.9)
    return None
