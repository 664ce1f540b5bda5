"""Connections to one server are kept between mails; one that died meanwhile is replaced, once."""

from __future__ import annotations

import smtplib
import ssl
import threading
from abc import ABC, abstractmethod

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from mailproc.delivery.conversation import Conversation, said
from mailproc.delivery.opening import Interrupted, Login, introduce
from mailproc.delivery.parcel import DeliveryOutcome, Parcel, Permanent, Sent, Transient
from mailproc.delivery.wire import is_envelope_address

# Longer rests meet the time limits of servers and of the address translation on the way; what such a
# box has forgotten answers nothing at all, and would cost a whole timeout.
_LONGEST_REST = 60.0


def _worth_trying_again(error: BaseException) -> bool:
    """A server that just restarts; not one that is silent, unproven, or has answered."""
    if isinstance(error, TimeoutError | ssl.SSLError | smtplib.SMTPResponseException):
        return False
    return isinstance(error, OSError) and not isinstance(error.__context__, TimeoutError)


_CONNECTING = Retrying(
    stop=stop_after_attempt(3),
    wait=wait_exponential(multiplier=0.2) + wait_random(0, 0.1),
    retry=retry_if_exception(_worth_trying_again),
    reraise=True,
)


class NextHop(ABC):
    """A courier to one server (the ``Courier`` protocol). May be used by many threads at once."""

    def __init__(
        self, *, starttls: ssl.SSLContext | None, login: Login | None, timeout: float, connections: int
    ) -> None:
        """``timeout`` in seconds for each answer; at most ``connections`` are kept while idle."""
        if timeout <= 0:
            raise ValueError("timeout must be longer than 0 s")
        self._starttls = starttls
        self._login = login
        self._timeout = timeout
        self._connections = connections
        self._resting: list[Conversation] = []
        self._lock = threading.Lock()
        self._closed = False

    @abstractmethod
    def _connect(self) -> smtplib.SMTP:
        """Connects and hears the greeting. Raises OSError."""

    def deliver(self, parcel: Parcel) -> DeliveryOutcome:
        """Tries once. Never raises for what the other side does."""
        problem = _unsendable(parcel)
        if problem is not None:
            return problem
        try:
            kept = self._take()
            if kept is not None:
                try:
                    return self._hand_over(kept, parcel)
                except Interrupted:
                    pass  # it died while it rested, which says nothing about the server now
            return self._hand_over(self._open(), parcel)
        except Interrupted as interrupted:
            return Transient(detail=str(interrupted), is_shut_out=interrupted.is_shut_out)

    def verify(self) -> DeliveryOutcome:
        """Does everything but send a mail: connects, protects, logs in, and asks for a sign of life."""
        try:
            conversation = self._open()
        except Interrupted as interrupted:
            return Transient(detail=str(interrupted))
        problem = conversation.is_alive()
        conversation.say_goodbye()
        return Sent() if problem is None else Transient(detail=problem)

    def close(self) -> None:
        """Ends kept connections; those in use end with their mail."""
        with self._lock:
            self._closed = True
            resting, self._resting = self._resting, []
        for conversation in resting:
            conversation.say_goodbye()

    def _hand_over(self, conversation: Conversation, parcel: Parcel) -> DeliveryOutcome:
        try:
            return conversation.hand_over(parcel)
        except BaseException:  # whatever it was, nobody knows any more what the server waits for
            conversation.hang_up()
            raise
        finally:
            self._put_back(conversation)

    def _open(self) -> Conversation:
        try:
            client = _CONNECTING(self._connect)
        except (OSError, UnicodeError) as error:  # the latter for a host that is no name
            raise _end(f"no connection: {said(error)}", error) from error
        try:
            introduce(client, starttls=self._starttls, login=self._login)
        except OSError as error:
            client.close()
            raise _end(said(error), error) from error
        except Interrupted:
            client.close()
            raise
        return Conversation(client, timeout=self._timeout)

    def _take(self) -> Conversation | None:
        """The connection that rested least; if that was too long, all the others rested longer."""
        with self._lock:
            kept = self._resting.pop() if self._resting else None
            if kept is None or kept.silent_for() <= _LONGEST_REST:
                return kept
            too_old, self._resting = [kept, *self._resting], []
        for conversation in too_old:
            conversation.hang_up()
        return None

    def _put_back(self, conversation: Conversation) -> None:
        if conversation.is_over:
            return
        with self._lock:
            is_kept = not self._closed and len(self._resting) < self._connections
            if is_kept:
                self._resting.append(conversation)
        if not is_kept:
            conversation.say_goodbye()


def _end(what: str, error: Exception) -> Interrupted:
    """A certificate that proves nothing will not get better by itself."""
    return Interrupted(what, is_shut_out=isinstance(error, ssl.SSLCertVerificationError))


def _unsendable(parcel: Parcel) -> Permanent | None:
    if parcel.sender and not is_envelope_address(parcel.sender):
        return Permanent(detail="the sender is no address that an envelope can carry")
    if not is_envelope_address(parcel.recipient):
        return Permanent(detail="the recipient is no address that an envelope can carry")
    return None
