"""A letter to the desk in a few words, as octets on their way through the real parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mailproc.message.parse import parse

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail


def post(
    body: str = "",
    *,
    subject: str = "Help",
    to: str = "support@desk.example",
    sender: str = "Kim Berg <kim@norda.example>",
    date: str = "Tue, 04 Mar 2025 09:12:00 +0000",
    headers: tuple[str, ...] = (),
) -> IncomingMail:
    """The mail a person sends; 4 March 2025 is a Tuesday."""
    head = (
        f"From: {sender}",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {date}",
        "Message-ID: <letter@norda.example>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        *headers,
    )
    return parse("\r\n".join((*head, "", *body.splitlines(), "")).encode())


@pytest.fixture(name="post")
def _post():
    return post
