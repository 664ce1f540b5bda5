"""Bytes in, a mail read and understood out: everything about a mail that needs no transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.message.parse import parse
from mailproc.reading.read import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.desk.thread import Thread
    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """A mail, the matter it answers, and what it asks for."""

    mail: IncomingMail
    thread: Thread | None
    request: EscalationRequest


def consider(
    raw: bytes, settings: Settings, thread_of: Callable[[IncomingMail], Thread | None] = lambda mail: None
) -> Considered:
    """Parses and reads a mail. Never raises for what stands in it.

    ``thread_of`` finds the matter that a mail answers; its ticket is understood where the mail names none.
    """
    mail = parse(raw)
    thread = thread_of(mail)
    request = read(mail, settings, thread_ticket=thread.ticket if thread else None)
    return Considered(mail=mail, thread=thread, request=request)
