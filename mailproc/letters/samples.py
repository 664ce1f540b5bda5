"""An example of every letter in each of its variants, for previews and to check all words."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mailproc.letters.cases import DECIDES_AT, NOTICES, NOW, PRIYA, alerts, decisions, sample_mail
from mailproc.letters.closing_samples import closing_samples
from mailproc.letters.digest_cases import digests, operator_days, sample_address, weeks
from mailproc.letters.life_samples import life_samples
from mailproc.letters.tier_samples import tier_samples
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.letters.letter import Letter
    from mailproc.letters.writer import Letters
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision

COPIED = Address(email="lea@harbour.example", name="Lea Harbour")


def samples(letters: Letters, language: str) -> dict[str, Callable[[], Letter]]:
    """What writes each sample letter in a language, by name. ``letters`` knows the people of the samples."""
    person = PRIYA.model_copy(update={"language": language})
    made: dict[str, Callable[[], Letter]] = {}
    unreadable = {"rejected-unreadable": replace(sample_mail(), unreadable="only a picture")}
    for name, decision in decisions().items():
        mail = unreadable.get(name, sample_mail())
        answer = partial(_answers, letters, _in_language(decision, language), mail)
        made[name] = partial(_nth, answer, 0)
        if decision.request.forwarder:
            made[f"{name}-copy"] = partial(_nth, answer, 1)
        if name == "accepted":
            made["accepted-copied"] = partial(_nth, partial(answer, copied=(COPIED,)), 1)
    for name, decision in alerts().items():
        alert = partial(letters.alerts, decision, sample_mail(), people=(person,), now=NOW)
        made[name] = partial(_nth, alert, 0)
    for name, content in digests().items():
        made[name] = partial(letters.digest, content, person, sample_address)
    for name, day in operator_days().items():
        made[name] = partial(letters.operator_day, day, person)
    for name, week in weeks().items():
        made[name] = partial(letters.week, week, person)
    for name, notice in NOTICES.items():
        made[name] = partial(letters.operator, notice, now=NOW)
    for further in (life_samples, closing_samples, tier_samples):
        made |= further(letters, language, person)
    return made


def _in_language(decision: Decision, language: str) -> Decision:
    return replace(decision, request=replace(decision.request, language=language))


def _answers(
    letters: Letters, decision: Decision, mail: IncomingMail, copied: tuple[Address, ...] = ()
) -> tuple[Letter, ...]:
    return letters.reply(decision, mail, now=NOW, decides_at=DECIDES_AT, copied=copied)


def _nth(write: Callable[[], tuple[Letter, ...]], place: int) -> Letter:
    return write()[place]
