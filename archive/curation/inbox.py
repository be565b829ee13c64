"""The inbox: `poll_sources` reads feeds, pages and saved files, and what is new in them waits for a curator as a candidate.

A candidate is known by its address, else by its text: what was seen once, in whatever source, is not seen again, even if it
was dismissed. What the archive has already is left out. Taking a candidate makes a draft of it.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from archive.curation.assignments import assign
from archive.curation.duplicates import Item as Compared
from archive.curation.duplicates import Reason, find_duplicates
from archive.curation.duplicates.comparing import normal_address
from archive.curation.importing import Outcome, carry_out, plan
from archive.curation.review import NotAllowed
from archive.curation.roles import may_publish
from archive.curation.suggestions import Draft, Kind, suggest_links
from archive.ingest.fetch import fetch
from archive.ingest.headlines import stand_in
from archive.ingest.items import Document, Item
from archive.ingest.readers import MAX_BYTES, MEGABYTE, read
from archive.ingest.refusal import Refused
from archive.models import Article, Candidate, Change, PolledSource
from archive.models.inbox import CandidateState
from archive.outcomes import tell

logger = logging.getLogger(__name__)

# Of a folder no more files are read in one go; what was read is better taken away.
MAX_FILES = 500
_BATCH = 500
# Reasons that leave no doubt; what is only alike is for the curator, who sees it when it was taken.
_SAME = frozenset({Reason.ADDRESS, Reason.TEXT})


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of one source: items found in it, how many of them are new; `problem` says what could not be read."""

    source: PolledSource
    found: int = 0
    new: tuple[Candidate, ...] = ()
    is_unchanged: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    """The documents of a source, and what the source is to be asked with the next time. `problem`: of some of its files."""

    documents: tuple[Document, ...] = ()
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False
    problem: str = ""


# Polling --------------------------------------------------------------------------------------------------------------


def poll(source: PolledSource, *, dry_run: bool = False) -> Polled:
    """Read the source and keep its new items as candidates; what goes wrong stands in the source's `problem` too.

    Never raises for what comes from outside: one source's failure must not keep the others from being read.
    """
    try:
        reading = _read(source)
        polled = replace(_sift(source, reading), problem=reading.problem)
    except Refused as refusal:
        reading, polled = _Reading(), Polled(source, problem=str(refusal))
    except Exception as error:
        # A reader stumbled over something that nobody thought of.
        logger.exception("Polling %s failed", source.name)
        reading, polled = _Reading(), Polled(source, problem=_("Unexpected: %(problem)r") % {"problem": error})
    if not dry_run:
        _keep(source, reading, polled)
        tell("poll", "failed" if polled.problem else "unchanged" if polled.is_unchanged else "read")
    return polled


def _keep(source: PolledSource, reading: _Reading, polled: Polled) -> None:
    """The candidates and what to ask with the next time, in one transaction: neither without the other."""
    values: dict[str, Any] = {"polled_at": timezone.now(), "problem": polled.problem}
    # After a failure all of it is asked for again.
    if not reading.is_unchanged:
        is_whole = not polled.problem
        values["etag"] = reading.etag if is_whole else ""
        values["last_modified"] = reading.last_modified if is_whole else ""
    with transaction.atomic():
        # Another machine may have been quicker with the same source.
        Candidate.objects.bulk_create(polled.new, ignore_conflicts=True)
        # Only where it still is what was read: an editor may have given it another address meanwhile.
        PolledSource.objects.filter(pk=source.pk, address=source.address).update(**values)


def _sift(source: PolledSource, reading: _Reading) -> Polled:
    """What of the documents is new: neither seen before nor in the archive."""
    items = [row.item for one in reading.documents for row in plan(one) if row.outcome is Outcome.NEW]
    by_identity = {identity_of(item): item for item in reversed(items)}
    seen = _seen(list(by_identity))
    fresh = [(identity, item) for identity, item in by_identity.items() if identity not in seen]
    new = [_candidate(source, identity, item) for identity, item in fresh if not _is_known(item)]
    found = sum(len(one.items) for one in reading.documents)
    return Polled(source, found, tuple(new), reading.is_unchanged)


def identity_of(item: Item) -> str:
    """By what the item is known when it is seen again: its address, else its text, else its headline and date."""
    if item.url:
        known = ("address", normal_address(item.url))
    elif item.text:
        known = ("text", item.text_sha256)
    else:
        known = ("headline", f"{item.headline}\n{item.printed_date or item.date}")
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _seen(identities: list[str]) -> set[str]:
    """Those of which there is a candidate, of this source or of another."""
    found: set[str] = set()
    for start in range(0, len(identities), _BATCH):
        part = Candidate.objects.filter(identity__in=identities[start : start + _BATCH])
        found.update(part.order_by().values_list("identity", flat=True))
    return found


def _is_known(item: Item) -> bool:
    """Whether the archive has it, by the same address or text however written. `plan` knows those written alike only."""
    compared = Compared(url=item.url, text_sha256=item.text_sha256)
    return any(_SAME.intersection(like.reasons) for like in find_duplicates(compared))


