"""Tests ask more often than a client may."""

import pytest

from archive import ratelimit


@pytest.fixture(autouse=True)
def _patient_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ratelimit, "LIMITS", {**ratelimit.LIMITS, "api": (ratelimit.Limit(1_000_000, 60),)})
