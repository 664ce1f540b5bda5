"""Reads a mail as a good colleague would: what is asked, for which ticket, why, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mailproc.message.automatic import asks_by_line, is_invitation, is_ticket_notification
from mailproc.message.mail import Nature
from mailproc.reading.evidence import find_evidence, find_excuses, find_misuse
from mailproc.reading.form import form_of_role, read_form
from mailproc.reading.hearing import languages_heard, likeliest
from mailproc.reading.intent import asks_about_ticket, asks_outright, asks_without_ticket
from mailproc.reading.level import read_level
from mailproc.reading.motivation import holds_reason, motivation_text, without_mere_asking
from mailproc.reading.notification import is_from_ticket_system, requester_named
from mailproc.reading.request import EscalationRequest, Finding, Kind, Level, Source
from mailproc.reading.speech import Passage, passage
from mailproc.reading.ticket import choose_ticket

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.message.mail import Address, IncomingMail
    from mailproc.reading.level import LevelReading
    from mailproc.reading.request import Evidence, FormReading
    from mailproc.reading.ticket import Choice
    from mailproc.settings import Settings

LONGEST_READ = 12_000
"""Characters of one text that are read; nobody explains a ticket in more."""
ENOUGH_OF_THE_THREAD = 300
"""Characters of what was set aside that are listened to for a language."""

_MACHINES = {
    Nature.AUTOMATIC: Kind.AUTOMATIC,
    Nature.BOUNCE: Kind.BOUNCE,
    Nature.BULK: Kind.BULK,
}


@dataclass(frozen=True, kw_only=True)
class _Letter:
    """The texts of one mail as heard: subject, own words, and the mails inside it."""

    mail: IncomingMail
    author: Address | None
    languages: tuple[str, ...]
    subject: Passage
    words: Passage

    @cached_property
    def reasons(self) -> Passage:
        """The part of the own words that may hold reasons."""
        text = motivation_text(self.words, self.author)
        if text == self.words.text:
            return self.words
        return passage(text, "own words", self.languages, taken_from=self.words)


def read(mail: IncomingMail, settings: Settings, *, thread_ticket: str | None = None) -> EscalationRequest:
    """What a mail asks for, with each finding tied to the words that show it.

    Mail that no person wrote is not read any further, unless it is a ticket system's notification
    of a ticket that was escalated (P11). ``thread_ticket`` is the ticket of the thread that the mail
    answers, where the desk remembers one. Pure: looks at no clock.
    """
    by_machine = mail.nature is not Nature.HUMAN or is_from_ticket_system(mail, settings)
    invited = by_machine and is_invitation(mail)
    if by_machine and not invited and not _notifies_us(mail, settings):
        return _machine(mail)
    letter = _heard(mail, mail.words.text, mail.reply_author, settings)
    if invited:
        return (
            _understood(letter, settings, thread_ticket) if asks_outright((letter.words,)) else _machine(mail)
        )
    request = _understood(letter, settings, thread_ticket)
    if by_machine:
        return _notified(request, mail, settings)
    if request.kind is Kind.OTHER or request.motivation is None:
        return _forwarded_request(mail, letter, settings, request) or request
    return request


def _notifies_us(mail: IncomingMail, settings: Settings) -> bool:
    """True for a notification of a ticket system; where the desk's own are configured, for theirs alone."""
    if settings.tickets.notifies_from:
        return is_from_ticket_system(mail, settings) and asks_by_line(mail)
    return is_ticket_notification(mail)


def _notified(request: EscalationRequest, mail: IncomingMail, settings: Settings) -> EscalationRequest:
    """A notification's request is that of the person it names: the machine reads no answers (P11)."""
    person = requester_named(mail, settings)
    if person is None:
        return request
    found = Finding(rule="requester", said="named in the notification", words=person.email, place="own words")
    return replace(request, requester=person, trace=(*request.trace, found))


