import json
import sys
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.quality import ALL_RULES, Finding, UnknownRule, check


class Command(BaseCommand):
    help = "Look for likely mistakes in the records. The exit code is 1 where findings are open."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rule", action="append", default=[], metavar="NAME", dest="rules", help="only this rule; repeatable"
        )
        parser.add_argument(
            "--format", choices=["text", "jsonl"], default="text", help="jsonl: a line for each finding"
        )
        parser.add_argument("--accepted", action="store_true", help="also what was accepted, with the reason")

    def handle(self, *, rules: list[str], accepted: bool, **options: Any) -> None:
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

    def _write(self, findings: list[Finding]) -> None:
        titles = {rule.slug: rule.title for rule in ALL_RULES}
        for rule, group in groupby(findings, key=lambda finding: finding.rule):
            self.stdout.write(f"{titles[rule]} ({rule})")
            for finding in group:
                place = f" {finding.address}" if finding.address else ""
                reason = f" Accepted: {finding.reason}" if finding.reason else ""
                self.stdout.write(f"  {finding.label}{place}: {finding.message}{reason}")
            self.stdout.write("")
