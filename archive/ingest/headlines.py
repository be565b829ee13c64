"""Headlines: which line is one, and what stands in for one where the source has none."""

import re

_LONGEST = 200
_STAND_IN = 100
# A headline ends without a full stop, but may end with an abbreviation: "Shanghai Cooperation Org."
_sentence_end = re.compile(r"(?<!\bOrg)(?<!\bInc)(?<!\b[A-Z])[.。;:,…]['’\"”»)\]]*\Z")


def is_headline(line: str) -> bool:
    """Whether a line by itself looks like a headline: short, not in a list, not a sentence."""
    line = line.strip()
    return 0 < len(line) <= _LONGEST and not line.startswith(("•", "- ", "* ")) and not _sentence_end.search(line)


def stand_in(text: str) -> str:
    """The first words of a text, to call an item by until a curator does."""
    first = " ".join(text.split())
    if len(first) <= _STAND_IN:
        return first
    return first[:_STAND_IN].rpartition(" ")[0].rstrip(" ,;:.–—-") + "…"
