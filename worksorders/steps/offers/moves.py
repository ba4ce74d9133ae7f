"""Moves visits and offers by their tables, one audit row each."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.disclosure.offer import NO_LONGER_AVAILABLE
from worksorders.domain.errors import DomainError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import OFFER, VISIT
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

PAST = {
    "accept": "accepted",
    "decline": "declined",
    "lapse": "lapsed",
    "withdraw": "withdrawn",
    "plan": "planned",
    "unplan": "unplanned",
    "publish": "published",
    "offer": "offered",
    "offer_at_once": "offered",
    "release": "released",
    "give_back": "given_back",
    "reassign": "reassigned",
    "set_out": "set_out",
    "arrive": "arrived",
    "finish": "done",
    "report_no_access": "no_access",
    "abort": "aborted",
    "return_to_planning": "returned_to_planning",
    "cancel": "cancelled",
}
WORKED_ON = ("issued", "variation_pending")


class NoLongerAvailableError(DomainError):
    """The offer lapsed, was taken or was withdrawn; the firm that was sent it is told so and nothing more."""

    def __init__(self) -> None:
        super().__init__(NO_LONGER_AVAILABLE)


def move_visit(
    session: Session,
    visit: Visit,
    action: str,
    actor: Actor | None,
    *,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Move a visit by its table and write the audit row; None as actor is the system."""
    before = visit.state
    visit.state = move(VISIT, before, action, _role(actor), reason=reason)
    visit.state_reason = reason
    audit.record(
        session,
        actor,
        f"visit.{PAST[action]}",
        ("visit", visit.id),
        moved=(before, visit.state),
        reason=reason,
        detail=detail,
    )


def move_offer(
    session: Session, offer: Offer, action: str, actor: Actor | None, *, reason: str | None = None
) -> None:
    """Move an offer by its table and write the audit row."""
    before = offer.state
    offer.state = move(OFFER, before, action, _role(actor), reason=reason)
    audit.record(
        session,
        actor,
        f"offer.{PAST[action]}",
        ("offer", offer.id),
        moved=(before, offer.state),
        reason=reason,
    )


def _role(actor: Actor | None) -> Role:
    return actor.role if actor else Role.SYSTEM


def lock_order(session: Session, order_id: uuid.UUID) -> WorksOrder:
    """The order, kept from being moved by anyone else until this transaction ends.

    Whoever changes offers, visits or bookings of an order locks in one order: order, then visits by id, then offers.
    """
    return session.scalars(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .with_for_update(read=True, of=WorksOrder)
        .execution_options(populate_existing=True)
    ).one()


def lock_visits(session: Session, visit_ids: Collection[uuid.UUID]) -> Sequence[Visit]:
    """The visits as they are now, locked, in the order of their ids."""
    return session.scalars(
        select(Visit)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.id)
        .with_for_update(of=Visit)
        .execution_options(populate_existing=True)
    ).all()


def lock_offer(session: Session, offer_id: uuid.UUID) -> tuple[Offer, Sequence[Visit]]:
    """The offer with its visits, all locked and as they are now; the order is locked first."""
    order_id = session.scalars(select(Offer.order_id).where(Offer.id == offer_id)).one()
    visit_ids = session.scalars(select(OfferVisit.visit_id).where(OfferVisit.offer_id == offer_id)).all()
    lock_order(session, order_id)
    visits = lock_visits(session, visit_ids)
    offer = session.scalars(
        select(Offer)
        .where(Offer.id == offer_id)
        .with_for_update(of=Offer)
        .execution_options(populate_existing=True)
    ).one()
    return offer, visits


def live_bookings(session: Session, visit_ids: Collection[uuid.UUID]) -> Sequence[Booking]:
    """Bookings of the visits that hold somebody's time, in a fixed order."""
    return session.scalars(
        select(Booking)
        .where(Booking.visit_id.in_(visit_ids), Booking.state != "released")
        .order_by(Booking.visit_id, Booking.created_at, Booking.id)
        .execution_options(populate_existing=True)
    ).all()


def release_bookings(session: Session, visit_ids: Collection[uuid.UUID]) -> None:
    """Give the workers' time back, at once, so that the next statement may book it."""
    for booking in live_bookings(session, visit_ids):
        booking.state = "released"
    session.flush()
