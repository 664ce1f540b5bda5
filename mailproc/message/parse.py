"""Any octets become an ``IncomingMail``; what is wrong with them is named, and nothing is raised.

The tree is the standard library's, the addresses are mail-parser's: its full parse takes four times as
long, and loses delivery reports, attached mails and undecodable characters on the way.
"""

from __future__ import annotations

import email
import re
from dataclasses import replace
from email.parser import BytesHeaderParser
from functools import lru_cache
from typing import TYPE_CHECKING

from mailparser.utils import get_addresses

from mailproc.message import headers
from mailproc.message.automatic import signals
from mailproc.message.body import UNREAD, Body, read_body
from mailproc.message.mail import Address, Forwarded, IncomingMail, OwnWords
from mailproc.message.marks import without_marks
from mailproc.message.words import own_words

if TYPE_CHECKING:
    from email.message import Message

_MOST_MULTIPARTS = 200  # the parser recurses once per level; no program nests or sends so many
_MOST_ADDRESSES = 60_000  # characters of one address field
_DEEPEST_MAIL = 4
_LONGEST_REMEMBERED = 200
_NAME_JOINTS = re.compile(r"[._+\d-]+")
_MBOX_LINE = re.compile(rb"\A>?From [^\r\n]{0,500}\r?\n")


def parse(raw: bytes) -> IncomingMail:
    """The mail these octets hold. Never raises: octets that are no mail give a value with defects."""
    message, defects = _message(raw)
    return _mail(message, defects, depth=0)


def _message(raw: bytes) -> tuple[Message, list[str]]:
    octets = _MBOX_LINE.sub(b"", raw.lstrip(b"\r\n"), count=1)
    if octets.lower().count(b"multipart/") > _MOST_MULTIPARTS:
        return _headers_only(octets), ["too many multiparts: only the headers were read"]
    try:
        return email.message_from_bytes(octets), []
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as fault:
        return _headers_only(octets), [f"the parts could not be read: {type(fault).__name__}"]


def _headers_only(octets: bytes) -> Message:
    message = BytesHeaderParser().parsebytes(octets)
    message.set_type(UNREAD)
    return message


def _mail(message: Message, defects: list[str], *, depth: int) -> IncomingMail:
    fields = tuple((name, headers.decoded(value)) for name, value in message.raw_items())
    raw_fields = _raw_fields(message)
    body = _body(message, defects)
    from_all, from_is_plain = _senders(raw_fields)
    sender = from_all[0] if from_is_plain and len(from_all) == 1 else None
    subject = _subject(fields)
    mail = IncomingMail(
        message_id=next(iter(headers.message_ids(_first(raw_fields, "message-id"))), None),
        date=headers.date_of(_first(raw_fields, "date")),
        subject=subject,
        sender=sender,
        from_all=from_all,
        reply_to=_addresses(raw_fields, "reply-to"),
        to=_addresses(raw_fields, "to"),
        cc=_addresses(raw_fields, "cc"),
        in_reply_to=headers.message_ids(_first(raw_fields, "in-reply-to")),
        references=headers.message_ids(" ".join(raw_fields.get("references", ()))),
        headers=fields,
        text=without_marks(body.text).strip(),
        words=own_words(body.text, subject=subject, author=_author_name(fields, from_all)),
        signals=(),
        attachments=tuple(body.attachments),
        attached_mail=_attached(body, depth),
        unreadable=body.unreadable(),
        defects=tuple(dict.fromkeys(defects + body.defects)),
        part_types=tuple(body.part_types),
        delivery_status=body.delivery_status,
        calendar_method=body.calendar_method,
        reply_author=_reply_author(from_all, _addresses(raw_fields, "sender")),
        authentication_results=tuple(raw_fields.get("authentication-results", ())),
    )
    mail = _with_attached_forwards(mail)
    return replace(mail, signals=signals(mail))


