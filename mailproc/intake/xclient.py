"""What a trusted relay says about its client (Postfix's XCLIENT): well-formed, or nothing at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

ATTRIBUTES = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN")
_MOST = 255  # characters of a value, as Postfix sends them
_UNKNOWN = ("[UNAVAILABLE]", "[TEMPUNAVAIL]")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")  # RFC 3461 §4


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """The relay's client. ``address`` is "" where the relay does not know it, None where it did not say."""

    address: str | None = None


def read_xclient(arguments: str) -> Told | None:
    """Reads ``ADDR=192.0.2.7 NAME=mail.norda.example``; None for anything that is not well formed.

    Only the address is used; the rest is checked and left alone.
    """
    said: dict[str, str] = {}
    for word in arguments.split():
        name, equals, value = word.partition("=")
        name = name.upper()
        plain = _plain(value)
        if not equals or name not in ATTRIBUTES or name in said or plain is None:
            return None
        said[name] = plain
    if not said or said.get("PROTO", "ESMTP").upper() not in ("SMTP", "ESMTP"):
        return None
    address = _address(said["ADDR"]) if "ADDR" in said else None
    is_port = re.fullmatch(r"[0-9]{0,5}", said.get("PORT", ""))
    if is_port is None or (address is None and "ADDR" in said):
        return None
    return Told(address=address)


def _plain(value: str) -> str | None:
    if not value or len(value) > _MOST:
        return None
    if value.upper() in _UNKNOWN:
        return ""
    plain = _XTEXT.sub(lambda octet: chr(int(octet[1], 16)), value)
    return plain if plain.isprintable() and plain.isascii() else None


def _address(value: str) -> str | None:
    """The address as Python writes it; an IPv6 one comes as ``IPV6:2001:db8::7``."""
    if not value:
        return ""
    plain = value[5:] if value[:5].upper() == "IPV6:" else value
    if "%" in plain:
        return None
    try:
        return str(ip_address(plain))
    except ValueError:
        return None
