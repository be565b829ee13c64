"""Tests on the archive as it is shipped."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.test import TestCase, override_settings

from archive import search
from archive.curation.loading import load


class SeedTestCase(TestCase):
    """The fixtures, loaded and indexed once for the class."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.enterClassContext(override_settings(DATA_DIR=Path(folder)))
        cls._seed_dir = Path(folder)
        super().setUpClass()

    @classmethod
    def setUpTestData(cls) -> None:
        load(settings.FIXTURES_DIR)
        search.rebuild_index()

    def setUp(self) -> None:
        # Undoes the folder that conftest gives to each test.
        override = override_settings(DATA_DIR=self._seed_dir)
        override.enable()
        self.addCleanup(override.disable)
