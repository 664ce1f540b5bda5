"""Measures how well mail is read, on a folder of mails that somebody has labelled by hand."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FIGURES = (
    "verdict",
    "code",
    "ticket_id",
    "level",
    "emergency_misuse",
    "missing",
    "motivation_contains",
    "motivation_excludes",
    "evidence",
    "all of it",
)
"""What is compared, in the order of the table; a label that lacks a key is not asked about it."""

ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure: how many mails were right, of how many that it applies to."""

    figure: str
    right: int
    of: int

    @property
    def share(self) -> float:
        """The part that was right, from 0 to 1."""
        return self.right / self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class Miss:
    """A mail that was read otherwise than its label says: for each figure, what was wanted and got."""

    mail: Path
    wrong: tuple[tuple[str, Any, Any], ...]

    def __str__(self) -> str:
        told = "; ".join(f"{figure}: wanted {wanted!r}, got {got!r}" for figure, wanted, got in self.wrong)
        return f"{self.mail.name}: {told}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """The table, the mails that missed, and the mails that nobody labelled."""

    rows: tuple[Row, ...]
    misses: tuple[Miss, ...]
    unlabelled: tuple[Path, ...]

    def __str__(self) -> str:
        return "\n".join(f"{row.figure:20} {row.right:5}/{row.of:<5} {row.share:.3f}" for row in self.rows)


def evaluate(folder: Path, explain: Callable[[bytes], dict[str, Any]]) -> Evaluation:
    """Reads each NAME.eml of a folder and the folders below it, and compares with NAME.json beside it.

    ``explain`` gives what ``mailproc explain --json`` prints for the octets of a mail. Raises
    ValueError, naming the file, for a label that is no JSON object.
    """
    right: Counter[str] = Counter()
    of: Counter[str] = Counter()
    misses, unlabelled = [], []
    for mail in sorted(folder.rglob("*.eml")):
        if not mail.with_suffix(".json").exists():
            unlabelled.append(mail)
            continue
        compared = tuple(_compared(_label(mail.with_suffix(".json")), explain(mail.read_bytes())))
        wrong = tuple((figure, wanted, got) for figure, wanted, got, fits in compared if not fits)
        of.update(("all of it", *(figure for figure, *_ in compared)))
        right.update(figure for figure, _, _, fits in compared if fits)
        right.update(() if wrong else ("all of it",))
        if wrong:
            misses.append(Miss(mail=mail, wrong=wrong))
    rows = (Row(figure=figure, right=right[figure], of=of[figure]) for figure in FIGURES if of[figure])
    return Evaluation(rows=tuple(rows), misses=tuple(misses), unlabelled=tuple(unlabelled))


def _label(file: Path) -> dict[str, Any]:
    try:
        label = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
    if not isinstance(label, dict):
        raise ValueError(f"{file}: not a JSON object")
    return label


def _compared(label: dict[str, Any], got: dict[str, Any]) -> Iterator[tuple[str, Any, Any, bool]]:
    """Each figure the label speaks of: wanted, got, and whether they fit."""
    for figure in ("verdict", "code", "level", "emergency_misuse"):
        if figure in label:
            yield figure, label[figure], got.get(figure), label[figure] == got.get(figure)
    tickets = [str(ticket).upper() for ticket in label.get("ticket_id") or ()]
    if tickets or label.get("code") == "missing_ticket_id":
        ticket = got.get("ticket_id")
        yield "ticket_id", tickets, ticket, str(ticket).upper() in tickets if tickets else ticket is None
    if "missing" in label:
        yield "missing", label["missing"], got.get("missing"), label["missing"] == got.get("missing")
    if label.get("verdict") != ACCEPTED:
        return
    said = _on_one_line(got.get("motivation") or "")
    for figure, should_stand in (("motivation_contains", True), ("motivation_excludes", False)):
        parts = label.get(figure) or ()
        if parts:
            yield figure, parts, said, all((_on_one_line(p) in said) is should_stand for p in parts)
    if label.get("evidence"):
        kinds = sorted({item["kind"] for item in got.get("evidence") or ()})
        yield "evidence", label["evidence"], kinds, set(label["evidence"]) <= set(kinds)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
