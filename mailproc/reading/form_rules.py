"""The forms a desk knows: the built-in ones, and those of its configuration, which win by name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING

from mailproc.languages import LANGUAGES, lexicon
from mailproc.reading.sentences import words_of
from mailproc.settings import Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.settings import FormSection, Settings


@dataclass(frozen=True, kw_only=True)
class FormRule:
    """A form, and every spelling of its labels: the folded words, and the label they stand for."""

    form: Form
    labels: dict[tuple[str, ...], str]

    @cached_property
    def first_words(self) -> frozenset[str]:
        """The words that a label may begin with."""
        return frozenset(words[0] for words in self.labels)

    @property
    def sections(self) -> tuple[FormSection, ...]:
        """The sections in the form's order."""
        return self.form.sections


def forms_of(settings: Settings) -> tuple[FormRule, ...]:
    """The forms of a desk; a configured form replaces the built-in one of the same name."""
    return _compiled(settings.form)


@cache
def _compiled(configured: tuple[Form, ...]) -> tuple[FormRule, ...]:
    built_in = {form.name: form for form in _built_in()}
    known = [_filled(form, built_in.pop(form.name, None)) for form in configured]
    return tuple(FormRule(form=form, labels=dict(_spellings(form))) for form in (*known, *built_in.values()))


def _filled(form: Form, built_in: Form | None) -> Form:
    """A configured form; what it leaves out is that of the built-in one it replaces."""
    if built_in is None or form.sections:
        return form
    addresses = form.addresses or built_in.addresses
    return form.model_copy(update={"sections": built_in.sections, "addresses": addresses})


def _built_in() -> Iterator[Form]:
    text = resources.files(__package__).joinpath("forms.toml").read_text(encoding="utf-8")
    yield from (Form.model_validate(table) for table in tomllib.loads(text)["form"])


def _spellings(form: Form) -> Iterator[tuple[tuple[str, ...], str]]:
    for section in form.sections:
        for spelling in (section.label, *section.synonyms, *_translations(section.label)):
            yield words_of(spelling), section.label


def _translations(label: str) -> Iterator[str]:
    for code in LANGUAGES:
        entries = lexicon(code).entries.get("request", {}).get("form", {}).get("labels", {})
        yield from entries.get(label, ())
