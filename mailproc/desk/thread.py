"""What a mail answers: one of our letters, found by its signed address or by the thread headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.escalation.reply_address import matter
from mailproc.store import decisions, escalations, inbox, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sqlalchemy import Connection

    from mailproc.escalation.reply_address import ReplyAddresses
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Settings
    from mailproc.store.inbox import StoredMail


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """The matter a mail belongs to.

    ``mail_id`` is the request that our letter answered, ``escalation_id`` its escalation where there is
    one, ``ticket`` the ticket of either. ``signed_for`` is the person whose signed address the mail came
    to, None where the thread headers alone led here: they prove nothing.
    """

    mail_id: int | None = None
    escalation_id: int | None = None
    ticket: str | None = None
    signed_for: str | None = None


def answers_us(mail: IncomingMail, stored: StoredMail, settings: Settings) -> bool:
    """True for a mail that may answer a letter of ours: worth a look into the store."""
    if any(matter(address) for address in _recipients(mail, stored)):
        return True
    return bool(_named(mail, settings))


def find_thread(
    connection: Connection,
    mail: IncomingMail,
    stored: StoredMail,
    settings: Settings,
    addresses: ReplyAddresses,
    today: date,
) -> Thread | None:
    """The thread of a mail; None for a mail that answers nothing of ours."""
    sender = mail.sender.email if mail.sender else ""
    for address in _recipients(mail, stored):
        claimed = matter(address)
        if claimed is None:
            continue
        persons = [sender, *_concerned(connection, *claimed, settings)]
        signed = addresses.read(address, persons, today)
        if signed and signed.subject == "escalation":
            return _of_escalation(connection, signed.number, signed.person)
        if signed:
            return _of_mail(connection, signed.number, signed.person)
    return _by_headers(connection, mail, settings)


def _recipients(mail: IncomingMail, stored: StoredMail) -> Iterator[str]:
    yield from stored.envelope_to
    for address in (*mail.to, *mail.cc):
        yield address.email


def _concerned(connection: Connection, subject: str, number: int, settings: Settings) -> list[str]:
    """Everybody for whom an address about this matter may have been made."""
    staff = [person.email for person in settings.people]
    if subject == "escalation":
        return [*staff, *escalations.participants(connection, str(number))]
    made = decisions.of_mail(connection, number)
    return [*staff, made["requester"]] if made and made["requester"] else staff


def _by_headers(connection: Connection, mail: IncomingMail, settings: Settings) -> Thread | None:
    """The newest of our letters that the thread headers name (RFC 5322 §3.6.4)."""
    for message_id in _named(mail, settings):
        letter = outbox.by_message_id(connection, message_id)
        if letter and letter["escalation_id"]:
            return _of_escalation(connection, letter["escalation_id"], None)
        if letter and letter["mail_id"]:
            return _of_mail(connection, letter["mail_id"], None)
    return None


def _named(mail: IncomingMail, settings: Settings) -> list[str]:
    """The Message-IDs of ours in the thread headers, the nearest first."""
    ours = f"@{settings.desk.address.rpartition('@')[2]}>"
    named = (*mail.in_reply_to, *reversed(mail.references))
    return [one for one in dict.fromkeys(named) if one.endswith(ours)]


def _of_escalation(connection: Connection, number: int, signed_for: str | None) -> Thread | None:
    entry = escalations.entry(connection, number)
    if entry is None:
        return None
    return Thread(
        mail_id=entry["mail_id"], escalation_id=number, ticket=entry["ticket"], signed_for=signed_for
    )


def _of_mail(connection: Connection, number: int, signed_for: str | None) -> Thread | None:
    made = decisions.of_mail(connection, number)
    if made is None or inbox.entry(connection, number) is None:
        return None
    return Thread(
        mail_id=number, escalation_id=made["escalation_id"], ticket=made["ticket"], signed_for=signed_for
    )
