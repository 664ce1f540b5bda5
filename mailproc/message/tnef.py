"""Reads what Outlook packs into a winmail.dat (MS-OXTNEF): the text as words, files by name only.

Octets from strangers: every length is checked against what is there, every loop ends with the octets,
and nothing inside of anything is unpacked twice.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.message import rtf
from mailproc.message.charset import codec_of_code_page
from mailproc.message.mail import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE = 0x223E9F78
_START = struct.Struct("<IH")
_ATTRIBUTE = struct.Struct("<BHHI")
_CHECKSUM = 2
_OF_A_MESSAGE, _OF_A_FILE = 1, 2
_BODY, _FILE_NAME, _FILE_DATA = 0x800C, 0x8010, 0x800F
_FILE_BEGINS, _PROPERTIES, _FILE_PROPERTIES, _CODE_PAGE = 0x9002, 0x9003, 0x9005, 0x9007
_MOST_ATTRIBUTES, _MOST_FILES, _MOST_PROPERTIES, _MOST_VALUES = 1_000, 50, 1_000, 100
_MOST_TEXT = 600_000
_LONGEST_NAME = 500
_MOST_OF_A_FILE = 64_000
"""Octets of a file's properties in which its name is looked for."""

# MS-OXPROPS: the properties a reader needs.
_PLAIN, _RICH, _HTML, _INTERNET_CODE_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_LONG_NAME, _SHORT_NAME = 0x3707, 0x3704
# MS-OXTNEF §2.1.3.4: the octets of a value of each type, padded to four.
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_COUNTED = frozenset((0, 0xD, 0x1E, 0x1F, 0x102))
_SHORT_TYPES = frozenset((2, 0xB))
_WESTERN, _UTF_16 = 1252, 1200
_UNICODE, _MULTIPLE, _NAMED, _NAME_IS_TEXT = 0x1F, 0x1000, 0x8000, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """What a winmail.dat holds: the message as text or, where ``text`` is empty, as HTML; its files."""

    text: str
    html: str
    files: tuple[Attachment, ...]


class BrokenTnefError(ValueError):
    """The octets are no winmail.dat, or break off in the middle."""


def unpacked(octets: bytes) -> Packed:
    """The text and the names of the files. Raises BrokenTnefError."""
    try:
        return _read(octets)
    except struct.error as fault:
        raise BrokenTnefError(str(fault)) from fault


def _read(octets: bytes) -> Packed:
    if _START.unpack_from(octets)[0] != _SIGNATURE:
        raise BrokenTnefError("no signature")
    page, plain, properties = _WESTERN, b"", b""
    names: list[str] = []
    sizes: list[int] = []
    for level, name, start, end in _attributes(octets):
        if name == _CODE_PAGE:
            page = struct.unpack("<I", octets[start : start + 4])[0]
        elif name == _BODY:
            plain = octets[start : min(end, start + _MOST_TEXT)]
        elif name == _PROPERTIES:
            properties = octets[start:end]
        elif level != _OF_A_FILE or len(names) > _MOST_FILES:
            continue
        elif name == _FILE_BEGINS:
            names.append("")
            sizes.append(0)
        elif names and name == _FILE_NAME:
            names[-1] = names[-1] or _text(octets[start : min(end, start + _LONGEST_NAME)], page)
        elif names and name == _FILE_DATA:
            sizes[-1] = end - start
        elif names and name == _FILE_PROPERTIES:
            names[-1] = _file_name(octets[start : min(end, start + _MOST_OF_A_FILE)], page) or names[-1]
    text, html = _body(plain, properties, page)
    files = (
        Attachment(filename=name, content_type="application/octet-stream", size=size)
        for name, size in zip(names[:_MOST_FILES], sizes, strict=False)
    )
    return Packed(text=text, html=html, files=tuple(files))


