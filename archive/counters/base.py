"""What a store of counters can do."""

from collections.abc import Sequence
from typing import Protocol


class Lost(Exception):
    """The counters can't be used at the moment; why is in the log."""


class Counters(Protocol):
    """Every call stands alone, and raises Lost where it can't be done; what the database said where nobody could be answered."""

    def count(self, keys: Sequence[tuple[str, int]]) -> list[tuple[int, float]]:
        """One more of each key, for so many seconds from its first.

        Of each, in the order given: its number now, and the seconds that it still counts. Who calls at the same time gets
        another number.
        """
        ...

    def take_back(self, keys: Sequence[str]) -> None:
        """One less of each; of what was never counted there is nothing to take."""
        ...

    def keep(self, key: str, seconds: int) -> None:
        """From now on for so long."""
        ...

    def has(self, key: str) -> bool:
        """Whether it was counted or kept, and its time is not up."""
        ...

    def forget_all(self) -> None:
        """As if nobody had ever been counted."""
        ...
