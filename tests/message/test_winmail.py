"""What Outlook packs into a winmail.dat is read like any other mail, and a hostile one harms nobody."""

from __future__ import annotations

import random
import struct
import time

import pytest

from mailproc.message.parse import parse
from mailproc.message.rtf import MOST_RICH_TEXT, decompressed, text_of
from tests.message.winmail import (
    BINARY,
    CODE_PAGE,
    EIGHT_BIT,
    HTML,
    PLAIN,
    RICH,
    UNICODE,
    attribute,
    file,
    mail_with,
    number,
    properties,
    uncompressed,
    values,
    winmail,
)

LONGEST = 1.0
"""Seconds that the worst may take."""
WORDS = "Bitte 48213 vorziehen, das Lager in Łódź steht."
RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}{\colortbl;\red0\green0\blue0;}"
    rb"{\*\generator Riched20;}\uc1\pard\f0\fs20 Bitte 48213 vorziehen,\line das Lager in "
    rb"\u321?\'f3d\u378? steht.\par {\v versteckt}{\pict 0102ff}Gr\'fc\'dfe\tab\emdash\~ok \{x\}\par }"
)
RTF_TEXT = "Bitte 48213 vorziehen,\ndas Lager in Łódź steht.\nGrüße\t— ok {x}\n"
BODIES = {
    "plain text": winmail(attribute(0x800C, "Bitte 48213 vorziehen, größer".encode("cp1252") + b"\0")),
    "unicode": winmail(properties(values(UNICODE, PLAIN, WORDS.encode("utf-16-le")))),
    "eight bits": winmail(properties(values(EIGHT_BIT, PLAIN, "Bitte 48213 vorziehen".encode("cp1252")))),
    "HTML": winmail(
        properties(number(CODE_PAGE, 65001), values(BINARY, HTML, f"<p>{WORDS}</p><p>Grüße</p>".encode()))
    ),
    "rich text": winmail(properties(values(BINARY, RICH, uncompressed(RTF)))),
    "behind named properties": winmail(
        properties(
            struct.pack("<HH16sII", 3, 0x8001, bytes(16), 0, 7) + bytes(4),
            struct.pack("<HH16sII", 3, 0x8002, bytes(16), 1, 6) + b"a\0b\0\0\0\0\0" + bytes(4),
            struct.pack("<HHIhhhh", 0x1002, 0x3001, 3, 1, 2, 3, 0),
            struct.pack("<HHI", 0xB, 0x0E1B, 1),
            values(UNICODE, PLAIN, WORDS.encode("utf-16-le")),
        )
    ),
    "junk behind the end": winmail(attribute(0x800C, b"Bitte 48213 vorziehen")) + b"\0" * 40,
}


@pytest.mark.parametrize("octets", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("kind", ["application/ms-tnef", "application/octet-stream"])
def test_the_body_is_the_authors_words(octets, kind):
    mail = parse(mail_with(octets, kind=kind))
    assert mail.unreadable is None
    assert mail.words.text.startswith("Bitte 48213 vorziehen")


def test_html_is_read_as_html_and_a_reply_is_cut():
    page = "<p>First 48213</p><div id='divRplyFwdMsg'>From: Kim</div><p>older</p>"
    mail = parse(mail_with(winmail(properties(values(BINARY, HTML, page.encode())))))
    assert mail.words.text == "First 48213"
    assert "older" in mail.words.quoted


def test_the_text_of_the_mail_itself_comes_first():
    octets = winmail(attribute(0x800C, b"packed"))
    assert parse(mail_with(octets, text="outside")).text == "outside"
    assert parse(mail_with(octets, text=" ")).text == "packed"


def test_files_are_named_and_never_opened():
    octets = winmail(
        attribute(0x800C, b"see the log"),
        file("LOGBOO~1.TXT", b"ticket 999", "logbook of the warehouse.txt"),
        file("gr\xf6\xdfe.pdf", b"%PDF"),
    )
    mail = parse(mail_with(octets))
    assert mail.text == "see the log"
    assert [(each.filename, each.size) for each in mail.attachments[1:]] == [
        ("logbook of the warehouse.txt", 10),
        ("größe.pdf", 4),
    ]


def test_a_parcel_without_text_is_named_unreadable():
    assert parse(mail_with(winmail())).unreadable == "winmail.dat"
    assert parse(mail_with(winmail(file("a.pdf", b"%PDF")))).unreadable == "winmail.dat"


def test_rich_text_is_read_as_a_reader_sees_it():
    assert text_of(RTF) == RTF_TEXT
    assert text_of(b"{\\rtf1\\ansicpg932 \\'83\\'76\\'83\\'8a}") == "プリ"
    assert text_of(b"{\\rtf1\\uc2 \\u-10179\\'3f\\'3f\\u-8704\\'3f\\'3f!}") == "\U0001f600!"
    assert text_of(b"no rich text") == ""


def test_html_carried_along_in_rich_text_is_not_shown():
    rich = (
        rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 First 48213{\*\htmltag72 </p>}"
        rb"\htmlrtf\par}\htmlrtf0 {\*\htmltag64 <p>}today\htmlrtf\par\htmlrtf0}"
    )
    assert text_of(rich).split("\n") == ["First 48213", "today", ""]


# The two examples of MS-OXRTFCP §4.
COMPRESSED = {
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0": (
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    ),
    "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0": b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
}


