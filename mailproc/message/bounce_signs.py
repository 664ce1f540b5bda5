"""Tells a returned mail from all others: by its report, by its postman, or by two signs that agree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailproc.message.mail import Nature, Signal
from mailproc.message.phrases import held, is_answer, is_handed_on, label, opening

if TYPE_CHECKING:
    from mailproc.message.features import Features

_ACTION = re.compile(r"^action[ \t]*:[ \t]*([a-z-]{1,20})", re.IGNORECASE | re.MULTILINE)
_NO_FAILURE = frozenset({"delayed", "delivered", "relayed", "expanded"})
_NOT_LETTERS = " \t*#=-_.:!~"

# Names that MTAs give themselves; nobody is called so.
_DAEMONS = ("mailerdaemon", "maildaemon")
_POSTMEN = frozenset(
    {
        "maildelivery",
        "maildeliverysystem",
        "maildeliverysubsystem",
        "maildeliveryservice",
        "ndr",
        "nondelivery",
    }
    | {"mailsystem", "mdaemon", "mmdf", "mailmarshal"}
)
_POSTMEN_NAMES = (
    *("mail delivery s", "internet mail delivery", "mail deliver system"),
    *("delivery subsystem", "mailer-daemon", "mailer daemon"),
)
# Local parts behind which a person may sit, who writes about mail that was returned.
_OFFICES = (
    *("postmaster", "systemadministrator", "mailadm", "bounce", "mailservice", "mailgateway"),
    *("imss", "interscan", "antivirus", "smtpgateway"),
)


def returned_mail(look: Features) -> Signal | None:
    """A bounce; or a report that is none: delayed or delivered mail has not failed (RFC 3464 §2.3.3)."""
    sign = _report(look) or _failed_recipients(look) or _daemon(look) or _mta_words(look) or _two_signs(look)
    if not sign:
        return None
    return _without_failure(look) or sign


def _bounce(rule: str, found: str) -> Signal:
    return Signal(nature=Nature.BOUNCE, rule=rule, found=found)


def _report(look: Features) -> Signal | None:
    """RFC 6522, RFC 3464 §2. A report inside a forwarded mail is what a person writes about."""
    if look.is_report and "delivery-status" in look.content_type:
        return _bounce("delivery_report", "multipart/report; report-type=delivery-status")
    if "message/delivery-status" not in look.mail.part_types or is_handed_on(look.subject):
        return None
    if look.is_report or _postman(look) or _office(look) or look.has_null_return_path:
        return _bounce("delivery_report", "message/delivery-status")
    return None


def _failed_recipients(look: Features) -> Signal | None:
    """Exim names the addresses that failed; Google took the header over."""
    failed = look.first("x-failed-recipients")
    return _bounce("failed_recipients", f"X-Failed-Recipients: {failed}") if failed else None


def _daemon(look: Features) -> Signal | None:
    """The name that MTAs have given themselves since sendmail; nobody is called so."""
    if look.sender_key.startswith(_DAEMONS) or look.sender.startswith(("mailer-daemon", "<mailer-daemon")):
        return _bounce("mailer_daemon", look.local_part or look.sender)
    return None


def _mta_words(look: Features) -> Signal | None:
    """The first words of qmail, Exim, Postfix, sendmail and Exchange, where the headers were lost."""
    if is_handed_on(look.subject):
        return None
    text = look.opening.lstrip(_NOT_LETTERS)
    words = opening(text, "bounce_openings") or _words_and_address(text)
    return _bounce("mta_words", words) if words else None


def _words_and_address(text: str) -> str | None:
    words = opening(text, "bounce_address_openings")
    return words if words and "@" in text[len(words) :].lstrip(" :").partition(" ")[0] else None


def _two_signs(look: Features) -> Signal | None:
    """A sender of returned mail, and words of failure. Words alone are what people complain in."""
    postman, office, nobody = _postman(look), _office(look), look.has_null_return_path
    if is_handed_on(look.subject) or not (postman or office or nobody):
        return None
    subject = opening(look.subject, "bounce_subjects") or opening(look.subject, "delay_subjects")
    words = None if is_answer(look.subject) else held(look.opening, "bounce_words")
    if postman and (subject or words):
        return _bounce("postman", f"{look.sender}: {subject or words}")
    if office and subject and (words or label(look.subject, "bounce_subjects")):
        return _bounce("post_office", f"{look.sender}: {subject}")
    if nobody and (subject or (words and not _is_auto_reply(look))):
        return _bounce("null_return_path", f"Return-Path: <>, {subject or words}")
    return None


def _is_auto_reply(look: Features) -> bool:
    return any(token.startswith("auto-") for token in look.tokens("auto-submitted"))


def _postman(look: Features) -> bool:
    return (
        look.sender_key in _POSTMEN
        or look.sender_key.startswith("microsoftexchange3")
        or any(name in look.sender for name in _POSTMEN_NAMES)
        or look.sender.endswith("<>")
    )


def _office(look: Features) -> bool:
    sender = look.sender_key
    return any(name in sender for name in _OFFICES)


def _without_failure(look: Features) -> Signal | None:
    actions = {action.lower() for action in _ACTION.findall(look.mail.delivery_status)}
    if actions and actions <= _NO_FAILURE:
        rule = "delay_warning" if "delayed" in actions else "delivery_success"
        return Signal(nature=Nature.AUTOMATIC, rule=rule, found=f"Action: {', '.join(sorted(actions))}")
    delayed = None if actions else opening(look.subject, "delay_subjects")
    return Signal(nature=Nature.AUTOMATIC, rule="delay_warning", found=delayed) if delayed else None
