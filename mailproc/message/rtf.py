"""The plain text of rich text, compressed or not, as Outlook packs it: one pass, bounded, never raising.

Only what a reader needs: characters, line ends, tabs. Formatting, tables of fonts and whole HTML sources
carried along (MS-OXRTFEX) are skipped, as every reader does that shows such a text without them.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field, replace

from mailproc.message.charset import codec_of_code_page

MOST_RICH_TEXT = 600_000
"""Octets of rich text that are read; beyond it nobody reads."""

# MS-OXRTFCP §2.1.2.1: what every such text begins with is in the dictionary already.
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_HEADER = struct.Struct("<II4s4x")

_TOKEN = re.compile(
    rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.IGNORECASE,
)
_SPOKEN = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t",
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”",
}  # fmt: skip
_SYMBOLS = {b"~": " ", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_NOT_TEXT = frozenset((
    b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"fldinst",
    b"listtable", b"listoverridetable", b"generator", b"pntext", b"footnote",
))  # fmt: skip
_DEEPEST = 500


def decompressed(octets: bytes) -> bytes:
    """Rich text out of its compression (MS-OXRTFCP §3.1.3); empty where it is none. At most
    ``MOST_RICH_TEXT`` octets: what follows is not unpacked."""
    if len(octets) < _HEADER.size:
        return b""
    _, size, kind = _HEADER.unpack_from(octets)
    size = min(size, MOST_RICH_TEXT)
    if kind == b"MELA":
        return octets[_HEADER.size : _HEADER.size + size]
    return _unpacked(octets, size) if kind == b"LZFu" else b""


def _unpacked(octets: bytes, size: int) -> bytes:
    """Runs of eight items behind a byte of flags: a literal, or twelve bits of place and four of length."""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    out, write, place = bytearray(), len(_DICTIONARY), _HEADER.size
    while len(out) < size and place < len(octets):
        flags = octets[place]
        place += 1
        for item in range(8):
            if flags >> item & 1:
                reference = int.from_bytes(octets[place : place + 2], "big")
                place += 2
                start = reference >> 4
                if start == write or place > len(octets):
                    return bytes(out)
                chunk = range(start, start + (reference & 15) + 2)
            elif place < len(octets):
                out.append(octets[place])
                window[write] = octets[place]
                write, place = (write + 1) % _WINDOW, place + 1
                continue
            else:
                return bytes(out)
            for each in chunk:
                octet = window[each % _WINDOW]
                out.append(octet)
                window[write] = octet
                write = (write + 1) % _WINDOW
    return bytes(out[:size])


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside of a pair of braces."""

    silent: bool = False
    hidden: bool = False
    skip: int = 1
    """Stand-ins for programs without Unicode that follow a ``\\u``."""


@dataclass(slots=True)
class _Writer:
    """The text so far; octets wait until all that form one character are there."""

    codec: str = "cp1252"
    parts: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)

    def write(self, text: str) -> None:
        self.flush()
        self.parts.append(text)

    def flush(self) -> None:
        if self.waiting:
            self.parts.append(self.waiting.decode(self.codec, "replace"))
            self.waiting.clear()

    def text(self) -> str:
        """All of it. Characters beyond the first plane come as two halves (MS-RTF: ``\\u``)."""
        self.flush()
        return "".join(self.parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def text_of(rich: bytes) -> str:
    """The text a reader of rich text sees; empty where the octets are none."""
    if not rich.lstrip().startswith(b"{\\rtf"):
        return ""
    writer, now, left_out = _Writer(), _Group(), 0
    groups: list[_Group] = []
    for word, number, octet, symbol, brace, plain in _TOKEN.findall(rich[:MOST_RICH_TEXT]):
        if brace == b"{":
            if len(groups) > _DEEPEST:
                break
            groups.append(now)
            left_out = 0
        elif brace:
            now = groups.pop() if groups else now
            left_out = 0
        elif word:
            now = _after_word(word.lower(), number, now, writer)
            left_out = now.skip if word == b"u" and number and not now.silent else 0
        elif symbol == b"*":
            now = replace(now, silent=True)
        elif now.silent or now.hidden:
            continue
        elif symbol:
            writer.write(_SYMBOLS.get(symbol, symbol.decode("ascii", "replace")))
        elif left_out and octet:
            left_out -= 1
        elif octet:
            writer.waiting.append(int(octet, 16))
        elif plain:
            writer.waiting += plain[left_out:]
            left_out = max(0, left_out - len(plain))
    return writer.text()


def _after_word(word: bytes, number: bytes, now: _Group, writer: _Writer) -> _Group:
    """What holds after a control word; it may have written a character."""
    if word == b"ansicpg" and number:
        writer.codec = codec_of_code_page(int(number))
    elif word == b"uc" and number:
        return replace(now, skip=min(abs(int(number)), 10))
    elif word in _NOT_TEXT:
        return replace(now, silent=True)
    elif word == b"v":
        return replace(now, hidden=number != b"0")
    elif now.silent or now.hidden:
        return now
    elif word == b"u" and number:
        writer.write(chr(int(number) & 0xFFFF))
    elif word in _SPOKEN:
        writer.write(_SPOKEN[word])
    return now
