from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.curation.corpus import CorpusRefused, generate
from archive.management.progress import counted


class Command(BaseCommand):
    help = (
        "Fill an empty archive with made-up articles, for benchmarks and trials: the same for the same number and seed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--articles", type=int, required=True, help="how many; one event for each 20 comes with them"
        )
        parser.add_argument("--seed", type=int, default=1, help="another seed, other articles (default: 1)")
        parser.add_argument(
            "--force", action="store_true", help="also among real records; they can't be told to go again"
        )

    def handle(self, *, articles: int, seed: int, force: bool, **options: Any) -> None:
        if articles < 1 or seed < 0:
            raise CommandError("--articles counts from 1, --seed from 0.")
        try:
            report = generate(articles=articles, seed=seed, force=force, progress=counted(self, "articles made"))
        except CorpusRefused as error:
            raise CommandError(f"Nothing was written. {error}") from error
        self.stdout.write(
            f"{report.articles} articles, {report.events} events and {report.participants} people made up (seed {seed}). "
            "Run `manage.py rebuild_index`."
        )
