"""Mails the desk as its users would, and shows for each mail the decision, its reason and the letter."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from mailproc.cli.shown import console
from mailproc.config import load
from mailproc.demo.stage import PATIENCE, Stage, set_up
from mailproc.desk.office import Office
from mailproc.resources import folder
from mailproc.secrets import signing_key
from mailproc.store import decisions, inbox, outbox
from mailproc.store.engine import Database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

    from rich.console import Console


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One mail, the way it comes in, and what must become of it."""

    file: str
    what: str
    way: str
    outcome: str
    code: str | None
    answered: bool


SCENES = (
    Scene(
        file="1-accepted",
        what="a request with a good reason",
        way="smtp",
        outcome="accepted",
        code=None,
        answered=True,
    ),
    Scene(
        file="2-no-id",
        what="a good reason, but no ticket ID",
        way="imap",
        outcome="rejected",
        code="missing_ticket_id",
        answered=True,
    ),
    Scene(
        file="3-no-motivation",
        what="a ticket ID, but no reason",
        way="smtp",
        outcome="rejected",
        code="missing_motivation",
        answered=True,
    ),
    Scene(
        file="4-promised",
        what="“I promised the customer”",
        way="smtp",
        outcome="rejected",
        code="unacceptable_motivation",
        answered=True,
    ),
    Scene(file="5-emergency", what="an emergency", way="imap", outcome="accepted", code=None, answered=True),
    Scene(
        file="6-out-of-office",
        what="an out-of-office note",
        way="smtp",
        outcome="automatic",
        code="automatic_reply",
        answered=False,
    ),
    Scene(
        file="7-ordinary",
        what="an ordinary question",
        way="imap",
        outcome="ordinary",
        code="not_an_escalation",
        answered=False,
    ),
)

DIGEST_TELLS = (
    "SBM-51007 EMERGENCY",
    "The production site is completely down since 09:10.",
    "SBM-48213",
    "our largest customer will cancel",
    "7 mails came in",
)
"""What tomorrow's digest has to say: both requests with their reasons, and the sum of the day."""


def show_demo(keep: Path | None) -> bool:
    """Plays all scenes; True when each came out as it should.

    The letters stay in ``keep``, or in a new folder under the system's temporary one.
    """
    out = console()
    place = keep or Path(tempfile.mkdtemp(prefix="mailproc-demo-"))
    with set_up(place) as stage:
        out.print(f"A desk is running in {place}: SMTP on port {stage.smtp}, IMAP on port {stage.imap}.\n")
        for scene in SCENES:
            _send(stage, scene)
        settings = load(stage.configuration)
        database = Database(settings.store.url, settings.base)
        done = _wait_for_all(database, stage)
        good = [_show(out, database, number, scene) for number, scene in enumerate(SCENES, 1)]
        good.append(_show_mailbox(out, stage))
        good.append(_show_alert(out, database))
        good.append(_show_digest(out, database, stage))
        database.close()
    out.print(f"\nThe letters lie in {place / 'letters'}; ordinary mail went on to {place / 'ordinary'}.")
    all_good = done and all(good)
    out.print(
        Text("Everything came out as it should.", "bold green")
        if all_good
        else Text("Something did not come out as it should.", "bold red")
    )
    return all_good


def _raw(scene: Scene) -> bytes:
    """The mail of a scene, dated now."""
    text = (resources.files(__package__) / "mails" / f"{scene.file}.eml").read_text(encoding="utf-8")
    date = format_datetime(datetime.now(UTC))
    return f"Date: {date}\n{text}".replace("\n", "\r\n").encode()


def _send(stage: Stage, scene: Scene) -> None:
    raw = _raw(scene)
    if scene.way == "imap":
        stage.put(raw)
    else:
        stage.mail(raw, str(message_from_bytes(raw, policy=default)["From"].addresses[0].addr_spec))


