"""A letter before its words: which one, and the facts it has to tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailproc.letters.letter import LetterKind, Picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """``name`` is the structure in ``templates/letters``; ``data`` are the values its words may name."""

    name: str
    kind: LetterKind
    data: dict[str, Any]
    pictures: tuple[Picture, ...] = ()
