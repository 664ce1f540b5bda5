"""An example of every letter of an escalation's life, in each of its variants."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Verb
from mailproc.escalation.conduct import ORDERS
from mailproc.escalation.status import Status, possible
from mailproc.escalation.timeline import Event
from mailproc.letters.cases import ANNA, ERIK, NOW, PRIYA, decisions, sample_mail
from mailproc.letters.life_cases import KIM, MATTER, QUIET, TRACE, WAITING, case, kinds, timeline
from mailproc.letters.matter import INTERNAL
from mailproc.letters.storm import Waiting
from mailproc.message.mail import Address
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.letters.letter import Letter
    from mailproc.letters.life import LifeLetters
    from mailproc.settings import Person

    Samples = dict[str, Callable[[], Letter]]

_DESK = "support+r-e1-cz4-example@helpdesk.example"
_STAFF = Address(email=PRIYA.email, name=PRIYA.name)
_UNTIL = NOW + timedelta(hours=46)


def life_samples(letters: LifeLetters, language: str, person: Person) -> Samples:
    """What writes each sample letter of an escalation's life, by name."""
    return (
        _news(letters, language)
        | _staff_news(letters, language, person)
        | _done(letters, language, person)
        | _refused(letters, language)
        | _standing(letters, language)
        | _asked(letters, language)
        | _waiting(letters, language, person)
    )


def _news(letters: LifeLetters, language: str) -> Samples:
    tell = partial(letters.news, to=ANNA, now=NOW, words_allowed=True)
    cases = {kind.replace(" ", "-"): case(kind, language) for kind in kinds() if kind not in INTERNAL}
    for name in (Event.ACKNOWLEDGED, "level-changed"):
        matter, happening = cases[name]
        cases[f"{name}-higher"] = (replace(matter, level=Level.HIGHER_PRIORITY), happening)
    for name, kind, by in (
        ("closed-by-desk", Event.CLOSED, letters.desk_name),
        ("joined-nameless", Event.JOINED, "https://kim.example"),
    ):
        matter, happening = cases[kind]
        cases[name] = (matter, replace(happening, by=by, words=""))
    for name, misuses in (("misused-counted", 1), ("misused-restricted", 3)):
        matter, happening = cases[Event.MISUSED]
        cases[name] = (matter, replace(happening, misuses=misuses))
    made: Samples = {f"news-{name}": partial(tell, *told) for name, told in cases.items()}
    proposal = case(Event.SOLUTION_PROPOSED, language)
    made["news-solution-proposed-copied"] = partial(tell, *proposal, is_copy=True)
    return made


def _staff_news(letters: LifeLetters, language: str, person: Person) -> Samples:
    tell = partial(letters.staff_news, person=person, now=NOW)
    over = partial(letters.over, person=person, now=NOW)
    made: Samples = {
        f"staff-news-{kind.replace(' ', '-')}": partial(tell, *case(kind, language)) for kind in kinds()
    }
    for kind in (Event.ACKNOWLEDGED, Event.CLOSED):
        made[f"over-{kind}"] = partial(over, *case(kind, language))
    return made


def _done(letters: LifeLetters, language: str, person: Person) -> Samples:
    made: Samples = {}
    for verb, order in ORDERS.items():
        name, told = f"done-{verb.replace('_', '-')}", case(order.happening, language)
        giver = ANNA if verb in FOR_REQUESTERS else _STAFF
        made[name] = partial(letters.done, *told, to=giver, now=NOW, answers=sample_mail())
        made[f"{name}-by-hand"] = partial(letters.done, *told, to=person, now=NOW)
    matter, happening = case(Event.MISUSED, language)
    for name, misuses in (("counted", 1), ("restricted", 3)):
        counted = replace(happening, misuses=misuses)
        made[f"done-misused-{name}"] = partial(letters.done, matter, counted, to=person, now=NOW)
    return made


