"""Reads the forms of technicians, section by section, however the labels are set (F1, F2, T1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.reading.form_rules import forms_of
from mailproc.reading.handover import reason_text, reasons_of, told_behind
from mailproc.reading.labels import DECORATION, LINE, LONGEST_LABEL
from mailproc.reading.request import FormReading, Section
from mailproc.reading.sentences import WORD, folded, words_of
from mailproc.reading.tongue import flat_label, tongue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.message.mail import Address, IncomingMail
    from mailproc.reading.form_rules import FormRule
    from mailproc.settings import FormSection, Settings

FEWEST_LABELS = 2
_AFTER_LABEL = re.compile(
    r"[ \t]{0,3}(?:\([^()\n]{0,80}\))?[ \t*_]{0,3}(?:[:：|=\-–—?]|\*\*|\t|$)[ \t*_:：|]{0,8}"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StockAnswers:
    """Whole answers that say nothing, and those that say "none"."""

    vague: frozenset[str]
    nothing: frozenset[str]


def read_form(
    text: str, mail: IncomingMail, settings: Settings, languages: Iterable[str]
) -> FormReading | None:
    """The form that the mail uses, or that its address demands; None for mail without a form."""
    used = [(rule, given_sections(text, rule)) for rule in forms_of(settings)]
    rule, given = max(used, key=lambda each: len(each[1]))
    if len(given) >= FEWEST_LABELS:
        return _reading(rule, given, languages)
    parts = {
        part
        for address in (*mail.to, *mail.cc)
        if settings.is_own_address(address.email)
        for part in address.local_part.split("+")[1:]
    }
    demanded = [each for each in used if parts.intersection(each[0].form.addresses)]
    return _reading(*demanded[0], languages) if demanded else None


def form_of_role(
    text: str, author: Address | None, settings: Settings, languages: Iterable[str]
) -> FormReading | None:
    """The form that a request of this person has to carry; None for everybody else."""
    person = settings.person(author.email) if author else None
    rules = (rule for rule in forms_of(settings) if person and set(rule.form.roles) & set(person.roles))
    rule = next(rules, None)
    return _reading(rule, given_sections(text, rule), languages) if rule else None


def _reading(rule: FormRule, given: dict[str, str], languages: Iterable[str]) -> FormReading:
    stock = stock_answers(tuple(languages))
    judgements = ((section, judged(section, given.get(section.label), stock)) for section in rule.sections)
    return with_demanded(FormReading(name=rule.form.name, sections=()), judgements)


def with_demanded(form: FormReading, judgements: Iterable[tuple[FormSection, Section]]) -> FormReading:
    """The form with its sections; those that only a reason demands are left out where it is not given, and
    where it is explained already behind the reason itself (T4).
    """
    judged_sections = tuple(judgements)
    whole = replace(form, sections=tuple(section for _, section in judged_sections))
    why = reason_text(whole)
    reasons = () if told_behind(why) else reasons_of(why)
    wanted = tuple(
        section
        for rule, section in judged_sections
        if rule.demanded_for is None or rule.demanded_for in reasons or section.fault is None
    )
    return replace(form, sections=wanted)


def given_sections(text: str, form: FormRule) -> dict[str, str]:
    """The text of each section whose label begins a line, up to the next label."""
    given: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in LINE.finditer(text):
        label, rest = label_of(line[0], form)
        if label:
            current = given.setdefault(label, [])
            current.append(rest)
        elif current is not None:
            current.append(line[0].rstrip())
    return {label: "\n".join(lines).strip(" \t\n*|") for label, lines in given.items()}


def label_of(line: str, form: FormRule) -> tuple[str | None, str]:
    """The label a line begins with and what follows it: "2. **User Impact** – 9 people"."""
    start = DECORATION.match(line).end()  # type: ignore[union-attr]
    begins = WORD.search(line, start, start + LONGEST_LABEL)
    if not begins or folded(begins[0]) not in form.first_words:
        return None, ""
    words, ends = [], []
    for match in WORD.finditer(line, start, start + LONGEST_LABEL):
        words.append(folded(match[0]))
        ends.append(match.end())
    for length in range(min(len(words), 6), 0, -1):
        label = form.labels.get(tuple(words[:length]))
        if label is None:
            continue
        after = _AFTER_LABEL.match(line.rstrip("\n"), ends[length - 1])
        if after:
            return label, _cell(line[after.end() :])
        if words_of(line[start : ends[length - 1]]) and length > 1 and line[start].isupper():
            return label, _cell(line[ends[length - 1] :])
    return None, ""


def _cell(text: str) -> str:
    """The text of a line, or of the table cell that it ends with."""
    return text.strip().removesuffix("|").rstrip()


def judged(rule: FormSection, text: str | None, stock: StockAnswers) -> Section:
    """A section with its fault: missing, or too vague to work with."""
    if not text or not words_of(text):
        return Section(label=rule.label, text=text or "", fault="missing", why="nothing is written there")
    flat = flat_label(text)
    if flat in stock.nothing:
        if rule.may_be_none:
            return Section(label=rule.label, text=text)
        return Section(label=rule.label, text=text, fault="vague", why=f'"{text}" is no answer here')
    if flat in stock.vague:
        return Section(label=rule.label, text=text, fault="vague", why=f'"{text}" says nothing')
    count = len(words_of(text)) // (2 if text[0] > "\u3000" else 1)
    if count < rule.least:
        return Section(
            label=rule.label, text=text, fault="vague", why=f"{count} of at least {rule.least} words"
        )
    return Section(label=rule.label, text=text)


def stock_answers(languages: tuple[str, ...]) -> StockAnswers:
    """What people of some languages write where they have nothing to say."""
    heard = [tongue(code) for code in languages]
    return StockAnswers(
        vague=frozenset[str]().union(*(t.vague for t in heard)),
        nothing=frozenset[str]().union(*(t.nothing for t in heard)),
    )
