"""A coordinator takes an open offer back and the next firm is asked: for any reason, and none is kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.roles import Role
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.making.cascade import pass_on
from worksorders.steps.offers.making.urgent import after_urgent_refusal
from worksorders.steps.offers.moves import lock_offer, lock_order, move_offer
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit


def find_offer(session: Session, actor: Actor, offer_id: uuid.UUID) -> Offer:
    """An offer, for coordinators alone; raises NotFoundError."""
    offer = session.get(Offer, offer_id)
    if offer is None or actor.role is not Role.COORDINATOR:
        raise NotFoundError("There is no such offer.")
    return offer


def take_back(session: Session, actor: Actor, offer_id: uuid.UUID, now: datetime) -> Sequence[Visit]:
    """Withdraw the offer and send its visits on; returns them.

    A bar does the same (steps.people.bar), so that the rows left behind never tell one from the other. Raises
    NotFoundError for anybody but a coordinator, RefusedError once it is not open.
    """
    find_offer(session, actor, offer_id)
    offer, visits = lock_offer(session, offer_id)
    order = lock_order(session, offer.order_id)
    move_offer(session, offer, "withdraw", actor)
    offer.responded_at = now
    session.flush()
    if offer.urgent:
        after_urgent_refusal(session, actor, order, visits, now)
    else:
        pass_on(session, actor, order, visits, plan_id=offer.plan_id, now=now)
    session.flush()
    return visits
