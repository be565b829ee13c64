"""An export put back into an empty database gives the same records."""

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction

from archive.curation.loading import load
from archive.curation.restoring import restore
from archive.dumps import FORMATS
from archive.formats.records import export_rows
from archive.models import Article, Change, CorrectionNote, DuplicateDecision, Event
from tests import factories as make
from tests.formats.test_records import make_one_of_each

pytestmark = pytest.mark.django_db


def rows(*, with_restricted: bool = True) -> list[dict[str, Any]]:
    return list(export_rows(with_restricted=with_restricted))


def written(path: Path, *, with_restricted: bool = True) -> Path:
    with path.open("wb") as file:
        FORMATS["jsonl"].write(file, with_restricted, iter)
    return path


def make_what_is_hard() -> None:
    """Of each kind one, and what has no file of fixtures of its own, twice what only its day tells apart."""
    make_one_of_each()
    first, second = (
        make.make_article(headline="=1+1; «Мир» и 和平\n", body="Text.", rights="restricted"),
        make.make_article(),
    )
    make.make_duplicate_decision(first=first, second=second, outcome="syndicated")
    make.make_correction_note(about=first)
    make.make_correction_note(about=first, text="Again.")
    make.make_correction_note(about=make.make_country())
    make.make_article(status="draft")
    make.make_event(status="withdrawn", parent=make.make_event())
    person = make.make_participant()
    offices = [make.make_office(participant=person, start=start) for start in ("2001", "2011")]
    make.make_attendance(participant=person, office=offices[1])
    make.make_city(latitude="41.31110", longitude="69.27970")
    make.make_figure(number="0.5")


@pytest.mark.parametrize("fill", [lambda: load(settings.FIXTURES_DIR), make_what_is_hard], ids=["as shipped", "made"])
@pytest.mark.parametrize("with_restricted", [True, False])
def test_an_export_comes_back_as_it_was(fill: Any, with_restricted: bool, tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    with transaction.atomic():
        fill()
        before = rows(with_restricted=with_restricted)
        written(path, with_restricted=with_restricted)
        transaction.set_rollback(True)
    assert not Change.objects.exists()
    report = restore(path)
    assert not report.kept
    assert rows(with_restricted=with_restricted) == before
    assert len(before) > 10
    # Again: nothing is written.
    number = Change.objects.last_number()
    assert restore(path).is_known
    assert restore(path, force=True).unchanged
    assert Change.objects.last_number() == number
    assert rows(with_restricted=with_restricted) == before


def test_what_was_edited_since_is_left_alone_and_notes_come_once(tmp_path: Path) -> None:
    article = make.make_article()
    make.make_correction_note(about=article)
    make.make_duplicate_decision(first=article, second=make.make_article(), outcome="syndicated")
    path = written(tmp_path / "archive.jsonl")
    article.headline = "Edited since"
    article.save()
    make.make_event()
    report = restore(path)
    assert len(report.kept) == 1
    assert Article.objects.get(pk=article.pk).headline == "Edited since"
    assert (CorrectionNote.objects.count(), DuplicateDecision.objects.count(), Event.objects.count()) == (1, 1, 1)


def test_the_command_takes_an_export_in_gzip(tmp_path: Path) -> None:
    with transaction.atomic():
        make_one_of_each()
        before = rows(with_restricted=False)
        packed = tmp_path / "archive.jsonl.gz"
        packed.write_bytes(gzip.compress(written(tmp_path / "a", with_restricted=False).read_bytes()))
        transaction.set_rollback(True)
    out = StringIO()
    call_command("load_archive", export=packed, stdout=out)
    assert "0 kept." in out.getvalue()
    assert rows(with_restricted=False) == before


@pytest.mark.parametrize(
    "text",
    [
        "{", "[1]", '{"type": "planet"}', '{"type": "topic"}', '{"type": "topic", "slug": ["a"]}', "[" * 100_000,
        '{"type": "event", "slug": "a", "name": "A", "dates": 5, "delegations": [{"country": {"a": 1}}]}',
        '{"type": "article", "slug": "a", "headline": "A", "events": [{"slug": "none"}], "kind": "news"}',
        '{"type": "article", "slug": "a", "headline": "A", "kind": "news", "published": {"edtf": "yesterday"}}',
        '{"type": "topic", "slug": "a", "name": "A", "definition": "B", "corrections": [5]}',
        '{"type": "topic", "slug": "a", "name": "A", "definition": "B", "corrections": [{"text": "A", "at": "yesterday"}]}',
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused_with_a_reason(text: str, tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    path.write_text(text)
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_archive", export=path, stdout=StringIO())
    assert not Change.objects.exists()
    path.write_bytes(b"\x1f\x8bbroken")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("load_archive", export=path, stdout=StringIO())


def test_every_line_of_an_export_is_json(tmp_path: Path) -> None:
    make.make_article(headline="Two\u2028lines\x85and a third")
    [line] = [line for line in written(tmp_path / "a").read_bytes().splitlines() if b'"article"' in line]
    assert json.loads(line)["headline"] == "Two\u2028lines\x85and a third"
