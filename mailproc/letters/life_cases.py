"""Invented escalations and what happened to them: one for each thing that the letters of their life say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from mailproc.escalation.command import FOR_REQUESTERS, NEEDS_WORDS, Verb
from mailproc.escalation.conduct import ORDERS
from mailproc.escalation.status import Status, possible
from mailproc.letters.cases import ANNA, ERIK, NOW, PRIYA, sample_mail
from mailproc.letters.matter import INTERNAL, Happening, Matter
from mailproc.message.mail import Address
from mailproc.policy.decision import Step
from mailproc.reading.request import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailproc.letters.letter import Letter
    from mailproc.letters.life import LifeLetters
    from mailproc.settings import Person

Sample = tuple[str, "Callable[[], Letter]"]

KIM = Address(email="kim@norda.example", name="Kim Berg")
_STAFF = Address(email=PRIYA.email, name=PRIYA.name)

MATTER = Matter(
    ticket="ABC-1234",
    level=Level.EMERGENCY,
    status=Status.ACKNOWLEDGED,
    requester=ANNA,
    accepted_at=NOW - timedelta(hours=2),
    organisation="Norda",
    acknowledged_by=PRIYA.email,
)
_WAITING = replace(MATTER, status=Status.STARTED, acknowledged_by="")
_QUIET = replace(MATTER, level=Level.HIGHER_PRIORITY)

_BY_THEMSELVES = ("raised", "joined", "escalated again", "proposal waits")
"""What happens without a command, and is told all the same."""

_STATUS_AFTER = {
    "declined": Status.CANCELED,
    "solution proposed": Status.SOLUTION_PROPOSED,
    "proposal waits": Status.SOLUTION_PROPOSED,
    "solution accepted": Status.SOLUTION_ACCEPTED,
    "solution rejected": Status.SOLUTION_REJECTED,
    "closed": Status.CLOSED,
    "canceled": Status.CANCELED,
    "misused": Status.CANCELED,
    "confirmed as emergency": Status.STARTED,
}

_WORDS = {
    "declined": "The fix is part of the release on 3 December, and the export works by hand until then.",
    "solution proposed": "Please sign out and in again. The new certificate is then in place.",
    "update": "We have found the cause and are testing the fix. More by 16:00.",
    "note": "Network operations changed the proxy last night; ask them first.",
    "closed": "The certificate is renewed on all servers.",
    "canceled": "The ticket has been merged with ABC-1100.",
    "misused": "The test system is down, production is not.",
    "solution rejected": "The export still stops at half past.",
    "resolved by requester": "Our provider has repaired the line.",
    "still down": "It went down again at 15:02.",
    "no longer urgent": "The customer has moved the launch to January.",
    "assigned": "Erik Lund",
}

_TRACE = (
    Step(rule="missing_ticket_id", said="found in the subject", words="ABC-1234"),
    Step(rule="cooldown", said="no earlier escalation"),
)


def kinds() -> tuple[str, ...]:
    """All happenings that letters can tell of."""
    return (*dict.fromkeys(order.happening for order in ORDERS.values()), *_BY_THEMSELVES)


def life_samples(letters: LifeLetters, language: str, person: Person) -> dict[str, Callable[[], Letter]]:
    """What writes each sample letter of an escalation's life, by name."""
    made: dict[str, Callable[[], Letter]] = {}
    for samples in (_news, _staff_news, _done, _refused, _standing, _others):
        made |= dict(samples(letters, language, person))
    return made


def _case(kind: str, language: str, by: str = "Priya Nair") -> tuple[Matter, Happening]:
    matter = replace(MATTER, status=_STATUS_AFTER.get(kind, MATTER.status), language=language)
    if matter.status is Status.STARTED:
        matter = replace(matter, acknowledged_by="")
    return matter, Happening(kind=kind, by=by, at=NOW - timedelta(minutes=4), words=_WORDS.get(kind, ""))


def _by(kind: str) -> str:
    verbs = {order.happening: verb for verb, order in ORDERS.items()}
    return "Priya Nair" if kind in verbs and verbs[kind] not in FOR_REQUESTERS else "Kim Berg"


def _news(letters: LifeLetters, language: str, _person: Person) -> Iterator[Sample]:
    for kind in kinds():
        if kind in INTERNAL:
            continue
        matter, happening = _case(kind, language, _by(kind))
        write = partial(letters.news, to=ANNA, now=NOW, words_allowed=True)
        name = f"news-{happening.key}"
        yield name, partial(write, matter, happening)
        if kind in ("acknowledged", "level changed"):
            yield f"{name}-higher", partial(write, replace(matter, level=Level.HIGHER_PRIORITY), happening)
    matter, happening = _case("closed", language, letters.desk_name)
    yield (
        "news-closed-by-desk",
        partial(letters.news, matter, replace(happening, words=""), to=ANNA, now=NOW, words_allowed=True),
    )
    matter, happening = _case("joined", language, "https://kim.example")
    yield (
        "news-joined-nameless",
        partial(letters.news, matter, happening, to=ANNA, now=NOW, words_allowed=False),
    )


