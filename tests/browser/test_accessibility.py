"""Everybody can use it: each type of page, the admin's too, in each language, light and dark, on a phone and wide.

docs/accessibility.md says what is promised, and what is checked here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.browser.conftest import findings
from tests.browser.page_types import PAGE_TYPES, in_language
from tests.browser.test_curation import account, log_in
from tests.servers.site import Site

pytestmark = pytest.mark.once

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@dataclass(frozen=True, slots=True)
class Look:
    scheme: str
    width: int

    def __str__(self) -> str:
        return f"{self.scheme}, {self.width} px"


LOOKS = [Look("light", 1280), Look("dark", 320), Look("dark", 1280), Look("light", 320)]

ADMIN_PAGES = {
    "dashboard": "/admin/",
    "all kinds of records": "/admin/archive/",
    "list of articles": "/admin/archive/article/",
    "list of events, searched": "/admin/archive/event/?q=summit",
    "form of an article": "/admin/archive/article/1/change/",
    "form of an event": "/admin/archive/event/1/change/",
    "form of a participant": "/admin/archive/participant/1/change/",
    "new event": "/admin/archive/event/add/",
    "intake": "/admin/archive/article/add-news/",
    "suggestions": "/admin/archive/article/1/suggestions/",
    "withdraw": "/admin/archive/article/1/withdraw/",
    "history": "/admin/archive/article/1/history/",
    "findings": "/admin/archive/acceptedfinding/findings/",
    "duplicates": "/admin/archive/duplicatedecision/pairs/",
    "two articles compared": "/admin/archive/duplicatedecision/1/2/",
    "merge": "/admin/archive/merge/of/participant/1/2/",
    "inbox": "/admin/archive/candidate/",
    "tips": "/admin/archive/tip/",
    "change log": "/admin/archive/change/",
    "delete": "/admin/archive/topic/1/delete/",
    "password": "/admin/password_change/",
}

# What Django's own admin breaks and our templates can't mend. Rows: page, rule of axe-core, why it is so. A row that is
# no longer needed fails.
ACCEPTED: dict[tuple[str, str], str] = {}


def looks_of(number: int, language: str, *, every: bool) -> list[Look]:
    """The looks that a page is seen in: all four, or two in one of the languages.

    Of the two one is light and one dark, one narrow and one wide; and over the pages each language is seen in all four.
    """
    if every:
        return LOOKS
    if LANGUAGES[number % len(LANGUAGES)] != language:
        return []
    first = number % 2 * 2
    return LOOKS[first : first + 2]


def test_few_looks_are_enough_to_see_each_page_and_each_language_in_all_respects() -> None:
    numbers = range(len(PAGE_TYPES))
    for number in numbers:
        looks = [look for language in LANGUAGES for look in looks_of(number, language, every=False)]
        assert {look.scheme for look in looks} == {"light", "dark"}
        assert {look.width for look in looks} == {320, 1280}
    for language in LANGUAGES:
        assert {look for number in numbers for look in looks_of(number, language, every=False)} == set(LOOKS)


@pytest.fixture
def every_combination(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--every-combination"))


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page that axe-core may be put into. Without transitions: it would measure colours on their way."""
    context = browser.new_context(
        base_url=site.url, viewport={"width": 1280, "height": 800}, bypass_csp=True, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def problems_of(page: Page, name: str, looks: list[Look]) -> Iterator[tuple[str, str]]:
    """What is wrong with the page that is open: the rule, and where and what it is."""
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 800})
        page.emulate_media(color_scheme=look.scheme)  # type: ignore[arg-type]  # a Literal of Playwright's
        for rule, text in findings(page).items():
            yield rule, f"{name}, {look}: {text}"


_WIDE_TEXT = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }
"""
# Rows: what a reader does to the page, the width, and the style that stands for it (WCAG 1.4.10, 1.4.12, 1.4.4).
READERS = {
    "a narrow screen": (320, ""),
    "a narrow screen and text set widely": (320, _WIDE_TEXT),
    "text twice as large": (1280, ":root { font-size: 200% !important }"),
}

# What reaches out of the window, and texts of which a part is cut off. What scrolls within its own frame may be wider; what
# only screen readers read is cut off on purpose.
_LOST = """() => {
  const lost = [];
  const over = document.scrollingElement.scrollWidth - innerWidth;
  if (over > 0) lost.push(`${over} px wider than the window`);
  for (const one of document.querySelectorAll("body *")) {
    // The last of the breadcrumbs is the page's heading once more.
    if (one.closest("svg, [hidden], .breadcrumbs [aria-current]") || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    if (style.clipPath !== "none" || style.clip !== "auto") continue;
    const cuts = (side) => ["hidden", "clip"].includes(style[side]);
    const isCut = (cuts("overflowX") && one.scrollWidth > one.clientWidth + 1)
      || (cuts("overflowY") && one.scrollHeight > one.clientHeight + 1);
    if (isCut && one.innerText?.trim()) lost.push(`cut off: ${one.outerHTML.slice(0, 80)}`);
  }
  return lost;
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_lost_on_a_phone_or_with_large_or_wide_text(page: Page, language: str) -> None:
    problems = []
    for name, address in PAGE_TYPES.items():
        page.goto(in_language(address, language))
        for reader, (width, style) in READERS.items():
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(
                "style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style);"
                " document.adoptedStyleSheets = [sheet]; }",
                style,
            )
            problems += (f"{name}, {reader}: {lost}" for lost in page.evaluate(_LOST))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(page: Page, language: str, every_combination: bool) -> None:
    problems: list[str] = []
    for number, (name, address) in enumerate(PAGE_TYPES.items()):
        looks = looks_of(number, language, every=every_combination)
        if looks:
            page.goto(in_language(address, language))
        problems += (text for _rule, text in problems_of(page, name, looks))
    assert not problems, "\n".join(problems)


def test_axe_finds_nothing_in_the_admin_but_what_was_accepted(page: Page, site: Site, every_combination: bool) -> None:
    log_in(page, *account(site, "editor"))
    problems, met = [], set()
    for number, (name, address) in enumerate(ADMIN_PAGES.items()):
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        for rule, text in problems_of(page, name, LOOKS if every_combination else LOOKS[number % 2 * 2 :][:2]):
            met.add((name, rule))
            if (name, rule) not in ACCEPTED:
                problems.append(text)
    assert not problems, "\n".join(problems)
    assert met >= set(ACCEPTED), "no longer needed"