def _candidate(source: PolledSource, identity: str, item: Item) -> Candidate:
    draft = Draft(item.headline, item.text, item.printed_date, item.url, item.date)
    suggested = Counter(str(one.kind) for one in suggest_links(draft))
    return Candidate(
        source=source,
        identity=identity,
        headline=item.headline or stand_in(item.text),
        address=item.url,
        date=item.date or item.printed_date,
        # Counted now, so that the queue need not read every text again.
        item={**item.to_json(), "suggested": dict(suggested)},
    )


# Reading --------------------------------------------------------------------------------------------------------------


def inbox_dir() -> Path:
    """The one folder on the server whose files may be polled: a form of the site must not read any other."""
    return (settings.DATA_DIR / "inbox").resolve()


def is_web_address(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def path_of(address: str) -> Path:
    """The file or folder below the inbox that the address names, from there or in full. Raises Refused for any other."""
    inbox = inbox_dir()
    if "://" in address:
        raise Refused(_("Give an address that begins with http:// or https://, or a path."), 400)
    try:
        path = (inbox / address.strip()).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused(_("That is no path: %(problem)s.") % {"problem": error}, 400) from error
    if not path.is_relative_to(inbox):
        raise Refused(_("Only files in the folder “inbox” of the data folder are read: put them there."), 403)
    return path


def _read(source: PolledSource) -> _Reading:
    return _read_web(source) if is_web_address(source.address) else _read_files(source)


def _read_web(source: PolledSource) -> _Reading:
    got = fetch(source.address, etag=source.etag, last_modified=source.last_modified)
    if got.is_unchanged:
        return _Reading(is_unchanged=True)
    document = read(got.data, got.address, got.media_type, address=got.address)
    return _Reading((document,), got.etag, got.last_modified)


def _read_files(source: PolledSource) -> _Reading:
    """A file, or those of a folder; the others are read where one can't be."""
    path = path_of(source.address)
    try:
        is_folder = path.is_dir()
        paths = sorted(_files(path)) if is_folder else [path]
        facts = [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in paths]
    except OSError as error:
        raise Refused(_("It can't be read: %(problem)s.") % {"problem": error.strerror or error}, 400) from error
    stamp = hashlib.sha256(repr(facts).encode("utf-8", "surrogateescape")).hexdigest()
    if stamp == source.etag:
        return _Reading(is_unchanged=True)
    documents, problems = [], []
    for one in paths[:MAX_FILES]:
        try:
            documents.append(read(_bytes_of(one), one.name))
        except Refused as refusal:
            if not is_folder:
                raise
            problems.append(f"{one.name}: {refusal}")
    if len(paths) > MAX_FILES:
        problems.append(_("Only %(most)d files of a folder are read: take away what was read.") % {"most": MAX_FILES})
    return _Reading(tuple(documents), stamp, problem="\n".join(problems)[:5000])


def _files(folder: Path) -> Iterator[Path]:
    """Its files, without those that begin with a dot (half written, often) and links that lead out of the inbox."""
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith(".") and path.resolve().is_relative_to(inbox_dir()):
            yield path


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(_("It has more than %(most)d MB.") % {"most": MAX_BYTES // MEGABYTE}, 413)
        return path.read_bytes()
    except OSError as error:
        raise Refused(_("It can't be read: %(problem)s.") % {"problem": error.strerror or error}, 400) from error


# What curators do -----------------------------------------------------------------------------------------------------


def suggested(candidate: Candidate) -> Mapping[Kind, int]:
    """How many suggestions of each kind the candidate had when it was found, in the order of the kinds."""
    counts = candidate.item.get("suggested", {})
    return {kind: counts[kind.value] for kind in Kind if counts.get(kind.value)}


def take(candidate: Candidate, *, by: User) -> Article:
    """Make a draft of the candidate, assigned to who took it; all of it in one transaction.

    Where the archive has the article by now it is that. Raises NotAllowed where somebody was quicker or where it was
    withdrawn, Refused where it can't be an article.
    """
    with transaction.atomic():
        # Before the candidate's row, as everywhere: two who take each other's would wait for each other else.
        Change.objects.lock()
        fresh = (
            Candidate.objects.select_for_update(of=("self",)).select_related("source__publisher").get(pk=candidate.pk)
        )
        if fresh.state != CandidateState.WAITING:
            raise NotAllowed(_("Somebody took or dismissed it meanwhile."))
        item = Item.from_json(fresh.item)
        if fresh.source.publisher:
            item = replace(item, publisher_name=fresh.source.publisher.name)
        [row] = carry_out(
            Document.of(item), by=by.get_username(), may_change_public=may_publish(by, Article)
        )  # fmt: skip
        if row.article is None or row.outcome is Outcome.SKIPPED:
            raise NotAllowed(row.why)
        fresh.state, fresh.article = CandidateState.TAKEN, row.article
        fresh.save(update_fields=["state", "article"])
        if row.outcome is Outcome.NEW:
            assign(row.article, by)
    candidate.refresh_from_db()
    return row.article


def move(candidate: Candidate, start: CandidateState, to: CandidateState) -> None:
    """Dismiss a waiting candidate, or let a dismissed one wait again. Raises NotAllowed where it stands elsewhere now."""
    # One statement that looks and writes: of two curators one is told that the other was first.
    if not Candidate.objects.filter(pk=candidate.pk, state=start).update(state=to):
        raise NotAllowed(_("Somebody took or dismissed it meanwhile."))
    candidate.state = to
