"""Takes mail by SMTP and LMTP, for our own addresses only, and answers 250 once it is on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from mailproc.intake.certificate import Certificate
from mailproc.intake.dialogue import Dialogue, LmtpDialogue
from mailproc.intake.limits import LOOPBACK, Gate, Limits
from mailproc.intake.logins import Logins
from mailproc.intake.reception import Reception

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from mailproc.message.arrival import Arrival
    from mailproc.settings import Settings, SmtpListener

_SHUTTING_DOWN = "421 4.3.2 Shutting down, please try again later"


class SmtpIntake:
    """A listener for SMTP, or with ``lmtp`` for LMTP (RFC 5321, RFC 2033), in the running event loop.

    ``store`` returns once the mail is durable; until then no 250 is said. If it raises, the client hears
    ``451 4.3.0`` and tries again. TLS is spoken as ``listener.tls`` says; its files are relative to ``base``.
    ``logins`` gives the text of the file of logins, where clients must log in. ``relays`` are networks whose
    machines are trusted; ``limits`` are the listener's own where they are left out.
    Raises OSError where the certificate cannot be used.
    """

    def __init__(
        self,
        listener: SmtpListener,
        *,
        hostname: str,
        is_ours: Callable[[str], bool],
        store: Callable[[Arrival], Awaitable[None]],
        lmtp: bool = False,
        base: Path = Path(),
        logins: Callable[[], str] | None = None,
        relays: Sequence[str] = (),
        limits: Limits | None = None,
    ) -> None:
        limits = limits or limits_of(listener, relays)
        tls = listener.tls
        self._listener = listener
        self._dialogue = LmtpDialogue if lmtp else Dialogue
        self._server: asyncio.Server | None = None
        self._reception = Reception(
            way="lmtp" if lmtp else "smtp",
            hostname=hostname,
            max_size=listener.max_size,
            limits=limits,
            gate=Gate(limits),
            is_ours=is_ours,
            store=store,
            certificate=Certificate(base / tls.certificate, base / tls.key) if tls else None,
            tls=tls,
            logins=Logins(logins) if logins else None,
        )

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the listener."""
        return self._listener.host, self._listener.port

    async def start(self) -> None:
        """Listens. Raises OSError when the address cannot be had."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._dialogue(self._reception), self._listener.host, self._listener.port, backlog=512
        )

    async def stop(self, grace: float) -> None:
        """Takes no new connection; mails under way may end within ``grace`` seconds, all else hears 421."""
        if self._server is not None:
            self._server.close()
        end = asyncio.get_running_loop().time() + grace
        while self._hang_up_idle() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
        for dialogue in tuple(self._reception.dialogues):
            dialogue.hang_up(_SHUTTING_DOWN)
        if self._reception.storing:
            await asyncio.wait(self._reception.storing, timeout=grace)

    def _hang_up_idle(self) -> bool:
        """Ends the dialogues that bring no mail; returns whether some are left."""
        for dialogue in tuple(self._reception.dialogues):
            if not dialogue.is_busy:
                dialogue.hang_up(_SHUTTING_DOWN)
        return bool(self._reception.dialogues or self._reception.storing)


def limits_of(listener: SmtpListener, relays: Sequence[str]) -> Limits:
    """The limits that the settings give a listener. This machine and the relays are exempt from its caps."""
    return Limits(**dict(listener.limits), trusted=LOOPBACK, relays=tuple(relays))


def our_addresses(settings: Settings) -> Callable[[str], bool]:
    """Which recipients are ours: the desk's addresses, and postmaster of their domains (RFC 5321 §4.5.1)."""
    addresses = (settings.desk.address, *settings.desk.aliases)
    postmasters = {f"postmaster@{address.rpartition('@')[2]}" for address in addresses}
    return lambda address: address.lower() in postmasters or settings.is_own_address(address)
