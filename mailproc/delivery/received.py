"""Mail that is handed on gets our trace line on top; every octet below it stays as it came."""

from __future__ import annotations

import re
from email.utils import format_datetime
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from mailproc.delivery.wire import is_envelope_address

if TYPE_CHECKING:
    from datetime import datetime

_ATOM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IP_WITH_PORT = re.compile(r"\[?([0-9A-Fa-f.:]+?)\]?(?::\d{1,5})?")


def hand_on(
    raw: bytes,
    *,
    by: str,
    from_peer: str,
    with_protocol: str,
    mail_id: str,
    recipient: str,
    now: datetime,
    return_path: str | None = None,
) -> bytes:
    """The mail with a ``Received`` line of ours (RFC 5321 §4.4) above it.

    ``return_path`` is the envelope sender, ``""`` for the null one, and given only where this is the
    final delivery (into a Maildir): it makes the ``Return-Path`` line. ``now`` knows its time zone. A
    value that does not fit its place in the line is left out, so nothing can be smuggled in by it.
    """
    peer = _peer(from_peer)
    clauses = [
        f"from {peer}" if peer else "",
        f"by {by if _ATOM.fullmatch(by) else 'localhost'}",
        f"with {with_protocol}" if _ATOM.fullmatch(with_protocol) else "",
        f"id {mail_id}" if _ATOM.fullmatch(mail_id) else "",
        f"for <{recipient}>" if _is_writable(recipient) else "",
    ]
    received = "Received: " + "\n\t".join(clause for clause in clauses if clause)
    trace = f"{received};\n\t{format_datetime(now)}\n"
    if return_path is not None and (not return_path or _is_writable(return_path)):
        trace = f"Return-Path: <{return_path}>\n{trace}"
    return trace.replace("\n", _line_end(raw)).encode("ascii") + raw


def _peer(peer: str) -> str:
    """An address literal for ``127.0.0.1``, ``127.0.0.1:25`` or ``[::1]:25``; a host name as it is."""
    match = _IP_WITH_PORT.fullmatch(peer)
    for candidate in (peer.strip("[]"), match[1] if match else ""):
        try:
            address = ip_address(candidate)
        except ValueError:
            continue
        if address.version == 4:
            return f"[{address}]"
        return f"[IPv6:{IPv6Address(int(address))}]"  # without the zone, which may hold any character
    return peer if _ATOM.fullmatch(peer) else ""


def _is_writable(address: str) -> bool:
    return address.isascii() and len(address) <= 320 and is_envelope_address(address)


def _line_end(raw: bytes) -> str:
    """The mail's own line end: one that came from a pipe has LF, one from the wire CRLF."""
    first_end = raw.find(b"\n")
    return "\n" if first_end >= 0 and raw[first_end - 1 : first_end] != b"\r" else "\r\n"
