"""A mail as the request that staff say it is: nothing in it is asked for any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.reading.read import read
from mailproc.reading.request import Kind, Level

if TYPE_CHECKING:
    from mailproc.message.mail import Address, IncomingMail
    from mailproc.reading.request import EscalationRequest, FormReading
    from mailproc.settings import Settings

LONGEST_REASON = 4_000
"""Characters of a mail that stand for its reason where no reason was found in it."""


def read_as_request(mail: IncomingMail, settings: Settings) -> EscalationRequest:
    """The mail read as if every mail to the desk were a request, machine-written ones too."""
    always = settings.desk.model_copy(update={"intent": "always"})
    return read(replace(mail, signals=()), settings.model_copy(update={"desk": always}))


def as_taken(
    request: EscalationRequest,
    mail: IncomingMail,
    *,
    taker: Address,
    ticket: str,
    level: Level | None,
) -> EscalationRequest:
    """The request with what staff say of it, and without its faults.

    ``ticket`` is ``""`` and ``level`` None where they say nothing: what the mail says then stands. A machine
    and somebody without an address are spoken for by the ``taker``.
    """
    author = request.requester
    return replace(
        request,
        kind=Kind.REQUEST,
        requester=taker if mail.is_automatic or author is None or not author.email else author,
        ticket=ticket or request.ticket,
        several=(),
        level=level or request.level or Level.HIGHER_PRIORITY,
        level_asked=request.level_asked or level is not None,
        misuse=None if level else request.misuse,
        motivation=request.motivation or mail.words.text[:LONGEST_REASON] or mail.subject or None,
        excuses=(),
        form=_whole(request.form),
    )


def _whole(form: FormReading | None) -> FormReading | None:
    if form is None:
        return None
    return replace(form, sections=tuple(replace(section, fault=None) for section in form.sections))
