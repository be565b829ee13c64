"""What a reader does, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers.site import Site

pytestmark = pytest.mark.once


def test_a_reader_walks_through_the_archive(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Shanghai Cooperation Organisation")
    page.locator("a[href='/years/2014/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2014")
    page.get_by_role("link", name="Cities", exact=True).click()
    page.get_by_role("link", name="Tashkent").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tashkent")
    page.get_by_role("link", name="Topics", exact=True).click()
    page.get_by_role("link", name="Joint exercises", exact=True).click()
    page.get_by_role("link", name="Peace Mission 2014", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Peace Mission 2014")
    expect(page.locator("header .when")).to_contain_text("24–29 August 2014")
    page.get_by_role("link", name="China unveils new NLOS missile").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("China unveils new NLOS missile")
    expect(page.get_by_text("item 52")).to_be_visible()


def test_a_reader_searches_and_follows_a_facet(page: Page) -> None:
    page.goto("/")
    box = page.get_by_role("combobox")
    box.fill("drill")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=drill"))
    total = int(page.locator(".tabs [aria-current] .count").inner_text())
    row = page.locator(".facets li", has_text="Russia").first
    count = int(row.locator(".count").inner_text())
    assert 0 < count < total
    row.get_by_role("link", name="Russia", exact=True).click()
    expect(page.locator(".tabs [aria-current] .count")).to_have_text(str(count))
    page.locator(".chips a").first.click()
    expect(page.locator(".tabs [aria-current] .count")).to_have_text(str(total))
    expect(page.locator("mark").first).to_be_visible()


def test_a_reader_walks_along_a_series(page: Page) -> None:
    page.goto("/series/council-of-heads-of-state/")
    events = page.locator("table.series tbody tr:not(.gap)")
    names = events.get_by_role("rowheader").get_by_role("link").all_inner_texts()
    events.first.get_by_role("rowheader").get_by_role("link").click()
    steps = page.get_by_role("navigation", name="In the series")
    for name in names[1:]:
        steps.locator("[rel=next]").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(steps.locator("[rel=next]")).to_have_count(0)
    expect(steps.locator("[rel=prev]")).to_have_text(names[-2])


def test_a_reader_filters_events(page: Page) -> None:
    page.goto("/events/")
    everything = page.locator(".found").inner_text()
    page.locator("summary", has_text="Year").click()
    page.get_by_label("2014").check()
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("year=2014"))
    expect(page.locator(".found")).not_to_have_text(everything)
    page.locator(".chips a").first.click()
    expect(page.locator(".found")).to_have_text(everything)


def test_everything_works_without_script(browser: Browser, site: Site) -> None:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("peace mission")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Events", exact=False).nth(1).click()
    page.goto("/events/")
    page.locator("summary", has_text="Host city").click()
    page.get_by_label("Tashkent").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".chips")).to_contain_text("Tashkent")
    context.close()


def test_the_keyboard_reaches_content_and_search(page: Page) -> None:
    page.goto("/events/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    # Following a link is not over when the key press is: each step waits for what it leads to.
    expect(page).to_have_url(re.compile(r"#content$"))
    page.goto("/search/")
    page.get_by_role("combobox").focus()
    page.keyboard.type("border patrol")
    page.keyboard.press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