def _machine(mail: IncomingMail) -> EscalationRequest:
    found = Finding(rule="ticket system", said="a notification that asks for nothing", place="headers")
    if mail.signals:
        first = mail.signals[0]
        found = Finding(rule=first.rule, said=f"{mail.nature} mail", words=first.found, place="headers")
    kind = _MACHINES.get(mail.nature, Kind.AUTOMATIC)
    return EscalationRequest(kind=kind, requester=mail.sender, trace=(found,))


def _heard(mail: IncomingMail, text: str, author: Address | None, settings: Settings) -> _Letter:
    text = text[:LONGEST_READ]
    languages = languages_heard(
        text if len(text.split()) > 3 else f"{mail.subject}\n{text}", _hints(mail, settings)
    )
    return _Letter(
        mail=mail,
        author=author,
        languages=languages,
        subject=passage(_without_marks(mail.subject), "subject", languages),
        words=passage(text, "own words", languages),
    )


def _hints(mail: IncomingMail, settings: Settings) -> Iterator[str]:
    """What speaks for a language besides the words: the desk's own, and the thread with its closings."""
    yield settings.desk.language
    around = "\n".join(aside.text[:ENOUGH_OF_THE_THREAD] for aside in mail.words.set_aside)
    if around:
        yield likeliest(around[:ENOUGH_OF_THE_THREAD])[0]


def _understood(letter: _Letter, settings: Settings, thread_ticket: str | None) -> EscalationRequest:
    """The request a letter makes, or that it makes none."""
    mail = letter.mail
    level = read_level(mail, letter.subject, letter.words, settings)
    choice = choose_ticket(mail, letter.subject, letter.words, _elsewhere(letter), settings, thread_ticket)
    form = read_form(letter.words.text, mail, settings, letter.languages)
    intent = _intent(letter, level, choice, form, settings)
    if intent and form is None:
        form = form_of_role(letter.words.text, letter.author, settings, letter.languages)
    base = EscalationRequest(
        kind=Kind.REQUEST if intent else Kind.OTHER,
        requester=letter.author,
        ticket=choice.ticket,
        several=choice.several,
        candidates=choice.candidates,
        language=letter.languages[0],
        form=form,
        trace=tuple(_trace(letter, intent, level, choice, form)),
    )
    if intent is None:
        return base
    return _with_reasons(base, letter, level)


def _intent(
    letter: _Letter,
    level: LevelReading,
    choice: Choice,
    form: FormReading | None,
    settings: Settings,
) -> Finding | None:
    """What makes the mail a request; None where nothing does."""
    texts = (letter.subject, letter.words)
    if form:
        return Finding(rule="intent", said=f"holds the {form.name} form", place="own words")
    if level.level is not None and level.finding:
        return replace(level.finding, rule="intent", said=f"asks for the level {level.level}")
    named = bool(choice.ticket or choice.several)
    outright = asks_outright(texts) if named else asks_without_ticket(texts)
    if outright:
        return outright
    if named and not level.declined:
        about = asks_about_ticket(texts)
        if about:
            return about
    if settings.desk.intent == "always":
        return Finding(rule="intent", said="this desk takes every mail as a request")
    return None


def _with_reasons(base: EscalationRequest, letter: _Letter, level: LevelReading) -> EscalationRequest:
    written = letter.mail.date.date() if letter.mail.date else None
    evidence = find_evidence(letter.reasons, written)
    excuses = find_excuses(letter.reasons)
    reasons = without_mere_asking(letter.reasons, letter.author)
    if not holds_reason(letter.reasons, letter.author):
        reasons = ""
        in_subject = find_evidence(letter.subject, written)
        if in_subject:
            reasons, evidence = letter.subject.text, in_subject
    asked = level.level or Level.HIGHER_PRIORITY
    misuse = find_misuse((letter.subject, letter.words), evidence) if asked is Level.EMERGENCY else None
    return replace(
        base,
        level=asked,
        level_asked=level.level is not None,
        misuse=misuse,
        motivation=reasons or None,
        evidence=evidence,
        excuses=excuses,
        summary=_summary(evidence, letter),
        trace=(
            *base.trace,
            *(
                Finding(rule=f"evidence {e.kind}", said=e.sentence, words=e.words, place="own words")
                for e in evidence
            ),
            *(
                Finding(rule=f"excuse {e.kind}", said=e.sentence, words=e.words, place="own words")
                for e in excuses
            ),
            *((Finding(rule="misuse", said=misuse.sentence, words=misuse.words),) if misuse else ()),
        ),
    )


