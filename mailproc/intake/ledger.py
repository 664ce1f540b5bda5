"""What an IMAP intake needs from the store: where it stands, taking mail, what to move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproc.message.arrival import Arrival, Position


class MailboxLedger(Protocol):
    """The store, as one mailbox sees it. Each call is one committed transaction."""

    def position(self, mailbox: str) -> Position | None:
        """How far the folder was read; None before the first start."""
        ...

    def start_at(self, mailbox: str, position: Position) -> None:
        """Sets the position: at the first start, and when UIDVALIDITY changed."""
        ...

    def take(self, mailbox: str, arrivals: Sequence[Arrival], position: Position) -> None:
        """Stores the mails and the new position together; returns when both are durable."""
        ...

    def to_move(self, mailbox: str, uidvalidity: int) -> Sequence[int]:
        """UIDs of handled mail (decided and committed) that still lies in the folder."""
        ...

    def moved(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> None:
        """Records that these were moved, marked, or are gone."""
        ...
