"""A once-public address answers for ever. `check_archive --fixity` asks the same of a running archive's own past."""

import pytest

from tests.data.once_public import once_public, public_now
from tests.seed import SeedTestCase

pytestmark = pytest.mark.once


class OncePublicTests(SeedTestCase):
    def test_every_address_that_was_public_answers_200_301_or_410(self) -> None:
        wrong = {}
        for address in once_public():
            answer = self.client.get(address)
            if answer.status_code not in (200, 301, 410):
                wrong[address] = answer.status_code
        self.assertEqual(wrong, {}, "an address that was public leads nowhere: add a redirect, or a tombstone")

    def test_every_address_of_today_is_in_the_list(self) -> None:
        missing = set(public_now()) - set(once_public())
        self.assertEqual(missing, set(), "run `python -m tests.data.once_public`")
