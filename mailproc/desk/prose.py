"""Who answers in prose is offered the one word that it may mean; nothing is guessed, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailproc.desk.audience import concerned
from mailproc.desk.matter import matter_of
from mailproc.escalation.command import Verb
from mailproc.escalation.conduct import UNDERSTOOD
from mailproc.escalation.prose import BY_REQUESTERS, meant_by
from mailproc.escalation.status import Status, possible
from mailproc.escalation.timeline import Event
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import Happening
from mailproc.letters.mending import Offer
from mailproc.message.mail import Address
from mailproc.store import escalations, outbox

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.mailing import Mailing
    from mailproc.desk.occasion import Occasion
    from mailproc.desk.thread import Thread
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Settings

TALKS_ALONE = 5
"""Notes of one person within an hour after which none is answered: no person goes on so, a machine does."""


class Prose:
    """Answers prose about an escalation; the caller commits."""

    def __init__(self, settings: Settings, letters: Letters, mailing: Mailing) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing

    def ask_back(
        self, connection: Connection, thread: Thread, sender: Address, occasion: Occasion
    ) -> str | None:
        """Keeps what was written, and offers the word that fits; staff where none fits get the list of words.

        What came of it, for the trace. None where the address was not signed for the sender, and for prose
        of a customer that means no command: people read it.
        """
        if thread.escalation_id is None or thread.signed_for != sender.email or occasion.mail is None:
            return None
        row = escalations.locked_entry(connection, thread.escalation_id)
        if row is None:
            return None
        person = self._settings.person(sender.email)
        verb = meant_by(
            occasion.mail.words.text,
            Status(row["status"]),
            is_staff=person is not None,
            language=(person.language if person else row["language"]) or self._settings.desk.language,
        )
        if person is not None:
            to = Address(email=person.email, name=person.name)
            return self._answer_staff(connection, row, verb, to, occasion)
        return self._answer_requester(connection, row, verb, sender, occasion) if verb else None

    def _answer_requester(
        self, connection: Connection, row: dict[str, Any], verb: Verb, sender: Address, occasion: Occasion
    ) -> str:
        words = occasion.mail.words.text if occasion.mail else ""
        self._keep(connection, row, Event.WROTE, sender, occasion)
        happening = Happening(kind=Event.WROTE, by=sender.name or sender.email, at=occasion.now, words=words)
        matter = matter_of(row, self._settings)
        others = [str(other) for other in (*BY_REQUESTERS, Verb.STATUS, Verb.HELP) if other is not verb]
        offer = self._letters.offer(
            matter,
            Offer(verb=verb, written=words),
            others,
            to=sender,
            now=occasion.now,
            answers=occasion.mail,
        )
        inside = [
            self._letters.staff_news(matter, happening, person=one, now=occasion.now)
            for one in concerned(connection, row, self._settings)
        ]
        self._send(connection, [offer, *inside], row, occasion)
        return f"prose: {verb} is offered"

    def _answer_staff(
        self,
        connection: Connection,
        row: dict[str, Any],
        verb: Verb | None,
        to: Address,
        occasion: Occasion,
    ) -> str:
        goes_on = _notes_lately(row, to.email, occasion.now) >= TALKS_ALONE
        self._keep(connection, row, Event.NOTE, to, occasion)
        if goes_on:
            return "prose, kept as a note, and not answered any more"
        mail, now = occasion.mail, occasion.now
        if verb is None or mail is None:
            words = [str(one) for one in UNDERSTOOD]
            letter = self._letters.help(words, is_staff=True, to=to, now=now, answers=mail)
        else:
            steps = [str(step) for step in possible(Status(row["status"])) if step.value != verb.value]
            offer = Offer(verb=verb, written=mail.words.text)
            others = [*steps, str(Verb.UPDATE), str(Verb.HELP)]
            matter = matter_of(row, self._settings)
            letter = self._letters.offer(matter, offer, others, to=to, now=now, answers=mail)
        self._send(connection, [letter], row, occasion)
        return f"prose, kept as a note: {verb} is offered" if verb else "prose, kept as a note"

    def _keep(
        self, connection: Connection, row: dict[str, Any], kind: Event, by: Address, occasion: Occasion
    ) -> None:
        escalations.add_event(
            connection,
            row["id"],
            kind=kind,
            by=by.email,
            words=occasion.mail.words.text if occasion.mail else "",
            mail_id=occasion.mail_id,
            now=occasion.now,
        )

    def _send(
        self, connection: Connection, letters: list[Letter], row: dict[str, Any], occasion: Occasion
    ) -> None:
        self._mailing.send(
            connection,
            letters,
            key=f"command:{occasion.mail_id}",
            now=occasion.now,
            mail_id=occasion.mail_id,
            escalation_id=row["id"],
        )


def offered_words(connection: Connection, row: dict[str, Any], mail: IncomingMail | None) -> str:
    """What somebody wrote before, where their mail answers the offer to do it; ``""`` where it does not."""
    if mail is None or mail.sender is None:
        return ""
    for message_id in mail.in_reply_to:
        letter = outbox.by_message_id(connection, message_id) or {}
        is_theirs = letter.get("recipient") == mail.sender.email and letter.get("kind") == LetterKind.OFFER
        if is_theirs and letter["escalation_id"] == row["id"]:
            said = (event["said"] for event in row["events"] if event["mail_id"] == letter["mail_id"])
            return next(said, "")
    return ""


def _notes_lately(row: dict[str, Any], email: str, now: datetime) -> int:
    since = now - timedelta(hours=1)
    return sum(
        event["kind"] == Event.NOTE and event["by"] == email and event["at"] > since
        for event in row["events"]
    )
