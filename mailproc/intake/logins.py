"""Who may bring mail where a login is asked for: the file holds no password, and trying one takes time."""

from __future__ import annotations

import asyncio
import binascii
import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# 32 MB and a fifth of a second a try, what OWASP's cheat sheet on storing passwords has as one of the least.
_COST, _BLOCK, _PARALLEL = 2**15, 8, 3
_MOST_MEMORY = 2**27
_LINE = re.compile(r"([^\s:]{1,255}):\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([^$\s]+)\$([^$\s]+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hashed:
    """A password as scrypt leaves it (RFC 7914)."""

    cost: int
    block: int
    parallel: int
    salt: bytes
    hash: bytes

    def fits(self, password: str) -> bool:
        """Takes the same time for each password."""
        return hmac.compare_digest(
            _scrypt(password, self.salt, self.cost, self.block, self.parallel), self.hash
        )


_NOBODY = Hashed(cost=_COST, block=_BLOCK, parallel=_PARALLEL, salt=os.urandom(16), hash=os.urandom(32))


class LoginsError(ValueError):
    """The file of logins is not written as it must be. ``line`` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} is no line of `mailproc login-line`")
        self.line = line


class Logins:
    """The logins of a listener, read anew for each try: one can be added or taken away at any time."""

    def __init__(self, read: Callable[[], str]) -> None:
        """``read`` gives the text of the file."""
        self._read = read
        # Each try takes 32 MB: a flood of them waits, and so does nobody else.
        self._one_at_a_time = ThreadPoolExecutor(max_workers=1, thread_name_prefix="logins")

    async def admit(self, name: str, password: str) -> bool:
        """True for a name with its password. Neither the answer nor its time shows whether a name is known.

        Raises LoginsError and what ``read`` raises.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._one_at_a_time, self._admit, name, password)

    def _admit(self, name: str, password: str) -> bool:
        hashed = read_logins(self._read()).get(name)
        return (hashed or _NOBODY).fits(password) and hashed is not None


def read_logins(text: str) -> dict[str, Hashed]:
    """The logins by their names, of a text with one a line; empty lines and ``#`` are passed over.

    Raises LoginsError.
    """
    logins = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        read = _LINE.fullmatch(line.strip())
        if read is None:
            raise LoginsError(number)
        try:
            logins[read[1]] = _hashed(read)
        except (ValueError, binascii.Error) as error:
            raise LoginsError(number) from error
    return logins


def login_line(name: str, password: str) -> str:
    """The line for a new login. Raises ValueError for a name that such a line cannot hold."""
    salt = os.urandom(16)
    hashed = _scrypt(password, salt, _COST, _BLOCK, _PARALLEL)
    parameters = f"ln={_COST.bit_length() - 1},r={_BLOCK},p={_PARALLEL}"
    line = f"{name}:$scrypt${parameters}${b64encode(salt).decode()}${b64encode(hashed).decode()}"
    if _LINE.fullmatch(line) is None:
        raise ValueError("a name without blanks and colons, 255 characters at most")
    return line


def _hashed(read: re.Match[str]) -> Hashed:
    hashed = Hashed(
        cost=2 ** int(read[2]),
        block=int(read[3]),
        parallel=int(read[4]),
        salt=b64decode(read[5], validate=True),
        hash=b64decode(read[6], validate=True),
    )
    if not (2**14 <= hashed.cost <= 2**17 and 128 * hashed.cost * hashed.block <= _MOST_MEMORY):
        raise ValueError("a cost from 14 to 17, in 128 MB at most")
    if not (hashed.block and 1 <= hashed.parallel <= 16 and len(hashed.salt) >= 8 and len(hashed.hash) == 32):
        raise ValueError("a salt of 8 octets at least, and a hash of 32")
    return hashed


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    octets = password.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(octets, salt=salt, n=cost, r=block, p=parallel, maxmem=2 * _MOST_MEMORY, dklen=32)
