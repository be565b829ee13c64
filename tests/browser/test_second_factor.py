"""The second factor as people meet it: without script, with the keyboard alone, on a phone."""

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Browser, Page, expect

from tests.servers.site import Site

pytestmark = pytest.mark.once

_ACCOUNT = """
from django.contrib.auth.models import User
User.objects.create_superuser("factor", password="correct horse battery")
"""


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    site.manage("shell", "-v", "0", "-c", _ACCOUNT)
    phone = {"width": 360, "height": 740}
    context = browser.new_context(base_url=site.url, viewport=phone, java_script_enabled=False)
    yield context.new_page()
    context.close()


def type_and_send(page: Page, *texts: str) -> None:
    """Into the fields in their order, by Tab; then Enter."""
    for text in texts[:-1]:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type(texts[-1])
    page.keyboard.press("Enter")


def test_the_whole_journey(page: Page, tmp_path: Path) -> None:
    page.goto("/admin/login/")
    page.focus("#id_username")
    type_and_send(page, "factor", "correct horse battery")
    page.get_by_role("link", name="Set up a second factor").click()
    page.get_by_role("link", name="Set up", exact=True).click()
    # The picture is seen: the policy lets it in.
    picture = page.get_by_role("img", name="QR code")
    assert picture.bounding_box()["width"] >= 250  # type: ignore[index]
    app = TOTP(b32decode(page.locator("code.secret").inner_text().replace(" ", "")))
    page.focus("#id_code")
    type_and_send(page, f"{app.token():06}", "correct horse battery")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator(".recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as begun:
        page.get_by_role("link", name="Save as a file").click()
    begun.value.save_as(tmp_path / "codes.txt")
    assert begun.value.suggested_filename == "recovery-codes.txt"
    assert (tmp_path / "codes.txt").read_text().split()[-10:] == codes
    page.get_by_role("link", name="go on").click()
    page.get_by_role("button", name="Log out").click()

    page.goto("/admin/login/")
    page.focus("#id_username")
    type_and_send(page, "factor", "correct horse battery")
    expect(page.get_by_label("Code:")).to_be_focused()
    app.time = time.time() + 30
    type_and_send(page, f"{app.token():06}")
    expect(page).to_have_url(re.compile("/admin/$"))
    page.get_by_role("button", name="Log out").click()

    page.goto("/admin/login/")
    page.focus("#id_username")
    type_and_send(page, "factor", "correct horse battery")
    page.get_by_role("link", name="Use a recovery code").click()
    expect(page.get_by_label("Recovery code:")).to_be_focused()
    type_and_send(page, codes[4])
    expect(page.get_by_text("9 are left")).to_be_visible()
