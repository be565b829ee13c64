"""The admin under the site's strict policy, in a real browser: nothing it does is refused, and no page complains."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.servers.site import Site

pytestmark = pytest.mark.once

_ACCOUNT = """
from django.contrib.auth.models import User
if not User.objects.filter(username="policy").exists():
    User.objects.create_superuser("policy", password="correct horse battery")
"""
# An example of each type of page of the admin, Django's own and ours.
PAGES = (
    "/admin/",
    "/admin/archive/",
    "/admin/archive/article/",
    "/admin/archive/article/?q=iran&status__exact=published",
    "/admin/archive/article/add/",
    "/admin/archive/article/add-news/",
    "/admin/archive/article/1/change/",
    "/admin/archive/article/1/history/",
    "/admin/archive/article/1/delete/",
    "/admin/archive/article/1/suggestions/",
    "/admin/archive/article/1/withdraw/",
    "/admin/archive/event/1/change/",
    "/admin/archive/city/1/change/",
    "/admin/archive/change/",
    "/admin/archive/duplicatedecision/pairs/",
    "/admin/archive/duplicatedecision/1/2/",
    "/admin/archive/merge/add/?record=city:1",
    "/admin/archive/acceptedfinding/findings/",
    "/admin/archive/candidate/",
    "/admin/archive/tip/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/change/",
    "/admin/auth/user/1/password/",
    "/admin/auth/group/add/",
    "/admin/auth/user/1/second-factor/",
    "/admin/password_change/",
    "/admin/second-factor/",
    "/admin/second-factor/set-up/",
    "/admin/nowhere/",
)


@pytest.fixture
def watched(browser: Browser, site: Site) -> Iterator[tuple[Page, list[str]]]:
    site.manage("shell", "-v", "0", "-c", _ACCOUNT)
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    told: list[str] = []
    # What the policy refuses, whatever the console says of it.
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => "
        "console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"
    )
    page.on("console", lambda one: told.append(f"{one.type}: {one.text}") if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(f"script: {error}"))
    page.goto("/admin/login/")
    page.fill("#id_username", "policy")
    page.fill("#id_password", "correct horse battery")
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/")
    yield page, told
    context.close()


def test_nothing_is_refused_on_any_page_of_the_admin(watched: tuple[Page, list[str]]) -> None:
    page, told = watched
    problems = []
    for address in PAGES:
        told.clear()
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None
        if address != "/admin/nowhere/" and answer.status != 200:
            problems.append(f"{address}: {answer.status}")
        policy = answer.headers["content-security-policy"]
        if "unsafe" in policy or "default-src 'none'" not in policy:
            problems.append(f"{address}: {policy}")
        # That a page is not there, the console says too.
        problems += (f"{address}: {text}" for text in told if "404" not in text)
    assert not problems, "\n".join(problems)


def test_a_violation_would_be_seen(watched: tuple[Page, list[str]]) -> None:
    page, told = watched
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://elsewhere.example/a.png\">')")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.wait_for_timeout(200)
    assert any(text.startswith("error: policy: img-src") for text in told)
    assert any(text.startswith("error: policy: style-src") for text in told)


def test_what_scripts_of_the_admin_do_is_not_refused(watched: tuple[Page, list[str]]) -> None:
    page, told = watched
    page.goto("/admin/archive/event/1/change/", wait_until="networkidle")
    told.clear()
    # Another row, a list of suggestions, the widget of two lists, a calendar.
    page.locator(".add-row a").first.click()
    page.locator(".select2-selection:visible").first.click()
    page.wait_for_selector(".select2-results__option")
    page.keyboard.press("Escape")
    page.goto("/admin/auth/user/1/change/", wait_until="networkidle")
    page.locator("#id_groups_from option").first.click()
    page.locator(".selector-add").first.click()
    page.locator(".theme-toggle:visible").first.click()
    assert told == []
    assert re.search(r"/admin/auth/user/1/change/", page.url)
