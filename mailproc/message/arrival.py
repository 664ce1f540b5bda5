"""A mail at the door: the bytes as they came, and how they came."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One mail as an intake hands it over.

    ``way`` is ``"smtp"``, ``"lmtp"``, ``"pipe"`` or ``"imap:NAME"``. ``envelope_from`` is ``""`` for the
    null sender and None where no envelope is known (IMAP). ``raw`` holds the octets as received.
    ``uid`` and ``uidvalidity`` place the mail in its IMAP folder (RFC 9051 §2.3.1.1).
    ``oversize`` is the size in octets of a mail too large to fetch: ``raw`` then holds its headers.
    """

    raw: bytes
    way: str
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    peer: str = ""
    mailbox: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    oversize: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """How far a folder has been read: all UIDs up to ``last_uid`` of this ``uidvalidity``."""

    uidvalidity: int
    last_uid: int
