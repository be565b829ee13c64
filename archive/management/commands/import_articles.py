from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.importing import STATUSES, Intake, Outcome, Row, intake
from archive.ingest.readers import FORMATS, MAX_BYTES, MEGABYTE
from archive.ingest.refusal import Refused
from archive.management.progress import counted

BY = "import_articles"


class Command(BaseCommand):
    help = (
        "Import news items from files, folders and web addresses: known articles get what they lack, new ones are drafts. "
        "A document is imported whole or not at all; the exit code is 1 where one was not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sources", nargs="+", metavar="PATH|URL", help="file, folder of files, or web address")
        parser.add_argument("--format", choices=FORMATS, default="", help="instead of finding it by the content")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and keep nothing")
        parser.add_argument(
            "--status", choices=STATUSES, default="draft", help="of new articles; as-exported: records keep theirs"
        )

    def handle(self, *, sources: list[str], **options: Any) -> None:
        done, refused = [], 0
        for source in counted(self, "documents read", every=1)(list(_documents(sources))):
            try:
                done.append(self._import(source, options))
            except Refused as refusal:
                refused += 1
                self.stderr.write(f"{source}: {refusal}")
                continue
            self._report(done[-1])
        counts = ", ".join(f"{sum(one.count(outcome) for one in done)} {outcome}" for outcome in Outcome)
        end = " Nothing was kept: this was a dry run." if options["dry_run"] else ""
        self.stdout.write(f"{len(done)} documents: {counts}.{end}")
        if refused:
            raise CommandError(f"{refused} documents were not imported.")

    def _import(self, source: str, options: dict[str, Any]) -> Intake:
        given = {
            "format": options["format"],
            "status": options["status"],
            "dry_run": options["dry_run"],
            "by": BY,
        }
        if _is_address(source):
            return intake(url=source, **given)
        return intake(data=_bytes_of(source), name=Path(source).name, **given)

    def _report(self, done: Intake) -> None:
        for note in done.document.notes:
            self.stdout.write(f"{done.document.name}: {note}")
        for row in done.rows:
            self.stdout.write(_line(done, row))


def _line(done: Intake, row: Row) -> str:
    """What became of one item; what came from outside is on one line, without control characters, already."""
    headline = row.item.headline or (row.article.headline if row.article else "")
    parts = [f"{row.outcome:9} {done.document.name}#{row.item.position} {headline[:80]}"]
    if row.article:
        parts.append(f"→ {row.article.slug}")
    if row.why:
        parts.append(f"({row.why})")
    if row.fills:
        parts.append(f"+ {', '.join(row.fills)}")
    parts += [f"[{flag}]" for flag in row.item.flags]
    return " ".join(parts)


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _documents(sources: list[str]) -> Iterator[str]:
    """The sources, folders as the files in them."""
    for source in sources:
        if not _is_address(source) and "\x00" not in source and Path(source).is_dir():
            yield from (str(path) for path in sorted(Path(source).iterdir()) if path.is_file())
        else:
            yield source


def _bytes_of(source: str) -> bytes:
    """The content of a file. Raises Refused for what is none, and before reading what is too large."""
    try:
        path = Path(source)
        if not path.is_file():
            raise Refused("There is no such file.", 400)
        if path.stat().st_size > MAX_BYTES:
            raise Refused(f"It has more than {MAX_BYTES // MEGABYTE} MB. Split it.", 413)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise Refused(f"It can't be read: {error}.", 400) from error