def _forwarded_request(
    mail: IncomingMail, note: _Letter, settings: Settings, own: EscalationRequest
) -> EscalationRequest | None:
    """The request of somebody else that the sender only passes on (E4)."""
    for forwarded in mail.words.forwarded:
        if forwarded.sender is None or settings.is_own_address(forwarded.sender.email):
            continue
        inner = _heard(
            replace(mail, subject=forwarded.subject or mail.subject),
            forwarded.text,
            forwarded.sender,
            settings,
        )
        if not asks_outright((inner.words,)):
            continue
        request = _understood(inner, settings, None)
        if request.kind is not Kind.REQUEST:
            continue
        return replace(
            request,
            forwarder=mail.sender,
            ticket=request.ticket or own.ticket,
            candidates=(*own.candidates, *request.candidates),
            trace=(
                *own.trace,
                Finding(rule="forwarded", said=f"the request of {forwarded.sender}", place="forwarded mail"),
                *request.trace,
            ),
        )
    return None


def _elsewhere(letter: _Letter) -> Iterator[tuple[Source, Passage]]:
    """The texts that are searched for an ID where the author's own words hold none."""
    mail, languages = letter.mail, letter.languages
    if mail.words.quoted:
        yield Source.QUOTED, passage(mail.words.quoted[:LONGEST_READ], "quoted thread", languages)
    for forwarded in mail.words.forwarded:
        source = Source.ATTACHED if forwarded.attached else Source.FORWARDED
        text = f"{forwarded.subject}\n\n{forwarded.text}"[:LONGEST_READ]
        yield source, passage(text, source.value, languages)
    for attached in mail.attached_mail:
        text = f"{attached.subject}\n\n{attached.text}"[:LONGEST_READ]
        yield Source.ATTACHED, passage(text, "attached mail", languages)


def _summary(evidence: tuple[Evidence, ...], letter: _Letter) -> str:
    """The sentence that says the most: the first with evidence, else the first of the reasons."""
    if evidence:
        return evidence[0].sentence
    return letter.reasons.sentences[0].flat if letter.reasons.sentences else letter.subject.text


def _without_marks(subject: str) -> str:
    return " ".join(subject.split())[:1000]


def _trace(
    letter: _Letter,
    intent: Finding | None,
    level: LevelReading,
    choice: Choice,
    form: FormReading | None,
) -> Iterator[Finding]:
    if len(letter.words.text) == LONGEST_READ:
        yield Finding(rule="length", said=f"read up to {LONGEST_READ} characters", place="own words")
    yield Finding(rule="language", said=letter.languages[0], words=", ".join(letter.languages))
    yield intent or Finding(rule="intent", said="nothing asks for a ticket to come first")
    if level.finding:
        yield level.finding
    for candidate in choice.candidates:
        verdict = "is the ticket" if candidate.chosen else "is not the ticket"
        yield Finding(
            rule="ticket",
            said=f"{candidate.ticket} {verdict}: {candidate.why}",
            words=candidate.written,
            place=candidate.source,
        )
    if form:
        faults = ", ".join(f"{s.label}: {s.fault}" for s in form.faulty) or "complete"
        yield Finding(rule="form", said=f"{form.name}: {faults}")
