"""Warns when half, four fifths and all of a deadline's time are used: once each, by timers that count nothing themselves.

A timer names the order, the link, the deadline and the step. When it rings the clocks are read afresh: one that was
met or moved meanwhile warns of nothing, and the deadline that replaced it has timers of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.order.deadlines import DeadlineWarning, Urgency, make_safe_due
from worksorders.domain.safety.chain import (
    ALERTING,
    WARNINGS,
    Clock,
    Link,
    OpeningSeen,
    VisitSeen,
    make_safe_clock,
    permanent_clocks,
)
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.tell.api import alert_duty
from worksorders.store.tables.work.cases import Assessment, Opening
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.safety import DeadlineWarning as WarningRow

REACHED = "deadline.reached"
ENDED = ("closed", "cancelled", "superseded")
OVER = ("done", "cancelled")
INSECURE = "insecure"


def clocks_of(order: WorksOrder, openings: Iterable[Opening], visits: Iterable[Visit]) -> tuple[Clock, ...]:
    """The clocks of an order, the make-safe one first; an order that has ended has none."""
    if order.state in ENDED:
        return ()
    first = make_safe_clock(
        order.raised_at,
        order.make_safe_due_at,
        [OpeningSeen(one.state == INSECURE, one.state_at) for one in openings],
    )
    seen = [
        VisitSeen(one.interim, one.state in OVER, one.due_at, one.left_at)
        for one in visits
        if one.state != "cancelled"
    ]
    then = permanent_clocks(order.raised_at, order.permanent_due_at, seen)
    return (first, *then) if first else then


def watch(session: Session, order_id: uuid.UUID, now: datetime) -> None:
    """Set the timer of the next step of every deadline of the order that runs; setting it again changes nothing.

    A step that was passed while nobody watched rings at once, and each ring sets the timer of the step after it.
    """
    session.flush()
    order = session.get(WorksOrder, order_id)
    if order is None:
        return
    for clock in _read(session, order):
        for level in WARNINGS if clock.runs else ():
            if _set_timer(session, order_id, clock, level, now) > now:
                break


def _set_timer(
    session: Session, order_id: uuid.UUID, clock: Clock, level: DeadlineWarning, now: datetime
) -> datetime:
    """Gives the instant at which it rings."""
    at = clock.instant_of(level)
    payload = {
        "order_id": str(order_id),
        "link": clock.link.value,
        "due_at": clock.due_at.isoformat(),
        "level": int(level),
    }
    key = f"{REACHED}:{order_id}:{clock.link}:{clock.due_at.isoformat()}:{int(level)}:{at.isoformat()}"
    outbox.send(session, REACHED, payload, at=at if at > now else None, dedupe_key=key)
    return at


def _read(session: Session, order: WorksOrder) -> tuple[Clock, ...]:
    openings = session.scalars(
        select(Opening)
        .where(Opening.assessment_id == order.assessment_id)
        .execution_options(populate_existing=True)
    ).all()
    visits = session.scalars(select(Visit).where(Visit.order_id == order.id)).all()
    return clocks_of(order, openings, visits)


@handles(REACHED)
def warn_on_time(job: Job) -> Effect:
    """Tell of the step, unless its deadline was met or moved."""
    order_id = uuid.UUID(job.payload["order_id"])
    link, due_at = Link(job.payload["link"]), datetime.fromisoformat(job.payload["due_at"])
    level = DeadlineWarning(job.payload["level"])
    return lambda session, now: _warn(session, order_id, link, due_at, level, now)


def _warn(
    session: Session, order_id: uuid.UUID, link: Link, due_at: datetime, level: DeadlineWarning, now: datetime
) -> None:
    warn(session, order_id, link, due_at, level, now=now)


def warn(
    session: Session,
    order_id: uuid.UUID,
    link: Link,
    due_at: datetime,
    level: DeadlineWarning,
    *,
    now: datetime,
) -> bool:
    """Write the warning once and, from four fifths on, alert duty; True where this call wrote it."""
    order = session.scalar(select(WorksOrder).where(WorksOrder.id == order_id).with_for_update(read=True))
    if order is None:
        return False
    watch(session, order_id, now)
    clock = next(
        (one for one in _read(session, order) if one.runs and (one.link, one.due_at) == (link, due_at)), None
    )
    if clock is None or clock.level(now) < level:
        return False
    written = session.scalar(
        insert(WarningRow)
        .values(id=uuid.uuid4(), order_id=order_id, link=link.value, due_at=due_at, level=int(level), at=now)
        .on_conflict_do_nothing()
        .returning(WarningRow.id)
    )
    if written is None:
        return False
    audit.record(
        session,
        None,
        "deadline.warned",
        ("works_order", order_id),
        detail={"link": link.value, "level": int(level), "due_at": due_at.isoformat()},
    )
    if level in ALERTING:
        kind = "deadline_passed" if level is DeadlineWarning.OVERDUE else "deadline"
        alert_duty(session, kind, order_id, None, now, dedupe_key=f"deadline:{written}")
    return True


def opening_seen(
    session: Session, actor: Actor, assessment_id: uuid.UUID, now: datetime, *, was_insecure: bool
) -> None:
    """Start the make-safe clock anew where the home has just been opened: to be called after openings changed.

    `was_insecure` says whether any opening of the home was insecure before; then the earlier deadline stays.
    """
    session.flush()
    still = session.scalar(
        select(Opening.id).where(Opening.assessment_id == assessment_id, Opening.state == INSECURE).limit(1)
    )
    if still is None or was_insecure:
        return
    orders = session.scalars(
        select(WorksOrder).where(WorksOrder.assessment_id == assessment_id, WorksOrder.state.not_in(ENDED))
    ).all()
    for order in orders:
        set_make_safe_due(session, actor, order, now)


def set_make_safe_due(session: Session, actor: Actor, order: WorksOrder, now: datetime) -> None:
    """Give the order the make-safe deadline that counts from now, with an audit row and new timers."""
    before = order.make_safe_due_at
    order.make_safe_due_at = due_from(session, order.urgency, order.region_code, now)
    audit.record(
        session,
        actor,
        "order.make_safe_due_set",
        ("works_order", order.id),
        detail={
            "before": before.isoformat() if before else None,
            "due_at": order.make_safe_due_at.isoformat(),
        },
    )
    watch(session, order.id, now)


def due_from(session: Session, urgency: str, region_code: str, since: datetime) -> datetime:
    """By when a home opened at that instant is made safe; a class without such a promise takes that of P4, the same day."""
    rules, place = deadline_rules(session), place_of(region_code)
    due = make_safe_due(Urgency(urgency), since, place, rules) or make_safe_due(
        Urgency.P4, since, place, rules
    )
    assert due is not None
    return due


def any_insecure(session: Session, assessment_id: uuid.UUID) -> bool:
    """Whether an opening of the home is insecure now."""
    found = session.scalar(
        select(Opening.id).where(Opening.assessment_id == assessment_id, Opening.state == INSECURE).limit(1)
    )
    return found is not None


def live_orders(session: Session, case_id: uuid.UUID) -> list[uuid.UUID]:
    """The orders of a home that have not ended, in a fixed order."""
    rows = session.scalars(
        select(WorksOrder.id)
        .join(Assessment, Assessment.id == WorksOrder.assessment_id)
        .where(WorksOrder.case_id == case_id, WorksOrder.state.not_in(ENDED))
        .order_by(WorksOrder.id)
    )
    return list(rows)
