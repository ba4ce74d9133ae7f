"""Destroys every night what is due, and sets timers that are missing, through the outbox: asked for once a day, done once, again where it failed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.steps import outbox
from worksorders.steps.forget.destroy import forget_due
from worksorders.steps.forget.due import MOST_CASES
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.requests.remind import schedule_missing
from worksorders.steps.sign_in import forget_old_failures

NIGHTLY = "retention.nightly"
MORE = "retention.more"


def ask_for_night(session: Session, today: date) -> None:
    """Have what is due destroyed, once a day however often it is asked for."""
    outbox.send(session, NIGHTLY, {"day": today.isoformat()}, dedupe_key=f"{NIGHTLY}:{today.isoformat()}")


@handles(NIGHTLY)
def _night(job: Job) -> Effect:
    destroy = _destroy(job)

    def effect(session: Session, now: datetime) -> None:
        forget_old_failures(session, now)
        schedule_missing(session, now)
        destroy(session, now)

    return effect


@handles(MORE)
def _more(job: Job) -> Effect:
    return _destroy(job)


def _destroy(job: Job) -> Effect:
    """Some cases in one transaction; while there is more, the next ones in another."""

    def effect(session: Session, now: datetime) -> None:
        if forget_due(session, now, limit=MOST_CASES):
            outbox.send(session, MORE, {}, dedupe_key=f"{MORE}:{job.message_id}")

    return effect
