"""Says how a mail would be read, decided and answered, without storing or sending anything (B2)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mailproc.desk.consider import consider
from mailproc.message.parse import parse
from mailproc.policy.decide import decide
from mailproc.policy.decision import Facts
from mailproc.policy.editions import next_decision
from mailproc.policy.procedures import procedure_of
from mailproc.settings import Desk, Settings

if TYPE_CHECKING:
    from datetime import datetime

    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.message.mail import IncomingMail
    from mailproc.policy.decision import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """A mail, what was made of it, and the letters that would go out."""

    mail: IncomingMail
    decision: Decision
    letters: tuple[Letter, ...]

    def as_json(self, file: str) -> dict[str, Any]:
        """The published form: one flat object a mail."""
        request, decision = self.decision.request, self.decision
        return {
            "file": file,
            "kind": str(request.kind),
            "automatic": self.mail.is_automatic and not request.is_request,
            "words": self.mail.words.text,
            "set_aside": [
                {"kind": str(piece.kind), "rule": piece.rule, "text": piece.text}
                for piece in self.mail.words.set_aside
            ],
            "ticket_id": request.ticket,
            "several": list(request.several),
            "candidates": [
                {
                    "ticket": candidate.ticket,
                    "source": str(candidate.source),
                    "written": candidate.written,
                    "chosen": candidate.chosen,
                    "why": candidate.why,
                }
                for candidate in request.candidates
            ],
            "level": str(request.level) if request.level else None,
            "emergency_misuse": request.misuse is not None,
            "motivation": request.motivation,
            "evidence": [
                {"kind": str(e.kind), "sentence": e.sentence, "due": e.due.isoformat() if e.due else None}
                for e in request.evidence
            ],
            "excuses": [{"kind": str(e.kind), "sentence": e.sentence} for e in request.excuses],
            "missing": [section.label for section in request.form.faulty] if request.form else [],
            "language": request.language,
            "requester": request.requester.email if request.requester else None,
            "verdict": str(decision.verdict),
            "code": str(decision.code) if decision.code else None,
            "codes": [str(refusal.code) for refusal in decision.refusals],
            "alert": str(decision.alert),
            "trace": [{"rule": step.rule, "said": step.said, "words": step.words} for step in decision.trace],
            "reply": self.letters[0].text if self.letters else None,
        }


def assumed_settings(raw: bytes) -> Settings:
    """What a desk without a configuration takes for granted: that the mail was written to it."""
    mail = parse(raw)
    sender = mail.sender.email if mail.sender else ""
    for to in mail.to:
        bare = f"{to.local_part.partition('+')[0]}@{to.domain}"
        if bare != sender:
            with suppress(ValidationError):  # not every address in a mail is one
                return Settings(desk=Desk(address=bare))
    return Settings()


def explain(raw: bytes, settings: Settings, letters: Letters, *, now: datetime) -> Explanation:
    """Reads and decides a mail as if it had just come, from what the configuration alone tells.

    The mail counts as written ``now`` only where it has no date of its own.
    """
    considered = consider(raw, settings)
    mail, request = considered.mail, considered.request
    moment = mail.date or now
    email = request.requester.email if request.requester else ""
    organisation = settings.organisation_of(email)
    is_staff = settings.person(email) is not None
    digest_at = next_decision(moment, settings)
    facts = Facts(
        now=moment,
        next_digest=digest_at,
        next_digest_day=digest_at.astimezone(settings.digest.time_zone).date(),
        own_mail=bool(mail.reply_author and settings.is_own_address(mail.reply_author.email)),
        known_sender=is_staff or organisation is not None,
        is_staff=is_staff,
        organisation=organisation.name if organisation else None,
        procedure=procedure_of(mail, request, settings),
    )
    decision = decide(request, facts, settings.policy_of(facts.procedure))
    replies = letters.reply(decision, mail, now=moment, decides_at=facts.next_digest)
    return Explanation(mail=mail, decision=decision, letters=replies)
