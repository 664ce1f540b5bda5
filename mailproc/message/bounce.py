"""Reads what a bounce says: who was not reached, for good or for now, why, and which letter it returns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailproc.message.mail import Nature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailproc.message.mail import IncomingMail

_MOST_RECIPIENTS = 200
_HEAD = 4_000
_LONGEST_DIAGNOSTIC = 1_000
_REPORT_RULES = frozenset({"delay_warning", "delivery_success"})

_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])([245])\d\d(?=[ -])")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_MESSAGE_ID = re.compile(
    r"^[ \t>]{0,20}message-id[ \t]{0,20}:[ \t\n]{0,20}(<[^<>\s]{1,990}>)", re.IGNORECASE | re.MULTILINE
)
_FOLDED = re.compile(r"\r?\n[ \t]+")
# Where the report ends and the returned mail begins, in the words of qmail, Exim, sendmail and others.
_RETURNED = re.compile(
    r"^[- ]{0,40}(?:below this line is a copy|this is a copy of (?:the|your) message|original message|"
    r"returned (?:message|mail)|message header follows|unsent message follows|(?:received|return-path):)",
    re.IGNORECASE | re.MULTILINE,
)


class Action(StrEnum):
    """What became of the mail for one recipient (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


_ACTIONS = frozenset(action.value for action in Action)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedRecipient:
    """One recipient of a delivery report.

    ``address`` is where the mail was to go in the end, ``original`` what the sender had written (RFC 3464
    §2.3.1), the same where the report names one only; both in lower case. ``status`` is an enhanced code such
    as ``5.1.1`` (RFC 3463) or empty, ``diagnostic`` the words of the server that refused.
    """

    address: str
    original: str
    action: Action
    status: str = ""
    diagnostic: str = ""

    @property
    def is_permanent(self) -> bool:
        """True where another attempt cannot help: failed, and not with a 4.x.x code that ran out of time."""
        return self.action is Action.FAILED and not self.status.startswith("4")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounce:
    """A delivery report. What it does not say is empty or None.

    ``original_message_id`` is the returned letter's Message-ID with its angle brackets, ``envelope_id`` the
    ENVID that its sender gave (RFC 3461 §4.4).
    """

    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str | None = None
    envelope_id: str = ""
    reporting_mta: str = ""

    @property
    def failed(self) -> tuple[ReportedRecipient, ...]:
        """The recipients that were not reached."""
        return tuple(recipient for recipient in self.recipients if recipient.action is Action.FAILED)


def read_bounce(mail: IncomingMail) -> Bounce | None:
    """What a bounce, a delay warning or a success report says; None for every other mail.

    The machine part counts (RFC 3464 §2); without one, X-Failed-Recipients and then the words before the
    returned mail. A bounce that names nobody has no recipients.
    """
    if not _is_report(mail):
        return None
    groups = tuple(_groups(mail.delivery_status))
    per_message = next((group for group in groups if "reporting-mta" in group), {})
    return Bounce(
        recipients=_from_report(groups) or _from_words(mail),
        original_message_id=_original_message_id(mail),
        envelope_id=per_message.get("original-envelope-id", ""),
        reporting_mta=_typed(per_message.get("reporting-mta", "")),
    )


def _is_report(mail: IncomingMail) -> bool:
    return any(sign.nature is Nature.BOUNCE or sign.rule in _REPORT_RULES for sign in mail.signals)


def _groups(status: str) -> Iterator[dict[str, str]]:
    """Groups of fields, by lower-case name. A repeated recipient starts a group even without a blank line."""
    group: dict[str, str] = {}
    for line in _FOLDED.sub(" ", status).splitlines():
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        if group and (not line.strip() or (key == "final-recipient" and key in group)):
            yield group
            group = {}
        if colon and key:
            group.setdefault(key, value.strip())
    if group:
        yield group


def _from_report(groups: tuple[dict[str, str], ...]) -> tuple[ReportedRecipient, ...]:
    named = (group for group in groups if "final-recipient" in group or "original-recipient" in group)
    read = (_recipient(group) for group in named)
    return tuple(recipient for recipient in read if recipient)[:_MOST_RECIPIENTS]


def _recipient(group: dict[str, str]) -> ReportedRecipient | None:
    final = _mailbox(group.get("final-recipient", ""))
    original = _mailbox(group.get("original-recipient", ""))
    if not (final or original):
        return None
    diagnostic = _typed(group.get("diagnostic-code", ""))
    status = _STATUS.search(group.get("status", "")) or _STATUS.search(diagnostic)
    return ReportedRecipient(
        address=final or original,
        original=original or final,
        action=_action(group.get("action", ""), status[1] if status else ""),
        status=status[1] if status else _status_of_reply(diagnostic),
        diagnostic=diagnostic[:_LONGEST_DIAGNOSTIC],
    )


def _action(written: str, status: str) -> Action:
    """The action, or what its status code means where a server invents words of its own."""
    word = written.partition("(")[0].strip().lower()
    if word in _ACTIONS:
        return Action(word)
    return {"2": Action.DELIVERED, "4": Action.DELAYED}.get(status[:1], Action.FAILED)


def _typed(value: str) -> str:
    """The value of a typed field, without its type ("dns; mx.example" → "mx.example")."""
    kind, semicolon, rest = value.partition(";")
    return rest.strip() if semicolon and kind.strip().replace("-", "").isalnum() else value.strip()


def _mailbox(value: str) -> str:
    """The address of a recipient field, in lower case; "<unknown>" and the like give nothing."""
    found = _ADDRESS.search(_typed(value)[:1_000])
    return found[0].lower() if found else ""


def _from_words(mail: IncomingMail) -> tuple[ReportedRecipient, ...]:
    """Recipients of a bounce without a machine part; the words around them apply to all of them."""
    head = _before_returned_mail(mail.text)
    listed = mail.header("X-Failed-Recipients") or ""
    found = _ADDRESS.findall(listed[:_HEAD]) or _addresses(head, mail)
    delayed = any(sign.rule == "delay_warning" for sign in mail.signals)
    status = _STATUS.search(head)
    return tuple(
        ReportedRecipient(
            address=address,
            original=address,
            action=Action.DELAYED if delayed else Action.FAILED,
            status=status[1] if status else _status_of_reply(head),
            diagnostic=_diagnostic(head),
        )
        for address in dict.fromkeys(address.lower() for address in found[:_MOST_RECIPIENTS])
    )


def _before_returned_mail(text: str) -> str:
    head = text[:_HEAD]
    returned = _RETURNED.search(head)
    return head[: returned.start()] if returned else head


def _addresses(head: str, mail: IncomingMail) -> list[str]:
    """Addresses that open a line, as MTAs list them; else the first of all. Never the postman's or ours."""
    known = {address.email for address in (*mail.from_all, *mail.to)}
    lines = (_ADDRESS.match(line.lstrip(" \t<*-|\"'")) for line in head.splitlines())
    opening = [match[0] for match in lines if match and match[0].lower() not in known]
    anywhere = (match[0] for match in _ADDRESS.finditer(head) if match[0].lower() not in known)
    return opening or [address for address in (next(anywhere, None),) if address]


def _status_of_reply(words: str) -> str:
    """X.0.0 for a plain reply code: the class is all that it tells (RFC 3463 §3.1)."""
    code = _REPLY_CODE.search(words)
    return f"{code[1]}.0.0" if code else ""


def _diagnostic(head: str) -> str:
    """The line in which the server gives its code."""
    lines = (line.strip() for line in head.splitlines())
    told = (line for line in lines if _STATUS.search(line) or _REPLY_CODE.search(line))
    return next(told, "")[:_LONGEST_DIAGNOSTIC]


def _original_message_id(mail: IncomingMail) -> str | None:
    """From the returned mail, attached or as text; else from the thread, as Exchange and Gmail set it."""
    attached = next((inner.message_id for inner in mail.attached_mail if inner.message_id), None)
    if attached:
        return attached
    written = _MESSAGE_ID.search(mail.text)
    if written:
        return written[1]
    thread = (*mail.in_reply_to, *mail.references)
    return thread[-1] if thread else None
