"""A firm gives an accepted visit back before setting out, and it goes to the next one at once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.conflict import CONFLICT, never_again
from worksorders.steps.offers.dependants import release_dependants
from worksorders.steps.offers.making.cascade import offer_next
from worksorders.steps.offers.making.opening import URGENT
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.moves import lock_order, lock_visits, move_visit
from worksorders.steps.offers.withdraw import withdraw_visits
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit


def give_back(session: Session, actor: Actor, visit_id: uuid.UUID, reason: str, now: datetime) -> Visit:
    """Give it back, with a reason of the list; the address is closed to the firm in the same transaction.

    Raises NotFoundError for a visit that the firm does not hold, RefusedError once somebody has set out.
    """
    firm_id = actor.require_firm()
    order_id = session.scalar(select(Visit.order_id).where(Visit.id == visit_id, Visit.firm_id == firm_id))
    if order_id is None:
        raise NotFoundError("There is no such visit.")
    order = lock_order(session, order_id)
    (visit,) = lock_visits(session, [visit_id])
    start_at = visit.start_at
    plan_id = session.scalar(
        select(Offer.plan_id)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .where(OfferVisit.visit_id == visit_id, Offer.firm_id == firm_id, Offer.state == "accepted")
    )
    move_visit(session, visit, "give_back", actor, reason=reason)
    withdraw_visits(session, actor, [visit], now)
    if reason == CONFLICT:
        never_again(session, actor, order, now)
    session.flush()
    if order.urgency == URGENT and visit.interim:
        release_dependants(session, [visit.id], now, starting_before=visit.due_at)
        offer_urgently(session, order_id, now)
    elif start_at is not None:
        offer_next(session, order, [(visit, start_at)], plan_id=plan_id, now=now)
    return visit
