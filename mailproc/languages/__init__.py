"""Words of each language: phrases, labels and patterns live in one TOML file per language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES: tuple[str, ...] = ("en", "sv", "da", "no", "fi", "de", "nl", "fr", "es", "it", "pt", "pl", "ja")
"""ISO 639-1 codes of the languages the desk reads, the fallback first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """The phrases of one language, by dotted key (``"mail.closings"``)."""

    code: str
    entries: dict[str, Any]

    def phrases(self, key: str) -> tuple[str, ...]:
        """The phrases under a key; empty where the language has none."""
        node: Any = self.entries
        for part in key.split("."):
            node = node.get(part, {}) if isinstance(node, dict) else {}
        return tuple(node) if isinstance(node, list) else ()


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language; an empty one where no file exists."""
    file = resources.files(__package__) / f"{code}.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return Lexicon(code=code, entries=entries)


def phrases_of_all(key: str) -> tuple[tuple[str, str], ...]:
    """Each phrase of a key in every language, as (language, phrase)."""
    return tuple((code, phrase) for code in LANGUAGES for phrase in lexicon(code).phrases(key))
