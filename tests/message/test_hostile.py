"""Octets made to hurt are answered in time, and what was left out is named."""

# ruff: noqa: E501 - patterns stand in one list

from __future__ import annotations

import random
import time

import pytest

from mailproc.message import own_words, parse
from tests.message.writing import letter, page

_SIZE = 100_000
SEEDS = [
    "a", ">", "> ", "-", "_", "*", " ", "\n", ":", "@", "<", "1", "a@", "1:1 ", "01 ", "(0)", "+1 ", "www.", "=?a?q?", "=?a?q?x?=",
    "On 1 wrote ", "From: a\n", "From: a@b\nTo: ", "x@y\n", "--\n", "-- \n", "regards\n", "> a\nb\n", "Von: a\n\n", "wrote:\n",
    "2024-01-01 ", "p.s.\n", "a\n1\n", "this email and any confiden\n\n", "10:10 a@b\n", "Le 1 a écrit\n", "。", "https://a ",
]  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_text_of_one_pattern(seed: str) -> None:
    text = (seed * (_SIZE // len(seed) + 1))[:_SIZE]
    started = time.process_time()
    own_words(text, subject=text, author=text)
    parse(letter("x", Subject=text.replace("\n", " "), From=text.replace("\n", " ")))
    assert time.process_time() - started < 1.5


HTML = [
    "<div>",
    "<blockquote>",
    "<table><tr><td>",
    "<!--",
    '<p style="display:none',
    "&#",
    "<b>x",
    "<td colspan=99999 rowspan=99999>x",
]


@pytest.mark.parametrize("seed", HTML)
def test_html_of_one_pattern(seed: str) -> None:
    started = time.process_time()
    parse(page(seed * (_SIZE // len(seed))))
    assert time.process_time() - started < 3


def test_ten_thousand_parts() -> None:
    body = "".join("--cut\r\n\r\npart\r\n" for _ in range(10_000)) + "--cut--"
    started = time.process_time()
    mail = parse(letter(body, content_type='multipart/mixed; boundary="cut"'))
    assert time.process_time() - started < 5
    assert "too many parts" in mail.defects


def test_a_thousand_levels() -> None:
    body = "".join(
        f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(1_000)
    )
    mail = parse(letter(body, content_type='multipart/mixed; boundary="b0"'))
    assert mail.subject == "Printer"
    assert mail.unreadable == "nested too deeply"
    assert any("too many multiparts" in defect for defect in mail.defects)


def test_mail_in_mail_in_mail() -> None:
    raw = b"".join(b"Subject: %d\r\nContent-Type: message/rfc822\r\n\r\n" % n for n in range(2_000))
    assert parse(raw).subject == "0"


def test_content_type_of_ten_thousand_parameters() -> None:
    started = time.process_time()
    parse(letter("x", content_type="text/plain" + "; a=b" * 10_000))
    assert time.process_time() - started < 1


def test_any_octets_give_a_mail() -> None:
    dice = random.Random(4711)
    whole = letter("Grüße\n\n-- \nAnna")
    for size in range(0, 400, 7):
        noise = dice.randbytes(size)
        assert parse(noise).words is not None
        assert parse(whole[: size * 2] + noise + whole[size:]).words is not None


def test_no_octets_at_all() -> None:
    mail = parse(b"")
    assert (mail.sender, mail.subject, mail.text, mail.date) == (None, "", "", None)
