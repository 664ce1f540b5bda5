"""What must be right about the ways of mail: protected on the network, and never in a circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint
from mailproc.config.loopback import is_loopback
from mailproc.settings import Delivery, Mailbox, Security, SmtpListener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.config.checks.written import Check, Written
    from mailproc.config.faults import Location


def plain_text_stays_on_this_machine(written: Written) -> Iterator[Complaint]:
    """Without TLS a password and every mail could be read on the way."""
    for at, table in written.of(Mailbox) + written.of(Delivery):
        is_used = isinstance(table, Mailbox) or table.transport == "smtp"
        if is_used and table.security is Security.NONE and not is_loopback(table.host):
            allowed = f'"tls" or "starttls"; "none" only for this machine, and {table.host} is not'
            yield Complaint(at=(*at, "security"), found='"none"', allowed=allowed)
    for at, hop in _next_hops(written):
        if not is_loopback(hop.rpartition(":")[0]):
            allowed = "a mail server on this machine, which knows the way on"
            yield Complaint(at=at, found=f'"{hop}"', allowed=allowed)


def mail_does_not_go_in_circles(written: Written) -> Iterator[Complaint]:
    """A letter sent to our own listener would never leave."""
    ports = {listener.port for _, listener in written.of(SmtpListener)}
    for at, delivery in written.of(Delivery):
        if delivery.transport == "smtp" and is_loopback(delivery.host) and delivery.port in ports:
            allowed = "the port of a mail server, not of this desk's own listener"
            yield Complaint(at=(*at, "port"), found=str(delivery.port), allowed=allowed)
    for at, hop in _next_hops(written):
        if is_loopback(hop.rpartition(":")[0]) and int(hop.rpartition(":")[2]) in ports:
            allowed = "the address of a mail server, not of this desk's own listener"
            yield Complaint(at=at, found=f'"{hop}"', allowed=allowed)


def _next_hops(written: Written) -> Iterator[tuple[Location, str]]:
    """Where ordinary mail is handed on to, as host and port."""
    for at, listener in written.of(SmtpListener):
        if listener.ordinary_mail is None:
            continue
        for key, hop in (("smtp", listener.ordinary_mail.smtp), ("lmtp", listener.ordinary_mail.lmtp)):
            if hop is not None and not hop.startswith("/"):
                yield (*at, "ordinary_mail", key), hop


WIRES: tuple[Check, ...] = (
    plain_text_stays_on_this_machine,
    mail_does_not_go_in_circles,
)
