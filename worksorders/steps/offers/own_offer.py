"""Finds an offer for the firm that it was made to; for anybody else there is none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from worksorders.domain.disclosure.offer import is_open
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.moves import WORKED_ON, NoLongerAvailableError, lock_offer
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

GONE = "There is no such offer."


def own_open_offer(
    session: Session, actor: Actor, offer_id: uuid.UUID, now: datetime
) -> tuple[Offer, Sequence[Visit]]:
    """The offer and its visits, locked, to be answered now.

    Raises NotFoundError unless it is known to the actor, NoLongerAvailableError once it is not open, its
    time is over, its order is not being worked on, or the firm must not learn of the case any more.
    """
    if session.scalar(select(Offer.id).where(Offer.id == offer_id, is_known_to(actor))) is None:
        raise NotFoundError(GONE)
    offer, visits = lock_offer(session, offer_id)
    if not is_available(session, offer, now):
        raise NoLongerAvailableError
    return offer, visits


def is_known_to(actor: Actor) -> ColumnElement[bool]:
    """The condition for offers that the actor may know of: the firm's, but no case that a worker must never learn of."""
    own = Offer.firm_id == actor.require_firm()
    if actor.worker_id is None:
        return own
    barred = select(NeverSend.case_id).where(NeverSend.worker_id == actor.worker_id)
    return own & Offer.order_id.not_in(select(WorksOrder.id).where(WorksOrder.case_id.in_(barred)))


def is_available(session: Session, offer: Offer, now: datetime) -> bool:
    """Whether the firm may still answer; why not is told to nobody."""
    if not is_open(offer.state, offer.expires_at, now):
        return False
    order = session.get_one(WorksOrder, offer.order_id)
    barred = session.scalar(
        select(NeverSend.id).where(NeverSend.case_id == order.case_id, NeverSend.firm_id == offer.firm_id)
    )
    return barred is None and order.state in WORKED_ON
