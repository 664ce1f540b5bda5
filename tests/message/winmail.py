"""Packs a message the way Outlook does (MS-OXTNEF), for the tests of reading it."""

from __future__ import annotations

import base64
import struct

from tests.message.writing import parcel

PLAIN, RICH, HTML, CODE_PAGE, LONG_NAME = 0x1000, 0x1009, 0x1013, 0x3FDE, 0x3707
UNICODE, BINARY, NUMBER, EIGHT_BIT = 0x1F, 0x102, 3, 0x1E


def attribute(name: int, data: bytes, *, level: int = 1) -> bytes:
    """One attribute with its checksum."""
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def values(kind: int, name: int, data: bytes) -> bytes:
    """A property whose value says its length."""
    padding = bytes(-len(data) % 4)
    return struct.pack("<HHII", kind, name, 1, len(data)) + data + padding


def number(name: int, value: int) -> bytes:
    """A property of four octets."""
    return struct.pack("<HHI", NUMBER, name, value)


def properties(*each: bytes, name: int = 0x9003, level: int = 1) -> bytes:
    """The properties of the message, or of a file."""
    return attribute(name, struct.pack("<I", len(each)) + b"".join(each), level=level)


def file(title: str, data: bytes, long_name: str = "") -> bytes:
    """A file in the parcel."""
    begins = attribute(0x9002, bytes(14), level=2)
    names = values(UNICODE, LONG_NAME, (long_name + "\0").encode("utf-16-le"))
    own = properties(names, name=0x9005, level=2) if long_name else b""
    short = attribute(0x8010, title.encode("cp1252") + b"\0", level=2)
    return begins + short + attribute(0x800F, data, level=2) + own


def winmail(*attributes: bytes) -> bytes:
    """A whole winmail.dat."""
    version = attribute(0x9006, struct.pack("<I", 0x10000))
    page = attribute(0x9007, struct.pack("<II", 1252, 0))
    return struct.pack("<IH", 0x223E9F78, 1) + version + page + b"".join(attributes)


def uncompressed(rich: bytes) -> bytes:
    """Rich text in its frame, not compressed (MS-OXRTFCP §2.1.3.1)."""
    return struct.pack("<II4sI", len(rich) + 12, len(rich), b"MELA", 0) + rich


def mail_with(octets: bytes, text: str | None = None, kind: str = "application/ms-tnef") -> bytes:
    """A mail that carries a winmail.dat, beside a text or alone."""
    head = f"Content-Type: {kind}; name=winmail.dat\r\nContent-Transfer-Encoding: base64"
    packed = (head, base64.encodebytes(octets).decode("ascii"))
    return parcel(*([("Content-Type: text/plain; charset=utf-8", text)] if text is not None else []), packed)
