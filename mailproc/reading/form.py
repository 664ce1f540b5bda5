"""Reads the forms of technicians, section by section, however the labels are set (F1, F2, T1)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from mailproc.languages import LANGUAGES, lexicon
from mailproc.reading.labels import DECORATION, LINE
from mailproc.reading.request import FormReading, Section
from mailproc.reading.sentences import WORD, folded, words_of
from mailproc.reading.tongue import flat_label, tongue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Settings

FEWEST_LABELS = 2
_AFTER_LABEL = re.compile(
    r"[ \t]{0,8}(?:\([^()\n]{0,80}\))?[ \t*_]{0,8}(?P<mark>[:：|=\-–—?]|\*\*|\t|$)[ \t*_:：|]{0,8}"
)
_CELL_EDGE = re.compile(r"[ \t]*\|[ \t]*\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class SectionRule:
    """What a section must hold: at least so many words, or "none" where that is an answer."""

    label: str
    least: int = 1
    may_be_none: bool = False


@dataclass(frozen=True, kw_only=True)
class FormRule:
    """A form: its sections in order, every spelling of their labels, and addresses that demand it."""

    name: str
    sections: tuple[SectionRule, ...]
    labels: dict[tuple[str, ...], str]
    plus: frozenset[str] = frozenset()


@cache
def built_in_forms() -> tuple[FormRule, ...]:
    """The forms of ``forms.toml``, with the labels of every language."""
    text = resources.files(__package__).joinpath("forms.toml").read_text(encoding="utf-8")
    return tuple(_form(table) for table in tomllib.loads(text)["form"])


def read_form(
    text: str, mail: IncomingMail, settings: Settings, languages: Iterable[str]
) -> FormReading | None:
    """The form that the mail uses, or that its address demands; None for mail without a form."""
    vague, nothing = _stock_answers(tuple(languages))
    best: tuple[int, FormRule, dict[str, str]] | None = None
    for form in built_in_forms():
        given = _given_sections(text, form)
        if len(given) >= FEWEST_LABELS and (best is None or len(given) > best[0]):
            best = (len(given), form, given)
    demanded = _demanded(mail, settings)
    if best is None and demanded:
        best = (0, demanded, _given_sections(text, demanded))
    if best is None:
        return None
    _, form, given = best
    return FormReading(
        name=form.name,
        sections=tuple(_judged(rule, given.get(rule.label), vague, nothing) for rule in form.sections),
    )


def _form(table: dict[str, object]) -> FormRule:
    labels: dict[tuple[str, ...], str] = {}
    rules = []
    for section in table["sections"]:  # type: ignore[attr-defined]
        rules.append(
            SectionRule(
                label=section["label"], least=section["least"], may_be_none=section.get("may_be_none", False)
            )
        )
        for spelling in (section["label"], *section["aliases"], *_translations(section["label"])):
            labels[words_of(spelling)] = section["label"]
    return FormRule(
        name=str(table["name"]),
        sections=tuple(rules),
        labels=labels,
        plus=frozenset(table["plus"]),  # type: ignore[call-overload]
    )


def _translations(label: str) -> Iterator[str]:
    for code in LANGUAGES:
        entries = lexicon(code).entries.get("request", {}).get("form", {}).get("labels", {})
        yield from entries.get(label, ())


def _given_sections(text: str, form: FormRule) -> dict[str, str]:
    """The text of each section whose label begins a line, up to the next label."""
    given: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in LINE.finditer(text):
        label, rest = _label_of(line[0], form)
        if label:
            current = given.setdefault(label, [])
            current.append(rest)
        elif current is not None:
            current.append(line[0].rstrip())
    return {label: "\n".join(lines).strip(" \t\n*|") for label, lines in given.items()}


def _label_of(line: str, form: FormRule) -> tuple[str | None, str]:
    """The label a line begins with and what follows it: "2. **User Impact** – 9 people"."""
    start = DECORATION.match(line).end()  # type: ignore[union-attr]
    words, ends = [], []
    for match in WORD.finditer(line, start, start + 60):
        words.append(folded(match[0]))
        ends.append(match.end())
    for length in range(min(len(words), 6), 0, -1):
        label = form.labels.get(tuple(words[:length]))
        if label is None:
            continue
        after = _AFTER_LABEL.match(line.rstrip("\n"), ends[length - 1])
        if after:
            return label, _CELL_EDGE.sub("", line[after.end() :].rstrip())
        if words_of(line[start : ends[length - 1]]) and length > 1 and line[start].isupper():
            return label, _CELL_EDGE.sub("", line[ends[length - 1] :].strip())
    return None, ""


def _judged(rule: SectionRule, text: str | None, vague: frozenset[str], nothing: frozenset[str]) -> Section:
    """A section with its fault: missing, or too vague to work with."""
    if not text or not words_of(text):
        return Section(label=rule.label, text=text or "", fault="missing", why="nothing is written there")
    flat = flat_label(text)
    if flat in nothing:
        if rule.may_be_none:
            return Section(label=rule.label, text=text)
        return Section(label=rule.label, text=text, fault="vague", why=f'"{text}" is no answer here')
    if flat in vague:
        return Section(label=rule.label, text=text, fault="vague", why=f'"{text}" says nothing')
    count = len(words_of(text)) // (2 if text[0] > "\u3000" else 1)
    if count < rule.least:
        return Section(
            label=rule.label, text=text, fault="vague", why=f"{count} of at least {rule.least} words"
        )
    return Section(label=rule.label, text=text)


def _stock_answers(languages: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    heard = [tongue(code) for code in languages]
    return (
        frozenset[str]().union(*(t.vague for t in heard)),
        frozenset[str]().union(*(t.nothing for t in heard)),
    )


def _demanded(mail: IncomingMail, settings: Settings) -> FormRule | None:
    """The form that belongs to a plus-address such as support+handover@."""
    parts = {
        part
        for address in (*mail.to, *mail.cc)
        if settings.is_own_address(address.email)
        for part in address.local_part.split("+")[1:]
    }
    return next((form for form in built_in_forms() if form.plus & parts), None)
