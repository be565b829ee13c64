"""Whole journeys with the keyboard alone: each step is seen, in order, and leads on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import violations
from tests.servers.site import Site

# How the element that has the focus looks, and how it looks without it; what is inside may show it too.
pytestmark = pytest.mark.once

_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shown = (element) => {
    const style = getComputedStyle(element);
    const outline = style.outlineStyle === "none" ? "" : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
    return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.textDecorationLine].join("|");
  };
  const box = one.getBoundingClientRect();
  const focused = shown(one);
  const at = [window.scrollX, window.scrollY];
  one.blur();
  const plain = shown(one);
  one.focus({ preventScroll: true, focusVisible: true });
  window.scrollTo(...at);
  return {
    name: (one.getAttribute("aria-label") || one.textContent || one.name || one.id || one.tagName).trim().slice(0, 60),
    tag: one.tagName,
    inMain: Boolean(one.closest("main")),
    isSeen: focused !== plain && box.width > 0 && box.height > 0,
    inView: box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth,
  };
}"""


@pytest.fixture
def reader(page: Page) -> Page:
    """The page of a reader who has no mouse."""
    page.mouse.move(0, 0)
    return page


def tab_to(page: Page, name: str | re.Pattern[str], *, role: str = "link", most: int = 150) -> None:
    """Press Tab until something so called has the focus; fails where it is never reached."""
    wanted = page.get_by_role(role, name=name, exact=isinstance(name, str))  # type: ignore[arg-type]  # roles are literals
    for _ in range(most):
        page.keyboard.press("Tab")
        if wanted.and_(page.locator(":focus")).count():
            return
    raise AssertionError(f"{most} times Tab did not lead to {role} {name!r}")


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


class TestJourneys:
    def test_from_home_by_search_to_an_event_and_who_took_part(self, reader: Page) -> None:
        reader.goto("/")
        reader.keyboard.press("/")
        expect(reader.get_by_role("combobox")).to_be_focused()
        reader.keyboard.type("drill")
        reader.keyboard.press("Enter")
        shown = reader.locator(".tabs [aria-current] .count")
        expect(reader).to_have_url(re.compile(r"q=drill$"))
        everything = shown.inner_text()
        row = reader.locator(".facets li", has_text="Russia").first
        promised = row.locator(".count").inner_text()

        # Narrowed to a value, back by its chip, and without the value.
        follow(reader, "Russia")
        expect(shown).to_have_text(promised)
        follow(reader, re.compile("Russia ?×?$"))
        expect(shown).to_have_text(everything)
        follow(reader, re.compile("(without|exclude|not).*Russia", re.IGNORECASE))
        expect(shown).to_have_text(str(int(everything) - int(promised)))

        reader.goto("/events/")
        follow(reader, re.compile("next|older", re.IGNORECASE))
        expect(reader).to_have_url(re.compile("page=2"))
        reader.goto("/events/?series=peace-mission")
        follow(reader, "Peace Mission 2014")
        expect(reader.get_by_role("heading", level=1)).to_have_text("Peace Mission 2014")

    def test_suggestions_lead_to_a_person(self, reader: Page) -> None:
        reader.goto("/events/")
        reader.keyboard.press("/")
        reader.keyboard.type("lavr")
        expect(reader.get_by_role("option", name=re.compile("Lavrov")).first).to_be_visible()
        # The number of proposals is said aloud.
        expect(reader.locator("form[role=search] [role=status]").first).to_have_text(re.compile(r"\d"))
        reader.keyboard.press("ArrowDown")
        reader.keyboard.press("Enter")
        expect(reader).to_have_url(re.compile(r"/participants/lavrov-sergei/$"))

    def test_from_an_event_to_a_person_in_another_language(self, reader: Page) -> None:
        reader.goto("/events/ufa-summit-2015/")
        follow(reader, re.compile("Xi Jinping"))
        expect(reader).to_have_url(re.compile("/participants/xi-jinping/"))
        follow(reader, "Русский")
        expect(reader).to_have_url(re.compile("/ru/participants/xi-jinping/"))
        expect(reader.locator("html")).to_have_attribute("lang", "ru")

    def test_an_error_is_reported(self, reader: Page) -> None:
        reader.goto("/events/peace-mission-2014/")
        follow(reader, re.compile("Report an error"))
        expect(reader).to_have_url(re.compile("/report/"))
        text = reader.locator("main textarea").first
        for _ in range(60):
            reader.keyboard.press("Tab")
            if text.and_(reader.locator(":focus")).count():
                break
        expect(text).to_be_focused()
        reader.keyboard.type("The number of soldiers is another one in the source that I have.")
        tab_to(reader, re.compile("send|report", re.IGNORECASE), role="button")
        reader.keyboard.press("Enter")
        expect(reader).to_have_url(re.compile("/report/thanks/"))

    def test_a_report_without_text_says_what_is_missing(self, reader: Page) -> None:
        reader.goto("/report/?record=event/peace-mission-2014")
        reader.locator("form.report").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
        expect(reader.locator("main [aria-invalid=true]").first).to_be_visible()
        field = reader.locator("main [aria-invalid=true]").first
        described = (field.get_attribute("aria-describedby") or "").split()
        assert any(reader.locator(f"#{one}").count() for one in described), "the error is not told with its field"