def _refused(letters: LifeLetters, language: str) -> Samples:
    matter = replace(MATTER, language=language)
    steps = [str(step) for step in possible(Status.ACKNOWLEDGED)]
    unknown = partial(
        letters.refused, verb=Verb.ACK, matter=None, possible=(), to=KIM, now=NOW, language=language
    )
    to_staff = partial(letters.refused, verb=Verb.LEVEL, matter=matter, possible=steps, to=_STAFF, now=NOW)
    to_requester = partial(to_staff, verb=Verb.ACCEPT, to=ANNA)
    closed = replace(matter, status=Status.CLOSED)
    made: Samples = {
        "refused-stranger": partial(unknown, "stranger"),
        "refused-expired": partial(unknown, "expired"),
        "refused-staff-only": partial(to_requester, "staff_only", verb=Verb.CLOSE),
        "refused-unproven": partial(to_staff, "unproven"),
        "refused-no-such-level": partial(to_staff, "no_such_level"),
        "refused-same-level": partial(to_staff, "same_level"),
        "refused-restricted": partial(to_requester, "restricted", verb=Verb.CONFIRM),
        "refused-not-restricted": partial(to_staff, "not_restricted", verb=Verb.RESTORE),
        "refused-pms-only": partial(to_staff, "pms_only", verb=Verb.RESTORE),
        "refused-wrong-code": partial(unknown, "wrong_code", to=_STAFF),
        "refused-which-one": partial(unknown, "which_one", to=_STAFF),
        "refused-codes-refused": partial(unknown, "codes_refused", to=_STAFF),
        "refused-not-now": partial(to_staff, "not_now", verb=Verb.ACK),
        "refused-not-now-requester": partial(to_requester, "not_now"),
        "refused-over": partial(to_staff, "over", verb=Verb.UPDATE, matter=closed, possible=[Verb.REOPEN]),
    }
    for name, owner in (("colleague", ERIK.email), ("yours", PRIYA.email), ("nobody", "")):
        taken = replace(matter, acknowledged_by=owner)
        made[f"refused-taken-{name}"] = partial(to_staff, "acknowledged_already", verb=Verb.ACK, matter=taken)
    for verb in sorted(NEEDS_WORDS):
        made[f"refused-needs-words-{verb}"] = partial(to_staff, "needs_words", verb=verb)
    return made


def _standing(letters: LifeLetters, language: str) -> Samples:
    ask = partial(letters.standing, now=NOW, answers=sample_mail())
    to_requester = partial(ask, events=(), to=ANNA, is_staff=False)
    to_staff = partial(ask, MATTER, to=_STAFF, is_staff=True, cooldown_until=_UNTIL)
    made: Samples = {
        "standing-emergency": partial(to_requester, replace(WAITING, language=language), cooldown_until=None),
        "standing-staff": partial(to_staff, timeline(language), answers=None),
        "standing-staff-early": partial(to_staff, timeline(language)[:20], answers=None),
        "standing-staff-long": partial(to_staff, timeline(language) * 3),
    }
    for status in Status:
        matter = replace(QUIET, status=status, language=language)
        until = None if status.is_over else _UNTIL
        made[f"standing-{status.replace('_', '-')}"] = partial(to_requester, matter, cooldown_until=until)
    return made


def _asked(letters: LifeLetters, language: str) -> Samples:
    why = partial(letters.reasons, matter=replace(MATTER, language=language), to=_STAFF, now=NOW)
    ask = partial(letters.help, now=NOW, language=language)
    return {
        "reasons": partial(why, TRACE, answers=sample_mail()),
        "reasons-none": partial(why, ()),
        "reasons-long": partial(why, TRACE * 40),
        "help": partial(ask, [verb for verb in Verb if verb in FOR_REQUESTERS], is_staff=False, to=ANNA),
        "help-staff": partial(ask, list(Verb), is_staff=True, to=_STAFF),
    }


def _waiting(letters: LifeLetters, language: str, person: Person) -> Samples:
    waiting = replace(WAITING, language=language)
    chase = partial(letters.chase, waiting, person=person, waiting_since=waiting.accepted_at, now=NOW)
    queued = partial(letters.queued, waiting.ticket, until=_UNTIL)
    many = [
        Waiting(matter=replace(waiting, ticket=f"ABC-{number}"), words=words, code=code, answer_to=_DESK)
        for number, words, code in ((1234, "Nobody can check out.", "K7M3Q9"), (1240, "", "R4T8A2"))
    ]
    storm = partial(letters.storm, many, person=person, now=NOW)
    request = decisions()["accepted"].request
    started, shown = replace(timeline(language)[0], words=request.motivation or ""), request.evidence
    return {
        "chase-first": partial(chase, round=0),
        "chase-again": partial(chase, round=1),
        "chase-up-the-list": partial(chase, round=2),
        "record": partial(letters.record, waiting, started, shown, to="tickets@system.example", now=NOW),
        "exhausted": partial(letters.exhausted, waiting, to=ANNA, now=NOW),
        "storm": partial(storm, is_update=False),
        "storm-update": partial(storm, is_update=True),
        "queued": partial(queued, to=ANNA, now=NOW, language=language),
        "handed-over": partial(letters.handed_over, to=ANNA, now=NOW, language=language),
    }
