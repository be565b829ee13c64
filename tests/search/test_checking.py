"""The index compared with the records, and damage to its files."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import TestCase

from archive import search
from archive.models import Article
from archive.querysets import RecordQuerySet
from archive.search.engine import engine
from tests import factories as make
from tests.search.asking import ask, found


def files(suffix: str) -> list[Path]:
    return sorted((settings.DATA_DIR / "index" / "current").resolve().glob(f"*{suffix}"))


class CheckTests(TestCase):
    def setUp(self) -> None:
        self.articles = [make.make_article(headline=f"Headline number {n}") for n in range(3)]
        make.make_event(name="An event")
        search.rebuild_index()

    def _beside_the_log(self, *, without: str = "", **document: str) -> None:
        """Change the index as nobody should: without a change of the records."""
        (one,) = search.documents.documents(search.Scope.ARTICLES, [self.articles[0].pk])
        fresh = [type(one)(one.scope, one.pk, document["title"], (), {}, {})] if document else []
        assert engine().apply(lambda state: ([without or one.id], fresh, state.number, state.sha256))

    def test_an_index_that_followed_is_true(self) -> None:
        make.make_article(headline="One more")
        self.articles[0].headline = "Another headline"
        self.articles[0].save()
        self.articles[1].delete()
        report = search.check_index()
        self.assertTrue(report.is_clean, report)
        self.assertEqual(report.documents, 4)

    def test_what_is_missing_surplus_or_outdated_is_named_and_repaired(self) -> None:
        first, second, third = (f"article:{one.pk}" for one in self.articles)
        self._beside_the_log(title="Something else")
        self._beside_the_log(without=second)
        # Withdrawn past the log: what the index still holds is surplus.
        super(RecordQuerySet, Article.objects.filter(pk=self.articles[2].pk)).update(
            status="draft", first_public_at=None
        )
        report = search.check_index()
        self.assertEqual((report.outdated, report.missing, report.surplus), ((first,), (second,), (third,)))
        search.repair_index(report)
        self.assertTrue(search.check_index().is_clean)
        self.assertEqual(found("headline"), ["Headline number 0", "Headline number 1"])

    def test_the_command_fails_on_a_difference_and_repairs_it(self) -> None:
        call_command("check_index")
        self._beside_the_log(title="Something else")
        with pytest.raises(CommandError, match="differs"):
            call_command("check_index")
        call_command("check_index", repair=True)
        call_command("check_index")

    def test_a_missing_index_is_a_difference_and_is_made_anew(self) -> None:
        (settings.DATA_DIR / "index" / "current").unlink()
        self.assertIn("no search index", search.check_index().problem)
        with pytest.raises(CommandError):
            call_command("check_index")
        call_command("check_index", repair=True)
        self.assertEqual(ask("headline").total, 3)


class DamageTests(TestCase):
    def setUp(self) -> None:
        make.make_article(headline="A headline about something")
        search.rebuild_index()
        # A process that has not opened the index yet.
        engine().__init__(engine().folder)  # type: ignore[attr-defined, misc]

    def _flip(self, path: Path, place: int) -> None:
        content = bytearray(path.read_bytes())
        content[place] ^= 1
        path.write_bytes(content)

    def test_one_bit_anywhere_in_a_segment_is_noticed(self) -> None:
        (segment,) = files(".seg")
        for place in range(0, segment.stat().st_size, max(1, segment.stat().st_size // 25)):
            with self.subTest(place=place):
                engine().__init__(engine().folder)  # type: ignore[attr-defined, misc]
                self._flip(segment, place)
                with pytest.raises(search.IndexUnusable, match="damaged"):
                    ask("headline")
                self._flip(segment, place)

    def test_a_segment_that_was_cut_off_is_noticed(self) -> None:
        (segment,) = files(".seg")
        segment.write_bytes(segment.read_bytes()[:-100])
        with pytest.raises(search.IndexUnusable):
            ask("headline")
        search.repair_index(search.check_index())
        self.assertEqual(ask("headline").total, 1)

    def test_a_manifest_that_is_none_is_damage(self) -> None:
        (settings.DATA_DIR / "index" / "current" / "manifest.json").write_text("{")
        with pytest.raises(search.IndexUnusable, match="damaged"):
            ask("headline")

    def test_every_commit_is_sealed(self) -> None:
        make.make_article(headline="Another headline")
        ask("headline")
        manifest = (settings.DATA_DIR / "index" / "current" / "manifest.json").read_text()
        for path in files(".seg"):
            self.assertIn(path.name, manifest)

    def test_what_another_process_is_still_writing_is_not_sealed(self) -> None:
        folder = (settings.DATA_DIR / "index" / "current").resolve()
        (folder / "MAIN_half0written0segm.seg").write_bytes(b"half")
        make.make_article(headline="Another headline")
        self.assertEqual(ask("headline").total, 2)
        self.assertNotIn("half0written", (folder / "manifest.json").read_text())
