"""Bytes in, a mail read and understood out: everything about a mail that needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.message.parse import parse
from mailproc.reading.read import read

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Considered:
    """A mail and what it asks for."""

    mail: IncomingMail
    request: EscalationRequest


def consider(raw: bytes, settings: Settings) -> Considered:
    """Parses and reads a mail. Never raises for what stands in it."""
    mail = parse(raw)
    return Considered(mail=mail, request=read(mail, settings))
