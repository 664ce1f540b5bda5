"""The desk's settings as frozen values. Nothing here reads a file, a clock or the environment."""

from mailproc.settings.desk import Desk, Mode, Operator, Store, Templates
from mailproc.settings.digests import DAILY, REPORTS, Digest, Report
from mailproc.settings.ladder import Form, FormSection, HandoverReason, Ladder, Tier
from mailproc.settings.people import EVERY_DAY, Hours, Organisation, Person, Weekday
from mailproc.settings.rules import Brand, Debrief, Emergency, Policy, Procedure, Team, Updates
from mailproc.settings.table import AlertAddress, Secret, Table
from mailproc.settings.tickets import DatabaseAddress, Directory, TicketField, Tickets
from mailproc.settings.whole import Settings
from mailproc.settings.wires import (
    Delivery,
    ListenerLimits,
    ListenerTls,
    Mailbox,
    OAuth2,
    OrdinaryMail,
    Security,
    SmtpListener,
    Trust,
)

__all__ = [
    "DAILY",
    "EVERY_DAY",
    "REPORTS",
    "AlertAddress",
    "Brand",
    "DatabaseAddress",
    "Debrief",
    "Delivery",
    "Desk",
    "Digest",
    "Directory",
    "Emergency",
    "Form",
    "FormSection",
    "HandoverReason",
    "Hours",
    "Ladder",
    "ListenerLimits",
    "ListenerTls",
    "Mailbox",
    "Mode",
    "OAuth2",
    "Operator",
    "OrdinaryMail",
    "Organisation",
    "Person",
    "Policy",
    "Procedure",
    "Report",
    "Secret",
    "Security",
    "Settings",
    "SmtpListener",
    "Store",
    "Table",
    "Team",
    "Templates",
    "TicketField",
    "Tickets",
    "Tier",
    "Trust",
    "Updates",
    "Weekday",
]
