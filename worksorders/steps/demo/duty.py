"""How the demo's own people are reached and who of them is on duty, with one night that nobody has taken yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor
from worksorders.steps.duty import roster
from worksorders.steps.duty.alerts import acknowledge_alert
from worksorders.steps.duty.find import find_alerts
from worksorders.steps.tell import contacts

ROSTER_DAYS = 35
REACHED = ("mere", "tama", "aroha", "daniel")


def make_roster(session: Session, staff: Mapping[str, Actor], first_on: date, now: datetime) -> None:
    """Mere by day and Tama by night, each the other's second; Aroha stands behind both by day."""
    for name in REACHED:
        contacts.set_contact(session, staff[name], staff[name].user_id, f"{name}@example.org", "", now)
    turns = (("mere", "day", 1, 0), ("tama", "night", 1, 1), ("tama", "day", 2, 0), ("aroha", "day", 3, 0))
    for name, part, rank, short_by in turns:
        roster.set_turns(
            session,
            staff["aroha"],
            staff[name].user_id,
            region_code=None,
            rank=rank,
            first_on=first_on,
            days=ROSTER_DAYS - short_by,
            part=part,
            now=now,
        )


def answer_alerts(session: Session, coordinator: Actor, now: datetime, keep: int = 0) -> None:
    """Take care of what was called for, all but the newest `keep`."""
    waiting = [row for row in find_alerts(session, now) if row.open]
    for row in waiting[: len(waiting) - keep]:
        acknowledge_alert(session, coordinator, row.id, now)
