"""Pictures of every type of page: `python -m tests.screenshots`, or `make screenshots`.

Each page of `tests/browser/page_types.py` in each of the site's languages, light and dark, on a phone, wide, and as it is
printed, under var/screenshots/, with a page that shows them all. With --readme, those of the README are written anew too.
"""

import argparse
import base64
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import launch
from tests.browser.page_types import PAGE_TYPES

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Look:
    """A way to look at a page. Heights are those of the window: pictures show the whole page."""

    width: int
    height: int = 900
    scheme: str = "light"
    media: str = "screen"


LOOKS: Mapping[str, Look] = {
    "light": Look(1280),
    "dark": Look(1280, scheme="dark"),
    "phone": Look(320, 640),
    "wide": Look(1920, 1080),
    # The width of A4 without its margins, at 96 dots per inch.
    "print": Look(690, 1000, media="print"),
}

# The README's pictures: how the page looks in English at the top, and no more.
README_PICTURES: Mapping[str, tuple[str, str]] = {
    "home": ("home", "light"),
    "event": ("event", "light"),
    "timeline": ("timeline", "dark"),
    "map": ("map", "light"),
}
README_FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 150_000


def file_name(page_type: str) -> str:
    return page_type.replace(" ", "-") + ".png"


@contextmanager
def opened(browser: Browser, url: str, look: Look) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url,
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.scheme,  # type: ignore[arg-type]  # a Literal of Playwright's
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.emulate_media(media=look.media)  # type: ignore[arg-type]  # as above
    yield page
    context.close()


def take_all(
    browser: Browser,
    url: str,
    folder: Path,
    *,
    pages: Mapping[str, str],
    looks: Mapping[str, Look],
    languages: list[str],
) -> Iterator[Path]:
    """Take each picture, and say which: <folder>/<language>/<look>/<page>.png."""
    from django.urls import translate_url

    for language in languages:
        for name, look in looks.items():
            place = folder / language / name
            place.mkdir(parents=True, exist_ok=True)
            with opened(browser, url, look) as page:
                for page_type, address in pages.items():
                    page.goto(translate_url(address, language))
                    path = place / file_name(page_type)
                    page.screenshot(path=path, full_page=True)
                    yield path


def write_index(folder: Path) -> None:
    """A page with all pictures of the folder side by side, a row for each type of page."""
    paths = sorted(folder.rglob("*.png"))
    rows: dict[str, list[str]] = {}
    for path in paths:
        shown = escape(str(path.relative_to(folder)))
        rows.setdefault(path.name, []).append(f'<a href="{shown}"><img loading="lazy" src="{shown}" alt="{shown}"></a>')
    body = "".join(f"<h2>{escape(name)}</h2><p>{''.join(links)}</p>" for name, links in rows.items())
    style = "body{font:16px sans-serif}p{display:flex;gap:8px;overflow-x:auto}img{height:420px;border:1px solid #999}"
    (folder / "index.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}")


# Pictures for the README ----------------------------------------------------------------------------------------------


def write_readme(browser: Browser, url: str) -> None:
    for name, (page_type, look) in README_PICTURES.items():
        with opened(browser, url, LOOKS[look]) as page:
            page.goto(PAGE_TYPES[page_type])
            png = with_palette(pixels(page, page.screenshot()))
        if len(png) >= MOST_BYTES:
            raise ValueError(f"{name}.png has {len(png)} bytes, and may have {MOST_BYTES}: show less of the page.")
        (README_FOLDER / f"{name}.png").write_bytes(png)
        print(f"docs/screenshots/{name}.png: {len(png)} bytes")


def pixels(page: Page, png: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The picture as rows of red, green, blue; the browser that made it unpacks it too."""
    width, height, data = page.evaluate(
        """async (source) => {
            const bytes = Uint8Array.from(atob(source), (one) => one.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
            canvas.drawImage(image, 0, 0);
            const found = canvas.getImageData(0, 0, image.width, image.height).data;
            let text = "";
            for (let at = 0; at < found.length; at += 8192) text += String.fromCharCode(...found.subarray(at, at + 8192));
            return [image.width, image.height, btoa(text)];
        }""",
        base64.b64encode(png).decode(),
    )
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[:, :, :3]


def with_palette(rows: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """The picture as PNG of 256 colours or fewer: of those that are nearly alike the most frequent one stands for all."""
    height, width, _ = rows.shape
    packed = rows.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    # As coarse as it has to be, and no coarser.
    alike = next(found for shift in range(9) if (found := _groups(parts >> shift)).max() < 256)
    order = np.lexsort((-counts, alike))
    palette = parts[order[np.unique(alike[order], return_index=True)[1]]]
    indices = alike[places].reshape(height, width).astype(np.uint8)
    lines = np.hstack([np.zeros((height, 1), np.uint8), indices])
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(lines.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def _groups(parts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The number of the group of each row; equal rows are a group."""
    return np.unique(parts @ np.array([65536, 256, 1], np.uint32), return_inverse=True)[1].ravel()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# The command ----------------------------------------------------------------------------------------------------------


@contextmanager
def site_url(given: str) -> Iterator[str]:
    """The site that is given, or one of its own, gone afterwards."""
    if given:
        yield given
        return
    from tests.servers.site import running_site

    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site:
        yield site.url


def main() -> None:
    import django
    from django.conf import settings

    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "scosite.settings", "LOG_LEVEL": "WARNING"}
        # Only settings and addresses are asked for here: whatever data folder is set is left alone.
        os.environ.setdefault("ARCHIVE_DATA_DIR", folder)
        django.setup()
        languages = [code for code, _name in settings.LANGUAGES]
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--page", action="append", choices=PAGE_TYPES, help="only this type of page (repeatable)")
        parser.add_argument("--look", action="append", choices=LOOKS, help="only this look (repeatable)")
        parser.add_argument("--language", action="append", choices=languages, help="only this language (repeatable)")
        parser.add_argument("--url", default="", help="of a site that runs already; otherwise one is started")
        parser.add_argument("--output", type=Path, default=ROOT / "var" / "screenshots", help="the folder to write to")
        parser.add_argument("--readme", action="store_true", help="write the pictures of the README too")
        chosen = parser.parse_args()
        with site_url(chosen.url) as url, sync_playwright() as playwright:
            browser = launch(playwright)
            taken = take_all(
                browser,
                url,
                chosen.output,
                pages={name: PAGE_TYPES[name] for name in chosen.page or PAGE_TYPES},
                looks={name: LOOKS[name] for name in chosen.look or LOOKS},
                languages=chosen.language or languages,
            )
            total = sum(1 for _path in taken)
            write_index(chosen.output)
            print(f"{total} pictures: {chosen.output / 'index.html'}")
            if chosen.readme:
                write_readme(browser, url)
            browser.close()


if __name__ == "__main__":
    main()
