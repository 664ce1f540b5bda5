"""Every sign that a mail was not written by a person to us, the deciding one first (RFC 3834).

People are never taken for machines: a sign that people's mail can carry counts only beside a second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.message import header_signs
from mailproc.message.absence import absence
from mailproc.message.bounce_signs import returned_mail
from mailproc.message.features import Features
from mailproc.message.mail import Nature, Signal
from mailproc.message.phrases import fold, held, is_answer, is_handed_on, opening, phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.message.mail import IncomingMail

CALENDAR = "calendar"
"""The name of the rule that tells the mail of calendars."""
_SERVICES = ("listserv", "majordomo", "mailman", "sympa", "ezmlm", "microsoftexchange3")
_OF_A_TICKET_SYSTEM = frozenset(
    {"auto_submitted", "machine_header", "machine_value", "mailing_list", "precedence"}
    | {"null_return_path", "no_reply_sender", "machine_opening"}
)
_CALENDAR_METHODS = frozenset({"request", "reply", "cancel", "counter", "declinecounter", "refresh", "add"})
_MARKS = str.maketrans("", "", "-_.'\" ")
_BEFORE_WORDS = " \t*#=-_|•"


def signals(mail: IncomingMail) -> tuple[Signal, ...]:
    """The signs that a machine wrote this mail or sent it to many, the deciding one first.

    The nature of the first is the nature of the mail: BOUNCE for a failed delivery, AUTOMATIC for an
    answering machine, a receipt, a delay warning or a notification, BULK for a list or a newsletter. An empty
    tuple: nothing speaks against a person. ``X-Auto-Response-Suppress`` is no sign: people's mail has it.
    """
    look = Features.of(mail)
    return tuple(sign for rule in RULES if (sign := rule(look)))


def is_ticket_notification(mail: IncomingMail) -> bool:
    """True for a ticket system's notification that asks for an escalation.

    It is automatic by its headers or its sender, and carries a line such as "Escalation: Emergency" in its
    subject or its own words. An answering machine, a receipt or a bounce that repeats the line is none.
    """
    return bool(mail.signals) and mail.signals[0].rule in _OF_A_TICKET_SYSTEM and asks_by_line(mail)


def asks_by_line(mail: IncomingMail) -> bool:
    """True where the subject, or a line of the own words, is "Escalation: Emergency" or its like."""
    if held(fold(mail.subject), "escalation_lines"):
        return True
    lines = (fold(line).lstrip(_BEFORE_WORDS) for line in mail.words.text.splitlines())
    return any(opening(line, "escalation_lines") for line in lines)


def reads_no_answers(email: str) -> bool:
    """True for an address that says so: ``noreply@``, ``notifications@``."""
    key = email.partition("@")[0].partition("+")[0].translate(_MARKS).lower()
    silent = phrases("no_reply_senders")
    return key.startswith(silent) or key.endswith(silent) or key in phrases("notifying_senders")


def _receipt(look: Features) -> Signal | None:
    """Reading receipts (RFC 8098 §3) and complaints (RFC 5965 §2): reports, but no bounces."""
    for kind, rule in (("disposition-notification", "receipt"), ("feedback-report", "complaint")):
        told = kind in look.content_type or f"message/{kind}" in look.mail.part_types
        if look.is_report and told:
            return _automatic(rule, f"message/{kind}")
    label = opening(look.subject, "receipt_subjects")
    words = (
        held(look.opening, "receipt_words") if label and opening(look.opening, "receipt_openings") else None
    )
    return _automatic("receipt", f"{label} … {words}") if words else None


def _calendar(look: Features) -> Signal | None:
    """Invitations, answers to them and cancellations, which a calendar sends and reads (RFC 5546 §1.4).

    A calendar somebody attaches as a file has no method beside its type, or is disposed as an attachment.
    """
    method = look.mail.calendar_method
    return _automatic(CALENDAR, f"text/calendar; method={method}") if method in _CALENDAR_METHODS else None


def is_invitation(mail: IncomingMail) -> bool:
    """True for an invitation to a meeting: its sender may have typed a request into it."""
    return bool(mail.signals) and mail.signals[0].rule == CALENDAR and mail.calendar_method == "request"


def _no_reply_sender(look: Features) -> Signal | None:
    """An address that reads no answers, unless it passes on what somebody else wrote.

    A web form names the author in Reply-To, of another domain; a forum writes to its own address.
    """
    reads_nothing = reads_no_answers(f"{look.local_part}@")
    if not (reads_nothing or look.sender_key.startswith(_SERVICES)) or _passes_on(look):
        return None
    return _automatic("no_reply_sender", look.local_part)


def _passes_on(look: Features) -> bool:
    sender = look.mail.sender
    if not sender:
        return False
    strangers = any(address.domain != sender.domain for address in look.mail.reply_to)
    return strangers or any(address.email == sender.email for address in (*look.mail.to, *look.mail.cc))


def _machine_opening(look: Features) -> Signal | None:
    """ "This is an automatic reply" as the first words, not somewhere in a mail that quotes one."""
    if is_answer(look.subject) or is_handed_on(look.subject):
        return None
    words = opening(look.opening.lstrip(_BEFORE_WORDS), "automatic_openings")
    return _automatic("machine_opening", words) if words else None


def _automatic(rule: str, found: str) -> Signal:
    return Signal(nature=Nature.AUTOMATIC, rule=rule, found=found)


RULES: tuple[Callable[[Features], Signal | None], ...] = (
    _receipt,
    returned_mail,
    header_signs.auto_replied,
    absence,
    _calendar,
    header_signs.auto_submitted,
    header_signs.machine_header,
    header_signs.machine_value,
    header_signs.exchange_rule,
    header_signs.mailing_list,
    header_signs.campaign,
    header_signs.precedence,
    header_signs.null_return_path,
    _no_reply_sender,
    _machine_opening,
)
"""In the order in which they decide: what failed, what answers by itself, what goes to many, what is left."""
