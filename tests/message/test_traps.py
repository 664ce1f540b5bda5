"""Where mail libraries lose or twist something, the mail is read as it was meant."""

# ruff: noqa: E501 - mails stand here as they come

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mailproc.message import parse
from tests.message.writing import letter, parcel


def test_name_that_is_another_address_is_no_sender() -> None:
    mail = parse(letter("x", From="boss@example.com <mallory@other.example>"))
    assert mail.sender is None
    assert [address.email for address in mail.from_all] == ["mallory@other.example"]


def test_encoded_name_that_is_another_address_is_no_sender() -> None:
    assert parse(letter("x", From="=?utf-8?q?boss=40example.com?= <mallory@other.example>")).sender is None


def test_name_that_repeats_the_address_is_fine() -> None:
    sender = parse(letter("x", From='"anna@example.com" <Anna@Example.com>')).sender
    assert sender is not None
    assert sender.email == "anna@example.com"


def test_two_authors_are_no_sender() -> None:
    mail = parse(letter("x", From="a@example.com, b@example.com"))
    assert mail.sender is None
    assert len(mail.from_all) == 2


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"From": "Ann <a@example.com>"}, "a@example.com"),
        ({"From": "Ann <a@example.com>", "Sender": "c@example.com"}, "a@example.com"),
        ({"From": "a@example.com, b@example.com", "Sender": "Bo <B@example.com>"}, "b@example.com"),
        ({"From": "a@example.com, b@example.com", "Sender": "c@x.example, d@x.example"}, "a@example.com"),
        ({"From": "a@example.com, b@example.com"}, "a@example.com"),
        ({"From": "boss@example.com <mallory@other.example>"}, "mallory@other.example"),
        ({"From": "", "Sender": "c@example.com"}, "c@example.com"),
        ({"From": "Ann"}, None),
    ],
)
def test_whom_to_answer(fields: dict[str, str], answered: str | None) -> None:
    author = parse(letter("x", **fields)).reply_author
    assert (author.email if author else None) == answered


def test_who_is_answered_without_being_the_sender_has_no_rights() -> None:
    mail = parse(letter("x", From="a@example.com, b@example.com", Sender="b@example.com"))
    assert mail.sender is None


def test_two_from_fields_are_no_sender() -> None:
    assert parse(b"From: a@example.com\r\nFrom: b@example.com\r\n\r\nx").sender is None


def test_second_subject_does_not_count() -> None:
    mail = parse(b"Subject: first\r\nSubject: second\r\n\r\nx")
    assert mail.subject == "first"
    assert mail.header_values("subject") == ("first", "second")


def test_line_break_inside_an_encoded_subject_becomes_a_blank() -> None:
    assert parse(letter("x", Subject="=?utf-8?q?Printer=0D=0ABcc:_x?=")).subject == "Printer Bcc: x"


def test_no_ticket_number_is_made_of_undecodable_octets() -> None:
    mail = parse(b"Subject: =?utf-8?q?TICK=E9ET-12?=\r\n\r\nx")
    assert mail.subject == "TICKéET-12"


def test_character_split_between_two_encoded_words() -> None:
    assert parse(letter("x", Subject="=?utf-8?q?Gr=C3?=\r\n =?utf-8?q?=BC=C3=9Fe?=")).subject == "Grüße"


def test_raw_utf8_in_a_header() -> None:
    mail = parse(letter("x", From="Åsa Öberg <asa@example.com>", Subject="Skrivaren står"))
    assert mail.subject == "Skrivaren står"
    assert mail.sender is not None
    assert mail.sender.name == "Åsa Öberg"


