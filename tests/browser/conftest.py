"""A real site and a real browser: Debian's Chromium, driven by Playwright."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.chromium import LACKING, chromium_path, launch
from tests.environment import required
from tests.servers.site import Site, running_site

# A slow machine is no bug of the pages.
expect.set_options(timeout=30_000)

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


# For a module, not the session: while Playwright's event loop lives, Django refuses the database to other tests.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        pytest.fail(LACKING) if required("browser") else pytest.skip(LACKING)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Iterator[Page]:
    """A page that fails the test on script errors, refused resources and requests to other hosts."""
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on(
        "console",
        lambda message: problems.append(message.text) if "Content Security Policy" in message.text else None,
    )
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((site.url, "data:")) else problems.append(f"loaded {request.url}")
        ),
    )
    yield page
    assert not problems


# WCAG 2.2 A and AA, of each version what is new in it, and what axe-core calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def findings(page: Page) -> dict[str, str]:
    """What axe-core finds wrong with the page: rules, each with what it says and the first places."""
    # In the page's own world the policy forbids added scripts; evaluate() is the browser's door and is not.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE)
    found = page.evaluate(
        "async (rules) => (await axe.run({ runOnly: rules, resultTypes: ['violations'] })).violations", RULES
    )
    return {
        one["id"]: f"{one['id']}: {one['help']} ({', '.join(str(node['target'][0]) for node in one['nodes'][:3])})"
        for one in found
    }


def violations(page: Page) -> list[str]:
    """A line for each rule that the page breaks."""
    return list(findings(page).values())
