"""`make messages`: bring the catalogues of the pages' languages up to date with the sources, and say what is missing."""

import argparse
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import makemessages
from django.utils.translation import to_locale

# What readers never see: the admin is English, and so is what is printed for operators.
UNSEEN = (
    *("archive/admin/*", "archive/management/*", "archive/ingest/*", "archive/migrations/*", "templates/admin/*"),
    *("archive/curation/accounts.py", "archive/curation/assignments.py", "archive/curation/inbox.py"),
    *("archive/curation/loading.py", "archive/curation/review.py", "archive/curation/roles.py"),
    *(f"archive/curation/{part}/*" for part in ("authority", "corpus", "duplicates", "importing", "merging")),
    *(f"archive/curation/{part}/*" for part in ("fixity", "quality", "suggestions")),
    *(
        f"archive/models/{name}.py"
        for name in ("alert", "capture", "change", "duplicate", "finding", "fixity", "inbox")
    ),
    *("tests/*", "var/*", "docs/*", "static/*", "scosite/*"),
)


class Command(makemessages.Command):
    help = "Bring the catalogues up to date with the sources and print what is not translated. Needs gettext."

    # What is nearly the same is not the same: a guess would stand there as if somebody had translated it.
    msgmerge_options = ["-q", "--backup=none", "--update", "--no-fuzzy-matching", "--no-wrap"]
    msguniq_options = ["--to-code=utf-8", "--no-wrap"]
    msgattrib_options = ["--no-obsolete", "--no-wrap"]
    xgettext_options = ["--from-code=UTF-8", "--add-comments=Translators", "--no-wrap"]

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """None of Django's: there is one way."""

    def handle(self, *args: Any, **options: Any) -> None:
        if shutil.which("xgettext") is None:
            raise CommandError("gettext is needed: apt-get install gettext (or brew install gettext).")
        locales = [to_locale(language) for language, _name in settings.LANGUAGES if language != settings.LANGUAGE_CODE]
        super().handle(
            *(),
            locale=locales,
            exclude=[],
            domain="django",
            verbosity=0,
            all=False,
            extensions=["html", "py", "txt"],
            symlinks=False,
            ignore_patterns=list(UNSEEN),
            use_default_ignore_patterns=True,
            no_wrap=True,
            no_location=False,
            add_location="file",
            no_obsolete=True,
            keep_pot=False,
        )
        for locale in locales:
            # The day on which somebody looked is no news.
            path = _catalogue(locale)
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join(line for line in lines if not line.startswith('"POT-Creation-Date')))
        call_command("compilemessages", locale=locales, verbosity=0, ignore_patterns=["var", ".venv"])
        for locale in locales:
            path = _catalogue(locale)
            missing = _untranslated(path)
            self.stdout.write(missing or f"{path}: complete.")


def _catalogue(locale: str) -> Path:
    return Path("archive/locale", locale, "LC_MESSAGES", "django.po")


def _untranslated(path: Path) -> str:
    return subprocess.run(  # noqa: S603  # a path of ours
        ["msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", str(path)],  # noqa: S607  # found on the PATH
        check=True,
        capture_output=True,
        text=True,
    ).stdout
