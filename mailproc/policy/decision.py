"""What was decided, and every step that led there. A refusal without a reason cannot be built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mailproc.policy.recurrence import NOTHING_EARLIER, Recurrence
from mailproc.policy.tickets import NOT_LOOKED_UP, Check, Lookup

if TYPE_CHECKING:
    from datetime import date, datetime

    from mailproc.policy.tickets import Ticket
    from mailproc.reading.request import EscalationRequest, Level


class Outcome(StrEnum):
    """What becomes of a mail: exactly one for each stored mail (B5)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    COMPLETED = "completed"
    JOINED = "joined"
    RAISED = "raised"
    QUEUED = "queued"
    COMMAND = "command"
    ORDINARY = "ordinary"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    BULK = "bulk"
    DUPLICATE = "duplicate"
    PROBE = "probe"
    QUARANTINED = "quarantined"
    PENDING = "pending"


class Code(StrEnum):
    """Why a mail was refused or left alone. The order is the order in which they are reported."""

    MISSING_TICKET_ID = "missing_ticket_id"
    SEVERAL_TICKETS = "several_tickets"
    UNKNOWN_TICKET = "unknown_ticket"
    TICKET_CLOSED = "ticket_closed"
    TICKET_INCOMPLETE = "ticket_incomplete"
    NOT_AUTHORISED = "not_authorised"
    MISSING_MOTIVATION = "missing_motivation"
    UNACCEPTABLE_MOTIVATION = "unacceptable_motivation"
    INCOMPLETE_FORM = "incomplete_form"
    COOLDOWN = "cooldown"
    RESTRICTED = "restricted"
    UNPROVEN_SENDER = "unproven_sender"
    AUTOMATIC_REPLY = "automatic_reply"
    BOUNCE = "bounce"
    BULK = "bulk"
    NOT_AN_ESCALATION = "not_an_escalation"
    OWN_MAIL = "own_mail"
    DUPLICATE = "duplicate"
    OVERSIZE = "oversize"
    MALFORMED = "malformed"
    POISON = "poison"


