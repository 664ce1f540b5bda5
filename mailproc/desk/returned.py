"""A letter of ours that comes back is given up, and a person hears of it once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.desk.post import RETURN_PATH
from mailproc.letters.letter import LetterKind
from mailproc.letters.operator import Notice
from mailproc.message.bounce import Action, read_bounce
from mailproc.message.mail import Nature
from mailproc.store import returns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.notices import OperatorDesk
    from mailproc.message.bounce import Bounce
    from mailproc.message.mail import IncomingMail
    from mailproc.store.inbox import StoredMail
    from mailproc.store.returns import SentLetter

_MOST_ADDRESSES = 20  # a bounce goes to one
_MOST_CAUSES = 3


class Returned:
    """Reads the bounces that come to the return paths of our letters."""

    def __init__(self, operator: OperatorDesk) -> None:
        self._operator = operator

    def note(
        self, connection: Connection, stored: StoredMail, mail: IncomingMail, now: datetime
    ) -> str | None:
        """What became of a letter of ours, in words for the trace; None for all other mail.

        A letter that was not delivered fails in the outbox, and the operator is told. What is delayed is
        still on its way. The return path says which letter it was, whatever the bounce returns of it.
        """
        bounce = read_bounce(mail)
        letter = _letter(connection, stored, mail) if bounce else None
        if bounce is None or letter is None:
            return None
        if _has_failed(bounce, mail):
            return self._give_up(connection, letter, _cause(bounce, mail), now)
        if any(recipient.action is Action.DELAYED for recipient in bounce.recipients):
            return f"the letter to {letter.recipient} is delayed"
        return None

    def _give_up(self, connection: Connection, letter: SentLetter, cause: str, now: datetime) -> str:
        said = f"the letter to {letter.recipient} was not delivered: {cause}"
        # A letter to the operator about a letter to the operator helps nobody.
        if returns.give_up(connection, letter, cause) and letter.kind != LetterKind.OPERATOR:
            notice = Notice(
                kind="undelivered",
                mail_id=letter.mail_id,
                recipient=letter.recipient,
                subject=letter.subject,
                detail=cause,
            )
            self._operator.tell(connection, notice, key=f"undelivered:{letter.id}", now=now)
        return said


def _letter(connection: Connection, stored: StoredMail, mail: IncomingMail) -> SentLetter | None:
    """By the envelope, or where a mailbox has lost it, by the To field that the postman wrote."""
    for address in (*stored.envelope_to, *(to.email for to in mail.to))[:_MOST_ADDRESSES]:
        local_part, _, domain = address.lower().rpartition("@")
        _, mark, token = local_part.partition(RETURN_PATH)
        if mark and (letter := returns.by_token(connection, token, domain)):
            return letter
    return None


def _has_failed(bounce: Bounce, mail: IncomingMail) -> bool:
    """True once the postman has given up: also with a 4.x.x code that ran out of time (RFC 3464 §2.3.3).

    A bounce that names nobody can only mean the letter's one recipient.
    """
    return bool(bounce.failed) or (not bounce.recipients and mail.nature is Nature.BOUNCE)


def _cause(bounce: Bounce, mail: IncomingMail) -> str:
    """What the server said, or what there is of it. A list behind the address may have failed many times."""
    told = (f"{one.address}: {one.diagnostic or one.status}" for one in bounce.failed[:_MOST_CAUSES])
    return "; ".join(told) or mail.subject
