"""Reads a secret where it is kept, when it is needed, and never shows it: not in an error either."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mailproc.settings import Secret, Settings

_READABLE_BY_OTHERS = 0o007


class SecretError(Exception):
    """A secret cannot be read. ``found`` and ``allowed`` say why and what would do."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed: {allowed}")
        self.found = found
        self.allowed = allowed


def read_secret(
    secret: Secret | str, base: Path = Path(), environment: Mapping[str, str] = os.environ
) -> str:
    """The secret's text, without the line break at its end.

    ``base`` is the folder that a relative ``file`` starts from. A plain string is its own secret
    (an alert address written into the configuration). Read at each use, so that a renewed password
    is found without a restart. Raises SecretError.
    """
    if isinstance(secret, str):
        return secret
    if secret.env is not None:
        text = environment.get(secret.env, "")
        if not text:
            raise SecretError(f"no variable {secret.env}", "a variable that is set and not empty")
        return text
    for problem in problems_of_place(secret, base, environment):
        raise problem
    try:
        text = _place(secret, base, environment).read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:  # its message would show a part of the secret
        raise SecretError("a file that is no UTF-8", "a text in UTF-8") from None
    if not text:
        raise SecretError("an empty file", "a file whose first line is the secret")
    return text


def problems_of_place(
    secret: Secret, base: Path, environment: Mapping[str, str] = os.environ
) -> Iterator[SecretError]:
    """What is wrong with the place of a secret, without reading it."""
    if secret.env is not None:
        if not environment.get(secret.env):
            yield SecretError(f"no variable {secret.env}", "a variable that is set and not empty")
        return
    if secret.credential is not None and "CREDENTIALS_DIRECTORY" not in environment:
        yield SecretError("no credentials", "a start by systemd with LoadCredential= (systemd.exec(5))")
        return
    place = _place(secret, base, environment)
    try:
        status = place.stat()
    except OSError as error:
        yield SecretError(f"{place} ({error.strerror})", "a file that can be read")
        return
    if not stat.S_ISREG(status.st_mode):
        yield SecretError(f"{place}, which is no file", "a file that can be read")
    elif not os.access(place, os.R_OK):
        yield SecretError(f"{place}, which this user may not read", "a file that can be read")
    elif secret.file is not None and status.st_mode & _READABLE_BY_OTHERS:
        yield SecretError(f"{place}, which everybody may read", f"chmod 600 {place}")


def _place(secret: Secret, base: Path, environment: Mapping[str, str]) -> Path:
    if secret.file is not None:
        return base / secret.file
    return Path(environment["CREDENTIALS_DIRECTORY"]) / str(secret.credential)


KEY_LENGTH = 32
"""Octets that a key for signing has at least (RFC 2104 §3: no shorter than the hash's output)."""


def signing_key(settings: Settings, environment: Mapping[str, str] = os.environ) -> bytes:
    """The key that signs reply addresses: the configured one, or one of the desk's own.

    The desk's own is made at the first use and kept in the state folder, readable by its owner only.
    Raises SecretError when it cannot be read or made, or is too short.
    """
    if settings.desk.reply_key is not None:
        key = read_secret(settings.desk.reply_key, settings.base, environment).encode()
        if len(key) < KEY_LENGTH:
            raise SecretError("a short key", f"desk.reply_key with at least {KEY_LENGTH} characters")
        return key
    place = settings.base / settings.store.state / "reply-key"
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        return _made_once(place)
    except OSError as error:
        raise SecretError(f"{place} ({error.strerror})", "a folder that can be written to") from error


def _made_once(place: Path) -> bytes:
    """Two processes that start together agree on one key: whoever links its draft first has made it."""
    if not place.exists():
        draft = place.with_name(f"{place.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(token_hex(KEY_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, place)
        draft.unlink()
    return place.read_bytes().strip()
