"""The words of the authority file as the archive prints them."""

import re
from collections.abc import Iterable
from typing import Any

# A surname alone is many people.
DROPPED_VARIANTS = {"Yang"}
# Words of the authority file that only its makers understand.
PLAIN = {
    "State Councilor": "State Councillor",
    "end 2016-08": "the term ended in August 2016",
    "The seed once cuts his name to Yi": "One item of the digest cuts his name to Yi",
    "The seed prints 2014 for the 2015 date": "The digest prints 2014 for a date of 2015",
    "; meeting rows say Goa": "; the sources say Goa",
    "Idea of the RATS conference item in seed file 4; the phrase itself is not used there": (
        "The idea stands in the digest’s item on the RATS conference; the phrase itself does not"
    ),
    "; seed file 4 has a Russian forecast of an SCO-wide one": "; the digest has a Russian forecast of an SCO-wide one",
    "; the seed has both spellings in capitals": "; the digest has both spellings in capitals",
    "Stands for NATO in the seed": "Stands for NATO in the digest",
}
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


def split(text: str, mark: str = "|") -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def typeset(text: str) -> str:
    """Dashes between years and days, curly quotes."""
    text = re.sub(r"(?<![\d-])(\d{4})-(\d{4})(?![\d-])", r"\1–\2", text).replace(" - ", " – ")
    text = re.sub(rf"(?<![\d-])(\d{{1,2}})-(\d{{1,2}}) (?={MONTHS})", r"\1–\2 ", text)
    return re.sub(r'"([^"]*)"', r"“\1”", re.sub(r"(?<!Xi)'", "’", text))


def plain(text: str) -> str:
    for inner, outer in PLAIN.items():
        text = text.replace(inner, outer)
    text = re.sub(r"\bCHS\b", "Council of Heads of State", text)
    return typeset(re.sub(r"\bCFM\b", "Council of Foreign Ministers", text)).strip()


def sentences(*parts: str) -> str:
    texts = [text for part in parts if (text := plain(part))]
    return " ".join(text if text.endswith(".") else f"{text}." for text in texts)


def names(name: str, russian: str, chinese: str, variants: Iterable[str]) -> dict[str, Any]:
    """The first Russian and the first Chinese name stand apart; all others are variants."""
    in_russian, in_chinese = split(russian), split(chinese)
    others = dict.fromkeys([*variants, *in_russian[1:], *in_chinese[1:]])
    return {
        "name": name,
        "name_ru": in_russian[0] if in_russian else "",
        "name_zh": in_chinese[0] if in_chinese else "",
        "variants": [one for one in others if one != name and one not in DROPPED_VARIANTS],
    }


def by_script(variants: Iterable[str]) -> tuple[str, str, list[str]]:
    """Russian, Chinese and other names, as `names` takes the first two."""
    variants = list(variants)
    chinese = [one for one in variants if re.search(r"[\u4e00-\u9fff]", one)]
    russian = [one for one in variants if re.search(r"[\u0400-\u04ff]", one)]
    return "|".join(russian), "|".join(chinese), [one for one in variants if one not in (*russian, *chinese)]
