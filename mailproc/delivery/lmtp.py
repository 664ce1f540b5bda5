"""Hands mail to a mail store by LMTP (RFC 2033), over TCP or a Unix socket."""

from __future__ import annotations

import smtplib

from mailproc.delivery.next_hop import NextHop
from mailproc.delivery.opening import tls_for
from mailproc.settings import Security


class LmtpCourier(NextHop):
    """A courier to one LMTP server, over kept connections. A parcel has one recipient, so the final
    dot has one answer (RFC 2033 §4.2)."""

    def __init__(
        self,
        address: str,
        *,
        security: Security = Security.NONE,
        timeout: float,
        helo: str,
        connections: int = 4,
    ) -> None:
        """``address`` is ``host:port`` or the path of a Unix socket; ``timeout`` in seconds.

        Raises ValueError for other addresses, and for ``none`` to another machine.
        """
        self._host, self._port = _place(address)
        self._helo = helo
        if security is Security.TLS:
            raise ValueError('LMTP knows "starttls" or, on this machine, "none"')
        super().__init__(
            starttls=tls_for(self._host, security), login=None, timeout=timeout, connections=connections
        )

    def _connect(self) -> smtplib.SMTP:
        return smtplib.LMTP(self._host, self._port, local_hostname=self._helo, timeout=self._timeout)


def _place(address: str) -> tuple[str, int]:
    if address.startswith("/"):
        return address, 0
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise ValueError(
            f'write host and port, such as "127.0.0.1:24", or the path of a socket, not "{address}"'
        )
    return host.strip("[]"), int(port)
