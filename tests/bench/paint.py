"""`make paint`: how soon each type of page is seen, and how much is transferred. On loopback, in a real browser.

First contentful paint, as the browser itself tells it, of a reader who comes for the first time: nothing is cached, and the
server has answered the page once before. Printed beside the goals, never asserted: a busy machine is no slow page.
"""

import argparse
import os
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.bench.report import table
from tests.browser.chromium import launch
from tests.browser.page_types import PAGE_TYPES

GOAL_MILLISECONDS = 500
GOAL_BYTES = 200_000

_PAINT = """() => new Promise((resolve) => {
  const told = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  if (told()) return resolve(told());
  new PerformanceObserver(() => told() && resolve(told())).observe({ type: "paint", buffered: true });
})"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as it was opened once: milliseconds until something of it is seen, and bytes of all that was transferred."""

    paint: float
    transferred: float


def look(browser: Browser, url: str, address: str) -> Seen:
    """Open the page in a browser that has never seen the site."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    received: list[float] = []
    wire.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    seen = Seen(page.evaluate(_PAINT), sum(received))
    context.close()
    return seen


def report(browser: Browser, url: str, *, runs: int) -> str:
    rows = []
    for name, address in PAGE_TYPES.items():
        look(browser, url, address)
        found = [look(browser, url, address) for _ in range(runs)]
        paint = statistics.median(one.paint for one in found)
        transferred = max(one.transferred for one in found)
        is_met = paint <= GOAL_MILLISECONDS and transferred < GOAL_BYTES
        rows.append([name, f"{paint:.0f}", f"{transferred / 1000:.0f}", "✓" if is_met else "✗"])
    goals = f"goals: {GOAL_MILLISECONDS} ms, {GOAL_BYTES / 1000:.0f} kB"
    return f"First contentful paint, median of {runs}; {goals}\n\n" + table(["", "ms", "kB", ""], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="", help="of a site that runs already; otherwise one is started")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if options.url:
            print(report(browser, options.url, runs=options.runs))
        else:
            with tempfile.TemporaryDirectory() as folder:
                os.environ |= {
                    "DJANGO_SETTINGS_MODULE": "scosite.settings",
                    "ARCHIVE_DATA_DIR": folder,
                    "LOG_LEVEL": "WARNING",
                }
                from tests.servers.site import running_site

                with running_site(Path(folder)) as site:
                    print(report(browser, site.url, runs=options.runs))
        browser.close()


if __name__ == "__main__":
    main()
