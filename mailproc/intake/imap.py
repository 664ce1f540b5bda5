"""Takes mail from one IMAP folder, leaves it as it was found, and moves it only once it is handled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from tenacity import RetryCallState, Retrying, wait_random_exponential
from tenacity.nap import sleep_using_event

from mailproc.intake.folder import CONNECTION_ERRORS, Bell, Folder, LoginRefusedError, Summary, is_loopback
from mailproc.message.arrival import Arrival, Position
from mailproc.oauth2.grant import AccessToken
from mailproc.oauth2.token_server import GrantRefusedError
from mailproc.settings import Security

if TYPE_CHECKING:
    import ssl
    import threading
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from mailproc.intake.ledger import MailboxLedger
    from mailproc.oauth2.credentials import Credential
    from mailproc.settings import Mailbox

log = structlog.get_logger()

_BATCH_MAILS = 50
_BATCH_OCTETS = 10_000_000
_LOOK_BACK = timedelta(days=7)  # how far a folder is read again when its UIDs have lost their meaning
_TRIES_BEFORE_TROUBLE = 5
_REFUSED = (LoginRefusedError, GrantRefusedError)
_connecting_again = wait_random_exponential(multiplier=1, min=1, max=60)
_logging_in_again = wait_random_exponential(multiplier=60, min=60, max=900)


class ImapIntake:
    """One mailbox, read by one thread that calls ``run``.

    ``credential`` gives the password or an access token. ``wake`` is called after mail was stored.
    ``on_trouble`` hears the mailbox's name and what is wrong, in words for the operator. Raises ValueError
    for a connection without TLS to another machine.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        credential: Callable[[], Credential],
        ledger: MailboxLedger,
        max_size: int,
        on_trouble: Callable[[str, str], None],
        wake: Callable[[], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if mailbox.security is Security.NONE and not is_loopback(mailbox.host):
            raise ValueError(
                f'mailbox "{mailbox.name}": security = "none" is for this machine only; '
                f'{mailbox.host} needs "tls" or "starttls"'
            )
        self._mailbox, self._credential, self._ledger = mailbox, credential, ledger
        self._max_size, self._tls = max_size, tls
        self._on_trouble, self._wake = on_trouble, wake
        self._bell = Bell()
        self._log = log.bind(mailbox=mailbox.name)

    def run(self, stopping: threading.Event) -> None:
        """Reads the mailbox until ``stopping`` is set; ``nudge`` then makes it end at once."""
        while not stopping.is_set():
            folder = self._caught_up(stopping)
            if folder is None:
                return
            try:
                self._watch(folder, stopping)
            except CONNECTION_ERRORS as error:
                self._log.warning("connection lost", error=repr(error))
            except Exception as error:
                self._log.exception("mailbox not read")
                self._tell(error)
            finally:
                folder.close()
            self._bell.wait(1.0, stopping.is_set)

    def nudge(self) -> None:
        """Something was handled and can be moved. May be called from any thread."""
        self._bell.ring()

    def backfill(self, since: date) -> Iterator[int]:
        """Takes older mail, received on or after ``since``; yields how many at a time.

        The position stays where it is. Raises LoginRefusedError, OSError or an IMAP error.
        """
        folder = self._opened()
        try:
            position = self._position(folder)
            same = position.uidvalidity == folder.uidvalidity
            last = position.last_uid if same else folder.last_uid()
            for summaries in folder.summaries(0, last, since):
                for batch in _batches(summaries, self._max_size):
                    arrivals = self._arrivals(folder, batch)
                    self._ledger.take(self._mailbox.name, arrivals, self._position(folder))
                    self._wake()
                    yield len(arrivals)
        finally:
            folder.close()

    # Connecting

    def _caught_up(self, stopping: threading.Event) -> Folder | None:
        """A connection on which one whole check succeeded; None when stopped before."""
        attempts = Retrying(
            wait=_pause,
            sleep=sleep_using_event(stopping),
            before_sleep=self._report,
            reraise=True,
        )
        for attempt in attempts:
            if stopping.is_set():
                break
            with attempt:
                return self._connect_and_check()
        return None

    def _connect_and_check(self) -> Folder:
        folder = self._opened()
        try:
            self._check(folder)
        except BaseException:
            folder.close()
            raise
        self._log.info("connected", uidvalidity=folder.uidvalidity)
        return folder

    def _opened(self) -> Folder:
        """A connection. An access token that has grown old meanwhile is replaced once."""
        credential = self._credential()
        try:
            return Folder(self._mailbox, credential, self._tls)
        except LoginRefusedError:
            if not (isinstance(credential, AccessToken) and credential.refuse()):
                raise
        return Folder(self._mailbox, self._credential(), self._tls)

    def _report(self, attempt: RetryCallState) -> None:
        assert attempt.outcome is not None
        error = attempt.outcome.exception()
        self._log.warning("mailbox not reached", attempt=attempt.attempt_number, error=repr(error))
        if isinstance(error, _REFUSED) or attempt.attempt_number == _TRIES_BEFORE_TROUBLE:
            self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        what = "the login was refused" if isinstance(error, _REFUSED) else "mail cannot be fetched"
        self._on_trouble(self._mailbox.name, f"{what}: {error}")

    # Reading

    def _watch(self, folder: Folder, stopping: threading.Event) -> None:
        seconds = self._mailbox.poll.total_seconds()
        while not stopping.is_set():
            folder.wait(seconds, self._bell, stopping.is_set)
            self._check(folder)

    def _check(self, folder: Folder) -> None:
        """Takes what is new and moves what is handled, until there is neither."""
        position, not_before = self._position(folder), None
        if position.uidvalidity != folder.uidvalidity:
            position, not_before = self._start_again(folder), datetime.now(UTC) - _LOOK_BACK
        while (last := folder.last_uid()) > position.last_uid:
            self._take(folder, position.last_uid, last, not_before)
            position, not_before = Position(uidvalidity=folder.uidvalidity, last_uid=last), None
        self._move_handled(folder)

    def _position(self, folder: Folder) -> Position:
        """How far the folder was read. The first start begins at its end: older mail is not ours."""
        position = self._ledger.position(self._mailbox.name)
        if position is None:
            position = Position(uidvalidity=folder.uidvalidity, last_uid=folder.last_uid())
            self._ledger.start_at(self._mailbox.name, position)
        return position

    def _start_again(self, folder: Folder) -> Position:
        """The folder was made anew (RFC 9051 §2.3.1.1): goes back to the first mail of the last days.

        What was taken before is found again as a duplicate; older mail is not fetched again.
        """
        self._log.warning("uidvalidity changed", uidvalidity=folder.uidvalidity)
        last = folder.last_uid()
        oldest = datetime.now(UTC) - _LOOK_BACK
        # One day more: SINCE knows the server's days only.
        recent = folder.summaries(0, last, (oldest - timedelta(days=1)).date())
        first = next((mail.uid for mails in recent for mail in mails if mail.received >= oldest), last + 1)
        position = Position(uidvalidity=folder.uidvalidity, last_uid=first - 1)
        self._ledger.start_at(self._mailbox.name, position)
        return position

    def _take(self, folder: Folder, after: int, last: int, not_before: datetime | None) -> None:
        """Stores the mails up to ``last``; the position moves with each commit, and never before."""
        for summaries in folder.summaries(after, last):
            wanted = [mail for mail in summaries if not_before is None or mail.received >= not_before]
            for batch in _batches(wanted, self._max_size):
                self._store(folder, self._arrivals(folder, batch), batch[-1].uid)
        self._store(folder, [], last)

    def _store(self, folder: Folder, arrivals: list[Arrival], last_uid: int) -> None:
        position = Position(uidvalidity=folder.uidvalidity, last_uid=last_uid)
        self._ledger.take(self._mailbox.name, arrivals, position)
        if arrivals:
            self._log.info("mail taken", count=len(arrivals), last_uid=last_uid)
            self._wake()

    def _arrivals(self, folder: Folder, batch: list[Summary]) -> list[Arrival]:
        """Fetches a batch. A mail that was deleted meanwhile is left out."""
        oversize = {mail.uid: mail.size for mail in batch if mail.size > self._max_size}
        raw = folder.bodies([mail.uid for mail in batch if mail.uid not in oversize])
        raw |= folder.headers(list(oversize))
        return [
            Arrival(
                raw=raw[uid],
                way=f"imap:{self._mailbox.name}",
                mailbox=self._mailbox.name,
                uidvalidity=folder.uidvalidity,
                uid=uid,
                oversize=oversize.get(uid),
            )
            for uid in sorted(raw)
        ]

    def _move_handled(self, folder: Folder) -> None:
        uids = self._ledger.to_move(self._mailbox.name, folder.uidvalidity)
        for moved in folder.move(uids, self._mailbox.move_handled_to):
            self._ledger.moved(self._mailbox.name, folder.uidvalidity, moved)
            self._log.info("mail moved", count=len(moved))


def _pause(attempt: RetryCallState) -> float:
    """Seconds until the next try: a refused login is tried slowly, so that no account gets locked."""
    assert attempt.outcome is not None
    refused = isinstance(attempt.outcome.exception(), _REFUSED)
    return (_logging_in_again if refused else _connecting_again)(attempt)


def _batches(mails: Iterable[Summary], max_size: int) -> Iterator[list[Summary]]:
    """Few enough mails, and few enough octets, to hold in memory at once. Oversize mails count nothing."""
    batch: list[Summary] = []
    octets = 0
    for mail in mails:
        size = mail.size if mail.size <= max_size else 0
        if batch and (len(batch) == _BATCH_MAILS or octets + size > _BATCH_OCTETS):
            yield batch
            batch, octets = [], 0
        batch.append(mail)
        octets += size
    if batch:
        yield batch
