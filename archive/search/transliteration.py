"""Russian names in Latin letters, as those write them who know no other spelling."""

from collections.abc import Iterable

# Each letter by BGN/PCGN (1947), as most of the English press writes, and by ICAO's Doc 9303, as passports do; without
# the signs that nobody types.
_ROWS = (
    ("а", "a", "a"), ("б", "b", "b"), ("в", "v", "v"), ("г", "g", "g"), ("д", "d", "d"), ("е", "e", "e"),
    ("ё", "yo", "e"), ("ж", "zh", "zh"), ("з", "z", "z"), ("и", "i", "i"), ("й", "y", "i"), ("к", "k", "k"),
    ("л", "l", "l"), ("м", "m", "m"), ("н", "n", "n"), ("о", "o", "o"), ("п", "p", "p"), ("р", "r", "r"),
    ("с", "s", "s"), ("т", "t", "t"), ("у", "u", "u"), ("ф", "f", "f"), ("х", "kh", "kh"), ("ц", "ts", "ts"),
    ("ч", "ch", "ch"), ("ш", "sh", "sh"), ("щ", "shch", "shch"), ("ъ", "", "ie"), ("ы", "y", "y"), ("ь", "", ""),
    ("э", "e", "e"), ("ю", "yu", "iu"), ("я", "ya", "ia"),
)  # fmt: skip
_BGN, _ICAO = ({ord(row[0]): row[column] for row in _ROWS} for column in (1, 2))
_VOWELS = "аеёиоуыэюя"


def latin(word: str) -> Iterable[str]:
    """The word as it may be written in Latin letters, the same spelling once; nothing of one that has other letters."""
    lower = word.casefold()
    if not lower or not all(ord(letter) in _BGN for letter in lower):
        return ()
    # BGN writes ye at the beginning, and after vowels and signs.
    marked = "".join(
        "ye" if letter == "е" and (before == " " or before in _VOWELS + "йъь") else letter.translate(_BGN)
        for before, letter in zip(" " + lower, lower, strict=False)
    )
    return dict.fromkeys(form.capitalize() for form in (marked, lower.translate(_BGN), lower.translate(_ICAO)))
