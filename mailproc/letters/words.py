"""The words of each language: the operator's stand in for the shipped ones, English for what is missing."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined, Template, TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

FALLBACK = "en"
CATALOGUE = "letters.toml"


class BrokenTemplateError(ValueError):
    """A file of the templates cannot be used; the message names the file, the place and the fault."""


class Catalogue:
    """All words of one language: ``"accepted.opening"`` → a sentence with its gaps.

    The operator's are checked at once; the shipped ones, which the last of the ``folders`` holds, are
    known to be sound. Each is prepared when a letter first says it.
    """

    def __init__(self, language: str, folders: Sequence[Path], environment: Environment) -> None:
        self.language = language
        self._environment = environment
        self._words: dict[str, str | Template] = {}
        for code in dict.fromkeys((FALLBACK, language)):
            for folder in reversed(folders):
                self._add(folder / code / CATALOGUE, is_shipped=folder == folders[-1])

    def _add(self, file: Path, *, is_shipped: bool) -> None:
        for key, value in _read(file).items():
            if not is_shipped:
                _check(file, key, value, self._environment)
            self._words[key] = value

    def find(self, letter: str, key: str) -> str:
        """The full name of a key: the letter's own word, one of its kin, or one that all letters share.

        ``news.closed`` looks in its own table, then in ``news``. Raises LookupError where there is none.
        """
        table = letter
        while table:
            if (name := f"{table}.{key}") in self._words:
                return name
            table = table.rpartition(".")[0]
        if key in self._words:
            return key
        raise LookupError(f"{self.language}/{CATALOGUE} has no word {key!r} for the letter {letter!r}")

    def say(self, name: str, data: Mapping[str, Any]) -> str:
        """The word of that full name with its gaps filled.

        Raises ``jinja2.UndefinedError`` for a gap that the letter knows nothing about.
        """
        word = self._words[name]
        if isinstance(word, str):
            if "{" not in word:
                return word
            word = self._words[name] = self._environment.from_string(word)
        return word.render(data)


class Words:
    """What templates call ``say``: the words of one letter, each put together once."""

    def __init__(self, catalogue: Catalogue, letter: str, data: Mapping[str, Any]) -> None:
        self._catalogue = catalogue
        self._letter = letter
        self._data = data
        self._said: dict[str, str] = {}

    def __call__(self, key: str, **gaps: Any) -> str:
        """A sentence of the letter; ``gaps`` are values that only this sentence needs."""
        name = self._catalogue.find(self._letter, key)
        if gaps or name not in self._said:
            self._said[name] = self._catalogue.say(name, {**self._data, **gaps} if gaps else self._data)
        return self._said[name]

    def each(self, key: str, items: Iterable[Any]) -> list[str]:
        """The sentence once for each item, which is its gap ``item``."""
        return [self(key, item=item) for item in items]


def word_environment() -> Environment:
    """Words are plain text: they are escaped where they are put into HTML, not before."""
    return Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)


def languages_in(folders: Sequence[Path]) -> tuple[str, ...]:
    """The languages that have a catalogue, the fallback first."""
    found = {file.parent.name for folder in folders for file in folder.glob(f"*/{CATALOGUE}")}
    return (FALLBACK, *sorted(found - {FALLBACK}))


def keys_in(folders: Sequence[Path], language: str) -> frozenset[str]:
    """The keys that a language's own files hold."""
    return frozenset(key for folder in folders for key in _read(folder / language / CATALOGUE))


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")), ""))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as fault:
        raise BrokenTemplateError(f"{file}: {fault}") from fault


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        elif isinstance(value, str):
            yield before + key, value
        else:
            raise ValueError(f"{before}{key}: found {value!r}; allowed: a text in quotes")


def _check(file: Path, key: str, value: str, environment: Environment) -> None:
    if "{" not in value:
        return
    try:
        environment.parse(value)
    except TemplateError as fault:
        raise BrokenTemplateError(f"{file}: {key}: {fault}") from fault
