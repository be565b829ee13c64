"""Doubts about items: dates that contradict something, lines that may not belong to the text, texts that break off.

Nothing is changed because of a doubt. They are found again from what an article holds, so nothing keeps them: a form that
shows a draft calls `text_flags` of its text.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from archive import dates
from archive.ingest.items import Flag, Item
from archive.ingest.printed import date_line, dateline_of

# On a page that is ordered by date items slip by days and weeks; this is more, against the nearest on both sides.
_SLIP = timedelta(days=120)
_NEIGHBOURS = 3
# News tells of the day itself or of the days before; a weekday further back is likelier the next one, or another year's.
_DAYS_BACK = 3
_WORDS = 150
_LONGEST_CAPTION = 200

_DAY_NAMES = ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")
_weekday = re.compile(rf"\b({'|'.join(_DAY_NAMES)})day\b")
_sentence_end = re.compile(r"[.!?…。！？:;][\"'”’»)\]]*\Z")
_credits = (
    re.compile(
        r"[(\[](?:file )?(?:photo|picture|image|video|source|credit|xinhua/)[^)\]\n]{0,150}[)\]]?", re.IGNORECASE
    ),
    re.compile(r"©[^.\n]{0,120}?(?: ?/ ?[A-Z][A-Z .]{2,}\b)+|©[^.\n]{0,80}"),
    re.compile(
        r"^(?:photo|image|picture)s?(?: credit| source| courtesy| by)?[:/ ][^\n]{0,100}$", re.IGNORECASE | re.MULTILINE
    ),
    re.compile(r"\ball rights reserved\b", re.IGNORECASE),
)
_cut_off = (
    # A mark at the end of a paragraph: within it, it stands for what a quotation leaves out.
    re.compile(r"(?:…|\.\.\.|\[(?:…|\.\.\.)\])[\"”’)]?$", re.MULTILINE),
    re.compile(
        r"\b(?:read (?:more|on\b|the full)|continue reading|full story|click here)[^\n]{0,60}$",
        re.IGNORECASE | re.MULTILINE,
    ),
    # What is left of the agency's own “Enditem”.
    re.compile(r"\bEndi(?:tem)?\.?\Z"),
)
_sentence_start = re.compile(r".*(?:[.!?…]\s|\n)", re.DOTALL)
# Words before a mark that tell where it stands; flags of one item, beyond which they help nobody.
_BEFORE = 60
_MOST_FLAGS = 20


def flagged(items: Sequence[Item], *, in_order: bool) -> tuple[Item, ...]:
    """The items with the doubts about each. `in_order`: they stand on a page that is ordered by date, more or less."""
    lonely = _out_of_order(items) if in_order else {}
    return tuple(
        replace(item, flags=(*item.flags, *_date_flags(item), *lonely.get(n, ()), *text_flags(item.text), *_bare(item)))
        for n, item in enumerate(items)
    )


def text_flags(text: str) -> tuple[Flag, ...]:
    """Lines of a captured text that look like captions or credits, and where it breaks off."""
    found = [Flag("credit", match[0]) for pattern in _credits for match in pattern.finditer(text)]
    found += [Flag("caption", words) for match in re.finditer("©", text) if (words := _before(text, match.start()))]
    paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
    unfinished = [line for line in paragraphs if not _sentence_end.search(line[-_BEFORE:])]
    found += [Flag("caption", line) for line in unfinished if line != paragraphs[-1] and len(line) <= _LONGEST_CAPTION]
    marks = [
        f"{_before(text, match.start())}{match[0]}".strip() for pattern in _cut_off for match in pattern.finditer(text)
    ]
    if unfinished and unfinished[-1] == paragraphs[-1] and not marks:
        marks.append(paragraphs[-1][-_WORDS:])
    found += [Flag("cut-off", words) for words in marks]
    return tuple(Flag(flag.kind, flag.words[:_WORDS].strip()) for flag in list(dict.fromkeys(found))[:_MOST_FLAGS])


def _before(text: str, place: int) -> str:
    """The words of the sentence before a place in the text, as far as they are near."""
    near = text[max(0, place - _BEFORE) : place]
    return _sentence_start.sub("", near).lstrip()


def _bare(item: Item) -> Iterator[Flag]:
    if not (item.text or item.printed_date or item.url or item.record):
        yield Flag("bare", _("It may belong to the item before or after it."))


def _date_flags(item: Item) -> Iterator[Flag]:
    printed = date_line(item.printed_date)
    if printed and not printed.edtf:
        yield Flag("date", _("“%(printed)s” is no day, or may be two.") % {"printed": item.printed_date})
    partial = dates.parse_or_none(item.date)
    if partial is None:
        return
    if partial.earliest > timezone.localdate():
        yield Flag("date", _("%(date)s is still to come.") % {"date": partial.show()})
    if not partial.is_day:
        return
    day = partial.earliest
    if printed and printed.weekday not in (None, day.weekday()):
        yield _another_weekday(day, item.printed_date)
    dateline = dateline_of(item.text)
    if dateline and dateline.edtf not in ("", item.date):
        yield Flag("date", _("The dateline says %(words)s.") % {"words": dateline.printed_date})
    back = {(day.weekday() - _DAY_NAMES.index(match[1])) % 7: match[0] for match in _weekday.finditer(item.text)}
    if back and min(back) > _DAYS_BACK:
        yield _another_weekday(day, ", ".join(back.values()))


def _another_weekday(day: date, words: str) -> Flag:
    shown = {"day": dates.show(day.isoformat()), "weekday": WEEKDAYS[day.weekday()], "words": words}
    return Flag("date", _("%(day)s is a %(weekday)s, but it says “%(words)s”.") % shown)


def _out_of_order(items: Sequence[Item]) -> dict[int, tuple[Flag, ...]]:
    """Items dated far from all that stand near them, on both sides."""
    dated = [(n, partial.earliest) for n, item in enumerate(items) if (partial := dates.parse_or_none(item.date))]
    found: dict[int, tuple[Flag, ...]] = {}
    for place, (n, day) in enumerate(dated):
        before = [other for _n, other in dated[max(0, place - _NEIGHBOURS) : place]]
        after = [other for _n, other in dated[place + 1 : place + 1 + _NEIGHBOURS]]
        if before and after and not min(before + after) - _SLIP <= day <= max(before + after) + _SLIP:
            span = {
                "date": dates.show(day.isoformat()),
                "first": dates.show(min(before + after).isoformat()),
                "last": dates.show(max(before + after).isoformat()),
            }
            words = _("%(date)s stands among items of %(first)s to %(last)s.") % span
            found[n] = (Flag("date", words),)
    return found
