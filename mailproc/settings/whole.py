"""The whole configuration as one frozen value."""

from __future__ import annotations

from pathlib import Path

from mailproc.settings.desk import Desk, Operator, Store, Templates
from mailproc.settings.digests import REPORTS, Digest, Report
from mailproc.settings.ladder import Form, Ladder, Tier
from mailproc.settings.people import Hours, Organisation, Person
from mailproc.settings.rules import Debrief, Emergency, Policy, Procedure, Team, Updates
from mailproc.settings.table import Table
from mailproc.settings.tickets import Directory, Tickets
from mailproc.settings.wires import Delivery, Mailbox, OAuth2, SmtpListener, Trust


class Settings(Table):
    """The whole configuration. ``base`` is the folder that relative paths start from."""

    base: Path = Path()
    desk: Desk = Desk()
    operator: Operator = Operator()
    store: Store = Store()
    mailbox: tuple[Mailbox, ...] = ()
    smtp: SmtpListener | None = None
    lmtp: SmtpListener | None = None
    trust: Trust = Trust()
    oauth2: tuple[OAuth2, ...] = ()
    delivery: Delivery = Delivery()
    people: tuple[Person, ...] = ()
    organisation: tuple[Organisation, ...] = ()
    hours: Hours | None = None
    policy: Policy = Policy()
    procedure: tuple[Procedure, ...] = ()
    emergency: Emergency = Emergency()
    updates: Updates = Updates()
    debrief: Debrief = Debrief()
    team: Team = Team()
    tickets: Tickets = Tickets()
    directory: Directory = Directory()
    form: tuple[Form, ...] = ()
    tier: tuple[Tier, ...] = ()
    ladder: Ladder = Ladder()
    digest: Digest = Digest()
    report: tuple[Report, ...] = ()
    templates: Templates = Templates()

    @property
    def max_mail_size(self) -> int:
        """The largest mail that is taken on any way, in octets."""
        return max((way.max_size for way in (self.smtp, self.lmtp) if way), default=SmtpListener.DEFAULT_SIZE)

    def procedure_called(self, name: str) -> Procedure | None:
        """A procedure by its name; None for ``""`` and for one that is gone."""
        return next((each for each in self.procedure if each.name == name), None)

    def policy_of(self, procedure: str) -> Policy:
        """The rules of a procedure, by its name; the common ones where there is none of that name."""
        found = self.procedure_called(procedure)
        if found is None:
            return self.policy
        own = found.model_dump(include=set(Policy.model_fields), exclude_none=True)
        return self.policy.model_copy(update=own)

    @property
    def reports(self) -> tuple[Report, ...]:
        """The reports that are written, or those of a desk that names none."""
        return self.report or REPORTS

    def people_with(self, *roles: str) -> tuple[Person, ...]:
        """Everybody who has one of the roles, in the order of the file."""
        return tuple(person for person in self.people if set(roles) & set(person.roles))

    def person(self, email: str) -> Person | None:
        """The member of staff with this address."""
        return next((person for person in self.people if person.email == email.lower()), None)

    def organisation_of(self, email: str) -> Organisation | None:
        """The organisation an address belongs to: single addresses first, then domains."""
        address, domain = email.lower(), email.lower().rpartition("@")[2]
        for organisation in self.organisation:
            if address in organisation.addresses:
                return organisation
        return next((o for o in self.organisation if domain in o.domains), None)

    def is_own_address(self, email: str) -> bool:
        """True for the desk's addresses, with or without a plus-part (RFC 5233)."""
        local, _, domain = email.lower().rpartition("@")
        bare = f"{local.split('+', 1)[0]}@{domain}"
        return bare == self.desk.address or bare in self.desk.aliases
