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


NULL_RETURN_PATH = b"Return-Path: <>\r\n"
"""Final delivery writes the envelope sender into the mail (RFC 5321 §4.4); nobody answers the null one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """A mail, the matter it answers, and what it asks for."""

    mail: IncomingMail
    thread: Thread | None
    request: EscalationRequest


def consider(
    raw: bytes,
    settings: Settings,
    *,
    envelope_from: str | None = None,
    thread_of: Callable[[IncomingMail], Thread | None] = lambda mail: None,
) -> Considered:
    """Parses and reads a mail. Never raises for what stands in it.

    ``envelope_from`` is ``""`` for the null sender, None where it is not known. ``thread_of`` finds the
    matter that a mail answers; its ticket is understood where the mail names none.
    """
    mail = parse(NULL_RETURN_PATH + raw if envelope_from == "" else raw)
    thread = thread_of(mail)
    request = read(mail, settings, thread_ticket=thread.ticket if thread else None)
    return Considered(mail=mail, thread=thread, request=request)