def _wait_for_all(database: Database, stage: Stage) -> bool:
    """True once every mail has its outcome, every letter was written, and handled mail was moved."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with database.read() as connection:
            mails = inbox.listing(connection)
            letters = outbox.listing(connection)
        if (
            len(mails) == len(SCENES)
            and not any(mail["outcome"] == "pending" or mail["move_due"] for mail in mails)
            and all(letter["state"] == "sent" for letter in letters)
        ):
            return True
        time.sleep(0.1)
    return False


def _show(out: Console, database: Database, number: int, scene: Scene) -> bool:
    message = message_from_bytes(_raw(scene), policy=default)
    with database.read() as connection:
        entry = _entry(connection, str(message["Message-ID"]))
        decision = decisions.of_mail(connection, entry["id"]) if entry else None
        letters = (
            [
                row
                for row in outbox.of_mail(connection, entry["id"])
                if row["kind"] not in ("alert", "ordinary")
            ]
            if entry
            else []
        )
    out.print(Rule(Text(f"{number}. {scene.what} (by {scene.way.upper()})", "bold"), align="left"))
    out.print(Padding(Text(_mail_text(message), "dim"), (0, 4, 1, 4)))
    if entry is None:
        out.print(Text("The mail was not taken.", "bold red"))
        return False
    out.print(_decision_line(entry, decision))
    for letter in letters:
        answer = message_from_bytes(letter["content"], policy=default)
        out.print(Padding(Text(f"To: {letter['recipient']}\n{_mail_text(answer)}"), (1, 4)))
    if not letters:
        out.print(Padding(Text("No letter goes out."), (1, 4)))
    return (entry["outcome"], entry["code"], bool(letters)) == (scene.outcome, scene.code, scene.answered)


def _entry(connection: Any, message_id: str) -> dict[str, Any] | None:
    return next((row for row in inbox.listing(connection) if row["message_id"] == message_id), None)


def _decision_line(entry: dict[str, Any], decision: dict[str, Any] | None) -> Text:
    line = Text(f"→ {entry['outcome']}", "bold green" if entry["outcome"] == "accepted" else "bold yellow")
    if decision:
        refused = [step for step in decision["trace"] if step["said"].startswith("refused: ")]
        reasons: Sequence[str] = [f"{step['rule']}: {step['said']}" for step in refused]
        if not refused:
            reasons = [f"{e['kind']}: “{e['sentence']}”" for e in decision["understood"]["evidence"]]
        line.append(
            "".join(f"\n    {reason}" for reason in reasons or [str(entry["code"] or "")]), style="not bold"
        )
    return line


def _mail_text(message: Message) -> str:
    body = message.get_body(("plain",)) if hasattr(message, "get_body") else None
    return f"Subject: {message['Subject']}\n\n{(body.get_content() if body else '').strip()}"


def _show_mailbox(out: Console, stage: Stage) -> bool:
    inbox_subjects, handled = stage.subjects_in("INBOX"), stage.subjects_in("Escalations")
    out.print(Rule(Text("The shared mailbox afterwards", "bold"), align="left"))
    out.print(Padding(Text(f"INBOX: {inbox_subjects}\nEscalations: {handled}"), (0, 4, 1, 4)))
    return len(inbox_subjects) == 1 and len(handled) == 2


def _show_alert(out: Console, database: Database) -> bool:
    with database.read() as connection:
        alerts = [row for row in outbox.listing(connection) if row["kind"] == "alert"]
        contents = [outbox.entry(connection, row["id"]) for row in alerts]
    out.print(Rule(Text("What the project managers heard at once", "bold"), align="left"))
    for row in contents:
        message = message_from_bytes((row or {})["content"], policy=default)
        out.print(Padding(Text(f"To: {(row or {})['recipient']}\n{_mail_text(message)}"), (0, 4, 1, 4)))
    return bool(alerts)


def _show_digest(out: Console, database: Database, stage: Stage) -> bool:
    settings = load(stage.configuration)
    morning = Office(settings, templates=folder("templates"), key=signing_key(settings)).morning
    now = datetime.now(UTC)
    tomorrow = (now.astimezone(settings.digest.time_zone) + timedelta(days=1)).date()
    with database.read() as connection:
        letter = morning.preview(connection, day=tomorrow, now=now)
    out.print(Rule(Text("Tomorrow's digest", "bold"), align="left"))
    out.print(Padding(Text(f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}"), (0, 4)))
    told = " ".join(letter.text.split())
    return all(words in told for words in DIGEST_TELLS)
