"""Completes a rejected request with an answer that brings only the missing part (B1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.reading.evidence import find_evidence, find_excuses
from mailproc.reading.form import judged, label_of, stock_answers, with_demanded
from mailproc.reading.form_rules import forms_of
from mailproc.reading.hearing import languages_heard
from mailproc.reading.motivation import holds_reason, motivation_text, without_mere_asking
from mailproc.reading.read import LONGEST_READ
from mailproc.reading.request import Candidate, Finding, FormReading, Kind, Source
from mailproc.reading.sightings import own_forms, same_ticket, sightings
from mailproc.reading.speech import passage
from mailproc.settings import Settings

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail
    from mailproc.reading.form_rules import FormRule
    from mailproc.reading.request import EscalationRequest, Evidence, Excuse, Section
    from mailproc.reading.speech import Passage

_OWN_PLACES = frozenset({Source.LABEL, Source.REQUEST, Source.WORDS, Source.LINK})
_QUOTE_MARKS = "> \t|"
_ITEM_MARK = re.compile(r"[ \t]{0,8}(?:[-*•]|\d{1,2}[.)])[ \t]")
SHORTEST_NUMBER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reasons:
    text: str
    evidence: tuple[Evidence, ...]
    excuses: tuple[Excuse, ...]

    @property
    def mere_excuse(self) -> bool:
        """True where only reasons are given that do not count."""
        return bool(self.excuses) and not self.evidence


def complete(
    first: EscalationRequest,
    answer: EscalationRequest,
    answer_mail: IncomingMail,
    settings: Settings | None = None,
) -> EscalationRequest | None:
    """The first request with what the answer brings; None where it brings nothing that was missing.

    An answer that brings only an excuse is merged too, so that the policy can say what is wrong with it.
    In an answer a number needs no word such as "ticket" before it, a sentence no "because", and the
    sections of a form no labels. What is quoted counts for nothing, whatever the client quotes.
    """
    settings = settings or Settings()
    words = answer_mail.words.text[:LONGEST_READ]
    heard = passage(words, "own words", languages_heard(words, (first.language,)))
    ticket = None if first.ticket else _ticket(answer, heard, settings)
    form = _form(first, answer_mail, settings)
    reasons = _reasons(first, answer_mail, heard)
    if reasons and reasons.mere_excuse and (ticket or form):
        reasons = None  # "Sorry, I forgot the number": an apology beside what was asked for
    if not (ticket or reasons or form):
        return None
    if ticket:
        first = _with_ticket(first, ticket)
    if form:
        first = replace(first, form=form, trace=(*first.trace, _brought("form", form.name)))
    if reasons:
        first = _with_reasons(first, reasons)
    if answer.level_asked:
        first = replace(first, level=answer.level, level_asked=True, misuse=answer.misuse)
    return replace(first, kind=Kind.REQUEST)


def _ticket(answer: EscalationRequest, words: Passage, settings: Settings) -> str | None:
    """The one ticket of the answer's own words; two of them answer no question."""
    chosen = next((c.ticket for c in answer.candidates if c.chosen and c.source in _OWN_PLACES), None)
    if chosen or answer.several:
        return chosen
    refused = {c.ticket for c in answer.candidates if not c.chosen}
    seen = sightings(words.text, own_forms(settings.tickets.patterns), settings.tickets.prefixes)
    tickets = [s.ticket for s in seen if s.ticket not in refused and len(s.ticket) >= SHORTEST_NUMBER]
    if tickets and all(same_ticket(tickets[0], other) for other in tickets):
        return max(tickets, key=len)
    return None


def _reasons(first: EscalationRequest, mail: IncomingMail, words: Passage) -> _Reasons | None:
    """What the answer gives as reasons, where the first request gave none that count.

    A cause without evidence may not have been enough (``[policy] require_evidence``): it is added to.
    """
    if first.motivation and first.evidence:
        return None
    text = motivation_text(words, mail.sender)
    reasons = passage(text, words.place, tuple(t.code for t in words.tongues), taken_from=words)
    if not holds_reason(reasons, mail.sender):
        return None
    return _Reasons(
        text=without_mere_asking(reasons, mail.sender),
        evidence=find_evidence(reasons, mail.date.date() if mail.date else None),
        excuses=find_excuses(reasons),
    )


def _form(first: EscalationRequest, mail: IncomingMail, settings: Settings) -> FormReading | None:
    """The form with the sections that the answer fills; None where it fills none."""
    if first.form is None or not first.form.faulty:
        return None
    form = first.form
    rule = next((rule for rule in forms_of(settings) if rule.form.name == form.name), None)
    if rule is None:
        return None
    given = _sections_under_labels(mail, rule) or _sections_in_order(mail, form.faulty)
    stock = stock_answers(languages_heard(mail.words.text, (first.language,)))
    known = {section.label: section for section in form.sections}
    judgements = []
    for wanted in rule.sections:
        section = known.get(wanted.label) or judged(wanted, None, stock)
        text = given.get(wanted.label) if section.fault else None
        judgements.append((wanted, judged(wanted, text, stock) if text else section))
    completed = with_demanded(form, judgements)
    sound = {section.label for section in form.sections if not section.fault}
    filled = any(not section.fault and section.label not in sound for section in completed.sections)
    return completed if filled else None


def _sections_under_labels(mail: IncomingMail, rule: FormRule) -> dict[str, str]:
    """The author's own lines under each label; the label itself may stand in the quote above them."""
    own = {line.strip() for line in mail.words.text.splitlines() if line.strip()}
    given: dict[str, list[str]] = {}
    label: str | None = None
    for line in mail.text.splitlines():
        found, rest = label_of(line.lstrip(_QUOTE_MARKS), rule)
        label = found or label
        said = rest if found else line
        if label and line.strip() in own and said.strip():
            given.setdefault(label, []).append(said.strip())
    return {label: "\n".join(lines) for label, lines in given.items()}


def _sections_in_order(mail: IncomingMail, faulty: tuple[Section, ...]) -> dict[str, str]:
    """Answers without labels: all of it for the only open section, or one paragraph or line for each."""
    text = mail.words.text.strip()
    if len(faulty) == 1:
        return {faulty[0].label: text}
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    lines = [_ITEM_MARK.sub("", line).strip() for line in text.splitlines() if line.strip()]
    for parts in (paragraphs, lines):
        if len(parts) == len(faulty):
            return {section.label: part for section, part in zip(faulty, parts, strict=True)}
    return {}


def _with_ticket(first: EscalationRequest, ticket: str) -> EscalationRequest:
    candidate = Candidate(
        ticket=ticket, source=Source.WORDS, written=ticket, chosen=True, why="named in the answer"
    )
    return replace(
        first,
        ticket=ticket,
        several=(),
        candidates=(*first.candidates, candidate),
        trace=(*first.trace, _brought("ticket", ticket)),
    )


def _with_reasons(first: EscalationRequest, reasons: _Reasons) -> EscalationRequest:
    evidence = (*first.evidence, *reasons.evidence)
    excuses = (*first.excuses, *reasons.excuses)
    return replace(
        first,
        motivation="\n\n".join(filter(None, (first.motivation, reasons.text))),
        evidence=evidence,
        excuses=excuses if evidence or reasons.excuses else (),
        summary=evidence[0].sentence if evidence else " ".join(reasons.text.split()),
        trace=(*first.trace, _brought("motivation", reasons.text)),
    )


def _brought(what: str, words: str) -> Finding:
    return Finding(rule="completed", said=f"the answer brings the {what}", words=words, place="answer")
