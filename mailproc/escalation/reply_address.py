"""The signed address in Reply-To: it names what is answered, for one person and a limited time.

    support+r-m1f-cz4-4k7v…@helpdesk.example
            │ │   │   └ HMAC-SHA-256 over all before it and the person, 128 bits
            │ │   └ the last day it is valid, counted from 1970
            │ └ what is answered: mail or escalation, and its number
            └ says that this is a signed address

The person stands in the signature, not in the address: whoever gets hold of it has the matter, and
nobody's power. Who wrote is proven only when the address was signed for that sender.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Subject = Literal["mail", "escalation"]

_EPOCH = date(1970, 1, 1)
_MARKS: dict[Subject, str] = {"mail": "m", "escalation": "e"}
_SUBJECTS: dict[str, Subject] = {mark: subject for subject, mark in _MARKS.items()}
_BITS = 128
# Lower case and digits only: some mail programs change the case of a local part.
_TAG = re.compile(r"r-([me])([0-9a-z]{1,12})-([0-9a-z]{1,4})-([a-z2-7]{26})", re.IGNORECASE)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A valid signed address: what it answers, and for whom it was made (lower case)."""

    subject: Subject
    number: int
    person: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyAddresses:
    """Makes and reads the signed addresses of one desk. ``key`` is secret, at least 32 octets."""

    key: bytes
    valid_for: timedelta = timedelta(days=60)

    def sign(self, desk: str, subject: Subject, number: int, person: str, today: date) -> str:
        """The address of ``desk`` with the tag for one matter and one person."""
        expires = (today + self.valid_for - _EPOCH).days
        head = f"r-{_MARKS[subject]}{_base36(number)}-{_base36(expires)}"
        local, _, domain = desk.partition("@")
        return f"{local}+{head}-{self._signature(head, person)}@{domain}"

    def read(self, address: str, persons: Iterable[str], today: date) -> Signed | None:
        """What a signed address stands for; None where it is none, was changed, or is too old.

        ``persons`` are all it may have been made for; the comparison takes the same time for each.
        """
        local = address.rpartition("@")[0]
        match = _TAG.fullmatch(local.partition("+")[2])
        if match is None or today > _EPOCH + timedelta(days=int(match[3], 36)):
            return None
        head = local.partition("+")[2].lower().rpartition("-")[0]
        made_for = [
            person
            for person in dict.fromkeys(one.lower() for one in persons)
            if hmac.compare_digest(self._signature(head, person), match[4].lower())
        ]
        if not made_for:
            return None
        return Signed(subject=_SUBJECTS[match[1].lower()], number=int(match[2], 36), person=made_for[0])

    def _signature(self, head: str, person: str) -> str:
        told = f"{head}\0{person.lower()}".encode()
        digest = hmac.new(self.key, told, hashlib.sha256).digest()[: _BITS // 8]
        return base64.b32encode(digest).decode().rstrip("=").lower()


def matter(address: str) -> tuple[Subject, int] | None:
    """What a signed address claims to be about, before anything is proven."""
    match = _TAG.fullmatch(address.rpartition("@")[0].partition("+")[2])
    return (_SUBJECTS[match[1].lower()], int(match[2], 36)) if match else None


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"