def _raw_fields(message: Message) -> dict[str, list[str]]:
    """Field values by lower-case name, unfolded, encoded-words still in place for the address parser."""
    fields: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        fields.setdefault(name.lower(), []).append(headers.unfold(value))
    return fields


def _first(fields: dict[str, list[str]], name: str) -> str | None:
    return fields[name][0] if name in fields else None


def _subject(fields: tuple[tuple[str, str], ...]) -> str:
    """The first Subject: a second one is an attempt to show two readers different mails."""
    return next((value for name, value in fields if name.lower() == "subject"), "")


def _author_name(fields: tuple[tuple[str, str], ...], senders: tuple[Address, ...]) -> str:
    """The author's name as the From field writes it, even without an address, and the local part."""
    value = next((value for name, value in fields if name.lower() == "from"), "")
    shown = value.partition("<")[0].strip(" \"'")[:100]
    local_part = senders[0].local_part if senders else ""
    return f"{shown} {_NAME_JOINTS.sub(' ', local_part)[:60]}"


def _body(message: Message, defects: list[str]) -> Body:
    try:
        return read_body(message)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as fault:
        defects.append(f"the text could not be read: {type(fault).__name__}")
        return Body()


def _senders(fields: dict[str, list[str]]) -> tuple[tuple[Address, ...], bool]:
    """Who the mail says it is from, and whether that is beyond doubt.

    In doubt: more than one From field (RFC 5322 §3.6), or a display name that is another address, which
    parsers and readers take for different people.
    """
    values = fields.get("from", [])
    senders = tuple(address for value in values for address in _read_addresses(value))
    plain = len(values) == 1 and not any(_misleads(address) for address in senders)
    return senders, plain


def _reply_author(senders: tuple[Address, ...], transmitter: tuple[Address, ...]) -> Address | None:
    """Whom to answer. With several authors the Sender field names the one who sent it (RFC 5322 §3.6.2)."""
    if len(senders) != 1 and len(transmitter) == 1:
        return transmitter[0]
    return senders[0] if senders else None


def _misleads(address: Address) -> bool:
    shown = address.name.strip(" '\"<>").lower()
    return "@" in shown and " " not in shown and shown != address.email


def _addresses(fields: dict[str, list[str]], name: str) -> tuple[Address, ...]:
    return tuple(address for value in fields.get(name, ()) for address in _read_addresses(value))


def _read_addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a field. Short fields are remembered: most mail comes from and to the same few."""
    return _scan_once(value) if len(value) <= _LONGEST_REMEMBERED else _scan_once.__wrapped__(value)


@lru_cache(maxsize=1_000)
def _scan_once(value: str) -> tuple[Address, ...]:
    try:
        found = get_addresses(value[:_MOST_ADDRESSES])
    except (ValueError, IndexError, LookupError, TypeError, RecursionError):
        return ()
    return tuple(
        Address(email=address.strip().lower(), name=headers.decoded(name).strip())
        for name, address in found
        if "@" in address
    )


def _attached(body: Body, depth: int) -> tuple[IncomingMail, ...]:
    if depth >= _DEEPEST_MAIL:
        return ()
    return tuple(_mail(message, [], depth=depth + 1) for message in body.attached)


def _with_attached_forwards(mail: IncomingMail) -> IncomingMail:
    """Names attached mails as forwarded too; what a report returns was forwarded by nobody (RFC 6522)."""
    if not mail.attached_mail or mail.part_types[0] == "multipart/report":
        return mail
    attached = tuple(_forward_of(inner) for inner in mail.attached_mail)
    words: OwnWords = replace(mail.words, forwarded=mail.words.forwarded + attached)
    return replace(mail, words=words)


def _forward_of(mail: IncomingMail) -> Forwarded:
    return Forwarded(
        sender=mail.sender,
        to=mail.to,
        subject=mail.subject,
        date=mail.header("Date") or "",
        text=mail.text,
        attached=True,
    )
