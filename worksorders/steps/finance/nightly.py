"""What finance has looked at every night: alarms of payment claims, and patterns over orders and invoices."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.steps import outbox
from worksorders.steps.finance.claims import alarms
from worksorders.steps.finance.patterns import look
from worksorders.steps.jobs import Effect, Job, handles

NIGHTLY = "finance.nightly"


def ask_for_night(session: Session, today: date) -> None:
    """Have the look of a day done, once however often it is asked for."""
    outbox.send(session, NIGHTLY, {"day": today.isoformat()}, dedupe_key=f"{NIGHTLY}:{today.isoformat()}")


@handles(NIGHTLY)
def _night(_: Job) -> Effect:
    def effect(session: Session, now: datetime) -> None:
        alarms.ring(session, now)
        look.look_for_patterns(session, now)

    return effect
