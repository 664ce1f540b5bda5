"""The people around a desk: customers who ask, forget, insist and thank; staff who answer, late or never."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.desk.conftest import DeskAtWork, Reply
    from tests.year.calendar import Calendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

WAITING = re.compile(r"(?ms)^\* (.*?)^  ACK, DECLINE, CLOSE: (\S+)\s*$")
"""An entry of the digest that waits for a decision, and the address that answers it."""

CLOSES = re.compile(r"(?m)^  CLOSE: (\S+)\s*$")
"""The address that closes what is being worked on."""

REASONS = {
    "en": "Our shops cannot sell anything. If it is not fixed by Friday we lose the contract.",
    "de": "Seit heute früh steht die Auslieferung. Ohne Lösung bis Freitag kündigt unser Kunde.",
    "sv": "Vår webbutik ligger nere sedan i morse och vi förlorar order varje timme.",
}
ASKS = {
    "en": "Please escalate ticket {ticket}. {reason}",
    "de": "Bitte eskalieren Sie Ticket {ticket}. {reason}",
    "sv": "Vänligen eskalera ärende {ticket}. {reason}",
}
EMERGENCIES = {
    "en": "Level: Emergency\nTicket: {ticket}\n\nProduction is completely down, nobody can pay.",
    "de": "Level: Notfall\nTicket: {ticket}\n\nDie Produktion steht komplett, niemand kann mehr bezahlen.",
    "sv": "Nivå: Akut\nÄrende: {ticket}\n\nProduktionen ligger nere helt, ingen kan betala.",
}
MISUSE = "Level: Emergency\nTicket: {ticket}\n\nIt would be nice to have a darker blue on the start page."
EXCUSE = "Please escalate ticket {ticket}. I forgot to send this in time, sorry."

KINDS = (
    *("higher",) * 9,
    *("emergency",) * 8,
    *("misuse",) * 2,
    *("no ticket",) * 2,
    *("excuse", "ordinary", "out of office", "again", "joined", "raised"),
)
"""What customers write, by how often."""


@dataclass
class Customers:
    """They write to the desk all year round, and read its answers."""

    desk: DeskAtWork
    calendar: Calendar
    random: Random
    waiting: dict[str, str] = field(default_factory=dict)
    """The ticket that somebody had forgotten to name, by the subject of the mail."""

    def ask(self, number: int, kind: str) -> None:
        """One matter: a mail, and what comes with it."""
        ticket, language = f"SBM-{20_000 + number}", self.random.choice(tuple(ASKS))
        kim = f"Kim <kim{number % 7}@{self.random.choice(('norda', 'velo'))}.example>"
        reason = REASONS[language]
        if kind == "no ticket":
            subject = (
                f"Please hurry with {self.desk.clock():%A} {'again ' * (number % 9)}{chr(97 + number % 26)}"
            )
            self.waiting[subject] = ticket
            self.write(f"Please escalate our ticket. {REASONS['en']}", kim, subject)
        elif kind == "ordinary":
            self.write("Thank you very much for your help last week, all is fine.", kim, "Thanks")
        elif kind == "out of office":
            self.write("I am away until Monday.", kim, "Automatic reply", Auto_Submitted="auto-replied")
        elif kind == "excuse":
            self.write(EXCUSE.format(ticket=ticket), kim, "Ticket")
        elif kind == "misuse":
            self.write(MISUSE.format(ticket=ticket), kim, "EMERGENCY")
        elif kind == "emergency":
            self.write(EMERGENCIES[language].format(ticket=ticket), kim, "EMERGENCY")
        else:
            body = ASKS[language].format(ticket=ticket, reason=reason)
            self.write(body, kim, f"Ticket {ticket}")
            self._and_then(kind, ticket, kim, body)

    def _and_then(self, kind: str, ticket: str, kim: str, body: str) -> None:
        now, house = self.calendar.now, kim.rpartition("@")[2].rstrip(">")
        if kind == "again":
            again = f"{body} It happened once more."
            self.calendar.plan(now + 90 * HOUR, lambda: self.write(again, kim, f"Ticket {ticket}"))
        elif kind == "joined":
            lea = f"Lea <lea@{house}>"
            self.calendar.plan(now + 2 * HOUR, lambda: self.write(f"{body} We too.", lea, f"Ticket {ticket}"))
        elif kind == "raised":
            worse = EMERGENCIES["en"].format(ticket=ticket)
            self.calendar.plan(now + 3 * HOUR, lambda: self.write(worse, kim, "EMERGENCY"))

    def read(self, letter: Reply) -> None:
        """What a customer makes of a letter."""
        subject = letter.subject.removeprefix("Re: ")
        if letter.kind == "rejected" and subject in self.waiting:
            self._answer_later(letter, self.waiting.pop(subject), within=6 * HOUR)
        elif letter.kind == "cooldown":
            self._answer_later(letter, "QUEUE", within=2 * HOUR)
        elif "ACCEPT" in letter.text and "REJECT" in letter.text:
            said = self.random.choice(("ACCEPT", "ACCEPT", "REJECT it fails for two shops", ""))
            if said:
                self._answer_later(letter, said, within=20 * HOUR)
        elif letter.kind == "news" and self.random.random() < 0.08:
            said = self.random.choice(("STATUS", "no longer urgent", "This has been resolved: works again"))
            self._answer_later(letter, said, within=3 * HOUR)

    def _answer_later(self, letter: Reply, words: str, *, within: timedelta) -> None:
        at = self.calendar.now + self.random.random() * within
        self.calendar.plan(at, lambda: answer(self.desk, letter, words))

    def write(self, body: str, sender: str, subject: str, **headers: str) -> None:
        mail = self.desk.mail(body, sender=sender, subject=subject, **headers)
        self.desk.put(mail, envelope_from=sender.partition("<")[2].rstrip(">"))


@dataclass
class Staff:
    """They answer alerts, and decide over the rest in the morning, from the digest."""

    desk: DeskAtWork
    calendar: Calendar
    random: Random
    answered: set[str] = field(default_factory=set)
    """The matters somebody has taken already, by the address that answers them."""

    def read(self, letter: Reply) -> None:
        """What staff make of a letter."""
        if letter.kind in ("alert", "chase") and letter.headers["Reply-To"]:
            self._wake_up(letter)
        elif letter.kind == "staff-news" and "rejected" in letter.text.lower():
            self._later(letter, "PROPOSE we have now repaired the two shops too", HOUR, 9 * HOUR)
        elif letter.kind == "digest":
            self._decide_in_the_morning(letter)

    def _wake_up(self, letter: Reply) -> None:
        is_night = not 7 <= self.calendar.now.astimezone(self.desk.settings.desk.time_zone).hour < 22
        if self.random.random() < (0.85 if is_night else 0.5):
            return  # asleep, or busy: somebody else, or the next chase
        self._later(letter, "ACK", 2 * MINUTE, 14 * MINUTE)
        if self.random.random() < 0.7:
            self._later(letter, "PROPOSE we restarted the gateway, please try again", HOUR, 8 * HOUR)
        else:
            self._later(letter, "CLOSE the certificate had expired, it is renewed", 2 * HOUR, 30 * HOUR)
        if self.random.random() < 0.3:
            self._later(letter, "UPDATE we have found the cause", 20 * MINUTE, 50 * MINUTE)

    def _later(self, letter: Reply, words: str, soonest: timedelta, latest: timedelta) -> None:
        at = self.calendar.now + soonest + self.random.random() * (latest - soonest)
        self.calendar.plan(at, lambda: answer(self.desk, letter, words))

    def _decide_in_the_morning(self, digest: Reply) -> None:
        """One of them decides what waits, with the addresses that the digest gives."""
        if digest.to != self.desk.settings.people[0].email:
            return
        for entry, address in WAITING.findall(digest.text):
            if "taken as Higher Priority" in entry:
                self._write_later(digest, address, "MISUSE a colour is no emergency", within=HOUR)
            elif "EMERGENCY" not in entry:
                words = self.random.choice(("ACK", "ACK", "ACK", "DECLINE other cases come first"))
                self._write_later(digest, address, words, within=HOUR)
                if words == "ACK":
                    self._write_later(digest, address, "CLOSE it is done", within=4 * DAY)
            elif self.random.random() < 0.5:
                self._write_later(digest, address, "CLOSE nobody answers any more", within=DAY)

        overdue = digest.text.partition("Overdue")[2].partition("Being worked on")[0]
        for address in CLOSES.findall(overdue):
            if self.random.random() < 0.3:
                self._write_later(digest, address, "CLOSE it was done long ago", within=DAY)

    def _write_later(self, digest: Reply, address: str, words: str, *, within: timedelta) -> None:
        at = self.calendar.now + MINUTE + self.random.random() * within
        raw_to = (address,)
        self.calendar.plan(
            at,
            lambda: self.desk.put(
                self.desk.mail(words, sender=f"<{digest.to}>", subject="Re: the digest"),
                envelope_from=digest.to,
                envelope_to=raw_to,
            ),
        )


def answer(desk: DeskAtWork, letter: Reply, words: str) -> None:
    """Answers a letter as a mail program does: to its Reply-To, in its thread, quoted below."""
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines()[:5])
    raw = desk.mail(
        f"{words}\n\nOn Monday, Support wrote:\n{quoted}\n",
        sender=f"<{letter.to}>",
        subject=f"Re: {letter.subject}",
        In_Reply_To=str(letter.headers["Message-ID"]),
        References=str(letter.headers["Message-ID"]),
    )
    to = letter.headers["Reply-To"].addresses[0].addr_spec
    desk.put(raw, envelope_from=letter.to, envelope_to=(to,))
