"""OAI-PMH 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html): what is asked, and the answer as XML."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.utils import translation
from lxml import etree

from archive import harvesting
from archive.formats.citation.citable import ARCHIVE, citables, for_citing
from archive.formats.metadata import FORMATS, XSI, described
from archive.formats.text import clean
from archive.harvesting import KINDS, Holding

PAGE = 100
_OAI = "http://www.openarchives.org/OAI/2.0/"
_IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
_SALT = "archive.oai"


@dataclass(frozen=True, slots=True)
class Repository:
    """Who answers: the archive's address without a slash at its end, that of the interface, whom to write to, and when."""

    site: str
    base_url: str
    email: str
    now: datetime

    @property
    def host(self) -> str:
        return urlsplit(self.site).hostname or "localhost"

    @property
    def admin_email(self) -> str:
        """RFC 2142 names the mailbox where the operator names none; the protocol wants an address with a dot in it."""
        return self.email or f"webmaster@{self.host if '.' in self.host else self.host + '.invalid'}"

    def identifier(self, one: Holding) -> str:
        return f"oai:{self.host}:{one.kind}/{one.slug}"

    def holding(self, identifier: str) -> Holding:
        """Raises Refused where there is none."""
        kind, _, slug = identifier.removeprefix(f"oai:{self.host}:").partition("/")
        found = harvesting.holdings().by_address.get((kind, slug))
        if found is None or identifier != self.identifier(found):
            raise Refused("idDoesNotExist", "There is no such item in this archive.")
        return found


class Refused(Exception):
    """An error of the protocol; args: its code, a sentence."""


# The arguments --------------------------------------------------------------------------------------------------------

