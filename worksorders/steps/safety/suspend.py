"""Suspends every visit to a home for safety, and lifts it after two people have looked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.lifecycle.machine import possible
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.lifecycle.reasons import SUSPEND
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.offers.making.opening import ask_at_once
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.safety.deadlines import live_orders
from worksorders.steps.tell.api import alert_duty, notify_user
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.safety import Suspension

SHORTEST_REASON = 10
BEFORE = "worker_left_unsafe"
UNDER_WAY = ("accepted", "en_route", "on_site")


@dataclass(frozen=True)
class SuspensionView:
    """The open suspension of a home: who asked to lift it and why, where somebody has."""

    id: uuid.UUID
    reason: str
    suspended_at: datetime
    suspended_by: str
    lift_reason: str | None
    lift_asked_at: datetime | None
    lift_asked_by: str | None
    asked_by_me: bool


def suspend(session: Session, actor: Actor, order_id: uuid.UUID, reason: str, now: datetime) -> WorksOrder:
    """A coordinator pauses every order of the home at once, with a reason of the list; duty and workers are told.

    Raises NotFoundError, FaultsError at `reason`, or RefusedError for an order that cannot be suspended.
    """
    if not SUSPEND.knows(reason):
        raise FaultsError([Fault("reason", "Choose why nobody may go to this home.")])
    order = lock_order(session, order_id)
    move_order(session, actor, order, "suspend", reason=reason)
    suspend_home(session, actor, order, reason, now)
    alert_duty(session, "safety", order.id, None, now, actor=actor)
    return order


def suspend_home(session: Session, actor: Actor, order: WorksOrder, reason: str, now: datetime) -> None:
    """Suspend every other live order of the home too, keep the suspension, and tell the workers named to stay away.

    The caller has moved (or could not move) the order itself; one that is held is suspended as well. Where somebody
    had said before that it is safe again, that look no longer counts.
    """
    for other_id in live_orders(session, order.case_id):
        other = lock_order(session, other_id)
        if "suspend" in possible(ORDER, other.state, actor.role):
            move_order(session, actor, other, "suspend", reason=reason)
    session.flush()
    row = open_row(session, order.case_id)
    if row is None:
        session.add(_new_row(order, actor, reason, now))
    else:
        row.order_id, row.reason = order.id, reason
        row.suspended_at, row.suspended_by = now, actor.user_id
        row.lift_reason = row.lift_asked_at = row.lift_asked_by = None
    session.flush()
    _tell_workers(session, order.case_id, now)


def _tell_workers(session: Session, case_id: uuid.UUID, now: datetime) -> None:
    """A content-free message to everybody who is named for a visit to the home: what it is stands on their page."""
    users = session.scalars(
        select(AppUser.id)
        .join(Booking, Booking.worker_id == AppUser.worker_id)
        .join(Visit, Visit.id == Booking.visit_id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(WorksOrder.case_id == case_id, Visit.state.in_(UNDER_WAY), Booking.state == "confirmed")
        .distinct()
        .order_by(AppUser.id)
    ).all()
    for user_id in users:
        notify_user(session, user_id, "worker_update", now, urgent=True, case_id=case_id)


def open_row(session: Session, case_id: uuid.UUID) -> Suspension | None:
    """The suspension of a home that nobody has lifted, locked."""
    return session.scalar(
        select(Suspension)
        .where(Suspension.case_id == case_id, Suspension.lifted_at.is_(None))
        .with_for_update()
    )


def find_suspension(session: Session, actor: Actor, case_id: uuid.UUID) -> SuspensionView | None:
    """The open suspension of a home, for its page; none where no order of the home is suspended any more."""
    row = session.scalar(
        select(Suspension).where(Suspension.case_id == case_id, Suspension.lifted_at.is_(None))
    )
    if row is None or not is_suspended(session, case_id):
        return None
    ids = {row.suspended_by, row.lift_asked_by} - {None}
    names = {
        one.id: one.display_name
        for one in session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(ids)))
    }
    return SuspensionView(
        id=row.id,
        reason=SUSPEND.label(row.reason) if SUSPEND.knows(row.reason) else row.reason,
        suspended_at=row.suspended_at,
        suspended_by=names.get(row.suspended_by, ""),
        lift_reason=row.lift_reason,
        lift_asked_at=row.lift_asked_at,
        lift_asked_by=names.get(row.lift_asked_by, "") if row.lift_asked_by else None,
        asked_by_me=row.lift_asked_by == actor.user_id,
    )


def ask_to_lift(
    session: Session, actor: Actor, order_id: uuid.UUID, reason: str, now: datetime
) -> Suspension:
    """The first look: a coordinator says why the home is safe to go to again; a second one has to look too.

    Asking again replaces the reason and the asker. Raises NotFoundError, RefusedError for an order that is not
    suspended, FaultsError at `reason`.
    """
    order = lock_order(session, order_id)
    _require_suspended(order, actor, "ask_to_lift")
    text = reason.strip()
    if len(text) < SHORTEST_REASON:
        raise FaultsError(
            [Fault("reason", "Say in a sentence whom you spoke with, and why it is safe again.")]
        )
    row = open_row(session, order.case_id)
    if row is None:
        row = _new_row(order, actor, order.state_reason or BEFORE, now)
        session.add(row)
    row.lift_reason, row.lift_asked_at, row.lift_asked_by = text, now, actor.user_id
    session.flush()
    audit.record(session, actor, "order.lift_asked", ("works_order", order.id), reason=text)
    return row


def _new_row(order: WorksOrder, actor: Actor, reason: str, now: datetime) -> Suspension:
    return Suspension(
        id=uuid.uuid4(),
        case_id=order.case_id,
        order_id=order.id,
        reason=reason,
        suspended_at=now,
        suspended_by=actor.user_id,
    )


def is_suspended(session: Session, case_id: uuid.UUID) -> bool:
    """Whether nobody may go to the home now."""
    found = session.scalar(
        select(WorksOrder.id).where(WorksOrder.case_id == case_id, WorksOrder.state == "suspended").limit(1)
    )
    return found is not None


def lift(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> WorksOrder:
    """The second look, by somebody else: every order of the home goes on where it was.

    What of a P1 nobody took meanwhile is offered at once. Raises NotFoundError, RefusedError where nobody has asked
    for it yet, NotPermittedError for the one who asked.
    """
    order = lock_order(session, order_id)
    _require_suspended(order, actor, "lift")
    row = open_row(session, order.case_id)
    if row is None or row.lift_asked_by is None:
        raise RefusedError(
            "Nobody has said yet why this home is safe again: that is the first of two looks.",
            state=order.state,
            action="lift",
            possible=("ask_to_lift",),
        )
    if row.lift_asked_by == actor.user_id:
        raise NotPermittedError(
            "You asked for this yourself: a second person looks before anybody goes there."
        )
    row.lifted_at, row.lifted_by = now, actor.user_id
    for other_id in live_orders(session, order.case_id):
        other = lock_order(session, other_id)
        if other.state == "suspended":
            move_order(session, actor, other, "lift", note=row.lift_reason)
            ask_at_once(session, other)
    session.flush()
    return order


def _require_suspended(order: WorksOrder, actor: Actor, action: str) -> None:
    if order.state != "suspended":
        raise RefusedError(
            f"Order {order.code} is not suspended.",
            state=order.state,
            action=action,
            possible=possible(ORDER, order.state, actor.role),
        )
