"""Answers to the questions asked again and again, looked up as fast as Python can."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")
MOST, LONGEST = 20_000, 40
"""Answers, and characters of a word that is worth remembering."""


class Remembered(dict[str, Answer]):
    """What a function says of a word. ``remembered[word]`` asks it once; when there are too many answers,
    all are forgotten: words follow so steep a curve that the common ones are back at once."""

    def __init__(self, ask: Callable[[str], Answer]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, word: str) -> Answer:
        answer = self._ask(word)
        if len(self) >= MOST:
            self.clear()
        if len(word) <= LONGEST:
            self[word] = answer
        return answer
