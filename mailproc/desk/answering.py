"""A command that changes nothing is answered: with what was asked for, or why it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproc.desk.matter import happening_of, matter_of
from mailproc.escalation.command import FOR_REQUESTERS, Verb
from mailproc.escalation.conduct import UNDERSTOOD
from mailproc.escalation.status import Status, possible
from mailproc.policy.decision import Step
from mailproc.store import decisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailproc.desk.occasion import Occasion
    from mailproc.escalation.command import Command
    from mailproc.escalation.conduct import Giver, Refused
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import Address
    from mailproc.settings import Settings


class Answering:
    """Writes the one letter to whoever gave the command."""

    def __init__(self, settings: Settings, letters: Letters) -> None:
        self._settings = settings
        self._letters = letters

    def refusal(
        self, row: dict[str, Any], command: Command, refused: Refused, by: Address, occasion: Occasion
    ) -> Letter:
        """Why it was not carried out, and what is possible; a stranger learns nothing of it."""
        is_stranger = refused.because == "stranger"
        return self._letters.refused(
            refused.because,
            verb=command.verb,
            matter=None if is_stranger else matter_of(row, self._settings),
            possible=[] if is_stranger else [str(step) for step in possible(Status(row["status"]))],
            to=by,
            now=occasion.now,
            answers=occasion.mail,
            language=row["language"],
        )

    def answer(
        self,
        connection: Connection,
        row: dict[str, Any],
        command: Command,
        giver: Giver,
        by: Address,
        occasion: Occasion,
    ) -> Letter:
        """STATUS, WHY and HELP change nothing."""
        now, mail = occasion.now, occasion.mail
        if command.verb is Verb.WHY:
            made = decisions.of_mail(connection, row["mail_id"])
            return self._letters.reasons(
                [Step(**step) for step in made["trace"]] if made else [],
                matter=matter_of(row, self._settings),
                to=by,
                now=now,
                answers=mail,
            )
        if command.verb is Verb.STATUS:
            until = row["accepted_at"] + self._settings.policy_of(row["procedure"]).cooldown
            return self._letters.standing(
                matter_of(row, self._settings),
                [happening_of(event, self._settings) for event in row["events"]] if giver.is_staff else [],
                to=by,
                is_staff=giver.is_staff,
                cooldown_until=until if until > now else None,
                now=now,
                answers=mail,
            )
        verbs = [str(verb) for verb in UNDERSTOOD if giver.is_staff or verb in FOR_REQUESTERS]
        return self._letters.help(
            verbs, is_staff=giver.is_staff, to=by, now=now, answers=mail, language=row["language"]
        )
