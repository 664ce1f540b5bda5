"""A signed address is worth something for one matter, one person, and a limited time."""

from __future__ import annotations

import random
import string
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailproc.escalation.reply_address import ReplyAddresses, Signed, matter

DAY = date(2026, 11, 23)
ADDRESSES = ReplyAddresses(key=b"k" * 32)
KIM, PRIYA = "kim@norda.example", "priya@helpdesk.example"
DESK = "support@helpdesk.example"


def signed(number: int = 17, person: str = KIM) -> str:
    return ADDRESSES.sign(DESK, "escalation", number, person, DAY)


def test_it_is_read_back() -> None:
    assert ADDRESSES.read(signed(), [PRIYA, KIM], DAY) == Signed(subject="escalation", number=17, person=KIM)
    assert matter(signed()) == ("escalation", 17)


@given(st.integers(min_value=0, max_value=2**53), st.sampled_from(["mail", "escalation"]))
def test_every_number_fits_into_a_local_part(number: int, subject: str) -> None:
    address = ADDRESSES.sign(DESK, subject, number, KIM, DAY)  # type: ignore[arg-type]
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 §4.5.3.1.1
    assert matter(address) == (subject, number)


def test_it_is_nothing_in_the_hands_of_another_person() -> None:
    assert ADDRESSES.read(signed(), [PRIYA, "eve@curious.example"], DAY) is None


def test_it_survives_capitals() -> None:
    assert ADDRESSES.read(signed().upper(), [KIM.upper()], DAY) is not None


def test_it_ends() -> None:
    assert ADDRESSES.read(signed(), [KIM], DAY + timedelta(days=60)) is not None
    assert ADDRESSES.read(signed(), [KIM], DAY + timedelta(days=61)) is None


def test_another_desks_key_makes_nothing_of_it() -> None:
    assert ReplyAddresses(key=b"x" * 32).read(signed(), [KIM], DAY) is None


def test_ten_thousand_mutations_are_refused() -> None:
    chance = random.Random(7)
    letters = string.ascii_lowercase + string.digits + "-+"
    good = signed().partition("@")[0]
    accepted = 0
    for _ in range(10_000):
        mutated = list(good)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len("support+"), len(mutated))
            how = chance.choice(("change", "drop", "add"))
            if how == "change":
                mutated[place] = chance.choice(letters)
            elif how == "drop":
                del mutated[place]
            else:
                mutated.insert(place, chance.choice(letters))
        if "".join(mutated) != good:
            accepted += ADDRESSES.read(f"{''.join(mutated)}@helpdesk.example", [KIM, PRIYA], DAY) is not None
    assert accepted == 0
