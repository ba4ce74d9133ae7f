"""Holds an order until a review date, resumes it, or cancels it with everything that hangs on it."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import ASSESSMENT, VISIT
from worksorders.domain.lifecycle.reasons import CANCEL, HOLD
from worksorders.domain.local_time import local_day
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.intake.give_back import give_back
from worksorders.steps.offers.making.opening import ask_at_once
from worksorders.steps.offers.moves import lock_visits
from worksorders.steps.offers.withdraw import withdraw_visits
from worksorders.steps.ordering.moves import PAST, lock_order, move_order
from worksorders.steps.varying.decide import decline_all
from worksorders.steps.varying.hold_review import watch_hold
from worksorders.store.tables.work.orders import WorksOrder

NOTHING_MORE = "The order was cancelled."


def hold(
    session: Session, actor: Actor, order_id: uuid.UUID, *, reason: str, review_on: date | None, now: datetime
) -> WorksOrder:
    """Pause an order; FaultsError at `reason` or `review_on`. Deadlines keep running."""
    order = lock_order(session, order_id)
    faults = Faults()
    faults.require(HOLD.knows(reason), "reason", "Choose why the order waits.")
    if review_on is None or review_on < local_day(now):
        faults.add("review_on", "Give the day on which somebody looks at it again: today or later.")
    faults.raise_if_any()
    detail = {"review_on": review_on.isoformat()} if review_on else {}
    move_order(session, actor, order, "hold", reason=reason, detail=detail)
    order.review_on = review_on
    if review_on is not None:
        watch_hold(session, actor, order, review_on)
    return order


def resume(session: Session, actor: Actor, order_id: uuid.UUID) -> WorksOrder:
    """Go on with an order on hold, where it was; what of a P1 nobody took meanwhile is offered at once."""
    order = lock_order(session, order_id)
    move_order(session, actor, order, "resume")
    order.review_on = None
    ask_at_once(session, order)
    return order


def cancel(
    session: Session, actor: Actor, order_id: uuid.UUID, *, reason: str, advocate: str = "", now: datetime
) -> WorksOrder:
    """Cancel an order, its open visits, offers and bookings in one transaction; a worker on site stops it.

    The assessment waits for another order, or goes to the advocate who is named. FaultsError at `reason`.
    """
    order = lock_order(session, order_id)
    faults = Faults()
    faults.require(CANCEL.knows(reason), "reason", "Choose why the order is cancelled.")
    faults.raise_if_any()
    move_order(session, actor, order, "cancel", reason=reason)
    decline_all(session, actor, order, NOTHING_MORE, now)
    cancel_visits(session, actor, order, "cancel", now)
    if order.kind == "first":
        _release_assessment(session, actor, order, why=CANCEL.label(reason), advocate=advocate, now=now)
    order_changed(session, actor, order.id, now)
    return order


def cancel_visits(session: Session, actor: Actor, order: WorksOrder, action: str, now: datetime) -> None:
    """Take the open visits away from whoever holds them, with the right to read the address, then cancel them.

    `action` is what happens to the order; it is refused while a worker is in the home.
    """
    wanted = [visit.id for visit in order.visits if visit.state not in {"done", "cancelled"}]
    open_visits = lock_visits(session, wanted)
    if any(visit.state == "on_site" for visit in open_visits):
        raise RefusedError(
            f"A worker is in the home now: the visit must end before the order is {PAST[action]}.",
            state=order.state,
            action=action,
        )
    withdraw_visits(session, actor, open_visits, now)
    for visit in open_visits:
        before = visit.state
        visit.state = move(VISIT, before, "cancel", Role.SYSTEM)
        audit.record(session, actor, "visit.cancelled", ("visit", visit.id), moved=(before, visit.state))


def _release_assessment(
    session: Session, actor: Actor, order: WorksOrder, *, why: str, advocate: str, now: datetime
) -> None:
    assessment = order.assessment
    before = assessment.state
    assessment.state = move(ASSESSMENT, before, "release", actor.role)
    audit.record(
        session,
        actor,
        "assessment.released",
        ("assessment", assessment.id),
        moved=(before, assessment.state),
        detail={"order": order.code},
    )
    session.flush()
    if advocate.strip():
        note = f"Order {order.code} was cancelled: {why.lower()}"
        give_back(session, actor, assessment.id, advocate=advocate, note=note, now=now)
