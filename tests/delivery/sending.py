"""Couriers and parcels as the tests of this room need them."""

from __future__ import annotations

from typing import Any

from mailproc.delivery.parcel import Parcel
from mailproc.delivery.smtp import SmtpCourier
from mailproc.settings import Security

LETTER = b"From: desk@example.com\r\nTo: ann@example.org\r\nSubject: Your request\r\n\r\nHello Ann.\r\n"


def parcel(content: bytes = LETTER, **changes: Any) -> Parcel:
    values = {"id": "1", "sender": "desk@example.com", "recipient": "ann@example.org", "content": content}
    return Parcel(**(values | changes))


def courier(port: int, **changes: Any) -> SmtpCourier:
    values: dict[str, Any] = {
        "security": Security.NONE,
        "username": None,
        "credential": None,
        "timeout": 5.0,
        "helo": "desk.example.com",
        "connections": 4,
    }
    return SmtpCourier("127.0.0.1", port, **(values | changes))
