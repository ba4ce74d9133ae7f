"""What a coordinator does about visits: acknowledge, end, plan again, take one from a firm, ask again."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.duty.alerts import acknowledge_note
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.making.opening import URGENT
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.moves import lock_order, lock_visits, move_visit
from worksorders.steps.offers.withdraw import withdraw_visits
from worksorders.steps.safety.escalate import acknowledge_duty
from worksorders.steps.site.stop import end_for_worker
from worksorders.store.tables.work.offers import VisitNote
from worksorders.store.tables.work.orders import Visit


def acknowledge(session: Session, actor: Actor, note_id: uuid.UUID, now: datetime) -> uuid.UUID:
    """Somebody takes care of an alert, the first one's name stays; gives the order that it is about."""
    note = session.scalar(select(VisitNote).where(VisitNote.id == note_id).with_for_update())
    if note is None:
        raise NotFoundError("There is no such alert.")
    order_id = session.scalars(select(Visit.order_id).where(Visit.id == note.visit_id)).one()
    if note.alert_acknowledged_at is not None:
        return order_id
    acknowledge_note(session, actor, note, now)
    acknowledge_duty(session, actor, note.id, now)
    return order_id


def _locked(session: Session, visit_id: uuid.UUID) -> Visit:
    order_id = session.scalar(select(Visit.order_id).where(Visit.id == visit_id))
    if order_id is None:
        raise NotFoundError("There is no such visit.")
    lock_order(session, order_id)
    return lock_visits(session, [visit_id])[0]


def plan_again(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """A visit that ended without its work, or that its firm cannot make, waits for a plan again.

    A make-safe visit of a P1 order is offered at once instead. Raises RefusedError in any other state.
    """
    visit = _locked(session, visit_id)
    action = "return_to_planning" if visit.state in {"no_access", "aborted"} else "reassign"
    move_visit(session, visit, action, actor)
    withdraw_visits(session, actor, [visit], now)
    visit.arrived_at = visit.left_at = None
    session.flush()
    at_once = visit.interim and visit.order.urgency == URGENT
    release_dependants(session, [visit.id], now, starting_before=visit.due_at if at_once else None)
    if at_once:
        offer_urgently(session, visit.order_id, now)
    return visit


def end_visit(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Visit:
    """End a visit whose worker has left but cannot say so: a dead phone, a lost account, a bar set meanwhile.

    It waits to be planned again. Raises NotFoundError, or RefusedError unless a worker is on site.
    """
    visit = _locked(session, visit_id)
    if visit.state != "on_site":
        raise RefusedError(
            f"This visit is {words(visit.state)}: only one with a worker on site is ended here.",
            state=visit.state,
            action="end",
        )
    end_for_worker(session, actor, visit, now)
    return visit


def ask_again(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> int:
    """Offer a make-safe visit of a P1 order once more, also to firms that declined; returns the number of offers."""
    visit = _locked(session, visit_id)
    if visit.state not in {"unplanned", "planned"} or not visit.interim or visit.order.urgency != URGENT:
        raise RefusedError(
            f"This visit is {words(visit.state)}: only an urgent visit that nobody holds is offered at once.",
            state=visit.state,
            action="offer_at_once",
        )
    audit.record(session, actor, "visit.asked_again", ("visit", visit.id))
    return offer_urgently(session, visit.order_id, now, also_recent=True)
