"""From a pasted text to a public, linked article, in a real browser: how many clicks it takes, and that nothing is missing then."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import violations
from tests.browser.test_curation import account, log_in
from tests.servers.site import Site

pytestmark = pytest.mark.once

HEADLINE = "Foreign ministers of the SCO prepare Astana summit over quokka tea"
TEXT = f"""{HEADLINE}
21 April 2017

ASTANA, April 21 (Xinhua) -- The Council of Foreign Ministers of the Shanghai Cooperation Organization met in the \
capital of Kazakhstan on Friday. Russian Foreign Minister Sergei Lavrov and Chinese Foreign Minister Wang Yi spoke of \
counter-terrorism and of the admission of India and Pakistan, which the summit of June is to decide on.
"""
ABSTRACT = (
    "The ministers met in Astana to prepare the summit of June, at which India and Pakistan were to become members."
)
MOST_CLICKS = 6


class Clicks:
    """Clicks, and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, place: Locator) -> None:
        place.click()
        self.count += 1


def test_a_pasted_text_is_public_and_linked_in_six_clicks(page: Page, context: BrowserContext, site: Site) -> None:
    log_in(page, *account(site, "editor"))
    clicks = Clicks()
    clicks.on(page.get_by_role("link", name="Add news"))
    expect(page.get_by_label("Text:")).to_be_focused()
    page.keyboard.insert_text(TEXT)
    clicks.on(page.get_by_role("button", name="Take it in"))
    expect(page.get_by_role("heading", name=re.compile("Suggestions for"))).to_be_visible()
    for label in ("Council of Foreign Ministers, Astana 2017", "Kazakhstan", "Lavrov, Sergei|Sergei Lavrov"):
        expect(page.get_by_role("checkbox", name=re.compile(label)).first).to_be_checked()
    assert page.locator("mark").count() >= 5
    # Beside it, for axe-core works with styles that the policy forbids, which this page would be blamed for.
    beside = context.new_page()
    for address in (page.url, "/admin/archive/article/add-news/"):
        beside.goto(address)
        assert violations(beside) == []
    beside.close()
    clicks.on(page.get_by_label("Abstract:"))
    page.keyboard.insert_text(ABSTRACT)
    clicks.on(page.get_by_role("button", name="Accept and publish").first)
    expect(page.locator(".messagelist .success").last).to_contain_text("1 record published")
    clicks.on(page.locator(".messagelist").get_by_role("link", name=HEADLINE))
    expect(page.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    assert clicks.count <= MOST_CLICKS

    reader = context.browser.new_context(base_url=site.url).new_page()
    reader.goto("/search/?q=quokka")
    reader.get_by_role("link", name=HEADLINE).click()
    expect(reader.get_by_text(ABSTRACT).first).to_be_visible()
    for address in (
        "/events/foreign-ministers-2017-astana/",
        "/participants/lavrov-sergei/",
        "/countries/kz/",
        "/years/2017/",
    ):
        reader.goto(address)
        expect(reader.get_by_role("link", name=HEADLINE).first).to_be_visible()
    reader.context.close()