def _attributes(octets: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Level, name and place of each attribute (MS-OXTNEF §2.1.3)."""
    place = _START.size
    for _ in range(_MOST_ATTRIBUTES):
        if place + _ATTRIBUTE.size > len(octets):
            return
        level, name, _, length = _ATTRIBUTE.unpack_from(octets, place)
        if level not in (_OF_A_MESSAGE, _OF_A_FILE):
            return  # what some gateways leave behind the end
        start = place + _ATTRIBUTE.size
        if start + length > len(octets):
            raise BrokenTnefError("an attribute longer than the file")
        yield level, name, start, start + length
        place = start + length + _CHECKSUM


def _body(plain: bytes, octets: bytes, page: int) -> tuple[str, str]:
    """The text and the HTML: plain text first, then HTML, then rich text, each unpacked only if needed."""
    found = {name: (kind, value) for name, kind, value in _properties(octets)} if octets else {}
    text = _text(plain, page) or _value(found, _PLAIN, page)
    if text.strip():
        return text, ""
    _, own_page = found.get(_INTERNET_CODE_PAGE, (0, b""))
    html = _value(found, _HTML, struct.unpack("<I", own_page)[0] if len(own_page) == 4 else page)
    if html.strip():
        return "", html
    _, rich = found.get(_RICH, (0, b""))
    return rtf.text_of(rtf.decompressed(rich)), ""


def _file_name(octets: bytes, page: int) -> str:
    found = {name: (kind, value[:_LONGEST_NAME]) for name, kind, value in _properties(octets)}
    return _value(found, _LONG_NAME, page) or _value(found, _SHORT_NAME, page)


def _value(found: dict[int, tuple[int, bytes]], name: int, page: int) -> str:
    kind, octets = found.get(name, (0, b""))
    return _text(octets[:_MOST_TEXT], _UTF_16 if kind == _UNICODE else page)


def _properties(octets: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Name, type and first value of each property (MS-OXTNEF §2.1.3.3), as far as they can be read."""
    place = 4
    try:
        for _ in range(min(struct.unpack_from("<I", octets)[0], _MOST_PROPERTIES)):
            kind, name = struct.unpack_from("<HH", octets, place)
            place = _after_name(octets, place + 4, name)
            value, place = _first_value(octets, place, kind)
            yield name, kind & ~_MULTIPLE, value
    except (struct.error, BrokenTnefError):
        return


def _after_name(octets: bytes, place: int, name: int) -> int:
    """The place behind the name of a named property (MS-OXTNEF §2.1.3.3)."""
    if name < _NAMED:
        return place
    by_text, number = struct.unpack_from("<II", octets, place + 16)
    return place + 24 + (_padded(number) if by_text == _NAME_IS_TEXT else 0)


def _first_value(octets: bytes, place: int, kind: int) -> tuple[bytes, int]:
    """The first value of a property, and the place behind all of them."""
    several, kind = bool(kind & _MULTIPLE), kind & ~_MULTIPLE
    counted = kind in _COUNTED
    if not counted and kind not in _FIXED:
        raise BrokenTnefError(f"a property of type {kind:#x}")
    count = 1
    if several or counted:
        count, place = struct.unpack_from("<I", octets, place)[0], place + 4
    if count > _MOST_VALUES:
        raise BrokenTnefError(f"a property with {count} values")
    if not counted:
        size = 2 if several and kind in _SHORT_TYPES else _FIXED[kind]
        return octets[place : place + size], place + _padded(size * count)
    first = b""
    for number in range(count):
        length = struct.unpack_from("<I", octets, place)[0]
        if place + 4 + length > len(octets):
            raise BrokenTnefError("a value longer than its attribute")
        first = first if number else octets[place + 4 : place + 4 + length]
        place += 4 + _padded(length)
    return first, place


def _padded(length: int) -> int:
    return length + -length % 4


def _text(octets: bytes, page: int) -> str:
    codec = "utf-16-le" if page == _UTF_16 else codec_of_code_page(page)
    text = octets.decode(codec, "replace").replace("\r\n", "\n").replace("\r", "\n")
    return text.partition("\x00")[0]
