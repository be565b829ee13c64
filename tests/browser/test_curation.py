"""What a curator and an editor do, in a real browser."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.servers.site import Site

pytestmark = pytest.mark.once

HEADLINE = "Zanzibar observers invited to Peace Mission"


def account(site: Site, role: str) -> tuple[str, str]:
    """Name and password of a fresh account, read off what `make curator` prints."""
    printed = site.manage("create_curator", "--role", role)
    name = re.search(r"Account:\s+(\S+)", printed)
    password = re.search(r"Password: (\S+)", printed)
    assert name and password, printed
    return name[1], password[1]


def log_in(page: Page, name: str, password: str) -> None:
    page.goto("/admin/login/?next=/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(re.compile(r"/admin/$"))


def choose(page: Page, field: str, text: str, label: str | None = None) -> None:
    """Pick from an autocomplete field by typing."""
    page.locator(f".field-{field} .select2-selection").click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=label or text).first.click()


def test_an_editor_publishes_and_withdraws_an_article(page: Page, context: BrowserContext, site: Site) -> None:
    log_in(page, *account(site, "editor"))
    page.goto("/admin/archive/article/add/")
    page.get_by_label("Headline:", exact=True).press_sequentially(HEADLINE)
    expect(page.get_by_label("Slug:")).to_have_value("zanzibar-observers-invited-to-peace-mission")
    page.locator("#id_date").fill("2014-08-20")
    page.locator("#id_date_basis").select_option("printed")
    page.get_by_label("Abstract:").fill("An item that a browser test wrote about observers from Zanzibar.")
    choose(page, "topics", "Joint exercises")
    page.locator("#coverages-group .add-row a, #coverages-group .addlink").last.click()
    page.locator("#coverages-0 .field-event .select2-selection").click()
    page.locator(".select2-search__field").last.fill("Peace Mission 2014")
    page.locator(".select2-results__option", has_text="Peace Mission 2014").first.click()
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    # A draft: readers see nothing of it, the editor previews it.
    reader = context.browser.new_context(base_url=site.url).new_page()
    assert reader.goto("/articles/zanzibar-observers-invited-to-peace-mission/").status == 404
    page.get_by_role("link", name="Preview on site").click()
    expect(page.get_by_text("Preview: this record is not public.")).to_be_visible()
    page.go_back()

    page.locator(".object-tools").get_by_role("link", name="Publish").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messagelist .success")).to_contain_text("published")

    # At once for everybody: by search, on its event's page, under its topic.
    reader.goto("/search/?q=zanzibar")
    reader.get_by_role("link", name=HEADLINE).click()
    expect(reader.get_by_role("heading", level=1)).to_have_text(HEADLINE)
    reader.get_by_role("link", name="Peace Mission 2014", exact=True).first.click()
    expect(reader.get_by_role("link", name=HEADLINE)).to_be_visible()

    page.locator(".object-tools").get_by_role("link", name="Withdraw").click()
    page.get_by_role("textbox").last.fill("It was a test.")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator(".messagelist .success")).to_contain_text("withdrawn")
    gone = reader.goto("/articles/zanzibar-observers-invited-to-peace-mission/")
    assert gone.status == 410
    expect(reader.get_by_text("It was a test.")).to_be_visible()
    reader.goto("/search/?q=zanzibar")
    expect(reader.get_by_text("Nothing was found.")).to_be_visible()
    reader.goto("/events/peace-mission-2014/")
    expect(reader.get_by_role("link", name=HEADLINE)).to_have_count(0)
    reader.context.close()


def test_a_curator_drafts_but_can_not_publish(page: Page, site: Site) -> None:
    log_in(page, *account(site, "curator"))
    page.goto("/admin/archive/event/add/")
    page.get_by_label("Name:", exact=True).press_sequentially("A drafted event")
    page.locator("#id_kind").select_option("forum")
    page.get_by_role("button", name="Save and continue editing").first.click()
    expect(page.get_by_role("button", name="Send to review")).to_be_visible()
    expect(page.locator(".object-tools").get_by_role("link", name="Publish")).to_have_count(0)
    page.get_by_role("button", name="Send to review").click()
    expect(page.locator(".messagelist .success")).to_contain_text("review")