class Verdict(StrEnum):
    """The outcome in the three words that ``mailproc explain`` publishes."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IGNORED = "ignored"


class Alert(StrEnum):
    """Who is told at once: nobody, the person on duty by mail, or every PM by all their ways (P3)."""

    NOBODY = "nobody"
    DUTY = "duty"
    EVERYBODY = "everybody"


class AlertReason(StrEnum):
    """Why somebody is told at once, or nobody."""

    EMERGENCY = "emergency"
    STRANGER = "stranger"
    LAST_STRANGER = "last_stranger"
    UNANNOUNCED = "unannounced"
    RESTRICTED = "restricted"
    TROUBLE = "trouble"
    SOON = "soon"
    HANDOVER = "handover"
    PERSON = "person"
    QUIET = "quiet"


_VERDICT_ACCEPTED = frozenset(
    {Outcome.ACCEPTED, Outcome.COMPLETED, Outcome.JOINED, Outcome.RAISED, Outcome.QUEUED, Outcome.COMMAND}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One fault of a request: its code, a sentence for the trace, and the words it rests on."""

    code: Code
    why: str
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One line of the trace (B2): the rule, what it said, and the words that triggered it."""

    rule: str
    said: str
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownEscalation:
    """An escalation of the same ticket, as the policy may know it."""

    id: str
    ticket: str
    level: Level
    status: str
    accepted_at: datetime
    closed_at: datetime | None
    requester: str
    organisation: str | None = None

    @property
    def is_open(self) -> bool:
        """True until it is closed, canceled or declined."""
        return self.closed_at is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """All that the policy may know beyond the mail, read beforehand in one go.

    ``now`` is the time of the decision, in UTC; ``next_digest`` the moment of the next one, and
    ``next_digest_day`` its day on the desk's calendar. ``everybody_knows`` is true once every PM was alerted
    about the ticket's open escalation.
    ``same_mail`` is the id of the mail this one repeats. ``known_sender`` is true for staff, a
    member of an organisation, and whoever had a request accepted before. ``latest`` is the ticket's
    last accepted escalation, open or closed, and ``takes_part`` tells whether the requester belongs
    to it, by name or by organisation. ``stale`` is mail too old to wake anybody.
    ``gaps`` counts how often this request was sent back before: above zero the mail answers a rejection,
    and brings something for it. ``procedure`` is the name of the procedure the mail falls under, or ``""``.
    ``lookup`` is what the ticket directory told, ``belongs`` whether the ticket is the sender's by it (None
    where it cannot tell), ``ticket_lacks`` the empty fields that the directory requires. ``recurrence`` are
    earlier tickets of the same matter. ``notices_left`` says for how many more unknown senders the person on
    duty may be called now; ``restricted`` is true for an account that misused emergencies too often.
    """

    now: datetime
    next_digest: datetime
    next_digest_day: date
    own_mail: bool = False
    same_mail: int | None = None
    known_sender: bool = False
    is_staff: bool = False
    organisation: str | None = None
    latest: KnownEscalation | None = None
    takes_part: bool = False
    everybody_knows: bool = False
    stale: bool = False
    gaps: int = 0
    procedure: str = ""
    lookup: Lookup = NOT_LOOKED_UP
    belongs: bool | None = None
    ticket_closed: bool = False
    ticket_lacks: tuple[str, ...] = ()
    recurrence: Recurrence = NOTHING_EARLIER
    notices_left: int = 2
    restricted: bool = False

    @property
    def is_outsider(self) -> bool:
        """True where the ticket is unknown or not the sender's: whoever asks must not learn which (P10)."""
        if self.is_staff or self.takes_part:
            return False
        return self.lookup.check is Check.UNKNOWN or self.belongs is False or self.latest is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The outcome of one mail.

    ``route`` names the row of the precedence table that applied. ``alert`` says who is told at
    once, ``alert_because`` why; an emergency alerts even where its letter asks for what is missing.
    ``handed_over`` is true where a person takes over, as the request stays incomplete.
    ``cooldown_until`` is set where the ticket has an escalation that starts one. ``known_ticket`` is the
    ticket as its directory has it; ``earlier`` are the numbers of earlier tickets of the same matter, and
    ``in_warranty`` those whose service was just completed (F3). All three are for staff.
    ``restricted`` is true for an emergency that is taken as Higher Priority because of earlier misuse.
    ``mended`` tells that staff made it a request: ``taken``, or ``split_off`` from another; else ``""``.
    """

    outcome: Outcome
    route: str
    request: EscalationRequest
    refusals: tuple[Refusal, ...] = ()
    ignored_because: Code | None = None
    escalation: KnownEscalation | None = None
    cooldown_until: datetime | None = None
    asks_for_evidence: bool = False
    alert: Alert = Alert.NOBODY
    alert_because: AlertReason = AlertReason.QUIET
    verified: bool = False
    handed_over: bool = False
    restricted: bool = False
    procedure: str = ""
    known_ticket: Ticket | None = None
    earlier: tuple[str, ...] = ()
    in_warranty: tuple[str, ...] = ()
    mended: str = ""
    trace: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.REJECTED) != bool(self.refusals):
            raise ValueError("a rejection has refusals, and nothing else has")

    @property
    def verdict(self) -> Verdict:
        """Accepted, rejected or ignored."""
        if self.outcome in _VERDICT_ACCEPTED:
            return Verdict.ACCEPTED
        return Verdict.REJECTED if self.refusals else Verdict.IGNORED

    @property
    def code(self) -> Code | None:
        """The first reason code in the published order, None where accepted."""
        if self.refusals:
            return min((refusal.code for refusal in self.refusals), key=_PUBLISHED_ORDER.__getitem__)
        return self.ignored_because


_PUBLISHED_ORDER = {code: place for place, code in enumerate(Code)}
