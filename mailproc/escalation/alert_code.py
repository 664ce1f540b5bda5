"""The one-time code in an SMS: proof that a person has read it, without a name or a quote.

    K7M3Q9      letter, digit, letter, digit, letter, digit

Letters and digits that are taken for each other are left out, and the layout is that of no word and of no
usual ticket ID: a mail that holds nothing else is meant as a code. There are three million of them, and
five wrong ones in an hour end the trying (``mailproc/desk/receipts.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

LETTERS = "ACDEFHJKMNPQRTUWXY"
DIGITS = "23456789"
POSSIBLE = (len(LETTERS) * len(DIGITS)) ** 3
"""How many codes there are: 2,985,984."""

_CODE = re.compile(rf"(?:ack[ :]{{1,3}})?((?:[{LETTERS}][ -]?[{DIGITS}][ -]?){{3}})[.!]?", re.IGNORECASE)
_LONGEST = 30


def make_code(key: bytes, escalation_id: int, person: str, made_at: datetime) -> str:
    """The code for one person and one escalation. ``key`` is the desk's secret: nobody else can make it."""
    told = f"alert code\0{escalation_id}\0{person.lower()}\0{made_at.isoformat()}".encode()
    number = int.from_bytes(hmac.new(key, told, hashlib.sha256).digest(), "big")
    code = ""
    for _ in range(3):
        number, letter = divmod(number, len(LETTERS))
        number, digit = divmod(number, len(DIGITS))
        code += LETTERS[letter] + DIGITS[digit]
    return code


def read_code(text: str) -> str | None:
    """The code that the first line of a mail holds and nothing beside it; ``ACK`` may stand before it."""
    first = text.strip().partition("\n")[0].strip().strip("*_`\"'“”")
    match = _CODE.fullmatch(first) if len(first) <= _LONGEST else None
    return match[1].replace(" ", "").replace("-", "").upper() if match else None
