"""What a person sees of a mail, a decision, a letter, an escalation. Text of mails is never markup."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from mailproc.explain import Explanation
    from mailproc.letters.letter import Letter
    from mailproc.policy.decision import Decision, Step
    from mailproc.rehearse import Difference, Words

_GOOD, _BAD, _QUIET = "green", "red", "dim"
_COLOURS = {"accepted": _GOOD, "rejected": _BAD, "ignored": _QUIET}


def console() -> Console:
    """A console that keeps what mails say as it is: no markup, no emoji codes."""
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=False)


def show_explanation(file: str, explanation: Explanation) -> None:
    """What was understood, marked in the text, why it was decided so, and the letter."""
    mail, decision = explanation.mail, explanation.decision
    out = console()
    out.print(Rule(Text(file), align="left"))
    out.print(_facts((("From", str(mail.sender or "unclear")), ("Subject", mail.subject))))
    out.print(Padding(marked(explanation), (1, 2)))
    out.print(verdict(decision))
    out.print(Padding(understood(decision), (1, 2)))
    out.print(Padding(trace(decision.trace), (0, 2, 1, 2)))
    for reply in explanation.letters:
        out.print(Padding(letter(reply), (0, 2, 1, 2)))


def marked(explanation: Explanation) -> Text:
    """The author's words, with the sentences that count in colour; what was set aside, dimmed."""
    request = explanation.decision.request
    text = Text(explanation.mail.words.text or "(no words of the author's own)")
    for evidence in request.evidence:
        _mark(text, evidence.sentence, f"bold {_GOOD}")
    for excuse in request.excuses:
        _mark(text, excuse.sentence, f"bold {_BAD}")
    for candidate in request.candidates:
        _mark(text, candidate.written, "bold cyan" if candidate.chosen else "strike")
    for piece in explanation.mail.words.set_aside:
        text.append(f"\n[{piece.kind}] ", style="italic dim")
        text.append(" ".join(piece.text.split())[:200], style=_QUIET)
    return text


def _mark(text: Text, words: str, style: str) -> None:
    start = text.plain.find(words) if words else -1
    if start >= 0:
        text.stylize(style, start, start + len(words))


def verdict(decision: Decision) -> Text:
    """One line: the verdict, its codes, and who is told at once."""
    line = Text(str(decision.verdict).upper(), style=f"bold {_COLOURS[decision.verdict]}")
    codes = [str(refusal.code) for refusal in decision.refusals]
    if decision.ignored_because:
        codes = [str(decision.ignored_because)]
    if codes:
        line.append(f"  {', '.join(codes)}")
    if decision.alert != "nobody":
        line.append(f"  alerts {decision.alert}: {decision.alert_because}", style="bold yellow")
    return line


def understood(decision: Decision) -> Table:
    """The request in facts."""
    request = decision.request
    level = str(request.level).replace("_", " ") if request.level else "-"
    if request.misuse:
        level += f" (questioned: {request.misuse.kind})"
    rows = [
        ("Ticket", request.ticket or ", ".join(request.several) or "-"),
        ("Level", level),
        ("Requester", str(request.requester or "-")),
        ("Motivation", request.motivation or "-"),
        ("Language", request.language),
    ]
    rows += [
        (f"Evidence: {e.kind}", f"“{e.sentence}”{f' ({e.due})' if e.due else ''}") for e in request.evidence
    ]
    rows += [(f"No reason: {e.kind}", f"“{e.sentence}”") for e in request.excuses]
    rows += [(f"Not the ticket: {c.written}", c.why) for c in request.candidates if not c.chosen]
    if request.form:
        rows += [(f"Form: {s.label}", f"{s.fault}: {s.why}") for s in request.form.faulty]
    return _facts(rows)


