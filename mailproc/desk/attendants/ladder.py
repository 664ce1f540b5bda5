"""What technicians hand over climbs a ladder of tiers, each for a limited time, and by itself (T1–T3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailproc.desk.attendants.attendant import Heard
from mailproc.desk.audience import clients
from mailproc.desk.matter import matter_of
from mailproc.desk.rungs import client_of, clock_of, holders, rung_shown, tier_of
from mailproc.escalation.tiers import Limit
from mailproc.escalation.timeline import Event
from mailproc.message.mail import Address
from mailproc.policy.calling import called
from mailproc.policy.decision import Alert
from mailproc.policy.handover import gathered_at_the_end, members, recorded_reasons, rung_of
from mailproc.reading.request import Level
from mailproc.store import escalations, timers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from mailproc.desk.attendants.attendant import Attendance
    from mailproc.desk.mailing import Mailing
    from mailproc.letters import Letters
    from mailproc.letters.letter import Letter
    from mailproc.letters.tiers import Rung
    from mailproc.reading.request import FormReading
    from mailproc.settings import Person, Settings
    from mailproc.store.timers import Due

WARNING, PASSES = "warning", "limit"


class Ladder:
    """Gives a hand-over to its tier, warns before a limit, and hands it up when one has passed."""

    promises = frozenset(f"{limit} {what}" for limit in Limit for what in (WARNING, PASSES))

    def __init__(
        self, settings: Settings, letters: Letters, mailing: Mailing, attendance: Attendance
    ) -> None:
        self._settings = settings
        self._letters = letters
        self._mailing = mailing
        self._attendance = attendance

    def hear(self, connection: Connection, heard: Heard) -> None:
        """Takes a hand-over on, and winds the clocks anew after whatever happened."""
        if heard.form is not None:
            self._hand_over(connection, heard, heard.form)
        row = escalations.entry(connection, heard.row["id"])
        if row is not None and row["tier"] is not None:
            self._wind(connection, row, heard.now)

    def keep(self, connection: Connection, promise: Due, row: dict[str, Any], now: datetime) -> None:
        """Warns, or hands up; a limit that is not the one that was promised is promised anew."""
        name, _, what = promise.kind.partition(" ")
        coming = clock_of(row, self._settings).next
        if coming is None:
            return
        limit, due = coming
        if what == WARNING:
            if limit == name and now < due:
                self._warn(connection, row, limit, due, now)
        elif due <= now:
            self._step_up(connection, row, limit, now)
        else:
            self._wind(connection, row, now)

    def _wind(self, connection: Connection, row: dict[str, Any], now: datetime) -> None:
        shown = clock_of(row, self._settings)
        timers.stop(connection, row["id"], sorted(self.promises))
        for limit, due in ((Limit.PLAN, shown.plan_due), (Limit.FIX, shown.fix_due)):
            if due is None:
                continue
            timers.wind(connection, f"{limit} {PASSES}", due, escalation_id=row["id"])
            warned_at = due - self._settings.ladder.warn_before
            if warned_at > now:
                timers.wind(connection, f"{limit} {WARNING}", warned_at, escalation_id=row["id"])

    def _hand_over(self, connection: Connection, heard: Heard, form: FormReading) -> None:
        """A technician's hand-over: onto the timeline with its reasons, and to the tier it is for."""
        by, row = self._settings.person(heard.by.email), heard.row
        if by is None:
            return
        category = (row["known_ticket"] or {}).get("category", "")
        rung = rung_of(form, by, self._settings, category=category, held=row["tier"])
        reasons = recorded_reasons(form, category)
        written = "\n".join(f"{section.label}: {section.text}" for section in form.sections)
        if rung is not None:
            self._put(connection, row, rung, heard.now, form=form.name)
        escalations.add_event(
            connection,
            row["id"],
            # Who has it already is not disturbed by what others add.
            kind=Event.HANDED_OVER if rung is not None or row["tier"] is None else Event.NOTE,
            by=by.email,
            words=written,
            mail_id=heard.mail_id,
            now=heard.now,
            reasons=reasons,
        )
        if rung is None:
            return
        row = escalations.entry(connection, row["id"]) or row
        if rung >= len(self._settings.tier):
            self._end(connection, row, None, heard.now)
            return
        told = members(self._settings.tier[rung], self._settings)
        if Level(row["level"]) is Level.EMERGENCY:  # whoever is alerted has a letter about it
            alerted = called(Alert.EVERYBODY, self._settings, heard.now)
            told = tuple(person for person in told if person not in alerted)
        letters = (
            self._letters.handed(
                matter_of(row, self._settings), self._rung(row), person=person, now=heard.now
            )
            for person in told
            if person != by
        )
        self._send(connection, row, "handed", letters, heard.now)

    def _warn(
        self, connection: Connection, row: dict[str, Any], limit: Limit, due: datetime, now: datetime
    ) -> None:
        matter, rung = matter_of(row, self._settings), self._rung(row, limit=limit)
        letters = (
            self._letters.warning(matter, rung, person=person, now=now)
            for person in holders(row, self._settings)
        )
        self._send(connection, row, f"{limit} {WARNING} {due:%Y%m%dT%H%M%S}", letters, now)

    def _step_up(self, connection: Connection, row: dict[str, Any], limit: Limit, now: datetime) -> None:
        """To the next tier, with a letter to both; above the last one those in charge come together."""
        had_it, before = holders(row, self._settings), tier_of(row, self._settings)
        assert before is not None
        rung = row["tier"] + 1
        self._put(connection, row, rung, now)
        if rung >= len(self._settings.tier):
            self._end(connection, row, limit, now, had_it=had_it, before=before.name)
            return
        tier = self._settings.tier[rung]
        after = self._note(connection, row, Event.STEPPED_UP, f"{before.name} → {tier.name}", now)
        matter = matter_of(after, self._settings)
        step = self._rung(after, limit=limit, before=before.name)
        have_it = members(tier, self._settings)
        letters = [self._letters.stepped(matter, step, person=person, now=now) for person in have_it]
        letters += [
            self._letters.gone(matter, step, person=person, now=now)
            for person in had_it
            if person not in have_it
        ]
        self._send(connection, row, f"{Event.STEPPED_UP} {rung}", letters, now)

    def _end(
        self,
        connection: Connection,
        row: dict[str, Any],
        limit: Limit | None,
        now: datetime,
        *,
        had_it: tuple[Person, ...] = (),
        before: str = "",
    ) -> None:
        """All tiers have tried: those in charge are brought together, and the client hears it honestly."""
        settings = self._settings
        gathered = gathered_at_the_end(settings, client_of(row, settings)) or settings.people_with("pm")
        names = ", ".join(person.name for person in gathered)
        after = self._note(connection, row, Event.LADDER_ENDED, names, now)
        matter = matter_of(after, settings)
        told = clients(connection, after, settings)
        shown = self._rung(after, limit=limit, before=before or settings.tier[-1].name, tier=names)
        end = replace(shown, client_told=bool(told))
        letters = [
            self._letters.together(
                matter, end, person=person, others=[each for each in gathered if each != person], now=now
            )
            for person in gathered
        ]
        letters += [
            self._letters.gone(matter, end, person=person, now=now)
            for person in had_it
            if person not in gathered
        ]
        letters += [self._letters.client("ladder_ended", matter, to=client, now=now) for client in told]
        self._send(connection, row, Event.LADDER_ENDED, letters, now)

    def _put(
        self,
        connection: Connection,
        row: dict[str, Any],
        rung: int,
        now: datetime,
        form: str | None = None,
    ) -> None:
        """A new tier has it, and nobody of that tier yet."""
        escalations.put_on_tier(connection, row["id"], tier=rung, form=form)
        escalations.change(connection, row["id"], now=now, acknowledged_by="", assigned_to="")

    def _note(
        self, connection: Connection, row: dict[str, Any], kind: Event, words: str, now: datetime
    ) -> dict[str, Any]:
        """Writes what the time brought onto the timeline, and tells the other attendants."""
        escalations.add_event(connection, row["id"], kind=kind, by="", words=words, mail_id=None, now=now)
        after = escalations.entry(connection, row["id"]) or row
        desk = Address(email=self._settings.desk.address, name=self._settings.desk.name)
        self._attendance.hear(connection, Heard(row=after, kind=kind, words=words, by=desk, now=now))
        return after

    def _rung(
        self, row: dict[str, Any], *, limit: Limit | None = None, before: str = "", tier: str = ""
    ) -> Rung:
        return rung_shown(row, self._settings, limit=limit, before=before, tier=tier)

    def _send(
        self,
        connection: Connection,
        row: dict[str, Any],
        what: str,
        letters: Iterable[Letter],
        now: datetime,
    ) -> None:
        key = f"{what}:{row['id']}:{now:%Y%m%dT%H%M%S}"
        self._mailing.send(connection, letters, key=key, now=now, escalation_id=row["id"])
