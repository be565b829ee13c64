import json
import sys
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.fixity import PARTS, damages_of
from archive.curation.fixity import check as check_fixity
from archive.curation.quality import ALL_RULES, Finding, UnknownRule, check


class Command(BaseCommand):
    help = (
        "Look for likely mistakes in the records; with --fixity, for anything that is not what it was written as. "
        "The exit code is 1 where something is found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rule", action="append", default=[], metavar="NAME", dest="rules", help="only this rule; repeatable"
        )
        parser.add_argument(
            "--format", choices=["text", "jsonl"], default="text", help="jsonl: a line for each finding"
        )
        parser.add_argument("--accepted", action="store_true", help="also what was accepted, with the reason")

        parser.add_argument(
            "--fixity",
            action="store_true",
            help="read every byte of log, versions, captures and index, compare it with its hash, and keep the outcome",
        )

    def handle(self, *, rules: list[str], accepted: bool, fixity: bool, **options: Any) -> None:
        if fixity:
            if rules or accepted:
                raise CommandError("--fixity checks everything: it takes neither --rule nor --accepted.")
            self._check_fixity(options["format"])
            return
        try:
            findings = check(rules)
        except UnknownRule as error:
            raise CommandError(str(error)) from error
        still_open = [finding for finding in findings if not finding.reason]
        known = [finding for finding in findings if finding.reason]
        if options["format"] == "jsonl":
            for finding in findings if accepted else still_open:
                self.stdout.write(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            self._write(still_open)
            self._write(known if accepted else [])
            self.stdout.write(f"{len(still_open)} open, {len(known)} accepted.")
        if still_open:
            sys.exit(1)

    def _check_fixity(self, form: str) -> None:
        run = check_fixity()
        damages = damages_of(run)
        if form == "jsonl":
            for damage in damages:
                self.stdout.write(json.dumps({**asdict(damage), "message": damage.message}, ensure_ascii=False))
        else:
            looked_at = {row["slug"]: row["looked_at"] for row in run.parts}
            for part in PARTS:
                self.stdout.write(f"{part.title} ({part.slug}): {looked_at[part.slug]} {part.looked_at}")
                for damage in damages:
                    if damage.part == part.slug:
                        name = damage.label if damage.record_id is None else f"{damage.record_type} {damage.record_key}"
                        self.stdout.write(f"  {name}: {damage.message}")
            more = run.number - len(damages)
            self.stdout.write(f"{run.number} damaged{f', {more} of them not listed' if more else ''}.")
        if run.number:
            sys.exit(1)

    def _write(self, findings: list[Finding]) -> None:
        titles = {rule.slug: rule.title for rule in ALL_RULES}
        for rule, group in groupby(findings, key=lambda finding: finding.rule):
            self.stdout.write(f"{titles[rule]} ({rule})")
            for finding in group:
                place = f" {finding.address}" if finding.address else ""
                reason = f" Accepted: {finding.reason}" if finding.reason else ""
                self.stdout.write(f"  {finding.label}{place}: {finding.message}{reason}")
            self.stdout.write("")
