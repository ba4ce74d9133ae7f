"""Turns a published plan into offers, one for each order and firm."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.offers.making.cascade import pass_on
from worksorders.steps.offers.making.opening import Proposal, open_offer
from worksorders.steps.offers.moves import WORKED_ON, live_bookings, lock_order, lock_visits
from worksorders.steps.offers.rates import prices_by_firm
from worksorders.steps.people.eligibility import eligible_workers
from worksorders.steps.people.workforce import LOCAL
from worksorders.store.tables.plans.planning import PlanStop
from worksorders.store.tables.work.orders import Visit


@handles("plan.published")
def offer_plan(job: Job) -> Effect:
    """Offer what the plan holds; visits that have moved on in the meantime are left alone."""
    plan_id = uuid.UUID(job.payload["plan_id"])
    return lambda session, now: offer_published_visits(session, plan_id, now)


def offer_published_visits(session: Session, plan_id: uuid.UUID, now: datetime) -> None:
    """One offer for each order and firm; what a firm may no longer be sent goes to the next at once."""
    by_order: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = session.execute(
        select(Visit.id, Visit.order_id)
        .where(
            Visit.state == "published",
            Visit.id.in_(select(PlanStop.visit_id).where(PlanStop.plan_id == plan_id)),
        )
        .order_by(Visit.order_id, Visit.id)
    )
    for visit_id, order_id in rows:
        by_order[order_id].append(visit_id)
    for order_id, visit_ids in by_order.items():
        _offer_order(session, order_id, visit_ids, plan_id, now)


def _offer_order(
    session: Session, order_id: uuid.UUID, visit_ids: list[uuid.UUID], plan_id: uuid.UUID, now: datetime
) -> None:
    """Offer an order's visits; of one paused since publishing none is, and the time held for it is given back."""
    order = lock_order(session, order_id)
    offers: dict[uuid.UUID, list[Proposal]] = defaultdict(list)
    others: list[Visit] = []
    for visit in lock_visits(session, visit_ids):
        if visit.state != "published":
            continue
        placed = _planned_firm(session, visit) if order.state in WORKED_ON else None
        if placed is None:
            others.append(visit)
        else:
            offers[placed[0]].append(placed[1])
    for firm_id, proposals in offers.items():
        open_offer(session, order, firm_id, proposals, plan_id=plan_id, now=now)
    pass_on(session, None, order, others, plan_id=plan_id, now=now)


def _planned_firm(session: Session, visit: Visit) -> tuple[uuid.UUID, Proposal] | None:
    """The firm whose workers are held for the visit, if it is one firm, all are cleared, and it has its rates."""
    bookings = live_bookings(session, [visit.id])
    firms = {booking.firm_id for booking in bookings}
    if len(firms) != 1 or visit.start_at is None:
        return None
    firm_id = firms.pop()
    on = visit.start_at.astimezone(LOCAL).date()
    order = visit.order
    people = eligible_workers(
        session, case_id=order.case_id, trade=visit.trade, region_code=order.region_code, on=on
    )
    cleared = {person.worker_id for person in people}
    price = prices_by_firm(session, visit.id).get(firm_id)
    if price is None or any(booking.worker_id not in cleared for booking in bookings):
        return None
    return firm_id, Proposal(visit, price, bookings[0].worker_id, visit.start_at)
