"""Writes a mail as it comes over the wire, and reads it with the desk's own eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproc.message.parse import parse

if TYPE_CHECKING:
    from mailproc.message.mail import IncomingMail

PERSON = "Maja Lind <maja.lind@harbour.example>"


def written(body: str = "", **fields: str) -> IncomingMail:
    """A mail with this text. ``Auto_Submitted="no"`` writes a field: underscores become hyphens."""
    head = {
        "From": PERSON,
        "To": "support@example.com",
        "Subject": "Ticket 4711",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0100",
        "Message-ID": "<one@harbour.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in head.items()]
    return parse("\r\n".join([*lines, "", *body.splitlines(), ""]).encode())


def report(
    kind: str, machine_part: str, *, body: str = "See below.", returned: str = "", **fields: str
) -> IncomingMail:
    """A multipart/report (RFC 6522) of a kind such as ``delivery-status``."""
    parts = [
        f"Content-Type: text/plain; charset=utf-8\n\n{body}",
        f"Content-Type: message/{kind}\n\n{machine_part}",
    ]
    if returned:
        parts.append(f"Content-Type: message/rfc822\n\n{returned}")
    text = "".join(f"--frontier\n{part}\n\n" for part in parts) + "--frontier--\n"
    return written(
        text, **{"Content_Type": f"multipart/report; report-type={kind}; boundary=frontier"} | fields
    )
