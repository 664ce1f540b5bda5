"""Tells whose ticket a ticket system's notification is about: the machine that sent it reads no answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.automatic import is_invitation
from mailproc.message.mail import Address
from mailproc.message.phrases import fold, phrases

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail
    from mailproc.settings import Settings

_MAILBOX = re.compile(r"<?([^\s<>,;:\"'()\[\]]{1,64}@[^\s<>,;:\"'()\[\]]{1,250})")
_BEFORE_LABEL = " \t*#=-_|•"
_COLONS = re.compile(r"[:：|]")
LINES_READ = 200
"""Lines of a notification in which its requester is looked for."""


def requester_named(mail: IncomingMail, settings: Settings) -> Address | None:
    """The person on the first line such as "Requester: Maja Ek <maja@harbour.example>", in any language.

    None where no line names one mail address; an address of the desk itself is none.
    """
    for line in mail.words.text.splitlines()[:LINES_READ]:
        label, colon, value = _parted(line)
        if not colon or fold(label) not in phrases("requester_labels"):
            continue
        found = _MAILBOX.search(value)
        if found and not settings.is_own_address(found[1]):
            name = value[: found.start()].strip(" \t*_|\"'<(")
            return Address(email=found[1].lower(), name=" ".join(name.split()))
    return None


def is_from_ticket_system(mail: IncomingMail, settings: Settings) -> bool:
    """True for a notification of one of the configured ticket systems."""
    author = mail.reply_author
    return author is not None and author.email in settings.tickets.notifies_from


def is_by_machine(mail: IncomingMail, settings: Settings) -> bool:
    """True for automatic mail, and for all that a configured ticket system writes, however it marks it.

    A calendar sends an invitation, but a person typed what asks in it, and reads the answer.
    """
    return (mail.is_automatic and not is_invitation(mail)) or is_from_ticket_system(mail, settings)


def _parted(line: str) -> tuple[str, bool, str]:
    start = line[:500].lstrip(_BEFORE_LABEL)
    colon = _COLONS.search(start)
    if colon is None:
        return "", False, ""
    return start[: colon.start()].strip(" \t*_"), True, start[colon.end() :]
