"""Hands letters to a mail server by SMTP (RFC 5321), protected as configured or not at all."""

from __future__ import annotations

import smtplib
from typing import TYPE_CHECKING

from mailproc.delivery.next_hop import NextHop
from mailproc.delivery.opening import Login, tls_for
from mailproc.settings import Security

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailproc.oauth2.credentials import Credential


class SmtpCourier(NextHop):
    """A courier to one SMTP server, over kept connections."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        security: Security,
        username: str | None,
        credential: Callable[[], Credential] | None,
        timeout: float,
        helo: str,
        connections: int,
    ) -> None:
        """``credential`` gives the password or an access token; ``timeout`` is in seconds for each answer;
        ``helo`` is our own host name.

        Raises ValueError where the settings contradict each other, in words for the person who wrote
        them.
        """
        if (username is None) != (credential is None):
            raise ValueError("username and password or oauth2 go together: give both or neither")
        self._host = host.strip("[]")
        self._port = port
        self._helo = helo
        self._tls = tls_for(host, security)
        self._is_wrapped = security is Security.TLS
        super().__init__(
            starttls=None if self._is_wrapped else self._tls,
            login=Login(username=username, credential=credential, host=self._host, port=port)
            if username and credential
            else None,
            timeout=timeout,
            connections=connections,
        )

    def _connect(self) -> smtplib.SMTP:
        if self._is_wrapped:
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname=self._helo,
                timeout=self._timeout,
                context=self._tls,
            )
        return smtplib.SMTP(self._host, self._port, local_hostname=self._helo, timeout=self._timeout)
