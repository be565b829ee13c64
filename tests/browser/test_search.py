"""The search box while typing, and the page of results, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

from tests.browser.conftest import violations
from tests.servers.site import Site

pytestmark = pytest.mark.once


@pytest.fixture
def box(page: Page) -> Locator:
    """The search box of the home page, with the names that begin with "lavr" proposed."""
    page.goto("/")
    box = page.get_by_role("combobox", name="Search the archive")
    box.press_sequentially("lavr")
    # On a busy machine the names for "la" are shown first; he is not the first of those.
    expect(page.get_by_role("option").first).to_have_accessible_name(re.compile("^Sergei Lavrov"))
    return box


@pytest.fixture
def phone(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=site.url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    yield context
    context.close()


class TestSuggestions:
    def test_the_keyboard_chooses_and_enter_goes_there(self, page: Page, box: Locator) -> None:
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("listbox", name="Suggestions").get_by_role("group").first).to_have_accessible_name(
            "People and organisations"
        )
        box.press("ArrowDown")
        option = page.get_by_role("option", name=re.compile("^Sergei Lavrov"))
        expect(option).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
        expect(box).to_be_focused()
        box.press("Enter")
        expect(page).to_have_url(re.compile(r"/participants/lavrov-sergei/$"))

    def test_enter_alone_searches_for_what_was_typed(self, page: Page, box: Locator) -> None:
        box.press("Enter")
        expect(page).to_have_url(re.compile(r"/search/\?q=lavr$"))

    def test_past_the_last_is_the_box_again(self, page: Page, box: Locator) -> None:
        box.press("ArrowUp")
        expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
        box.press("ArrowDown")
        expect(page.locator("[aria-selected=true]")).to_have_count(0)
        expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))

    def test_escape_closes_the_list_and_keeps_the_words(self, page: Page, box: Locator) -> None:
        box.press("ArrowDown")
        box.press("Escape")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(box).to_have_attribute("aria-expanded", "false")
        expect(box).to_have_value("lavr")
        box.press("ArrowDown")
        expect(page.get_by_role("option").first).to_be_visible()

    def test_leaving_the_box_closes_the_list(self, page: Page, box: Locator) -> None:
        box.press("Tab")
        expect(page.get_by_role("listbox")).to_be_hidden()

    def test_other_scripts_and_spellings_are_proposed(self, page: Page, box: Locator) -> None:
        for text in ("Лавр", "拉夫"):
            box.fill(text)
            expect(page.get_by_role("option", name=re.compile("^Sergei Lavrov"))).to_be_visible()
        box.fill("zzzz")
        expect(page.get_by_role("listbox")).to_be_hidden()

    @pytest.mark.parametrize(("key", "shown", "chosen"), [("ArrowDown", True, 1), ("Escape", False, 0)])
    def test_a_late_answer_takes_nothing_out_of_the_hand(self, page: Page, key: str, shown: bool, chosen: int) -> None:
        late: list[Route] = []
        page.route("**/search/suggest/?q=lavr", lambda route: late.append(route))
        page.goto("/")
        box = page.get_by_role("combobox")
        box.press_sequentially("la")
        expect(page.get_by_role("option").first).to_be_visible()
        with page.expect_request("**/search/suggest/?q=lavr"):
            box.press_sequentially("vr")
        box.press(key)
        with page.expect_response("**/search/suggest/?q=lavr") as answered:
            late.pop().continue_()
        answered.value.finished()
        page.evaluate("new Promise((done) => setTimeout(done, 200))")
        expect(page.get_by_role("listbox")).to_be_visible(visible=shown)
        expect(page.locator("[aria-selected=true]")).to_have_count(chosen)

    def test_who_types_on_has_chosen_nothing(self, page: Page, box: Locator) -> None:
        page.route("**/search/suggest/?q=lavro", lambda _: None)  # which is never answered
        box.press("ArrowDown")
        box.press("o")
        expect(page.locator("[aria-selected=true]")).to_have_count(0)
        expect(box).not_to_have_attribute("aria-activedescendant", re.compile("."))

    def test_keys_belong_to_an_input_method_while_it_composes(self, page: Page, box: Locator) -> None:
        box.evaluate(
            "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', isComposing: true, bubbles: true}))"
        )
        expect(page.locator("[aria-selected=true]")).to_have_count(0)

    def test_where_the_site_gives_no_answer_the_box_is_plain(self, page: Page) -> None:
        page.route("**/search/suggest/**", lambda route: route.abort())
        page.goto("/")
        box = page.get_by_role("combobox")
        box.press_sequentially("lavrov")
        box.press("Enter")
        expect(page.locator(".hit").first).to_be_visible()

    def test_a_finger_chooses(self, phone: BrowserContext) -> None:
        page = phone.new_page()
        page.goto("/events/")
        page.get_by_role("combobox").tap()
        page.get_by_role("combobox").press_sequentially("tashk")
        page.get_by_role("option", name="Tashkent", exact=True).tap()
        expect(page).to_have_url(re.compile(r"/cities/tashkent/$"))

    @pytest.mark.parametrize("address", ["/", "/events/", "/search/?q=drill"])
    @pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
    def test_axe_finds_nothing_while_the_list_is_open(
        self, browser: Browser, site: Site, address: str, scheme: str, width: int
    ) -> None:
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        page.goto(address)
        box = page.get_by_role("combobox")
        box.fill("shang")
        expect(page.get_by_role("option").first).to_be_visible()
        box.press("ArrowDown")
        found = violations(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        context.close()
        assert found == []
        assert overflow <= 0


class TestSlash:
    def test_it_goes_to_the_box_on_every_page(self, page: Page) -> None:
        for address in ("/", "/events/", "/search/?q=drill", "/help/glossary/", "/nowhere/"):
            page.goto(address)
            page.keyboard.press("/")
            expect(page.get_by_role("combobox")).to_be_focused()
            expect(page.get_by_role("combobox")).to_have_value("drill" if "drill" in address else "")

    def test_it_is_a_letter_where_one_types(self, page: Page) -> None:
        page.goto("/search/facet/?key=participant")
        field = page.get_by_role("searchbox", name="Part of a name")
        field.press_sequentially("a/b")
        expect(field).to_have_value("a/b")
        expect(field).to_be_focused()

    def test_with_other_keys_it_is_the_browser_s(self, page: Page) -> None:
        page.goto("/events/")
        page.keyboard.press("Control+/")
        expect(page.get_by_role("combobox")).not_to_be_focused()

    def test_it_can_be_switched_off_and_stays_off(self, page: Page) -> None:
        page.goto("/events/")
        switch = page.get_by_role("button", name="Key / goes to the search box")
        expect(switch).to_have_attribute("aria-pressed", "true")
        switch.click()
        page.goto("/articles/")
        expect(switch).to_have_attribute("aria-pressed", "false")
        page.keyboard.press("/")
        expect(page.get_by_role("combobox")).not_to_be_focused()
        switch.click()
        page.locator("body").press("/")
        expect(page.get_by_role("combobox")).to_be_focused()

    def test_arrows_scroll_as_ever(self, page: Page) -> None:
        page.goto("/search/?q=drill")
        page.keyboard.press("ArrowDown")
        for _attempt in range(100):
            # Asked from outside: to wait inside, the page's policy lets nothing be evaluated.
            if page.evaluate("window.scrollY") > 0:
                break
            page.wait_for_timeout(50)
        else:
            pytest.fail("the page did not scroll")


class TestResults:
    def test_bars_lead_to_a_year_then_to_a_month_and_back(self, page: Page) -> None:
        page.goto("/search/?q=drill")
        everything = page.locator(".tabs [aria-current] .count").inner_text()
        bar = page.get_by_role("navigation", name="Results by year").get_by_role("link", name=re.compile("^’?.*2014: "))
        promised = re.search(r"2014: (\d+) results", bar.get_attribute("title") or "")
        assert promised
        bar.click()
        expect(page.locator(".tabs [aria-current] .count")).to_have_text(promised[1])
        months = page.get_by_role("navigation", name="Results of 2014 by month")
        months.get_by_role("link", name=re.compile("August 2014")).click()
        expect(page.locator(".chips")).to_contain_text("Month: August 2014")
        months.get_by_role("link", name="all years").click()
        expect(page.locator(".tabs [aria-current] .count")).to_have_text(everything)

    def test_a_long_facet_is_searched_by_name(self, page: Page) -> None:
        page.goto("/search/?in=events")
        page.get_by_role("link", name=re.compile("^all .*Country")).click()
        page.get_by_role("searchbox", name="Part of a name").fill("kyrg")
        page.get_by_role("button", name="Show").click()
        row = page.locator(".facets li")
        expect(row).to_have_count(1)
        count = row.locator(".count").inner_text()
        row.get_by_role("link", name="Kyrgyzstan", exact=True).click()
        expect(page.locator(".tabs [aria-current] .count")).to_have_text(count)
        expect(page.locator(".chips")).to_contain_text("Country: Kyrgyzstan")

    def test_a_misspelt_word_leads_to_what_was_meant(self, page: Page) -> None:
        page.goto("/search/?q=sammit")
        page.get_by_role("link", name="summit", exact=True).click()
        expect(page.locator(".hit").first).to_be_visible()

    def test_all_of_it_works_without_script(self, browser: Browser, site: Site) -> None:
        context = browser.new_context(base_url=site.url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/search/?in=events")
        page.get_by_role("link", name=re.compile("^all .*Country")).click()
        page.get_by_role("searchbox", name="Part of a name").fill("kyrg")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name="Kyrgyzstan", exact=True).click()
        expect(page.locator(".chips")).to_contain_text("Country: Kyrgyzstan")
        expect(page.get_by_role("button", name="Key / goes")).to_have_count(0)
        box = page.get_by_role("searchbox", name="Search the archive")
        box.fill("exercise")
        page.get_by_role("button", name="Search", exact=True).click()
        expect(page.locator(".hit").first).to_be_visible()
        context.close()