CHARSETS = {
    "ascii that is cp1252": ("us-ascii", "Preis 5 € – “heute”".encode("cp1252"), "Preis 5 € – “heute”"),
    "latin-1 that is cp1252": ("iso-8859-1", "5 € – so".encode("cp1252"), "5 € – so"),
    "latin-1 that is utf-8": ("iso-8859-1", "Größe – 5 €".encode(), "Größe – 5 €"),
    "utf-8 that is latin-1": (
        "utf-8",
        "Die Größe der Änderung überrascht".encode("cp1252"),
        "Die Größe der Änderung überrascht",
    ),
    "gb2312 that is gb18030": ("gb2312", "打印机坏了。㐀€".encode("gb18030"), "打印机坏了。㐀€"),
    "iso-8859-8-i": ("iso-8859-8-i", "מדפסת".encode("iso-8859-8"), "מדפסת"),
    "shift_jis that is cp932": ("shift_jis", "①番のプリンター".encode("cp932"), "①番のプリンター"),
    "iso-2022-jp": ("iso-2022-jp", "プリンター".encode("iso-2022-jp"), "プリンター"),
    "an unknown name": ("x-no-such-thing", "Grüße".encode(), "Grüße"),
    "a codec that is no charset": ("base64", b"plain", "plain"),
}


@pytest.mark.parametrize(("charset", "octets", "wanted"), CHARSETS.values(), ids=CHARSETS)
def test_charset(charset: str, octets: bytes, wanted: str) -> None:
    assert parse(letter(octets, content_type=f"text/plain; charset={charset}")).text == wanted


def test_delivery_status_is_kept() -> None:
    mail = parse(
        parcel(
            ("Content-Type: text/plain", "It did not arrive."),
            (
                "Content-Type: message/delivery-status",
                "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1",
            ),
            kind="report; report-type=delivery-status",
        )
    )
    assert "Action: failed" in mail.delivery_status
    assert mail.text == "It did not arrive."
    assert mail.part_types == ("multipart/report", "text/plain", "message/delivery-status")


def test_inline_file_is_no_text_of_the_mail() -> None:
    mail = parse(
        parcel(
            ("Content-Type: text/plain", "See the log."),
            (
                'Content-Type: text/plain; name="a.log"\r\nContent-Disposition: inline; filename="a.log"',
                "ticket 999",
            ),
        )
    )
    assert mail.text == "See the log."
    assert [file.filename for file in mail.attachments] == ["a.log"]


DATES = {
    "own offset": (
        "Mon, 03 Mar 2025 09:15:00 -0530",
        datetime(2025, 3, 3, 9, 15, tzinfo=timezone(-timedelta(hours=5, minutes=30))),
    ),
    "no such day": ("Mon, 33 Mar 2025 09:15:00 +0100", None),
    "no such offset": ("Mon, 03 Mar 2025 09:15:00 +9999", None),
    "words": ("yesterday", None),
}


@pytest.mark.parametrize(("written", "wanted"), DATES.values(), ids=DATES)
def test_date(written: str, wanted: datetime | None) -> None:
    date = parse(letter("x", Date=written)).date
    assert date == wanted
    assert date is None or wanted is None or date.utcoffset() == wanted.utcoffset()


UNREADABLE = {
    "encrypted": parcel(
        ("Content-Type: application/pgp-encrypted", "Version: 1"),
        ("Content-Type: application/octet-stream", "x"),
        kind="encrypted",
    ),
    "winmail.dat": parcel(("Content-Type: application/ms-tnef; name=winmail.dat", "x")),
    "picture only": parcel(("Content-Type: image/png; name=screen.png", "x")),
    "attachment only": parcel(("Content-Type: application/pdf; name=letter.pdf", "x")),
}


@pytest.mark.parametrize(("reason", "raw"), UNREADABLE.items(), ids=UNREADABLE)
def test_unreadable(reason: str, raw: bytes) -> None:
    assert parse(raw).unreadable == reason


def test_signed_mail_is_read() -> None:
    mail = parse(
        parcel(
            ("Content-Type: text/plain", "The dock stands still."),
            ("Content-Type: application/pgp-signature; name=s.asc", "x"),
            kind="signed",
        )
    )
    assert mail.words.text == "The dock stands still."
    assert mail.unreadable is None


def test_thread_headers() -> None:
    mail = parse(letter("x", In_Reply_To="<a@x> junk", References="<a@x>\r\n <b@x>"))
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        "<m1@example.com>",
        ("<a@x>",),
        ("<a@x>", "<b@x>"),
    )
