"""The picture that stands beside links to the site elsewhere (OpenGraph): `python -m tests.card` draws static/card.png anew.

1200 by 630 pixels, as the networks that show such pictures ask for; drawn by Chromium of the page below and the site's own fonts.
"""

import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch
from tests.screenshots import pixels, with_palette

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "static" / "card.png"
WIDTH, HEIGHT = 1200, 630

_PAGE = """<!doctype html><meta charset="utf-8"><style>
@font-face { font-family: Source; font-weight: 600; src: url(data:font/woff2;base64,%(latin)s);
  unicode-range: U+0-2FF, U+2000-206F; }
@font-face { font-family: Source; font-weight: 600; src: url(data:font/woff2;base64,%(cyrillic)s); unicode-range: U+400-4FF; }
* { box-sizing: border-box; margin: 0; }
body { width: 1200px; height: 630px; padding: 84px 96px; background: #fbfaf7; color: #1c2325; font: 600 34px/1.4 Source, serif; }
body { border-left: 28px solid #0b5563; display: flex; flex-direction: column; }
svg { width: 104px; height: 104px; }
h1 { margin-top: 44px; font-size: 88px; line-height: 1.1; color: #083f4a; letter-spacing: -1px; }
p { margin-top: 26px; max-width: 24em; color: #55605f; }
footer { margin-top: auto; font-size: 30px; color: #0b5563; }
</style>%(icon)s<h1>SCO security archive</h1><p>Who met whom, where, when and about what,<br>and what was written about it</p>
<footer>Архив безопасности ШОС · 上合组织安全资料库</footer>"""


def _encoded(name: str) -> str:
    return base64.b64encode((ROOT / "static" / "vendor" / "source-serif" / name).read_bytes()).decode()


def main() -> None:
    page_text = _PAGE % {
        "latin": _encoded("latin-600.woff2"),
        "cyrillic": _encoded("cyrillic-600.woff2"),
        "icon": (ROOT / "static" / "icon.svg").read_text(encoding="utf-8"),
    }
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content(page_text)
        page.evaluate("document.fonts.ready")
        PICTURE.write_bytes(with_palette(pixels(page, page.screenshot())))
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
