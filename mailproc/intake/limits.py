"""What a listener grants its clients, and who is let in: no client can use up the machine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from mailproc.intake.pace import Pace

if TYPE_CHECKING:
    import asyncio

LOOPBACK = ("127.0.0.0/8", "::1/128")
Host = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of one listener. Times are seconds, sizes octets.

    ``trusted`` names networks that are exempt from the caps on connections and mails: our own machine and
    relays. ``relays`` are those whose word on a client's address (XCLIENT) is taken, and who need no login.
    What is counted a minute, or ``failed_logins`` in ten, may come at once, from one address or from ``all``.
    ``faults`` and ``idle_commands`` are counted since the last mail that was taken. ``command_time`` is the
    longest silence (RFC 5321 §4.5.3.2), also within a mail; ``mail_time`` the longest a connection may last
    without bringing a whole mail, which ends floods of NOOP and uploads by the drop.
    ``store_time`` is when a slow store is answered 451; what it still stores is found again as a duplicate.
    ``octets_under_way`` bounds the mails coming in and those waiting for their commit together.
    """

    connections: int = 100
    connections_per_address: int = 10
    connections_per_minute: int = 60
    mails_per_minute: int = 60
    all_connections_per_minute: int = 1_000
    all_mails_per_minute: int = 1_000
    failed_logins: int = 10
    trusted: tuple[str, ...] = LOOPBACK
    relays: tuple[str, ...] = ()
    recipients: int = 100
    faults: int = 20
    idle_commands: int = 200
    command_octets: int = 65_536
    handshake_time: float = 30
    command_time: float = 300
    mail_time: float = 1_800
    store_time: float = 30
    octets_under_way: int = 250_000_000


class Gate:
    """Counts connections, and the octets of mails under way, of one listener. ``now`` is in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._relays = _networks(limits.relays)
        self._trusted = _networks(limits.trusted) + self._relays
        self._connections: Counter[str] = Counter()
        self._connecting = Pace(limits.connections_per_minute, 60)
        self._mailing = Pace(limits.mails_per_minute, 60)
        self._all_connecting = Pace(limits.all_connections_per_minute, 60)
        self._all_mailing = Pace(limits.all_mails_per_minute, 60)
        self._guessing = Pace(limits.failed_logins, 600)
        self.octets_under_way = 0

    @property
    def has_room(self) -> bool:
        """False while the mails under way together hold as much as the listener may."""
        return self.octets_under_way < self._limits.octets_under_way

    def hold_until_done(self, storing: asyncio.Task[str], octets: int) -> None:
        """Counts a mail that waits for its commit, whoever else has gone."""
        self.octets_under_way += octets
        storing.add_done_callback(lambda _: self._let_go(octets))

    def _let_go(self, octets: int) -> None:
        self.octets_under_way -= octets

    def enter(self, peer: str, now: float) -> bool:
        """Lets a client in, unless a cap is reached. Who was let in must ``leave``."""
        key = self._key(peer)
        if not key:
            return True
        if self._connections.total() >= self._limits.connections:
            return False
        if self._connections[key] >= self._limits.connections_per_address:
            return False
        if not (self._connecting.take(key, now) and self._all_connecting.take("", now)):
            return False
        self._connections[key] += 1
        return True

    def leave(self, peer: str) -> None:
        """Forgets a client that was let in."""
        key = self._key(peer)
        if not key:
            return
        self._connections[key] -= 1
        if self._connections[key] <= 0:
            del self._connections[key]

    def may_mail(self, peer: str, now: float) -> bool:
        """False where an address, or all together, brought as many mails in the last minute as they may."""
        key = self._key(peer)
        return not key or (self._mailing.take(key, now) and self._all_mailing.take("", now))

    def may_log_in(self, peer: str, now: float) -> bool:
        """False for an address that failed to log in too often; the trusted may guess no more than others."""
        return not self._guessing.is_empty(self._key(peer), now)

    def failed_to_log_in(self, peer: str, now: float) -> None:
        """Counts a login that was refused."""
        self._guessing.take(self._key(peer), now)

    def is_relay(self, peer: str) -> bool:
        """True for a machine whose word on the address of its client is taken."""
        host = _host(peer)
        return host is not None and any(host in network for network in self._relays)

    def _key(self, peer: str) -> str:
        """Who shares a cap: one IPv4 address, or one IPv6 network of 64 bits; "" for the trusted."""
        host = _host(peer)
        if host is None:
            return peer
        if any(host in network for network in self._trusted):
            return ""
        if isinstance(host, IPv6Address):
            return str(ip_network((int(host) >> 64 << 64, 64)))
        return str(host)


def _networks(written: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(network) for network in written)


def _host(peer: str) -> Host | None:
    try:
        host = ip_address(peer.partition("%")[0])
    except ValueError:
        return None
    return getattr(host, "ipv4_mapped", None) or host
