"""The letters of the end of an escalation, of staff who mend what the desk did, and of the team's channel."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailproc.letters import aftermath, mending, team
from mailproc.letters.life import LifeLetters
from mailproc.letters.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mailproc.letters.letter import Letter
    from mailproc.letters.matter import Happening, Matter
    from mailproc.letters.mending import Offer
    from mailproc.message.mail import Address, IncomingMail
    from mailproc.policy.decision import Decision
    from mailproc.settings import Person


class ClosingLetters(LifeLetters):
    """One letter to one reader each. ``answers`` is the mail that is answered, if one is."""

    def debrief(
        self,
        matter: Matter,
        happening: Happening,
        events: Sequence[Happening],
        *,
        person: Person,
        author: Person | None,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """To one of those who had to do with an emergency: it is over, and how it went (S6).

        ``author`` writes the post mortem and is asked for it here, None where none is asked.
        """
        draft = partial(
            aftermath.debrief,
            matter,
            happening,
            events,
            settings=self._settings,
            author=author,
            is_author=author is not None and author.email == person.email,
        )
        return self._of(matter, draft, person, now, answers)

    def owed(
        self, matter: Matter, report: str, *, author: Person, person: Person, is_last: bool, now: datetime
    ) -> Letter:
        """A post mortem, or a root cause analysis, is asked for again; or managers hear that none came."""
        draft = partial(
            aftermath.owed,
            matter,
            report,
            settings=self._settings,
            author=author,
            is_last=is_last,
            times=self._settings.debrief.chases + 1,
        )
        return self._of(matter, draft, person, now)

    def team_post(
        self, matter: Matter, happening: Happening, *, evidence: Sequence[str], is_end: bool
    ) -> tuple[str, str]:
        """Title and body of a post for the team's channel, in the desk's language (E5)."""
        language = self.stationery.default
        lasted = happening.at - matter.accepted_at
        return team.team_post(
            matter,
            happening,
            Words(self.stationery.catalogue(language), "team_post", {}),
            self._settings,
            evidence=evidence,
            lasted=self.stationery.calendar(language).lasting(lasted) if is_end else "",
        )

    def offer(
        self,
        matter: Matter,
        meant: Offer,
        others: Sequence[str],
        *,
        to: Address,
        now: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """To somebody who answered in prose: the one word that would do what they may mean."""
        draft = partial(
            mending.offer, matter, meant, others, settings=self._settings, is_staff=self._is_staff(to)
        )
        return self._of(matter, draft, to, now, answers)

    def each_alone(
        self,
        decisions: Sequence[Decision],
        *,
        to: Address,
        now: datetime,
        decides_at: datetime,
        answers: IncomingMail | None = None,
    ) -> Letter:
        """The answer to BOTH: what became of each ticket."""
        draft = partial(mending.each_alone, decisions, decides_at=decides_at)
        return self._write(draft, to, now, language=decisions[0].request.language, answers=answers)
