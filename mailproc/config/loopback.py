"""Which hosts are this machine itself, by their names alone: nothing is looked up."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """True for an address of this machine: 127.0.0.0/8, ::1, and localhost (RFC 6761 §6.3)."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
