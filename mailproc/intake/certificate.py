"""The listener's certificate: a renewed one is used by the next client, a broken one never."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()

_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """A certificate chain and its key, in PEM files that another program may replace at any time."""

    def __init__(self, chain: Path, key: Path) -> None:
        """Raises OSError where the files cannot be read or do not fit together (ssl.SSLError is one)."""
        self._chain, self._key = chain, key
        self._stamp = self._stamps()
        self._context = server_tls(chain, key)

    def context(self) -> ssl.SSLContext:
        """What the next client is shown. Files that are half written are left until they are whole."""
        try:
            stamp = self._stamps()
            if stamp != self._stamp:
                self._stamp = stamp
                self._context = server_tls(self._chain, self._key)
                log.info("certificate renewed", certificate=str(self._chain))
        except OSError as error:
            log.error("certificate not renewed", certificate=str(self._chain), error=str(error))
        return self._context

    def _stamps(self) -> _Stamp:
        found = (self._chain.stat(), self._key.stat())
        return tuple((status.st_mtime_ns, status.st_size, status.st_ino) for status in found)


def server_tls(chain: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 at least (RFC 8996), without renegotiation. A key that needs a passphrase is refused."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(chain, key, password=lambda: "")
    return context
