"""Participants: people and bodies by their names, and names that look like people whom the archive doesn't know yet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from archive.curation.suggestions.base import Kind, Place, Suggestion
from archive.curation.suggestions.gazetteer import Bearer, Gazetteer, Hit, Of
from archive.curation.suggestions.reading import Reading, forms_of

# Words that a person's office ends with in front of the name, or begins with behind it.
_HEADS = frozenset(
    (
        *("president", "premier", "minister", "secretary", "spokesman", "spokeswoman", "spokesperson", "ambassador"),
        *("envoy", "director", "chief", "chairman", "chairwoman", "commander", "general", "adviser", "advisor"),
        *("councilor", "councillor", "chancellor", "speaker", "governor", "mayor", "professor", "representative"),
        *("head", "colonel", "admiral", "commandant", "prosecutor", "king", "emir", "ayatollah", "leader", "chair"),
        *("major", "lieutenant", "marshal", "diplomat", "expert", "analyst", "counterpart", "mr", "mrs", "ms", "dr"),
        *("президент", "министр", "премьер", "генерал", "секретар", "посол", "директор", "глав"),
    )
)
# Words that stand inside an office.
_PARTS = frozenset(
    (
        *("prime", "foreign", "defense", "interior", "internal", "external", "affairs", "deputy", "first", "vice"),
        *("state", "national", "public", "security", "council", "trade", "commerce", "economic", "economy", "finance"),
        *("federal", "executive", "special", "presidential", "permanent", "supreme", "acting", "former", "chief"),
        *("prosecutor", "attorney", "justice", "transport", "energy", "police", "army", "navy", "air", "force"),
        *("development", "health", "minister", "secretary", "general", "of", "for", "and", "ministry", "committee"),
        *("party", "house", "senate", "parliament", "cabinet", "staff", "military", "colonel", "lieutenant", "major"),
    )
)
# Capitals that are no first names.
_OPENINGS = frozenset(
    ("but", "and", "as", "while", "when", "after", "earlier", "later", "then", "if", "in", "on", "so")
)
_NO_NAMES = frozenset(
    (
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march"),
        *("april", "may", "june", "july", "august", "september", "october", "november", "december", "in", "on", "at"),
        *("a", "an", "he", "she", "it", "we", "they", "this", "that", "his", "her", "but", "if", "as", "sco", "un"),
    )
)
_ARTICLES = ("a", "an")
_SIDE_BY_SIDE = (" ", "-", "‑")
_NAMES_IN_A_ROW = range(2, 5)
_LONGEST_OFFICE = 9
# So many unknown people at most: a list of names is no news.
_MOST = 50
# A known name that is spelt otherwise; people with one family name stay apart.
_SAME_NAME = 88
# How far from “the Foreign Ministry” its country is looked for, in words.
_NEAR = 3


def participants(reading: Reading, hits: Iterable[Hit]) -> list[Suggestion]:
    """The participants that the text names."""
    hits = list(hits)
    named: dict[str, list[Hit]] = defaultdict(list)
    labels: dict[str, Bearer] = {}
    for hit in (*_by_name(reading, hits), *_ministries(reading, hits)):
        named[hit.bearer.key].append(hit)
        labels[hit.bearer.key] = hit.bearer
    surnames: dict[str, list[Hit]] = defaultdict(list)
    for hit in _by_surname(reading, hits):
        surnames[hit.bearer.key].append(hit)
        labels.setdefault(hit.bearer.key, hit.bearer)
    found = []
    for key, bearer in labels.items():
        evidence = tuple(reading.evidence(hit.first, hit.last) for hit in named.get(key) or surnames[key])
        found.append(Suggestion(Kind.PARTICIPANT, key, bearer.label, evidence, 0.95 if key in named else 0.6))
    return found


def _by_name(reading: Reading, hits: Iterable[Hit]) -> Iterator[Hit]:
    for hit in hits:
        is_source = hit.bearer.is_press and reading.place(hit.first) != Place.HEADLINE
        if hit.bearer.of in (Of.PERSON, Of.ORGANISATION) and not is_source:
            yield hit


def _ministries(reading: Reading, hits: list[Hit]) -> Iterator[Hit]:
    """Ministries without their country in the name, where the country stands beside it or is that of who speaks for it."""
    people = [hit for hit in hits if hit.bearer.of == Of.PERSON]
    for hit in hits:
        if hit.bearer.of == Of.MINISTRY:
            country = _country_beside(reading, hit) or _country_of_speaker(reading, hit, people)
            if country == hit.bearer.country:
                yield hit


def _country_beside(reading: Reading, hit: Hit) -> str:
    sentence = reading.sentence_of(hit.first)
    before = range(hit.first - 1, max(sentence.start, hit.first - _NEAR) - 1, -1)
    after = range(hit.last + 1, min(sentence.stop, hit.last + 1 + _NEAR))
    return next((form[1:] for word in (*before, *after) if (form := reading.forms[word]).startswith("@")), "")


def _country_of_speaker(reading: Reading, hit: Hit, people: Iterable[Hit]) -> str:
    sentence = reading.sentence_of(hit.first)
    behind = (one for one in people if one.first in sentence and 0 < one.first - hit.last <= _NEAR)
    return next((one.bearer.country for one in behind), "")


def _by_surname(reading: Reading, hits: list[Hit]) -> Iterator[Hit]:
    """Family names that only one person of the archive bears, and whose country the text names."""
    countries = {hit.bearer.country for hit in hits if hit.bearer.of in (Of.COUNTRY, Of.CITY)}
    bearers: dict[tuple[int, int], list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.bearer.of == Of.SURNAME:
            bearers[hit.first, hit.last].append(hit)
    for (first, last), same in bearers.items():
        if len(same) == 1 and same[0].bearer.country in countries and not _is_somebody_else(reading, first, last):
            yield same[0]


def _is_somebody_else(reading: Reading, first: int, last: int) -> bool:
    """Whether a first name that is no office stands before it, or another name behind: Elmar Smirnov, Sharif University."""
    if reading.place(first) == Place.HEADLINE:
        return False  # where all words may be in capitals
    sentence = reading.sentence_of(first)
    before, after = first - 1, last + 1
    if before in sentence and reading.before(first) in _SIDE_BY_SIDE and _is_capital(reading, before):
        form = reading.forms[before]
        is_opening = before == sentence.start and form in _OPENINGS
        if not (is_opening or _is_of_office(form)):
            return True
    return after in sentence and reading.before(after) in _SIDE_BY_SIDE and _is_capital(reading, after)


def _is_of_office(form: str) -> bool:
    return form in _HEADS or form in _PARTS or form.startswith("@")


def _is_capital(reading: Reading, word: int) -> bool:
    return reading.written(word, word)[0].isupper()


# People the archive doesn't know --------------------------------------------------------------------------------------


def new_participants(reading: Reading, hits: Iterable[Hit], gazetteer: Gazetteer) -> list[Suggestion]:
    """Names behind an office, or in front of one; or, where it is a known name in another spelling, that participant."""
    taken = {
        word
        for hit in hits
        if hit.bearer.of not in (Of.SURNAME, Of.MINISTRY)
        for word in range(hit.first, hit.last + 1)
    }
    found: dict[str, Suggestion] = {}
    for sentence in reading.runs():
        if reading.place(sentence.start) == Place.HEADLINE:
            continue  # where all words may be in capitals
        for head in sentence:
            if reading.forms[head] in _HEADS and len(found) < _MOST:
                for named in (_named_behind, _named_before):
                    if one := named(reading, head, sentence, taken):
                        found.setdefault(one.key, one)
    return [_known(one, gazetteer) for one in found.values()]


def _named_behind(reading: Reading, head: int, sentence: range, taken: set[int]) -> Suggestion | None:
    """“Kyrgyz President Sooronbay Jeenbekov”."""
    first = head + 1
    if first >= sentence.stop or reading.before(first).strip() not in ("", ","):
        return None
    last = _end_of_name(reading, first, sentence, taken)
    if last - first + 1 not in _NAMES_IN_A_ROW:
        return None
    start = _start_of_office(reading, head, sentence)
    return _suggest(reading, (first, last), (start, head))


def _named_before(reading: Reading, head: int, sentence: range, taken: set[int]) -> Suggestion | None:
    """“Igor Krasnov, Russian prosecutor general”."""
    start = _start_of_office(reading, head, sentence)
    last = start - 2 if start - 1 in sentence and reading.forms[start - 1] in _ARTICLES else start - 1
    if last not in sentence or "," not in reading.before(last + 1) or not _is_name(reading, last, taken):
        return None
    first = last
    while first - 1 in sentence and _is_name(reading, first - 1, taken) and reading.before(first) in _SIDE_BY_SIDE:
        first -= 1
    return _suggest(reading, (first, last), (start, head)) if last - first + 1 in _NAMES_IN_A_ROW else None


def _end_of_name(reading: Reading, first: int, sentence: range, taken: set[int]) -> int:
    """Last word of the name that begins there; the word before it where there is none."""
    last = first - 1
    while last + 1 < sentence.stop and _is_name(reading, last + 1, taken):
        if last >= first and reading.before(last + 1) not in (*_SIDE_BY_SIDE, ". "):
            break
        last += 1
    return last


def _is_name(reading: Reading, word: int, taken: set[int]) -> bool:
    form, written = reading.forms[word], reading.written(word, word)
    if word in taken or form in _HEADS or form in _PARTS or form in _NO_NAMES:
        return False
    # Acronyms are bodies; figures are none of a name.
    is_acronym = written.isupper() and len(written) > 3
    return written[0].isupper() and not is_acronym and not any(map(str.isdigit, written))


def _start_of_office(reading: Reading, head: int, sentence: range) -> int:
    start = head
    while start - 1 in sentence and head - start < _LONGEST_OFFICE and _is_of_office(reading.forms[start - 1]):
        if reading.before(start).strip() not in ("", "-"):
            break
        start -= 1
    while start < head and reading.forms[start] in ("of", "for", "and"):
        start += 1
    return start


def _suggest(reading: Reading, name: tuple[int, int], office: tuple[int, int]) -> Suggestion:
    written = reading.written(*name)
    start, end = office
    countries = [word for word in range(start, end + 1) if reading.forms[word].startswith("@")]
    # The country stands beside the title in the record of an office, not in it.
    title_start = countries[-1] + 1 if countries and countries[-1] < end else start
    title = reading.written(title_start, end)
    country = reading.forms[countries[-1]][1:] if countries else ""
    return Suggestion(
        Kind.NEW_PARTICIPANT,
        written[:200],
        written[:200],
        (reading.evidence(min(start, name[0]), max(end, name[1])),),
        0.6 if country else 0.4,
        {"name": written[:200], "title": title[:1].upper() + title[1:200], "country": country},
    )


def _known(suggestion: Suggestion, gazetteer: Gazetteer) -> Suggestion:
    name = " ".join(sorted(forms_of(suggestion.key)))
    match = process.extractOne(name, gazetteer.people.keys(), scorer=fuzz.ratio, score_cutoff=_SAME_NAME)
    if not match:
        return suggestion
    bearer = gazetteer.people[match[0]]
    return Suggestion(Kind.PARTICIPANT, bearer.key, bearer.label, suggestion.evidence, 0.6)
