"""One text and one HTML layout, each letter's structure once, each prepared once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from mailproc.letters.columns import wrap
from mailproc.letters.dates import Calendar
from mailproc.letters.words import (
    FALLBACK,
    BrokenTemplateError,
    Catalogue,
    Words,
    keys_in,
    languages_in,
    word_environment,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_EMPTY_LINES = re.compile(r"\n{3,}")

PARTS = (
    *("paragraph", "title", "quote", "form", "bullets", "facts", "action"),
    *("request", "entry", "notice", "picture", "legend"),
)
"""What letters are made of: a macro each in ``parts.txt.j2`` and ``parts.html.j2``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A letter's words in both forms."""

    subject: str
    text: str
    html: str


class _Form:
    """Text or HTML: the layout, and the structure of each letter made of this form's parts."""

    def __init__(self, suffix: str, folders: Sequence[Path], *, autoescape: bool) -> None:
        self._environment = Environment(
            loader=FileSystemLoader([str(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=autoescape,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._environment.filters["wrap"] = wrap
        parts = self._load(f"parts.{suffix}.j2").module
        self._environment.globals.update({name: getattr(parts, name) for name in PARTS})
        self._layout = self._load(f"layout.{suffix}.j2")

    def _load(self, name: str) -> Template:
        try:
            return self._environment.get_template(name)
        except TemplateError as fault:
            raise BrokenTemplateError(f"{name}: {fault}") from fault

    def render(self, name: str, data: Mapping[str, Any]) -> str:
        body = self._load(f"letters/{name.partition('.')[0]}.j2").render(data)
        return self._layout.render({**data, "body": body})


class Stationery:
    """Puts letters on paper. ``folders`` are searched in order, the shipped one last.

    Layouts and the words of the desk's own language are prepared at once, the structure of a letter and
    any other language when first used, each once. Raises BrokenTemplateError when a file cannot be used.
    """

    def __init__(self, folders: Sequence[Path], language: str) -> None:
        self._folders = tuple(folders)
        self._word_environment = word_environment()
        self._catalogues: dict[str, Catalogue] = {}
        self._calendars: dict[str, Calendar] = {}
        self._text = _Form("txt", folders, autoescape=False)
        self._html = _Form("html", folders, autoescape=True)
        self.languages = languages_in(folders)
        self.default = language if language in self.languages else FALLBACK
        self.catalogue(self.default)

    def language(self, *wanted: str | None) -> str:
        """The first of the wanted languages that has words, else the desk's."""
        return next((code for code in wanted if code in self.languages), self.default)

    def catalogue(self, language: str) -> Catalogue:
        """The words of a language."""
        if language not in self._catalogues:
            self._catalogues[language] = Catalogue(language, self._folders, self._word_environment)
        return self._catalogues[language]

    def calendar(self, language: str) -> Calendar:
        """How a language writes days and times."""
        if language not in self._calendars:
            say = Words(self.catalogue(language), "dates", {})
            self._calendars[language] = Calendar(
                locale=say("locale"), day=say("day"), day_with_year=say("day_with_year"), time=say("time")
            )
        return self._calendars[language]

    def differences(self, language: str) -> list[str]:
        """What a language's catalogue lacks, and what it has that no letter asks for."""
        own, asked = keys_in(self._folders, language), keys_in(self._folders[-1:], FALLBACK)
        lacks = [f"{language}: {key} is missing, and is said in English" for key in sorted(asked - own)]
        return lacks + [f"{language}: no letter knows the word {key}" for key in sorted(own - asked)]

    def write(self, name: str, language: str, data: Mapping[str, Any]) -> Sheet:
        """One letter in one language. ``news.closed`` has the structure ``news`` and words of its own.

        Raises LookupError for a missing word, ``jinja2.UndefinedError`` for a gap that cannot be filled.
        """
        say = Words(self.catalogue(language), name, data)
        filled = {**data, "say": say, "language": language}
        text = self._text.render(name, filled)
        html = self._html.render(name, filled) + "\n"
        return Sheet(
            subject=data.get("subject") or say("subject"),
            text=_EMPTY_LINES.sub("\n\n", text).strip() + "\n",
            html=html,
        )
