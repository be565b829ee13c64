"""What holds of every type of page, whoever builds it: small, from this host alone, nothing inline, readable without script."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.page_types import PAGE_TYPES, in_language
from tests.servers.site import Site

pytestmark = pytest.mark.once

LANGUAGES = [code for code, _name in settings.LANGUAGES]
MOST_BYTES = 200_000
# Each type of page once, in one of the languages: what is promised here is of the templates, not of the words.
ADDRESSES = {
    name: in_language(address, LANGUAGES[number % len(LANGUAGES)])
    for number, (name, address) in enumerate(PAGE_TYPES.items())
}


class Inline(HTMLParser):
    """What a strict policy would refuse: scripts and styles that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        # JSON-LD is data, which no browser runs.
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/ld+json"):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in names if name == "style" or name.startswith("on")]
        self.found += [f"<{tag} {name}={value}>" for name, value in attrs if (value or "").startswith("javascript:")]


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def test_inline_script_and_style_would_be_seen() -> None:
    html = '<style>a{}</style><p style="color:red" onclick="x()"><script>y()</script><script src="/z.js"></script>'
    assert inline(html) == ["<style>", "<p style>", "<p onclick>", "<script>"]


@pytest.fixture
def weighed(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_pages_are_small_and_all_of_this_host(weighed: Page, site: Site) -> None:
    wire = weighed.context.new_cdp_session(weighed)
    wire.send("Network.enable")
    # As a reader has it who comes for the first time.
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    hosts: list[str] = []
    refused: list[str] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    weighed.on("request", lambda request: hosts.append(request.url))
    weighed.on("console", lambda one: refused.append(one.text) if "Content Security Policy" in one.text else None)
    weighed.on("pageerror", lambda error: refused.append(str(error)))
    problems = []
    for name, address in ADDRESSES.items():
        received.clear()
        hosts.clear()
        refused.clear()
        answer = weighed.goto(address, wait_until="networkidle")
        assert answer is not None
        if sum(received) >= MOST_BYTES:
            problems.append(f"{name}: {sum(received) / 1000:.0f} kB")
        problems += (f"{name}: loaded {url}" for url in hosts if not url.startswith((f"{site.url}/", "data:")))
        problems += (f"{name}: {text}" for text in refused)
        problems += (f"{name}: {found} stands in the page" for found in inline(answer.text()))
        problems += (f"{name}: {lack}" for lack in _lacks(answer.headers.get("content-security-policy", "")))
    assert not problems, "\n".join(problems)


def _lacks(policy: str) -> Iterator[str]:
    """What is wrong with a Content-Security-Policy."""
    rules = {name: sources for name, *sources in (rule.split() for rule in policy.split(";") if rule.strip())}
    if rules.get("default-src") != ["'none'"]:
        yield "the policy lets through what it does not name"
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        if rules.get(name) != ["'self'"]:
            yield f"{name} is {rules.get(name)}"
    for name in ("base-uri", "frame-ancestors"):
        if rules.get(name) != ["'none'"]:
            yield f"{name} is {rules.get(name)}"


# Without script -------------------------------------------------------------------------------------------------------


@pytest.fixture
def scriptless(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    yield context
    context.close()


def test_every_page_has_its_content_without_script(scriptless: BrowserContext) -> None:
    page = scriptless.new_page()
    problems = []
    for name, address in ADDRESSES.items():
        answer = page.goto(address)
        assert answer is not None
        if answer.status != (404 if name == "error" else 200):
            problems.append(f"{name}: {answer.status}")
        if page.locator("h1:visible").count() != 1:
            problems.append(f"{name}: no heading is seen, or several")
        if len(page.locator("main, #content").first.inner_text().split()) < 4:
            problems.append(f"{name}: next to nothing to read")
        # What only a script can do is not offered.
        problems += (
            f"{name}: a button without a form: {button.inner_text()}"
            for button in page.locator("main button:visible").all()
            if not button.evaluate("one => one.form !== null || one.hasAttribute('popovertarget')")
        )
    assert not problems, "\n".join(problems)


def test_search_facets_and_filters_are_plain_links_and_forms(scriptless: BrowserContext) -> None:
    page = scriptless.new_page()
    page.goto("/")
    page.get_by_role("searchbox", name="Search the archive").fill("drill")
    page.get_by_role("button", name="Search", exact=True).click()
    shown = page.locator(".tabs [aria-current] .count")
    everything = int(shown.inner_text())
    row = page.locator(".facets li", has_text="Russia").first
    promised = int(row.locator(".count").inner_text())
    row.get_by_role("link", name="Russia", exact=True).click()
    expect(shown).to_have_text(str(promised))
    page.locator(".chips a").first.click()
    row.locator("a.exclude").click()
    expect(shown).to_have_text(str(everything - promised))
    page.goto("/events/")
    page.locator(".filters summary", has_text="Host city").click()
    page.get_by_label("Tashkent").check()
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("city=tashkent"))
    expect(page.locator(".chips")).to_contain_text("Tashkent")