def _staff_news(letters: LifeLetters, language: str, person: Person) -> Iterator[Sample]:
    for kind in kinds():
        matter, happening = _case(kind, language, _by(kind))
        yield (
            f"staff_news-{happening.key}",
            partial(letters.staff_news, matter, happening, person=person, now=NOW),
        )
    for kind in ("acknowledged", "closed"):
        matter, happening = _case(kind, language)
        yield f"over-{kind}", partial(letters.over, matter, happening, person=person, now=NOW)


def _done(letters: LifeLetters, language: str, person: Person) -> Iterator[Sample]:
    for verb, order in ORDERS.items():
        matter, happening = _case(order.happening, language)
        to = ANNA if verb in FOR_REQUESTERS else _STAFF
        yield (
            f"done-{happening.key}",
            partial(letters.done, matter, happening, to=to, now=NOW, answers=sample_mail()),
        )
        yield f"done-{happening.key}-ordered", partial(letters.done, matter, happening, to=person, now=NOW)


def _refused(letters: LifeLetters, language: str, person: Person) -> Iterator[Sample]:
    refuse = partial(letters.refused, now=NOW)
    matter = replace(MATTER, language=language)
    to_staff = partial(refuse, to=_STAFF, matter=matter)
    steps = [str(step) for step in possible(Status.ACKNOWLEDGED)]
    yield (
        "refused-stranger",
        partial(refuse, "stranger", verb=Verb.ACK, matter=None, possible=(), to=KIM, language=language),
    )
    yield (
        "refused-expired",
        partial(refuse, "expired", verb=Verb.ACK, matter=None, possible=(), to=ANNA, language=language),
    )
    yield (
        "refused-staff_only",
        partial(refuse, "staff_only", verb=Verb.CLOSE, matter=matter, possible=steps, to=ANNA),
    )
    for because in ("unproven", "no_such_level", "same_level", "not_now"):
        yield f"refused-{because}", partial(to_staff, because, verb=Verb.LEVEL, possible=steps)
    closed = partial(refuse, matter=replace(matter, status=Status.CLOSED), possible=(Verb.REOPEN,))
    yield "refused-over", partial(closed, "over", verb=Verb.UPDATE, to=_STAFF)
    yield (
        "refused-not_now-requester",
        partial(refuse, "not_now", verb=Verb.ACCEPT, matter=matter, possible=steps, to=ANNA),
    )
    for owner in (ERIK.email, PRIYA.email, ""):
        taken = partial(refuse, matter=replace(matter, acknowledged_by=owner), possible=steps, to=_STAFF)
        name = f"refused-acknowledged_already-{owner.partition('@')[0] or 'nobody'}"
        yield name, partial(taken, "acknowledged_already", verb=Verb.ACK)
    for verb in sorted(NEEDS_WORDS):
        yield f"refused-needs_words-{verb}", partial(to_staff, "needs_words", verb=verb, possible=steps)


def _standing(letters: LifeLetters, language: str, _person: Person) -> Iterator[Sample]:
    ask = partial(letters.standing, now=NOW, answers=sample_mail())
    until = NOW + timedelta(hours=46)
    for matter in (
        *(replace(_QUIET, status=status, language=language) for status in Status),
        replace(_WAITING, language=language),
    ):
        urgent = "-emergency" if matter.level is Level.EMERGENCY else ""
        yield (
            f"standing-{matter.status}{urgent}",
            partial(ask, matter, (), to=ANNA, is_staff=False, cooldown_until=None if urgent else until),
        )
    started, raised = _case("started", language, "Anna Svensson")[1], _case("raised", language)[1]
    alerted = replace(started, kind="everybody alerted", by="")
    events = (started, alerted, raised, *(_case(kind, language, _by(kind))[1] for kind in kinds()))
    yield (
        "standing-staff",
        partial(ask, MATTER, events, to=_STAFF, is_staff=True, cooldown_until=until, answers=None),
    )
    yield (
        "standing-staff-long",
        partial(ask, MATTER, events * 3, to=_STAFF, is_staff=True, cooldown_until=until),
    )


def _others(letters: LifeLetters, language: str, person: Person) -> Iterator[Sample]:
    matter, waiting = replace(MATTER, language=language), replace(_WAITING, language=language)
    why = partial(letters.reasons, matter=matter, to=_STAFF, now=NOW)
    yield "reasons", partial(why, _TRACE, answers=sample_mail())
    yield "reasons-none", partial(why, ())
    yield "reasons-long", partial(why, _TRACE * 40)
    for_requesters = [str(verb) for verb in Verb if verb in FOR_REQUESTERS]
    ask = partial(letters.help, now=NOW, language=language)
    yield "help", partial(ask, for_requesters, is_staff=False, to=ANNA)
    yield "help-staff", partial(ask, [str(verb) for verb in Verb], is_staff=True, to=_STAFF)
    for number in range(3):
        yield (
            f"chase-{number}",
            partial(
                letters.chase,
                waiting,
                person=person,
                waiting_since=waiting.accepted_at,
                round=number,
                now=NOW,
            ),
        )
    yield "exhausted", partial(letters.exhausted, waiting, to=ANNA, now=NOW)
    yield (
        "queued",
        partial(
            letters.queued,
            "ABC-1234",
            until=NOW + timedelta(hours=20),
            to=ANNA,
            now=NOW,
            language=language,
        ),
    )
    yield "handed_over", partial(letters.handed_over, to=ANNA, now=NOW, language=language)
