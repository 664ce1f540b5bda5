"""A mail on standard input."""

from __future__ import annotations

from io import BytesIO

import pytest

from mailproc.intake.pipe import NotAMailError, read_mail

MAIL = b"From: ann@norda.example\nSubject: INC-7\n\nHello\n"


def test_octets_are_kept() -> None:
    arrival = read_mail(BytesIO(MAIL), 1_000)
    assert (arrival.raw, arrival.way, arrival.envelope_from) == (MAIL, "pipe", None)


def test_mbox_separator_is_no_header() -> None:
    assert read_mail(BytesIO(b"From ann@norda.example Mon Nov 23 09:00:00 2026\n" + MAIL), 1_000).raw == MAIL


@pytest.mark.parametrize(
    "nothing", [b"", b"\n\n", b"From ann@norda.example Mon Nov 23 09:00:00 2026\n"], ids=repr
)
def test_nothing_is_said_in_words(nothing: bytes) -> None:
    with pytest.raises(NotAMailError, match="no mail was given: put it on standard input"):
        read_mail(BytesIO(nothing), 1_000)


def test_largest_mail_and_one_octet_more() -> None:
    assert read_mail(BytesIO(MAIL), len(MAIL)).raw == MAIL
    with pytest.raises(NotAMailError, match="larger than the 45 octets"):
        read_mail(BytesIO(MAIL), 45)
