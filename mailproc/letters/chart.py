"""A bar chart as a PNG of about a kilobyte: stacked bars on nothing, so that it is at home in the dark too.

Drawn here because a chart of coloured rectangles needs no library: matplotlib brings numpy along, Pillow a
compiled imaging library, and SVG (pygal) is shown by hardly any mail program. What the picture shows stands
beside it in words.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 1_072, 280
"""Pixels: twice what is shown, for screens that show two in one."""

GAP = 0.25
"""The part of a day's width that stays empty."""

LINE = 2
"""Pixels of the line that the bars stand on."""

COLOURS = ((0xD0, 0x46, 0x3B), (0x3F, 0x86, 0xC9), (0x8C, 0x97, 0xA3))
"""Of the parts of a bar, from below: red, blue, grey, apart in lightness too, on white as on near black."""

_NOTHING, _GROUND = 0, len(COLOURS) + 1
_GREY = (0x8C, 0x97, 0xA3)


def bars(days: Sequence[Sequence[int]]) -> bytes:
    """A PNG with a bar for each day, whose parts are stacked from below in the order of ``COLOURS``."""
    highest = max((sum(parts) for parts in days), default=0) or 1
    columns = [_column(parts, highest) for parts in days]
    rows = bytearray()
    for height in range(HEIGHT - 1, -1, -1):
        rows.append(0)  # no filter (PNG, 3rd edition, §9.2)
        rows += _row(columns, height)
    return _png(bytes(rows))


def _column(parts: Sequence[int], highest: int) -> list[int]:
    """The colour of each pixel of a bar, from below; the line under all bars is in it."""
    room = HEIGHT - LINE
    column = [_GROUND] * LINE
    done = 0
    for colour, part in enumerate(parts, 1):
        done += part
        top = LINE + round(room * done / highest)
        column += [colour] * (top - len(column))
    return column + [_NOTHING] * (HEIGHT - len(column))


def _row(columns: Sequence[list[int]], height: int) -> bytes:
    row = bytearray([_GROUND if height < LINE else _NOTHING]) * WIDTH
    step = WIDTH / max(1, len(columns))
    for place, column in enumerate(columns):
        if column[height]:
            left, right = round((place + GAP / 2) * step), round((place + 1 - GAP / 2) * step)
            row[left:right] = bytes([column[height]]) * (right - left)
    return bytes(row)


def _png(rows: bytes) -> bytes:
    """An indexed picture of 8 bits a pixel, whose first colour is no colour (PNG, 3rd edition, §11)."""
    palette = bytes(value for colour in ((0, 0, 0), *COLOURS, _GREY) for value in colour)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", b"\x00"),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
