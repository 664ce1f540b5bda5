"""Parse, read and decide on one core: mails a second, for small mails of four kinds.

    python bench/reading.py [SECONDS]

Prints a line a kind: its size, the milliseconds for each step, and the mails a second of all steps.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from mailproc.message.parse import parse
from mailproc.policy.decide import decide
from mailproc.policy.decision import Facts
from mailproc.policy.digest_day import next_digest
from mailproc.reading.read import read
from mailproc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

DESK = Settings.model_validate({"desk": {"address": "support@desk.example"}})
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
FACTS = Facts(
    now=NOW,
    next_digest=next_digest(NOW, DESK.digest),
    next_digest_day=NOW.date(),
    own_mail=False,
    known_sender=False,
    is_staff=False,
    organisation=None,
)
HEAD = (
    "From: Kim Berg <kim@norda.example>\nTo: support@desk.example\nSubject: {subject}\n"
    "Message-ID: <bench@norda.example>\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n"
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
)
FILLING = {
    "en": "We have checked the network, the printer queue and the user rights, and restarted the "
    "service twice. The log shows a timeout after thirty seconds, and then the import ends with a message. ",
    "de": "Wir haben das Netz, die Warteschlange des Druckers und die Rechte geprüft und den "
    "Dienst neu gestartet. Im Protokoll steht nach dreißig Sekunden eine Zeitüberschreitung, dann Schluss. ",
}
KINDS = {
    "request, English": (
        "Ticket SBM-48213",
        "Please raise the priority of ticket SBM-48213. If the invoices do not leave before Friday, "
        "our biggest customer cancels the contract, and we lose 14,000 EUR a day.",
        "en",
    ),
    "request, German": (
        "Ticket SBM-48213",
        "Bitte ziehen Sie Ticket SBM-48213 vor. Wenn die Rechnungen nicht vor Freitag das Haus verlassen, "
        "kündigt unser größter Kunde den Vertrag, und wir verlieren 14.000 EUR am Tag.",
        "de",
    ),
    "ordinary, English": ("Invoices", "How can I print the invoices of ticket SBM-48213 twice?", "en"),
    "ordinary, German": ("Rechnungen", "Wie drucke ich die Rechnungen aus SBM-48213 zweimal?", "de"),
}


def mail(subject: str, words: str, language: str, size: int = 1_600) -> bytes:
    """A plain mail of about so many octets."""
    head, filling = HEAD.format(subject=subject), cycle(FILLING[language].split(". "))
    body = f"{words}\n\n"
    while len((head + body).encode()) < size:
        body += f"{next(filling)}. "
    return f"{head}{body}\n\nKim Berg\n".encode()


def milliseconds(work: Callable[[], object], seconds: float) -> float:
    """The mean of the best of five rounds that last so long together."""
    work()
    best = float("inf")
    for _ in range(5):
        count, started = 0, time.perf_counter()
        while (taken := time.perf_counter() - started) < seconds / 5:
            work()
            count += 1
        best = min(best, taken / count)
    return best * 1000


def main() -> None:
    """Prints the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    print(f"{'kind':20} {'octets':>6} {'parse':>7} {'read':>7} {'decide':>7} {'mails/s':>8}")
    for kind, (subject, words, language) in KINDS.items():
        raw = mail(subject, words, language)
        parsed = parse(raw)
        request = read(parsed, DESK)
        steps = (
            milliseconds(partial(parse, raw), seconds),
            milliseconds(partial(read, parsed, DESK), seconds),
            milliseconds(partial(decide, request, FACTS, DESK.policy), seconds),
        )
        told = " ".join(f"{step:7.3f}" for step in steps)
        print(f"{kind:20} {len(raw):6} {told} {1000 / sum(steps):8.0f}")


if __name__ == "__main__":
    main()
