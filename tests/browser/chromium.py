"""The Chromium that the machine has, driven by Playwright."""

import shutil

from playwright.sync_api import Browser, Playwright

# Without a sandbox, for it may run as root in a container; nothing but our own site is opened.
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

LACKING = "Chromium is not installed: the pages were not opened in a browser (Debian: apt-get install chromium)."


def chromium_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright) -> Browser:
    """Raises FileNotFoundError, with a sentence that names the fix, where there is none."""
    path = chromium_path()
    if path is None:
        raise FileNotFoundError(LACKING)
    return playwright.chromium.launch(executable_path=path, args=_FLAGS)