def trace(steps: Iterable[Step] | Iterable[dict[str, str]]) -> Table:
    """The ordered trace of a decision."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("rule", "said", "words"):
        table.add_column(column, overflow="fold")
    for step in steps:
        get = step.get if isinstance(step, dict) else lambda name, step=step: getattr(step, name)
        table.add_row(
            *(Text(" ".join(str(get(name) or "").split())[:160]) for name in ("rule", "said", "words"))
        )
    return table


def letter(reply: Letter) -> RenderableType:
    """A letter as its reader gets it."""
    return Group(
        Text(f"To: {reply.to}"), Text(f"Subject: {reply.subject}", style="bold"), Text(""), Text(reply.text)
    )


def show_mail(entry: dict[str, Any]) -> None:
    """A stored mail with its decision and what left because of it."""
    out = console()
    shown = ("id", "received_at", "way", "sender", "subject", "outcome", "code", "attempts", "trouble")
    out.print(_facts((name.replace("_", " "), str(entry[name] or "-")) for name in shown))
    decision = entry["decision"]
    if decision:
        understood = decision["understood"]
        rows = [
            ("ticket", decision["ticket"] or "-"),
            ("level", decision["level"] or "-"),
            ("route", decision["route"]),
        ]
        rows += [("motivation", understood["motivation"] or "-")]
        rows += [(f"evidence: {e['kind']}", e["sentence"]) for e in understood["evidence"]]
        out.print(Padding(_facts(rows), (1, 0)))
        out.print(trace(decision["trace"]))
    for sent in entry["sent"]:
        out.print(
            Padding(
                Text(f"{sent['kind']} to {sent['recipient']}: {sent['state']}  {sent['subject']}"),
                (1, 0, 0, 0),
            )
        )


def show_escalation(entry: dict[str, Any]) -> None:
    """An escalation and its timeline."""
    out = console()
    shown = ("id", "ticket", "level", "status", "accepted_at", "closed_at", "requester", "organisation")
    limits = [name for name in ("with", "plan_due", "fix_due") if entry[name]]
    out.print(_facts((name.replace("_", " "), str(entry[name] or "-")) for name in (*shown, *limits)))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("at", "what", "by", "said"):
        table.add_column(column, overflow="fold")
    for event in entry["events"]:
        at = event["at"].strftime("%Y-%m-%d %H:%M")
        table.add_row(at, event["kind"], Text(event["by"]), Text(" ".join(event["said"].split())[:200]))
    out.print(Padding(table, (1, 0)))


def show_outgoing(entry: dict[str, Any]) -> None:
    """A message of the outbox as it goes out."""
    out = console()
    shown = ("id", "kind", "channel", "recipient", "state", "attempts", "created_at", "sent_at", "detail")
    out.print(_facts((name.replace("_", " "), str(entry[name] or "-")) for name in shown))
    if entry["channel"] != "mail" or not entry["content"]:
        return
    message = message_from_bytes(entry["content"], policy=default)
    body = message.get_body(("plain",))
    out.print(Padding(Text(f"Subject: {message['Subject']}\n\n{body.get_content() if body else ''}"), (1, 2)))


def show_difference(difference: Difference, *, letters: bool) -> None:
    """What became of a mail, and what would become of it."""
    out = console()
    out.print(
        Rule(Text(f"mail {difference.mail_id}  {difference.sender}  {difference.subject}"), align="left")
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "was", "would be"):
        table.add_column(column, overflow="fold")
    for name in difference.differs:
        was, would = getattr(difference.before, name), getattr(difference.after, name)
        if name == "letters":
            was, would = _readers(was), _readers(would)
        table.add_row(Text(name), Text(str(was or "-")), Text(str(would or "-")))
    out.print(table)
    if letters and "letters" in difference.differs:
        out.print(_side_by_side(difference))


def _readers(letters: tuple[Words, ...]) -> str:
    return "\n".join(f"{each.kind} to {each.to}: {each.subject}" for each in letters)


def _side_by_side(difference: Difference) -> Table:
    """The letters of both, a row for each reader."""
    table = Table(show_header=False, show_lines=True, expand=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    was = {(each.to, each.kind): each for each in difference.before.letters}
    would = {(each.to, each.kind): each for each in difference.after.letters}
    for reader in sorted({*was, *would}):
        pair = (was.get(reader), would.get(reader))
        if pair[0] != pair[1]:
            table.add_row(*(Text(f"{each.subject}\n\n{each.text}" if each else "-") for each in pair))
    return table


def _facts(rows: Iterable[tuple[str, str]]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(Text(name), Text(value))
    return table