Arguments = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb takes. Where it may go on with a resumption token, that stands alone."""

    answer: Callable[[Repository, Arguments], Any]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    is_list: bool = False


# What the schema allows in the request element, which repeats the arguments.
_FORMS = {
    "identifier": re.compile(r"[a-z][a-z0-9+.-]*:[!$&-;=?-Z_a-z~%]+"),
    "metadataPrefix": re.compile(r"[A-Za-z0-9_.!~*'()-]+"),
    "set": re.compile(r"[A-Za-z0-9_.!~*'()-]+(:[A-Za-z0-9_.!~*'()-]+)*"),
}
_LONGEST = 2_000


def answer(asked: Iterable[tuple[str, str]], repository: Repository) -> bytes:
    """The answer to a request, errors of the protocol too; `asked` are its arguments as they came."""
    # Names and kinds in English, whoever asks.
    with translation.override("en"):
        try:
            arguments = _arguments(list(asked))
        except Refused as refused:
            # Then the request element has no attributes.
            return _document(repository, {}, _error(refused))
        try:
            content = _VERBS[arguments["verb"]].answer(repository, arguments)
        except Refused as refused:
            content = _error(refused)
        return _document(repository, arguments, content)


def _arguments(pairs: list[tuple[str, str]]) -> Arguments:
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise Refused("badVerb", f"Give one verb: {', '.join(_VERBS)}.")
    arguments = dict(pairs)
    verb = _VERBS[verbs[0]]
    if len(arguments) < len(pairs):
        raise Refused("badArgument", "An argument is repeated.")
    names = arguments.keys() - {"verb"}
    if verb.is_list and "resumptionToken" in names:
        if len(names) > 1:
            raise Refused("badArgument", "A resumptionToken takes no other argument beside it.")
        return arguments
    if unknown := names - verb.required - verb.optional:
        raise Refused("badArgument", f"{verbs[0]} has no argument {clean(min(unknown))[:40]}.")
    if missing := verb.required - names:
        raise Refused("badArgument", f"The argument {min(missing)} is missing.")
    for name, form in _FORMS.items():
        if name in names and (len(arguments[name]) > _LONGEST or not form.fullmatch(arguments[name])):
            raise Refused("badArgument", f"The argument {name} has characters that it can't have.")
    _span(arguments)
    return arguments


_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


def _span(arguments: Arguments) -> tuple[datetime, datetime]:
    """The first and the last second asked for."""
    given = [arguments[name] for name in ("from", "until") if name in arguments]
    if not any(all(form.fullmatch(text) for text in given) for form in (_DAY, _SECOND)):
        raise Refused("badArgument", "Give from and until both as 2014-09-12 or both as 2014-09-12T10:30:00Z.")
    first = _moment(arguments["from"]) if "from" in arguments else datetime.min.replace(tzinfo=UTC)
    last = _moment(arguments["until"]) if "until" in arguments else datetime.max.replace(tzinfo=UTC)
    if "until" in arguments and _DAY.fullmatch(arguments["until"]):
        last = last.replace(hour=23, minute=59, second=59)
    if last < first:
        raise Refused("badArgument", "from is later than until.")
    return first, last


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        raise Refused("badArgument", "from or until is no date.") from None


# The verbs ------------------------------------------------------------------------------------------------------------


def _identify(repository: Repository, arguments: Arguments) -> Any:
    found = _element("Identify")
    _add(found, "repositoryName", ARCHIVE)
    _add(found, "baseURL", repository.base_url)
    _add(found, "protocolVersion", "2.0")
    _add(found, "adminEmail", repository.admin_email)
    _add(found, "earliestDatestamp", _time(harvesting.earliest()))
    _add(found, "deletedRecord", "persistent")
    _add(found, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    # Its schema wants a domain name.
    if re.fullmatch(r"[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+", repository.host):
        described_by = etree.SubElement(
            _add(found, "description"), f"{{{_IDENTIFIER}}}oai-identifier", nsmap={None: _IDENTIFIER}
        )
        described_by.set(f"{{{XSI}}}schemaLocation", f"{_IDENTIFIER} {_IDENTIFIER}.xsd")
        rows = {
            "scheme": "oai",
            "repositoryIdentifier": repository.host,
            "delimiter": ":",
            "sampleIdentifier": f"oai:{repository.host}:articles/example",
        }
        for name, text in rows.items():
            etree.SubElement(described_by, f"{{{_IDENTIFIER}}}{name}").text = text
    return found


def _list_formats(repository: Repository, arguments: Arguments) -> Any:
    if "identifier" in arguments:
        repository.holding(arguments["identifier"])
    found = _element("ListMetadataFormats")
    for prefix, row in FORMATS.items():
        one = _add(found, "metadataFormat")
        _add(one, "metadataPrefix", prefix)
        _add(one, "schema", row.schema)
        _add(one, "metadataNamespace", row.namespace)
    return found


def _list_sets(repository: Repository, arguments: Arguments) -> Any:
    if "resumptionToken" in arguments:
        raise Refused("badResumptionToken", "The list of sets is given at once, without a token.")
    found = _element("ListSets")
    for name, words in harvesting.sets():
        one = _add(found, "set")
        _add(one, "setSpec", name)
        _add(one, "setName", words)
    return found


def _get_record(repository: Repository, arguments: Arguments) -> Any:
    holding = repository.holding(arguments["identifier"])
    _refuse_unknown(arguments["metadataPrefix"])
    found = _element("GetRecord")
    _write(found, repository, (holding,), arguments["metadataPrefix"], with_metadata=True)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a list goes on: after that holding, so many having been given. A token is this, signed, and nothing is kept."""

    verb: str
    prefix: str
    set_name: str
    first: str
    until: str
    number: int = -1
    kind: str = ""
    slug: str = ""
    given: int = 0

    @property
    def span(self) -> tuple[datetime, datetime]:
        named = {"from": self.first, "until": self.until}
        return _span({name: value for name, value in named.items() if value})


