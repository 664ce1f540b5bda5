"""An example of every letter of the end, of mending, and of what prose is answered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from mailproc.escalation.command import Verb
from mailproc.escalation.prose import BY_REQUESTERS, BY_STAFF
from mailproc.escalation.timeline import Event
from mailproc.letters.cases import ANNA, DECIDES_AT, NOW, PRIYA, decisions, sample_mail
from mailproc.letters.life_cases import MATTER, case, timeline
from mailproc.letters.mending import Offer
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.letters.closing import ClosingLetters
    from mailproc.letters.letter import Letter
    from mailproc.settings import Person

    Samples = dict[str, Callable[[], Letter]]

_STAFF = Address(email=PRIYA.email, name=PRIYA.name)
_ERIK = PRIYA.model_copy(update={"name": "Erik Lund", "email": "erik@helpdesk.example"})
_OF_A_DAY = (
    *(Event.STARTED, Event.EVERYBODY_ALERTED, Event.ACKNOWLEDGED),
    *(Event.UPDATE, Event.SOLUTION_PROPOSED, Event.CLOSED),
)
"""The events of an emergency as it usually goes."""

_AUTHORS = {"author": PRIYA, "colleague": _ERIK, "nobody": None}


def closing_samples(letters: ClosingLetters, language: str, person: Person) -> Samples:
    """What writes each sample letter of the end, by name."""
    return (
        _debriefs(letters, language, person)
        | _owed(letters, language, person)
        | _offers(letters, language)
        | _refused(letters, language)
        | _each_alone(letters, language)
    )


def _debriefs(letters: ClosingLetters, language: str, person: Person) -> Samples:
    matter, happening = case(Event.CLOSED, language)
    events = [event for event in timeline(language) if event.kind in _OF_A_DAY]
    write = partial(letters.debrief, matter, happening, events, person=person, now=NOW)
    by_desk = replace(happening, by=letters.desk_name, words="")
    unseen = partial(letters.debrief, matter, by_desk, events[:2], person=person, now=NOW, author=None)
    made: Samples = {f"debrief-{name}": partial(write, author=author) for name, author in _AUTHORS.items()}
    made["debrief-by-desk"] = unseen
    return made


def _owed(letters: ClosingLetters, language: str, person: Person) -> Samples:
    matter = replace(MATTER, language=language)
    ask = partial(letters.owed, matter, author=PRIYA, person=person, now=NOW)
    return {
        f"owed-{report.replace(' ', '-')}{'-told' if is_last else ''}": partial(ask, report, is_last=is_last)
        for report in (Event.POST_MORTEM, Event.ROOT_CAUSE)
        for is_last in (False, True)
    }


def _offers(letters: ClosingLetters, language: str) -> Samples:
    matter = replace(MATTER, language=language)
    made: Samples = {}
    for verbs, to in ((BY_STAFF, _STAFF), (BY_REQUESTERS, ANNA)):
        for verb in verbs:
            meant = Offer(verb=verb, written="We have seen to it.")
            offer = partial(letters.offer, matter, meant, [Verb.HELP], to=to, now=NOW)
            made[f"offer-{verb}"] = partial(offer, answers=sample_mail() if verb is Verb.ACK else None)
    return made


def _refused(letters: ClosingLetters, language: str) -> Samples:
    """What TAKE is refused with: there is no escalation yet that the letter could speak of."""
    write = partial(
        letters.refused, verb=Verb.TAKE, matter=None, possible=(), to=_STAFF, now=NOW, language=language
    )
    reasons = ("needs_ticket", "taken_already", "gone", "not_to_take", "unproven_mail")
    made: Samples = {f"refused-take-{one.replace('_', '-')}": partial(write, one) for one in reasons}
    matter = replace(MATTER, language=language)
    for because, verb in (
        ("no_such_person", Verb.ASSIGN),
        ("needs_ticket", Verb.SPLIT),
        ("nobody_joined", Verb.SPLIT),
        ("not_over", Verb.POSTMORTEM),
        ("emergencies_only", Verb.RCA),
    ):
        made[f"refused-{because.replace('_', '-')}"] = partial(write, because, verb=verb, matter=matter)
    taken = case(Event.TAKEN, language)
    made["done-take"] = partial(letters.done, *taken, to=_STAFF, now=NOW, answers=sample_mail())
    made["done-take-by-hand"] = partial(letters.done, *taken, to=_STAFF, now=NOW)
    asked = case(Event.ROOT_CAUSE_ASKED, language)
    made["done-rca-asked"] = partial(letters.done, *asked, to=_STAFF, now=NOW, answers=sample_mail())
    made["done-rca-asked-by-hand"] = partial(letters.done, *asked, to=_STAFF, now=NOW)
    return made | _promises(letters, language)


def _promises(letters: ClosingLetters, language: str) -> Samples:
    made: Samples = {}
    matter, update = case(Event.UPDATE, language)
    counted = (replace(matter, counted_from=NOW - timedelta(hours=1)), update)
    made["news-update-promised"] = partial(letters.news, *counted, to=ANNA, now=NOW, words_allowed=True)
    made["done-update-promised"] = partial(letters.done, *counted, to=_STAFF, now=NOW)
    matter, due = case("update due", language)
    unowned = (replace(matter, acknowledged_by=""), due)
    made["news-update-due-by-nobody"] = partial(letters.news, *unowned, to=ANNA, now=NOW, words_allowed=True)
    return made


def _each_alone(letters: ClosingLetters, language: str) -> Samples:
    known = decisions()
    known["cooldown"] = replace(known["cooldown"], cooldown_until=NOW + timedelta(hours=28))
    names = (
        "accepted",
        "accepted-trouble",
        "emergency",
        Event.JOINED,
        Event.RAISED,
        "cooldown",
        "rejected-unknown_ticket",
    )
    spoken = [replace(known[name], request=replace(known[name].request, language=language)) for name in names]
    return {
        "each-alone": partial(
            letters.each_alone,
            spoken,
            to=ANNA,
            now=NOW,
            decides_at=DECIDES_AT,
            answers=sample_mail(),
        ),
        "each-alone-new": partial(letters.each_alone, spoken, to=ANNA, now=NOW, decides_at=DECIDES_AT),
    }
