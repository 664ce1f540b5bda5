"""A text as lines, each of which is the author's own or set aside for a stated reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.message.mail import SetAside, SetAsideKind
from mailproc.message.vocabulary import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

Reason = tuple[SetAsideKind, str]


class Sheet:
    """The lines of one mail. ``reasons[i]`` is None while line ``i`` counts as the author's own."""

    __slots__ = ("folded", "lines", "reasons")

    def __init__(self, text: str) -> None:
        self.lines = [line.rstrip() for line in text.split("\n")]
        self.folded = [fold(line) for line in self.lines]
        self.reasons: list[Reason | None] = [None] * len(self.lines)

    def set_aside(self, start: int, end: int, kind: SetAsideKind, rule: str) -> None:
        """Sets the lines of ``range(start, end)`` aside that no earlier rule has taken."""
        for index in range(start, end):
            if self.reasons[index] is None:
                self.reasons[index] = (kind, rule)

    def give_back(self, start: int, end: int) -> None:
        """Makes the lines of ``range(start, end)`` the author's own again."""
        self.reasons[start:end] = [None] * (end - start)

    def blank(self, index: int) -> None:
        """Takes the text of a line away: it held only a mark."""
        self.lines[index] = self.folded[index] = ""

    def own_blocks(self) -> Iterator[tuple[int, int]]:
        """The stretches of own lines, as (start, end), trimmed of blank lines at both ends."""
        start: int | None = None
        for index in range(len(self.lines) + 1):
            own = index < len(self.lines) and self.reasons[index] is None
            if own and start is None and self.folded[index]:
                start = index
            elif not own and start is not None:
                yield start, self.last_written(start, index)
                start = None

    def last_written(self, start: int, end: int) -> int:
        """``end`` moved up past blank lines, at most to ``start``."""
        while end > start and not self.folded[end - 1]:
            end -= 1
        return end

    def next_written(self, index: int) -> int:
        """The first line at or after ``index`` that is not blank, or the number of lines."""
        while index < len(self.lines) and not self.folded[index]:
            index += 1
        return index

    def has_own_words(self) -> bool:
        """Whether any line with text is still the author's own."""
        return any(
            reason is None and folded for reason, folded in zip(self.reasons, self.folded, strict=True)
        )

    def own_text(self) -> str:
        """The author's lines; a quote between two of them leaves one blank line."""
        kept: list[str] = []
        for line, folded, reason in zip(self.lines, self.folded, self.reasons, strict=True):
            text = line if folded and reason is None else ""
            if text or (kept and kept[-1]):
                kept.append(text)
        return "\n".join(kept).strip("\n")

    def text_of(self, *kinds: SetAsideKind) -> str:
        """The lines set aside as one of these kinds."""
        pairs = zip(self.lines, self.reasons, strict=True)
        return "\n".join(line for line, reason in pairs if reason and reason[0] in kinds).strip("\n")

    def aside(self) -> tuple[SetAside, ...]:
        """What was set aside, neighbouring lines of one reason together."""
        stretches: list[SetAside] = []
        gathered: list[str] = []
        current: Reason | None = None
        for line, reason in [*zip(self.lines, self.reasons, strict=True), ("", None)]:
            if reason != current:
                text = "\n".join(gathered).strip("\n")
                if current is not None and text.strip():
                    stretches.append(SetAside(kind=current[0], text=text, rule=current[1]))
                gathered, current = [], reason
            gathered.append(line)
        return tuple(stretches)