@pytest.mark.parametrize(("packed", "rich"), COMPRESSED.items())
def test_compressed_rich_text(packed, rich):
    assert decompressed(bytes.fromhex(packed)) == rich


def _many(count: int, data: bytes) -> bytes:
    return struct.pack("<I", count) + data


EMPTY_VALUE = struct.pack("<HHII", BINARY, RICH, 1, 0)
GROWS = struct.pack("<II4sI", 0, 0xFFFFFFFF, b"LZFu", 0) + b"\xff" + b"\x00\x0f" * 500_000
HOSTILE = {
    "cut off": BODIES["rich text"][:-150],
    "a signature alone": struct.pack("<IH", 0x223E9F78, 1),
    "another signature": b"PK\x03\x04" * 20,
    "nothing": b"",
    "an attribute of four gigabytes": winmail(struct.pack("<BHHI", 1, 0x800C, 6, 0xFFFFFFFF) + b"x"),
    "four billion properties": winmail(
        attribute(0x9003, _many(0xFFFFFFFF, struct.pack("<HHI", 3, PLAIN, 1)))
    ),
    "four billion values": winmail(
        attribute(0x9003, _many(1, struct.pack("<HHI", 0x1003, PLAIN, 0xFFFFFFFF) + b"aaaa"))
    ),
    "a value of four gigabytes": winmail(
        attribute(0x9003, _many(1, struct.pack("<HHII", BINARY, RICH, 1, 0xFFFFFFFF) + b"aaaa"))
    ),
    "a name of four gigabytes": winmail(
        attribute(0x9003, _many(1, struct.pack("<HH16sII", 3, 0x8001, bytes(16), 1, 0xFFFFFFFF)))
    ),
    "a type that is none": winmail(attribute(0x9003, _many(2, struct.pack("<HHI", 0x77, PLAIN, 1) * 2))),
    "half a million attributes": winmail(attribute(0x0001, b"") * 500_000),
    "half a million files": winmail(file("a", b"") * 100_000),
    "half a million properties": winmail(attribute(0x9003, _many(500_000, EMPTY_VALUE * 500_000))),
    "properties of many files": winmail(
        *(
            attribute(0x9002, b"", level=2) + attribute(0x9005, _many(9_999, EMPTY_VALUE * 9_999), level=2)
            for _ in range(60)
        )
    ),
    "rich text that grows": winmail(properties(values(BINARY, RICH, GROWS))),
    "brackets": winmail(properties(values(BINARY, RICH, uncompressed(b"{\\rtf1" + b"{" * 1_000_000)))),
    "controls": winmail(properties(values(BINARY, RICH, uncompressed(b"{\\rtf1" + b"\\a" * 500_000)))),
    "letters": winmail(
        properties(values(BINARY, RICH, uncompressed(b"{\\rtf1" + b"\\'83\\u1\\par" * 90_000)))
    ),
    "code pages": winmail(
        properties(values(BINARY, RICH, uncompressed(b"{\\rtf1" + b"\\ansicpg99999\\'83" * 60_000)))
    ),
}


@pytest.mark.parametrize("octets", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_parcel_is_safe(octets):
    raw = mail_with(octets)
    started = time.process_time()
    mail = parse(raw)
    assert time.process_time() - started < LONGEST
    assert mail.unreadable == "winmail.dat" or len(mail.text) <= MOST_RICH_TEXT
    assert mail.attachments[0].filename == "winmail.dat"
    assert len(mail.attachments) < 60


def test_any_octet_may_be_wrong():
    """Two thousand parcels, each with some octets changed: every one gives a mail."""
    chance = random.Random(7)
    sound = list(BODIES.values())
    for _ in range(2_000):
        octets = bytearray(chance.choice(sound))
        for _ in range(chance.randint(1, 8)):
            octets[chance.randrange(len(octets))] = chance.choice((0, 1, 4, 127, 128, 255))
        assert parse(mail_with(bytes(octets))).attachments[0].filename == "winmail.dat"


def test_packed_rich_text_never_grows_beyond_its_limit():
    assert len(decompressed(GROWS)) <= MOST_RICH_TEXT
