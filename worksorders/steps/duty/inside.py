"""Workers inside a home: when they should be out, more time for who asks, an alarm for who does not leave."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.duty.alerts import alert_duty, call_off
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.tell.settings import load_settings
from worksorders.store.tables.work.duty import CheckIn
from worksorders.store.tables.work.orders import Visit

LOOK = "visit.look_for_check_out"
INSIDE = "on_site"


def check_in(session: Session, visit: Visit, now: datetime) -> CheckIn:
    """The worker is in the home: out again after the visit's minutes and a margin, or somebody is called."""
    margin = load_settings(session).check_out_margin_minutes
    row = CheckIn(
        id=uuid.uuid4(),
        visit_id=visit.id,
        arrived_at=now,
        expected_out_at=now + timedelta(minutes=visit.minutes + margin),
    )
    session.add(row)
    session.flush()
    _look_at(session, row)
    return row


def ask_more_time(session: Session, actor: Actor, visit: Visit, now: datetime) -> CheckIn:
    """The worker needs longer: counted from now or from the time expected, whichever is later.

    An alarm that rings for this visit is called off. The caller has made sure who asks and has locked the visit;
    RefusedError when nobody is in the home.
    """
    row = inside(session, visit.id)
    if row is None or visit.state != INSIDE:
        raise RefusedError("Nobody is in the home now.", state=visit.state, action="ask_more_time")
    minutes = load_settings(session).extend_minutes
    before = row.expected_out_at
    row.expected_out_at = max(now, before) + timedelta(minutes=minutes)
    row.extended_minutes += minutes
    if row.alert_id is not None:
        call_off(session, row.alert_id, now, actor=actor)
        row.alert_id = None
    session.flush()
    _look_at(session, row)
    detail = {"minutes": minutes, "until": row.expected_out_at.isoformat()}
    audit.record(session, actor, "visit.more_time", ("visit", visit.id), detail=detail)
    return row


def expect_longer(session: Session, visit: Visit, minutes: int) -> None:
    """A change on site makes the visit so many minutes longer: whoever is inside is expected out later by as much.

    A shorter visit changes nothing, and neither does one whose worker somebody is looking for already.
    """
    row = inside(session, visit.id)
    if row is None or row.alert_id is not None or minutes <= 0:
        return
    row.expected_out_at += timedelta(minutes=minutes)
    session.flush()
    _look_at(session, row)


def check_out(session: Session, actor: Actor, visit: Visit, now: datetime) -> None:
    """The worker is out, in whatever way the visit ended; an alarm for it is called off."""
    row = inside(session, visit.id)
    if row is None:
        return
    row.ended_at = now
    if row.alert_id is not None:
        call_off(session, row.alert_id, now, actor=actor)
    session.flush()


def inside(session: Session, visit_id: uuid.UUID) -> CheckIn | None:
    """The check-in that has not ended, locked; None where nobody is in the home."""
    return session.scalar(
        select(CheckIn)
        .where(CheckIn.visit_id == visit_id, CheckIn.ended_at.is_(None))
        .order_by(CheckIn.arrived_at.desc())
        .limit(1)
        .with_for_update()
    )


def _look_at(session: Session, row: CheckIn) -> None:
    at = row.expected_out_at
    key = f"{LOOK}:{row.id}:{at:%Y-%m-%dT%H:%M:%S}"
    outbox.send(session, LOOK, {"check_in_id": str(row.id)}, at=at, dedupe_key=key)


@handles(LOOK)
def look_for_check_out(job: Job) -> Effect:
    """The time is up: alarm the person on duty unless the worker is out or has asked for more time."""
    check_in_id = uuid.UUID(job.payload["check_in_id"])
    return lambda session, now: _look(session, check_in_id, now)


def _look(session: Session, check_in_id: uuid.UUID, now: datetime) -> None:
    row = session.scalars(select(CheckIn).where(CheckIn.id == check_in_id).with_for_update()).one()
    visit = session.get_one(Visit, row.visit_id)
    if row.ended_at is not None or row.alert_id is not None or row.expected_out_at > now:
        return
    if visit.state != INSIDE:
        row.ended_at = now
        return
    key = f"overdue:{row.id}:{row.extended_minutes}"
    row.alert_id = alert_duty(session, "overdue", visit.order_id, visit.id, now, dedupe_key=key)
    session.flush()
