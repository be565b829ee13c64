"""Sets of document numbers as the bits of one integer: joining and counting them runs at the speed of memory."""

from collections.abc import Iterable


def bits_of(numbers: Iterable[int], size: int) -> int:
    """The set of these numbers, all below `size`."""
    buffer = bytearray(size // 8 + 1)
    for number in numbers:
        buffer[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(buffer, "little")


def numbers_in(bits: int) -> list[int]:
    """The numbers of a set, ascending."""
    return [number for number, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]