class TestFocus:
    @pytest.mark.parametrize("address", ["/", "/events/?year=2014", "/search/?q=drill", "/events/peace-mission-2014/"])
    def test_it_is_seen_goes_forward_and_comes_out_again(self, reader: Page, address: str) -> None:
        reader.goto(address)
        # The window is long: whatever scrolls, order is the order of the page.
        steps = []
        for _ in range(400):
            reader.keyboard.press("Tab")
            step = reader.evaluate(_FOCUS)
            if step is None:
                break
            steps.append(step)
        assert step is None, "the focus never leaves the page: a trap"
        assert steps[0]["name"] == "Skip to the content"
        assert [one["name"] for one in steps if not one["isSeen"]] == []
        assert [one["name"] for one in steps if not one["inView"]] == []
        # Header, main, footer: once it is past the main part it does not come back.
        parts = [one["inMain"] for one in steps]
        assert parts == sorted(parts[: parts.index(True)]) + [True] * parts.count(True) + [False] * (
            len(parts) - parts.index(True) - parts.count(True)
        )

    def test_a_link_within_the_page_takes_the_focus_along(self, reader: Page) -> None:
        reader.goto("/events/")
        reader.keyboard.press("Tab")
        reader.keyboard.press("Enter")
        expect(reader).to_have_url(re.compile("#content$"))
        reader.keyboard.press("Tab")
        assert reader.evaluate("document.activeElement.closest('main') !== null")

    def test_the_menu_of_a_phone_opens_and_closes(self, browser: Browser, site: Site) -> None:
        context = browser.new_context(base_url=site.url, viewport={"width": 320, "height": 640})
        page = context.new_page()
        page.goto("/events/")
        tab_to(page, "Menu", role="button")
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        tab_to(page, "Cities", most=20)
        page.keyboard.press("Escape")
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        expect(page.get_by_role("button", name="Menu")).to_be_focused()
        context.close()


class TestSaidAloud:
    def test_results_are_a_status_and_problems_an_alert(self, reader: Page) -> None:
        reader.goto("/search/?q=drill")
        expect(reader.locator(".found[role=status]")).to_contain_text("results")
        reader.goto('/search/?q="drill')
        expect(reader.locator(".notice[role=status]").first).to_be_visible()
        reader.goto("/search/?q=drill&year=soon")
        assert reader.locator("[role=alert], [role=status]").count()


@pytest.fixture
def of_a_kind(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


class TestPreferences:
    def test_nothing_moves_where_that_is_asked_for(self, of_a_kind: Page) -> None:
        of_a_kind.emulate_media(reduced_motion="reduce")
        for address in ("/", "/search/?q=drill", "/events/?year=2014"):
            of_a_kind.goto(address)
            moving = of_a_kind.evaluate(
                """() => [...document.querySelectorAll("*")].filter((one) => {
                  const style = getComputedStyle(one);
                  const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
                  return (style.transitionProperty !== "none" && lasts(style.transitionDuration))
                    || (style.animationName !== "none" && lasts(style.animationDuration))
                    || style.scrollBehavior === "smooth";
                }).map((one) => one.outerHTML.slice(0, 80))"""
            )
            assert moving == [], address

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize(
        ("address", "marks"),
        [
            ("/", "main svg rect:not(.track)"),
            ("/search/?q=drill", ".histogram rect"),
            ("/map/", ".spot"),
        ],
    )
    def test_pictures_are_seen_in_forced_colours(self, of_a_kind: Page, address: str, marks: str, scheme: str) -> None:
        of_a_kind.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]  # a literal
        of_a_kind.goto(address)
        # The browser takes backgrounds away and leaves what SVG fills: that must differ enough from the reader's own paper.
        weakest = of_a_kind.evaluate(
            """(marks) => {
              const luminance = (colour) => {
                const part = (x) => (x <= 10 ? x / 3294 : ((x / 255 + 0.055) / 1.055) ** 2.4);
                const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
                return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
              };
              document.documentElement.style.backgroundColor = "Canvas";
              const paper = luminance(getComputedStyle(document.documentElement).backgroundColor);
              const contrasts = [...document.querySelectorAll(marks)].map((one) => {
                const mark = luminance(getComputedStyle(one).fill);
                return (Math.max(paper, mark) + 0.05) / (Math.min(paper, mark) + 0.05);
              });
              return contrasts.length ? Math.min(...contrasts) : null;
            }""",
            marks,
        )
        assert weakest is not None, "no mark was found"
        assert weakest >= 3

    def test_on_paper_there_is_what_one_reads(self, of_a_kind: Page) -> None:
        of_a_kind.emulate_media(media="print")
        for address in ("/events/peace-mission-2014/", "/events/", "/search/?q=drill"):
            of_a_kind.goto(address)
            for away in ("header.site nav", "form[role=search]", ".filters", ".facets", ".pagination"):
                for one in of_a_kind.locator(away).all():
                    expect(one).to_be_hidden()
            expect(of_a_kind.get_by_role("heading", level=1)).to_be_visible()
        # Paper has no links: where they lead is written beside them.
        of_a_kind.goto("/articles/china-unveils-new-nlos-missile-at-peace-mission-exercises-2014/")
        link = of_a_kind.locator("main a[href^=http]:visible").first
        if link.count():
            assert "http" in link.evaluate("one => getComputedStyle(one, '::after').content + one.textContent")


def test_axe_finds_nothing_in_the_open_menu(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.url, viewport={"width": 320, "height": 640}, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto("/events/")
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    found = violations(page)
    context.close()
    assert found == []
