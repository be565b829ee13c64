from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive import search

# Most documents that are named of each kind of difference.
NAMED = 20


class Command(BaseCommand):
    help = "Compare the search index with the records; fails on any difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="write anew what differs, then compare again")

    def handle(self, *, repair: bool, **options: Any) -> None:
        report = search.check_index()
        if repair and not report.is_clean:
            self._tell(report)
            search.repair_index(report)
            self.stdout.write("Repaired.")
            report = search.check_index()
        if not report.is_clean:
            self._tell(report)
            raise CommandError("The search index differs from the records." + ("" if repair else " Try --repair."))
        self.stdout.write(f"The search index is true to the records: {report.documents} documents.")

    def _tell(self, report: search.IndexReport) -> None:
        if report.problem:
            self.stdout.write(report.problem)
        for kind in ("missing", "surplus", "outdated"):
            ids = getattr(report, kind)
            if ids:
                more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
                self.stdout.write(f"{kind}: {', '.join(ids[:NAMED])}{more}")
