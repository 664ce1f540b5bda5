"""Which procedure a mail falls under: several teams share one mailbox, each with its own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailproc.message.mail import IncomingMail
    from mailproc.reading.request import EscalationRequest
    from mailproc.settings import Settings


def procedure_of(
    mail: IncomingMail, request: EscalationRequest, settings: Settings, envelope_to: Iterable[str] = ()
) -> str:
    """The name of the first procedure whose every condition holds; ``""`` where the common rules apply.

    ``envelope_to`` are the addresses the mail was delivered to, beside those of its headers. Whoever is not
    the one unambiguous sender has no role and no organisation (RFC 5322 §3.6.2).
    """
    email = request.requester.email if request.requester and mail.sender else ""
    person, organisation = settings.person(email), settings.organisation_of(email)
    written_to = (*envelope_to, *(address.email for address in (*mail.to, *mail.cc)))
    found = {
        "addresses": {name for address in written_to for name in _names_of(address)},
        "roles": set(person.roles) if person else set(),
        "organisations": {organisation.name} if organisation else set(),
        "forms": {request.form.name} if request.form else set(),
    }
    for procedure in settings.procedure:
        wanted = {condition: set(getattr(procedure, condition)) for condition in found}
        if all(not wanted[each] or wanted[each] & found[each] for each in found):
            return procedure.name
    return ""


def _names_of(address: str) -> tuple[str, ...]:
    """How a configuration may name an address: whole, and by its plus-part (RFC 5233)."""
    local, _, domain = address.lower().rpartition("@")
    bare, _, part = local.partition("+")
    return tuple(filter(None, (f"{bare}@{domain}", part)))
