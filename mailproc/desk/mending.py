"""Staff mend the desk: a mail that was sent back or left alone is a request after all, at its original time.

Two designs were weighed. *Replaying* the mail with its faults forgiven is short, and puts it through rules
that staff have just overruled. *Taking* it: the same precedence without the rules, and the correction stays
on the timeline. The second was built.

A forwarded mail that staff take proves no more than one they forward as a request (E4), and needs no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.desk.case import Case
from mailproc.desk.consider import Considered
from mailproc.desk.facts import gather
from mailproc.desk.matter import matter_of
from mailproc.desk.takeable import Takeable, holds_another, passed_on, stored_mail
from mailproc.escalation.command import Verb, read_command
from mailproc.escalation.conduct import TAKING, Refused
from mailproc.escalation.naming import named_level, named_ticket
from mailproc.letters.matter import Happening
from mailproc.message.mail import Address
from mailproc.policy.decide import accept
from mailproc.policy.decision import Decision, Outcome, Step
from mailproc.policy.taking import as_taken
from mailproc.store import decisions, escalations, inbox, timers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.directory import Directory
    from mailproc.desk.effects import Effects
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import Level
    from mailproc.settings import Person, Settings
    from mailproc.store.inbox import StoredMail


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What staff say of a mail that they take. An empty ``ticket`` and no ``level``: as the mail says."""

    person: Person
    ticket: str = ""
    level: Level | None = None

    @property
    def taker(self) -> Address:
        """The person as a correspondent."""
        return Address(email=self.person.email, name=self.person.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of a mail that was taken."""

    escalation_id: int
    decision: Decision


class Mending:
    """Takes mail on the connection it is given; the caller commits."""

    def __init__(
        self,
        settings: Settings,
        letters: Letters,
        mailing: Mailing,
        effects: Effects,
        directory: Directory,
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._effects = effects
        self._directory = directory

    def take(self, connection: Connection, mail_id: int, wish: Wish, now: datetime) -> Taken | Refused:
        """Makes a request of a stored mail, or says why it cannot be one.

        The requester is answered; whoever took it is not.
        """
        found = stored_mail(connection, mail_id, self._settings)
        return found if isinstance(found, Refused) else self._take(connection, found, wish, now)

    def obey(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """Carries out a TAKE that came by mail; None for any other mail."""
        mail, command = considered.mail, read_command(considered.mail.words.text)
        person = self._settings.person(mail.sender.email) if mail.sender else None
        if command is None or command.verb is not Verb.TAKE or person is None:
            return None
        found = self._find(connection, stored, considered, now)
        if found is None:
            return None
        wish = Wish(
            person=person,
            ticket=named_ticket(command.words, self._settings.tickets),
            level=named_level(command.words),
        )
        taken = found if isinstance(found, Refused) else self._take(connection, found, wish, now)
        if isinstance(taken, Taken):
            self._confirm(connection, taken, stored=stored, mail=mail, wish=wish, now=now)
            if isinstance(found, Takeable) and found.number == stored.id:
                return taken.decision  # the mail that brought the TAKE brought the request as well
            said, escalation_id = str(TAKING.happening), taken.escalation_id
        else:
            about = found.number if isinstance(found, Takeable) else _about(stored, considered)
            self._refuse(connection, taken, about=about, stored=stored, mail=mail, wish=wish, now=now)
            said, escalation_id = f"refused: {taken.because}", None
        decision = Decision(
            outcome=Outcome.COMMAND,
            route="command",
            request=considered.request,
            trace=(Step(rule="command", said=said, words=command.written),),
        )
        decisions.record(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=escalation_id,
            now=now,
        )
        return decision

    def _find(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Takeable | Refused | None:
        """The mail that a TAKE is about: the one answered, or the one forwarded with it."""
        thread, mail = considered.thread, considered.mail
        if holds_another(mail) and (thread is None or thread.signed_for is None):
            return passed_on(connection, stored, mail, self._settings, now)
        if thread is None or thread.mail_id is None or thread.escalation_id is not None:
            return None
        if mail.sender is None or thread.signed_for != mail.sender.email:
            return Refused(because="unproven_mail")
        return stored_mail(connection, thread.mail_id, self._settings)

    def _take(self, connection: Connection, found: Takeable, wish: Wish, now: datetime) -> Taken | Refused:
        request = as_taken(found.request, found.mail, taker=wish.taker, ticket=wish.ticket, level=wish.level)
        if request.ticket is None:
            return Refused(because="needs_ticket")
        considered = Considered(mail=found.mail, thread=None, request=request)
        facts = gather(connection, found.stored, considered, self._settings, now, directory=self._directory)
        if wish.level is not None:  # staff have judged it themselves
            facts = replace(facts, stale=False, restricted=False)
        policy = self._settings.policy_of(facts.procedure)
        decision = accept(request, facts, policy, mended="taken", by=wish.person.name)
        decision = replace(decision, trace=(*found.earlier, *decision.trace))
        case = Case(
            stored=found.stored,
            mail=found.mail,
            decision=decision,
            facts=facts,
            requested_at=found.asked_at,
            key=f"taken:{found.number}",
        )
        is_the_takers = request.requester is None or request.requester.email == wish.person.email
        carry_out = self._effects.carry_out_unanswered if is_the_takers else self._effects.carry_out
        escalation_id = carry_out(connection, case)
        if escalation_id is None:
            raise ValueError(f"mail {found.number} was taken, and opened nothing")
        self._correct(
            connection, found.number, Taken(escalation_id=escalation_id, decision=decision), wish, now
        )
        return Taken(escalation_id=escalation_id, decision=decision)

    def _correct(self, connection: Connection, mail_id: int, taken: Taken, wish: Wish, now: datetime) -> None:
        """The mail has another outcome now, and the timeline says whose doing that is."""
        escalations.add_event(
            connection,
            taken.escalation_id,
            kind=TAKING.happening,
            by=wish.person.email,
            words="",
            mail_id=mail_id,
            now=now,
        )
        decisions.record_anew(
            connection,
            taken.decision,
            mail_id=mail_id,
            escalation_id=taken.escalation_id,
            now=now,
        )
        inbox.correct(connection, mail_id, taken.decision.outcome, now)
        timers.stop_about(connection, mail_id)  # it may have been queued for the end of a cooldown

    def _refuse(
        self,
        connection: Connection,
        refused: Refused,
        *,
        about: int,
        stored: StoredMail,
        mail: IncomingMail,
        wish: Wish,
        now: datetime,
    ) -> None:
        """Says why not, from the address that is signed for the mail in question: one answer mends it."""
        letter = self._letters.refused(
            refused.because,
            verb=Verb.TAKE,
            matter=None,
            possible=(),
            to=wish.taker,
            now=now,
            answers=mail,
        )
        self._mailing.send(connection, [letter], key=f"take:{stored.id}", now=now, mail_id=about)

    def _confirm(
        self,
        connection: Connection,
        taken: Taken,
        *,
        stored: StoredMail,
        mail: IncomingMail,
        wish: Wish,
        now: datetime,
    ) -> None:
        row = escalations.entry(connection, taken.escalation_id) or {}
        happening = Happening(kind=TAKING.happening, by=wish.person.name, at=now)
        matter = matter_of(row, self._settings)
        letter = self._letters.done(matter, happening, to=wish.taker, now=now, answers=mail)
        self._mailing.send(
            connection,
            [letter],
            key=f"take:{stored.id}",
            now=now,
            mail_id=stored.id,
            escalation_id=taken.escalation_id,
        )


def _about(stored: StoredMail, considered: Considered) -> int:
    """The mail that a refused TAKE was about."""
    thread = considered.thread
    return thread.mail_id if thread and thread.mail_id else stored.id
