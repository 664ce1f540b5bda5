"""Letters about the ladder: who has a ticket now, how long for, and what became of it (T1–T3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.matter import about, about_for_staff, buttons, command_lines
from mailproc.letters.quoting import one_line, several_lines
from mailproc.letters.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailproc.escalation.tiers import Limit
    from mailproc.letters.letter import Letter
    from mailproc.letters.matter import Matter
    from mailproc.letters.pen import Pen
    from mailproc.message.mail import Address, IncomingMail
    from mailproc.settings import Person, Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """Where an escalation stands on the ladder.

    ``tier`` is the name of the tier that has it, ``before`` that of the one that had it. ``limit`` is the one
    that passed, or is about to. The due moments are aware; None where nothing is due. ``handover`` is what
    the technician wrote, and ``by`` who that was. ``client_told`` is true where the client hears of it too.
    """

    tier: str
    before: str = ""
    limit: Limit | None = None
    plan_due: datetime | None = None
    fix_due: datetime | None = None
    handover: str = ""
    by: str = ""
    client_told: bool = False


_ANSWERS = {
    "handed": (Verb.ACK, Verb.PLAN, Verb.FIX, Verb.PAUSE, Verb.ASSIGN),
    "stepped": (Verb.ACK, Verb.PLAN, Verb.FIX, Verb.PAUSE, Verb.OVERRIDE),
    "gone": (Verb.NOTE,),
    "warning": (Verb.PLAN, Verb.FIX, Verb.PAUSE, Verb.OVERRIDE),
    "together": (Verb.PLAN, Verb.FIX, Verb.UPDATE, Verb.CLOSE),
}
"""The words that each letter asks for."""

_BUTTONS = {"handed": (Verb.ACK,), "stepped": (Verb.ACK,)}

NEWS_FOR_CLIENTS = ("handed_over", "ladder_ended")
"""What the client of a ticket hears of its hand-over, by the names of their words."""


class TierLetters(Scribe):
    """One letter to one reader each; all but ``client`` and ``taken`` are for staff alone."""

    def handed(self, matter: Matter, rung: Rung, *, person: Person, now: datetime) -> Letter:
        """To one of the tier that gets a technician's hand-over."""
        return self._rung("handed", matter, rung, person, now)

    def stepped(self, matter: Matter, rung: Rung, *, person: Person, now: datetime) -> Letter:
        """To one of the tier that gets it because a limit of the one before has passed."""
        return self._rung("stepped", matter, rung, person, now)

    def gone(self, matter: Matter, rung: Rung, *, person: Person, now: datetime) -> Letter:
        """To one of the tier that had it."""
        return self._rung("gone", matter, rung, person, now)

    def warning(self, matter: Matter, rung: Rung, *, person: Person, now: datetime) -> Letter:
        """To one who has it: a limit is about to pass."""
        return self._rung("warning", matter, rung, person, now)

    def together(
        self, matter: Matter, rung: Rung, *, person: Person, others: Sequence[Person], now: datetime
    ) -> Letter:
        """To one of those who make a new plan together; ``others`` are the rest of them."""
        return self._rung("together", matter, rung, person, now, others)

    def taken(
        self,
        matter: Matter,
        rung: Rung,
        *,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """To the technician: who has it now, and by when they are to have a plan and a fix."""
        draft = partial(_about_rung, "taken", matter, rung, (), settings=self._settings)
        return self._of(matter, draft, to, now, answers)

    def client(self, what: str, matter: Matter, *, to: Address, now: datetime) -> Letter:
        """To the client of the ticket, honestly and without internal text: one of ``NEWS_FOR_CLIENTS``."""
        return self._of(matter, partial(_for_client, what, matter, settings=self._settings), to, now)

    def _rung(
        self,
        name: str,
        matter: Matter,
        rung: Rung,
        person: Person,
        now: datetime,
        others: Sequence[Person] = (),
    ) -> Letter:
        draft = partial(_about_rung, name, matter, rung, others, settings=self._settings)
        return self._of(matter, draft, person, now)


def _about_rung(
    name: str, matter: Matter, rung: Rung, others: Sequence[Person], pen: Pen, settings: Settings
) -> Draft:
    data = {
        **about_for_staff(matter, pen, settings),
        "tier": one_line(rung.tier, 80),
        "before": one_line(rung.before, 80),
        "limit": str(rung.limit or ""),
        "plan_due": pen.moment(rung.plan_due) if rung.plan_due else "",
        "fix_due": pen.moment(rung.fix_due) if rung.fix_due else "",
        "by": one_line(rung.by, 120),
        "client_told": rung.client_told,
        "words": "" if name in ("gone", "taken") else several_lines(rung.handover, 4_000),
        "others": ", ".join(one_line(other.name, 80) for other in others),
        "commands": command_lines(_ANSWERS.get(name, ()), pen),
        "buttons": buttons(_BUTTONS.get(name, ()), pen),
    }
    kind = LetterKind.ANSWER if name == "taken" else LetterKind.STAFF_NEWS
    return Draft(name=f"tier.{name}", kind=kind, data=data)


def _for_client(what: str, matter: Matter, pen: Pen, settings: Settings) -> Draft:
    data = {**about(matter, pen, settings), "words": "", "buttons": []}
    return Draft(name=f"news.{what}", kind=LetterKind.NEWS, data=data)
