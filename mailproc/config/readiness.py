"""What ``run`` needs beyond a valid configuration, and what a desk that people rely on should have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mailproc.config.faults import Complaint, Fault, dotted
from mailproc.config.loopback import is_loopback
from mailproc.config.secret_places import secrets_of
from mailproc.secrets import problems_of_place
from mailproc.settings import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mailproc.settings import Settings


def check_runnable(
    settings: Settings, file: Path, environment: Mapping[str, str] = os.environ
) -> tuple[Fault, ...]:
    """What is missing before it can run: a way in, and secrets that can be read now."""
    complaints = []
    if not settings.mailbox and settings.smtp is None and settings.lmtp is None:
        allowed = "at least one of [smtp], [lmtp] and [[mailbox]]"
        complaints.append(Complaint(at=(), found="no way for mail to come in", allowed=allowed))
    for at, secret in secrets_of({(): settings}):
        for problem in problems_of_place(secret, settings.base, environment):
            complaints.append(Complaint(at=at, found=problem.found, allowed=problem.allowed))
    return tuple(
        Fault(file=str(file), line=None, key=dotted(c.at), found=c.found, allowed=c.allowed)
        for c in complaints
    )


def advise(settings: Settings) -> tuple[str, ...]:
    """What is allowed, but a desk that people rely on should not have."""
    advice = []
    if not settings.people_with("pm"):
        advice.append('nobody in [[people]] has the role "pm": an emergency would alert nobody')
    if settings.emergency.alert == "duty" and not settings.people_with("duty"):
        advice.append('emergency.alert is "duty" and nobody has that role: every "pm" is called')
    if not settings.operator.alerts:
        advice.append("operator.alerts is empty: while mail is down, the operator hears nothing")
    for name, listener in (("smtp", settings.smtp), ("lmtp", settings.lmtp)):
        if listener is not None and listener.tls is None and not is_loopback(listener.host):
            advice.append(f"{name}.tls is missing: mail comes over the network in plain text")
    if settings.desk.mode is Mode.OBSERVE:
        advice.append('desk.mode is "observe": every letter waits for a person (mailproc outbox)')
    return tuple(advice)
