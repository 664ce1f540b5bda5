"""A letter lies in the Maildir whole, on disk, and once, however often its delivery is repeated."""

from __future__ import annotations

import os
import re
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

from mailproc.delivery.parcel import DeliveryOutcome, Parcel, Sent, Transient

if TYPE_CHECKING:
    from pathlib import Path

_MESSAGE_ID = re.compile(rb"^message-id:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_HEADERS = 64 * 1024


class MaildirCourier:
    """Writes every parcel into one Maildir, whoever its recipient is. For many threads at once."""

    def __init__(self, path: Path) -> None:
        """``path`` is made at the first letter, readable for its owner only."""
        self._path = path
        self._tmp, self._new, self._cur = (path / folder for folder in ("tmp", "new", "cur"))

    def deliver(self, parcel: Parcel) -> DeliveryOutcome:
        """Answers Sent once file and name are on disk; a full or missing disk is Transient."""
        name = _name(parcel)
        try:
            self._make()
            if parcel.repeated and self._holds(name):
                return Sent(detail=f"{name}, as before")
            self._write(name, parcel.content)
        except OSError as error:
            return Transient(detail=f"{self._path}: {error.strerror or type(error).__name__}")
        return Sent(detail=name)

    def verify(self) -> DeliveryOutcome:
        """Makes the folder where it is missing, and sees whether it can be written to."""
        try:
            self._make()
        except OSError as error:
            return Transient(detail=f"{self._path}: {error.strerror or type(error).__name__}")
        if all(os.access(folder, os.W_OK | os.X_OK) for folder in (self._tmp, self._new)):
            return Sent(detail=str(self._path))
        return Transient(detail=f"{self._path}: may not be written to")

    def close(self) -> None:
        """Nothing is kept open."""

    def _make(self) -> None:
        folders = (self._tmp, self._new, self._cur)
        if all(folder.is_dir() for folder in folders):
            return
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in folders:
            folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(self._path)
        _sync_folder(self._path.parent)

    def _holds(self, name: str) -> bool:
        """Also after a reader moved it to ``cur`` and put its flags behind the name.

        All of ``cur`` is listed, so only for a parcel that was tried before.
        """
        if (self._new / name).exists():
            return True
        with os.scandir(self._cur) as read:
            return any(entry.name.startswith(name) for entry in read)

    def _write(self, name: str, content: bytes) -> None:
        draft = self._tmp / f"{name}.{os.getpid()}.{threading.get_ident()}"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._new / name)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        _sync_folder(self._new)


def _name(parcel: Parcel) -> str:
    """The same at each repeat, so no clock and no counter is in it, and neither is the trace on top.

    The Message-ID is in it because a new database may count its parcels from 1 again, in the same
    Maildir.
    """
    message_id = _MESSAGE_ID.search(parcel.content[:_HEADERS])
    parts = (parcel.id.encode(), parcel.recipient.encode(), message_id[1].strip() if message_id else b"")
    return f"{sha256(b'|'.join(parts)).hexdigest()[:32]}.mailproc"


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only once its folder was written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
