"""BOTH: each ticket of a mail that named several becomes a request of its own, answered in one letter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.desk.case import Case
from mailproc.desk.facts import gather
from mailproc.policy.decide import decide
from mailproc.policy.decision import Decision, Outcome, Step
from mailproc.policy.organisations import same_house
from mailproc.reading.complete import complete
from mailproc.reading.record import from_record
from mailproc.store import decisions, inbox

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from mailproc.desk.consider import Considered
    from mailproc.desk.directory import Directory
    from mailproc.desk.effects import Effects
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail

MOST_TICKETS = 20
"""Tickets of one mail that are taken up; the rejection lists as many."""


class EachAlone:
    """Decides each ticket by itself: one may be taken up, one join, and one be within its cooldown."""

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

    def obey(
        self, connection: Connection, stored: StoredMail, considered: Considered, now: datetime
    ) -> Decision | None:
        """Carries BOTH out; None for an answer to anything but a mail that named several tickets.

        As any answer that completes a request, it proves itself by its thread and its house alone.
        """
        thread, sender = considered.thread, considered.mail.sender
        if thread is None or thread.mail_id is None or sender is None:
            return None
        made = decisions.of_mail(connection, thread.mail_id)
        entry = inbox.entry(connection, thread.mail_id)
        if made is None or entry is None or entry["outcome"] != Outcome.REJECTED:
            return None
        if not made["requester"] or not same_house(sender.email, made["requester"], self._settings):
            return None
        request = self._request(made, considered)
        if not request.several:
            return None
        alone = [replace(request, ticket=ticket, several=()) for ticket in request.several[:MOST_TICKETS]]
        cases = [self._case(connection, stored, considered, one, entry, now) for one in alone]
        opened = [self._effects.carry_out_unanswered(connection, case) for case in cases]
        each = [case.decision for case in cases]
        letter = self._letters.each_alone(
            each,
            to=request.requester or sender,
            now=now,
            decides_at=cases[0].facts.next_digest,
            answers=considered.mail,
        )
        self._mailing.send(connection, [letter], key=f"both:{stored.id}", now=now, mail_id=stored.id)
        decision = _together(request, each)
        decisions.record(
            connection,
            decision,
            mail_id=stored.id,
            escalation_id=next((id_ for id_ in opened if id_ is not None), None),
            completes=thread.mail_id,
            now=now,
        )
        return decision

    def _request(self, made: dict[str, Any], considered: Considered) -> EscalationRequest:
        """The request as it was sent back, with a reason that stands behind the word."""
        first = from_record(made["understood"])
        whole = complete(first, considered.request, considered.mail, self._settings)
        return replace(whole, ticket=None, several=first.several) if whole else first

    def _case(
        self,
        connection: Connection,
        stored: StoredMail,
        considered: Considered,
        request: EscalationRequest,
        entry: dict[str, Any],
        now: datetime,
    ) -> Case:
        considered = replace(considered, request=request)
        facts = gather(connection, stored, considered, self._settings, now, directory=self._directory)
        return Case(
            stored=stored,
            mail=considered.mail,
            decision=decide(request, facts, self._settings.policy_of(facts.procedure)),
            facts=facts,
            requested_at=entry["received_at"],
            key=f"both:{stored.id}:{request.ticket}",
        )


def _together(request: EscalationRequest, decisions: list[Decision]) -> Decision:
    """One decision about the mail that said BOTH: completed, if any of its tickets was taken up."""
    is_taken = any(not decision.refusals for decision in decisions)
    return Decision(
        outcome=Outcome.COMPLETED if is_taken else Outcome.REJECTED,
        route="each ticket alone",
        request=request,
        refusals=() if is_taken else decisions[0].refusals,
        procedure=decisions[0].procedure,
        trace=tuple(
            Step(rule=f"{decision.request.ticket}: {step.rule}", said=step.said, words=step.words)
            for decision in decisions
            for step in decision.trace
        ),
    )
