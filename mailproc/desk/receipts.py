"""A code from an SMS, sent back by mail, acknowledges its emergency: proof that a person has read it.

Who may use a code: the person it was sent to. It counts at once from that person's own address: an address
can be forged, and a code can be seen over a shoulder, but hardly both. A right code from anywhere else wins
nothing: its owner is asked by a letter, and answers with one word. That way whoever guesses codes must also
write in the name of one of the staff, and after five wrong ones in an hour no code counts in that name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mailproc.desk.matter import matter_of
from mailproc.desk.occasion import Occasion
from mailproc.desk.thread import Thread
from mailproc.escalation.alert_code import read_code
from mailproc.escalation.command import Command, Verb, read_command
from mailproc.letters.operator import Notice
from mailproc.message.mail import Address
from mailproc.store import codes, escalations

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.desk.life import Life
    from mailproc.desk.mailing import Mailing
    from mailproc.desk.notices import OperatorDesk
    from mailproc.letters import Letters
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Person, Settings
    from mailproc.store.codes import IssuedCode

FROM_ELSEWHERE = "alert code from elsewhere"
"""The route of a mail with a right code that did not come from its owner's address."""

_ASKED = "acknowledgement asked"
_ACK = Command(verb=Verb.ACK, words="", written="ACK")

WRONG_ONES = 5
"""Wrong codes in a row after which no code counts in somebody's name any more,"""
WITHIN = timedelta(hours=1)
"""until they have stopped for so long. ACK to a letter and the command line stay open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What came of a mail that holds a code: its route, in words, who counts as its sender, and what it is
    about."""

    route: str
    said: str
    by: Address
    escalation_id: int | None = None


class Receipts:
    """Takes codes in; the caller commits."""

    def __init__(
        self, settings: Settings, letters: Letters, mailing: Mailing, life: Life, operator: OperatorDesk
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._life = life
        self._operator = operator

    def may_take(self, considered: Considered) -> bool:
        """True for a mail with a code, or an ACK of staff that answers no letter about an escalation."""
        mail = considered.mail
        if mail.sender is None or mail.is_automatic:
            return False
        if read_code(mail.words.text) is not None:
            return True
        is_about_one = considered.thread is not None and considered.thread.escalation_id is not None
        return not is_about_one and _is_ack(mail) and self._settings.person(mail.sender.email) is not None

    def take(
        self, connection: Connection, considered: Considered, mail_id: int, now: datetime
    ) -> Receipt | None:
        """Takes such a mail; None for a code from a stranger that is nobody's: it is ordinary mail."""
        mail = considered.mail
        occasion = Occasion(now=now, mail=mail, mail_id=mail_id)
        person = self._settings.person(mail.sender.email) if mail.sender else None
        code = read_code(mail.words.text)
        if code is None:
            return self._ask_which(connection, considered, person, occasion) if person else None
        found = codes.find(connection, code)
        if person is None:
            return self._ask_the_owner(connection, found, occasion)
        wrong = codes.wrong_in_a_row(connection, person.email, now - WITHIN)
        own = next((one for one in found if one.person == person.email and one.is_good(now)), None)
        if own is None or wrong >= WRONG_ONES or not codes.use(connection, own.id, now):
            return self._refuse(connection, person, wrong + 1, occasion)
        said = self._acknowledge(connection, own, person, occasion)
        return Receipt(route=codes.RIGHT, said=said, by=_address(person), escalation_id=own.escalation_id)

    def order(self, connection: Connection, code: str, now: datetime) -> str | None:
        """A code on the command line, where nobody guesses: it counts for whom it was sent to.

        What came of it; None for a code that cannot be used.
        """
        written = read_code(code)
        for one in codes.find(connection, written) if written else ():
            person = self._settings.person(one.person)
            if person and one.is_good(now) and codes.use(connection, one.id, now):
                return self._acknowledge(connection, one, person, Occasion(now=now))
        return None

    def _acknowledge(
        self, connection: Connection, code: IssuedCode, person: Person, occasion: Occasion
    ) -> str:
        """A code is worth what the address is worth that was signed for its owner."""
        thread = Thread(escalation_id=code.escalation_id, signed_for=person.email)
        return self._life.obey(connection, _ACK, thread, _address(person), occasion) or "gone"

    def _refuse(self, connection: Connection, person: Person, wrong: int, occasion: Occasion) -> Receipt:
        """Each of the first wrong codes is answered, the last of them with what follows; then silence."""
        if wrong <= WRONG_ONES:
            because = "wrong_code" if wrong < WRONG_ONES else "codes_refused"
            self._answer(connection, because, person, occasion)
        if wrong == WRONG_ONES:
            notice = Notice(kind="guessed", recipient=person.email)
            self._operator.tell(connection, notice, key=f"guessed:{occasion.mail_id}", now=occasion.now)
        said = f"refused: {wrong} wrong codes in a row"
        return Receipt(route=codes.WRONG, said=said, by=_address(person))

    def _answer(self, connection: Connection, because: str, person: Person, occasion: Occasion) -> None:
        letter = self._letters.refused(
            because,
            verb=Verb.ACK,
            matter=None,
            possible=(),
            to=_address(person),
            now=occasion.now,
            answers=occasion.mail,
        )
        key = f"code:{occasion.mail_id}"
        self._mailing.send(connection, [letter], key=key, now=occasion.now, mail_id=occasion.mail_id)

    def _ask_which(
        self, connection: Connection, considered: Considered, person: Person, occasion: Occasion
    ) -> Receipt:
        """An ACK to a letter that tells of many: it proves nothing of one of them, and must not be lost."""
        ticket = considered.request.ticket
        named = ticket and ticket in considered.mail.words.text
        latest = escalations.latest(connection, ticket) if ticket and named else None
        if latest is not None:
            thread = Thread(escalation_id=int(latest.id), ticket=latest.ticket)
            said = self._life.obey(connection, _ACK, thread, _address(person), occasion) or "gone"
            return Receipt(route=_ASKED, said=said, by=_address(person), escalation_id=int(latest.id))
        self._answer(connection, "which_one", person, occasion)
        return Receipt(route=_ASKED, said="refused: which one?", by=_address(person))

    def _ask_the_owner(
        self, connection: Connection, found: list[IssuedCode], occasion: Occasion
    ) -> Receipt | None:
        """A right code from an unknown address may be its owner's telephone: they are asked, once a code."""
        for one in found:
            person, row = self._settings.person(one.person), escalations.entry(connection, one.escalation_id)
            if person is None or row is None or not one.is_good(occasion.now):
                continue
            letter = self._letters.refused(
                "unproven",
                verb=Verb.ACK,
                matter=matter_of(row, self._settings),
                possible=(),
                to=_address(person),
                now=occasion.now,
            )
            key = f"code asked:{one.id}"
            self._mailing.send(connection, [letter], key=key, now=occasion.now, escalation_id=row["id"])
            said = f"{person.email} is asked"
            return Receipt(route=FROM_ELSEWHERE, said=said, by=_address(person), escalation_id=row["id"])
        return None


def _is_ack(mail: IncomingMail) -> bool:
    command = read_command(mail.words.text)
    return command is not None and command.verb is Verb.ACK


def _address(person: Person) -> Address:
    return Address(email=person.email, name=person.name)