def _place(arguments: Arguments) -> _Place:
    token = arguments.get("resumptionToken")
    if token is None:
        return _Place(
            arguments["verb"],
            arguments["metadataPrefix"],
            arguments.get("set", ""),
            arguments.get("from", ""),
            arguments.get("until", ""),
        )
    try:
        place = _Place(*signing.loads(token, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError):
        raise Refused("badResumptionToken", "That is no token of this archive.") from None
    if place.verb != arguments["verb"]:
        raise Refused("badResumptionToken", "The token belongs to another verb.")
    return place


def _list(repository: Repository, arguments: Arguments) -> Any:
    """Pages in the order of change: what changes in the meantime comes again at the end, and nothing is left out."""
    place = _place(arguments)
    _refuse_unknown(place.prefix)
    first, last = place.span
    members = harvesting.members(place.set_name) if place.set_name else dict.fromkeys(KINDS)
    after = (place.number, place.kind, place.slug)
    rest = [
        one
        for one in harvesting.holdings().in_order
        if one.key > after and first <= one.at <= last and one.kind in members and _is_in(one, members[one.kind])
    ]
    if not rest:
        if place.given:
            raise Refused("badResumptionToken", "Nothing of the list is left: what followed has changed since.")
        raise Refused("noRecordsMatch", "There are no such records.")
    page = rest[:PAGE]
    found = _element(place.verb)
    _write(found, repository, page, place.prefix, with_metadata=place.verb == "ListRecords")
    if place.given or len(rest) > PAGE:
        token = _add(found, "resumptionToken")
        token.set("completeListSize", str(place.given + len(rest)))
        token.set("cursor", str(place.given))
        if len(rest) > PAGE:
            end = page[-1]
            following = replace(place, number=end.number, kind=end.kind, slug=end.slug, given=place.given + len(page))
            token.text = _token(following)
    return found


def _token(place: _Place) -> str:
    return signing.dumps([getattr(place, name) for name in _Place.__slots__], salt=_SALT)


def _is_in(one: Holding, slugs: Any) -> bool:
    return slugs is None or one.record in slugs


def _refuse_unknown(prefix: str) -> None:
    if prefix not in FORMATS:
        raise Refused("cannotDisseminateFormat", f"There are {', '.join(FORMATS)}.")


_LIST = Verb(_list, required=frozenset({"metadataPrefix"}), optional=frozenset({"from", "until", "set"}), is_list=True)
_VERBS: Mapping[str, Verb] = {
    "Identify": Verb(_identify),
    "ListMetadataFormats": Verb(_list_formats, optional=frozenset({"identifier"})),
    "ListSets": Verb(_list_sets, is_list=True),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
    "GetRecord": Verb(_get_record, required=frozenset({"identifier", "metadataPrefix"})),
}


# XML ------------------------------------------------------------------------------------------------------------------


def _write(parent: Any, repository: Repository, page: Iterable[Holding], prefix: str, *, with_metadata: bool) -> None:
    """Headers, or records with what they hold; a constant number of queries."""
    page = list(page)
    records = harvesting.records_of(page, for_citing if with_metadata else lambda queryset: queryset)
    for one in page:
        record = records.get((one.kind, one.record))
        # What was deleted since the holdings were read is so here at once.
        is_deleted = one.is_deleted or record is None or not record.is_published
        around = _add(parent, "record") if with_metadata else parent
        header = _add(around, "header")
        if is_deleted:
            header.set("status", "deleted")
        _add(header, "identifier", repository.identifier(one))
        _add(header, "datestamp", _time(one.at))
        for name in harvesting.sets_of(one.kind, record) if record is not None else [one.kind]:
            _add(header, "setSpec", name)
        if with_metadata and not is_deleted:
            (citable,) = citables([record], site=repository.site, accessed=repository.now.date())
            _add(around, "metadata").append(FORMATS[prefix].write(described(record, citable, repository.site)))


def _document(repository: Repository, arguments: Arguments, content: Any) -> bytes:
    root = etree.Element(f"{{{_OAI}}}OAI-PMH", nsmap={None: _OAI, "xsi": XSI})
    root.set(f"{{{XSI}}}schemaLocation", f"{_OAI} {_OAI}OAI-PMH.xsd")
    _add(root, "responseDate", _time(repository.now))
    request = _add(root, "request", repository.base_url)
    for name, value in arguments.items():
        request.set(name, clean(value))
    root.append(content)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _error(refused: Refused) -> Any:
    code, words = refused.args
    found = _element("error")
    found.set("code", code)
    found.text = words
    return found


def _element(name: str) -> Any:
    return etree.Element(f"{{{_OAI}}}{name}")


def _add(parent: Any, name: str, text: str = "") -> Any:
    found = etree.SubElement(parent, f"{{{_OAI}}}{name}")
    if text:
        found.text = clean(text)
    return found


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
