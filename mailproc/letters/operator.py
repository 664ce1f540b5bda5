"""The desk asks for help: one plain letter for each trouble, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailproc.letters.draft import Draft
from mailproc.letters.letter import LetterKind
from mailproc.letters.quoting import one_line, several_lines

if TYPE_CHECKING:
    from mailproc.letters.pen import Pen


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One trouble of the desk.

    ``mail_id`` is the stored mail it is about. ``recipient`` is whom a letter did not reach.
    ``subject`` is that letter's subject, the name of the mailbox, the ticket that nobody takes on, or the
    server or grant that lets nobody in.
    ``detail`` is the cause as it was reported.
    """

    kind: Literal[
        "quarantined",
        "undelivered",
        "mailbox",
        "unaccounted",
        "directory",
        "unanswered",
        "guessed",
        "login",
        "expiring",
    ]
    detail: str = ""
    mail_id: int | None = None
    recipient: str = ""
    subject: str = ""


def notice(trouble: Notice, pen: Pen) -> Draft:
    """The letter to the operator."""
    data = {
        "trouble": trouble.kind,
        "mail_id": "" if trouble.mail_id is None else str(trouble.mail_id),
        "recipient": one_line(trouble.recipient),
        "about": one_line(trouble.subject),
        "detail": several_lines(trouble.detail, 1_000),
        "happened": pen.moment(pen.now),
    }
    return Draft(name=f"operator.{trouble.kind}", kind=LetterKind.OPERATOR, data=data)
