"""Articles that may be one and the same: those like one item, for its entry, and all pairs, for the queue.

What is compared is kept in memory and follows the change log: an article that did not change is not read again. At
10 000 articles of some 260 words the first call of a process takes 4 CPU-seconds, one after a change 0.1, one without
20 ms; the pairs take another 0.4, and both hold some 60 MB.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from archive.curation.duplicates.comparing import Item, Reason, item_of
from archive.curation.duplicates.index import Pair, all_pairs, index, said, summed
from archive.models import Article, DuplicateDecision, recording
from archive.models.duplicate import DuplicateOutcome

__all__ = ["Item", "Likeness", "Pair", "Reason", "decide", "find_duplicates", "pairs"]

# Its manager is the base model's, which django-stubs takes for one of `Record`.
_decisions: Any = DuplicateDecision.objects


@dataclass(frozen=True, slots=True)
class Likeness:
    """An article that may be the same, why, and how sure that is (0 to 1)."""

    article: Article
    reasons: tuple[Reason, ...]
    score: float

    @property
    def reasons_text(self) -> str:
        return said(self.reasons)

    @property
    def percent(self) -> int:
        return round(100 * self.score)


def find_duplicates(item: Article | Item) -> tuple[Likeness, ...]:
    """The articles that may be the same as the item, surest first; withdrawn ones too, decided ones not.

    One query for the log and three for what is found, where no article changed since the last call.
    """
    if isinstance(item, Article):
        item = item_of(item)
    found = index().like(item)
    for pk in (item.pk, *(_decided_with(item.pk) if item.pk and found else ())):
        found.pop(pk, None)
    articles = Article.objects.select_related("publisher", "agency").in_bulk(found)
    likenesses = [Likeness(articles[pk], *summed(reasons)) for pk, reasons in found.items() if pk in articles]
    return tuple(sorted(likenesses, key=lambda one: (-one.score, -one.article.pk)))


def pairs() -> tuple[Pair, ...]:
    """The pairs of the archive that nobody has decided on yet, those with the newest article first.

    Pairs with a withdrawn article are settled. Two queries where no article changed since the last call.
    """
    decided = set(_decisions.order_by().values_list("first_id", "second_id"))
    return tuple(pair for pair in all_pairs() if (pair.first, pair.second) not in decided)


def decide(one: Article, other: Article, outcome: DuplicateOutcome, *, by: str, note: str = "") -> DuplicateDecision:
    """Remember that the two are not one, or are copies of each other; an earlier decision is overwritten."""
    first, second = sorted((one, other), key=lambda article: article.pk)
    with recording(by=by, why=note):
        decision, _created = _decisions.update_or_create(
            first=first, second=second, defaults={"outcome": outcome, "note": note}
        )
    return decision


def _decided_with(pk: int) -> set[int]:
    """Keys of the articles that were decided on beside this one."""
    decided = _decisions.filter(Q(first=pk) | Q(second=pk)).order_by().values_list("first", "second")
    return {key for both in decided for key in both}
