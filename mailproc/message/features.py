"""One look at a mail: what the signs of automatic mail are read from, computed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailproc.message.phrases import fold, fold_subject

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail

_OPENING_LENGTH = 1_500
_COMMENT = re.compile(r"\([^()]{0,500}\)")
_ANGLED = re.compile(r"<([^<>]{0,320})>")
_NAME_MARKS = str.maketrans("", "", "-_.'\" ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """A mail as the signs see it.

    ``headers`` maps lower-case names to values. ``subject`` and ``opening`` are folded (`fold`);
    ``opening`` is the beginning of the body. ``sender`` is the raw ``From``, folded; ``local_part`` is the
    sender's, in lower case. ``content_type`` is the first header of that name, in lower case.
    """

    mail: IncomingMail
    headers: dict[str, tuple[str, ...]]
    subject: str
    opening: str
    sender: str
    local_part: str
    content_type: str

    @classmethod
    def of(cls, mail: IncomingMail) -> Features:
        """Look at a mail."""
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in mail.headers:
            key = name.lower()
            headers[key] = (*headers[key], value) if key in headers else (value,)
        sender = fold(headers.get("from", ("",))[0])
        return cls(
            mail=mail,
            headers=headers,
            subject=fold_subject(mail.subject),
            opening=fold(mail.text[:_OPENING_LENGTH]),
            sender=sender,
            local_part=_local_part(mail, sender),
            content_type=headers.get("content-type", ("",))[0].lower(),
        )

    def first(self, name: str) -> str:
        """The first value of a header, by lower-case name; empty where there is none."""
        values = self.headers.get(name)
        return values[0].strip() if values else ""

    def tokens(self, name: str) -> tuple[str, ...]:
        """The leading word of each value of a header, without comments and parameters (RFC 3834 §5)."""
        return tuple(_token(value) for value in self.headers.get(name, ()))

    @property
    def is_report(self) -> bool:
        """True for multipart/report at the top of the mail (RFC 6522), not inside a forwarded one."""
        return self.content_type.lstrip().startswith("multipart/report")

    @property
    def has_null_return_path(self) -> bool:
        """True where ``Return-Path`` is the null sender (RFC 5321 §4.5.5), also as Postfix writes it."""
        path = self.first("return-path").strip("<> ").lower()
        return "return-path" in self.headers and path in ("", "mailer-daemon")

    @property
    def sender_key(self) -> str:
        """The sender's local part without marks, as lists of machine senders are written."""
        return self.local_part.partition("+")[0].translate(_NAME_MARKS)


def _token(value: str) -> str:
    return _COMMENT.sub(" ", value).partition(";")[0].strip(" \t\r\n\"'").lower()


def _local_part(mail: IncomingMail, sender: str) -> str:
    if mail.sender:
        return mail.sender.local_part
    if mail.from_all:
        return mail.from_all[0].local_part
    angled = _ANGLED.search(sender)
    return (angled[1] if angled else sender).rpartition("@")[0].strip('<>"\\ ')
