"""Records whose names are like those of one: what somebody who merges it is probably looking for."""

from typing import Any

from rapidfuzz import fuzz, utils

_LEAST = 60


def lookalikes(record: Any, most: int = 8) -> list[Any]:
    """The records of its kind with the most similar name in any language or spelling. Reads all names of the kind."""
    wanted = [utils.default_process(name) for name in record.all_names]
    scores = {}
    fields = ("name", "name_ru", "name_zh", "variants")
    for pk, *single, variants in type(record)._base_manager.exclude(pk=record.pk).values_list("pk", *fields):
        names = [utils.default_process(name) for name in (*single, *variants) if name]
        scores[pk] = max((fuzz.token_sort_ratio(one, other) for one in wanted for other in names), default=0)
    best = sorted((pk for pk, score in scores.items() if score >= _LEAST), key=lambda pk: (-scores[pk], pk))[:most]
    found = type(record)._base_manager.in_bulk(best)
    return [found[pk] for pk in best]
