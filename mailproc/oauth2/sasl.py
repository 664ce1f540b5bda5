"""How an access token is told to a mail server: OAUTHBEARER (RFC 7628), or XOAUTH2, which came before it."""

from __future__ import annotations

MECHANISMS = ("OAUTHBEARER", "XOAUTH2")
"""The best one first. Microsoft 365 knows the second only, Google both."""


class Bearer:
    """One login with an access token. ``complaint`` is what the server said against it, "" until then."""

    def __init__(self, mechanism: str, *, username: str, token: str, host: str, port: int) -> None:
        self._mechanism = mechanism
        self._opening = _opening(mechanism, username, token, host, port)
        self._is_said = False
        self.complaint = ""

    def __call__(self, challenge: bytes) -> bytes:
        """The answer to a challenge: the token to the first one, and to each more the end of the matter.

        A server that refuses a token says why in a challenge, and waits for an answer (RFC 7628 §3.2.3).
        """
        if not self._is_said:
            self._is_said = True
            return self._opening
        self.complaint = challenge.decode("utf-8", "replace")
        return b"\x01" if self._mechanism == "OAUTHBEARER" else b""


def _opening(mechanism: str, username: str, token: str, host: str, port: int) -> bytes:
    if mechanism == "XOAUTH2":
        return f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
    name = username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 §4
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()
