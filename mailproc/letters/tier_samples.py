"""An example of every letter of the ladder, in each of its variants."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.escalation.tiers import Limit
from mailproc.letters.cases import ANNA, ERIK, NOW, PRIYA, sample_mail
from mailproc.letters.life_cases import MATTER
from mailproc.letters.tiers import NEWS_FOR_CLIENTS, Rung
from mailproc.message.mail import Address
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.letters.letter import Letter
    from mailproc.letters.writer import Letters
    from mailproc.settings import Person

    Samples = dict[str, Callable[[], Letter]]

_RUNG = Rung(
    tier="Tier 3",
    before="First touch",
    plan_due=NOW + timedelta(minutes=30),
    fix_due=NOW + timedelta(hours=1),
    handover="Reason for Escalation: Knowledge\nSteps Attempted: toggled the agent, tried another network",
    by=ERIK.name,
)
_END = replace(_RUNG, tier=f"{PRIYA.name}, {ERIK.name}", plan_due=None, fix_due=None, client_told=True)


def tier_samples(letters: Letters, language: str, person: Person) -> Samples:
    """What writes each sample letter of the ladder, by name."""
    matter = replace(MATTER, level=Level.HIGHER_PRIORITY, language=language)
    staff = Address(email=PRIYA.email, name=PRIYA.name)
    together = partial(letters.together, matter, person=person, now=NOW)
    refused = partial(letters.refused, verb=Verb.OVERRIDE, matter=matter, possible=(), to=staff, now=NOW)
    made: Samples = {
        "tier-handed": partial(letters.handed, matter, _RUNG, person=person, now=NOW),
        "tier-taken": partial(letters.taken, matter, _RUNG, to=staff, now=NOW, answers=sample_mail()),
        "tier-taken-by-hand": partial(letters.taken, matter, _RUNG, to=staff, now=NOW),
        "tier-together": partial(together, replace(_END, limit=Limit.FIX), others=[ERIK]),
        "tier-together-alone": partial(together, replace(_END, client_told=False), others=[]),
        "refused-managers-only": partial(refused, "managers_only"),
        "refused-override-incomplete": partial(refused, "override_incomplete"),
        "refused-no-limits": partial(refused, "no_limits"),
        "refused-paused-already": partial(refused, "paused_already", verb=Verb.PAUSE),
        "refused-not-paused": partial(refused, "not_paused", verb=Verb.RESUME),
    }
    for limit in Limit:
        rung = replace(_RUNG, limit=limit)
        for name, write in (
            ("stepped", letters.stepped), ("gone", letters.gone), ("warning", letters.warning)
        ):  # fmt: skip
            made[f"tier-{name}-{limit}"] = partial(write, matter, rung, person=person, now=NOW)
    for what in NEWS_FOR_CLIENTS:
        made[f"client-{what.replace('_', '-')}"] = partial(letters.client, what, matter, to=ANNA, now=NOW)
    return made
