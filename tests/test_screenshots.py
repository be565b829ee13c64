"""Pictures for the README are small PNG files of 256 colours that show what the browser showed."""

import struct
import zlib

import numpy as np
import pytest

pytest.importorskip("playwright")

from tests.browser.page_types import PAGE_TYPES
from tests.screenshots import LOOKS, README_FOLDER, README_PICTURES, file_name, with_palette


def unpacked(png: bytes) -> np.ndarray:
    """The pixels of a picture that `with_palette` made."""
    chunks, at = {}, 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", png, at + 8 + size) == (zlib.crc32(kind + data),)
        chunks[kind] = data
        at += 12 + size
    width, height = struct.unpack_from(">II", chunks[b"IHDR"])
    palette = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    return palette[lines[:, 1:]]


def test_a_picture_of_few_colours_stays_as_it_is() -> None:
    picture = np.random.default_rng(7).choice(np.array([[0, 0, 0], [13, 55, 66], [255, 255, 255]], np.uint8), (20, 30))
    assert (unpacked(with_palette(picture)) == picture).all()


def test_of_many_colours_each_becomes_a_near_one() -> None:
    shades = np.arange(60 * 60, dtype=np.int64).reshape(60, 60)
    picture = np.stack([shades % 256, shades % 256, shades // 256 + shades % 256 // 2], axis=2).astype(np.uint8)
    kept = unpacked(with_palette(picture)).astype(int)
    assert abs(kept - picture.astype(int)).max() < 64


def test_the_readme_shows_pages_and_looks_that_there_are() -> None:
    for name, (page_type, look) in README_PICTURES.items():
        assert page_type in PAGE_TYPES
        assert look in LOOKS
        assert (README_FOLDER / f"{name}.png").exists()


def test_each_page_has_a_file_of_its_own() -> None:
    assert len({file_name(page_type) for page_type in PAGE_TYPES}) == len(PAGE_TYPES)
