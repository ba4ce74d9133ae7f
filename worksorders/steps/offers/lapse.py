"""An offer that nobody answers lapses by the clock, and its visits go to the next firm."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.steps import outbox
from worksorders.steps.jobs import Effect, Job, handles
from worksorders.steps.offers.making.cascade import pass_on
from worksorders.steps.offers.making.opening import LAPSE
from worksorders.steps.offers.making.urgent import after_urgent_refusal
from worksorders.steps.offers.moves import lock_offer, lock_order, move_offer


@handles(LAPSE)
def lapse_on_time(job: Job) -> Effect:
    """Let the offer lapse unless it has been answered."""
    offer_id = uuid.UUID(job.payload["offer_id"])
    return lambda session, now: lapse(session, offer_id, now)


def lapse(session: Session, offer_id: uuid.UUID, now: datetime) -> None:
    """Let an open offer whose time is over lapse; a clock that is early sets the timer again."""
    offer, visits = lock_offer(session, offer_id)
    if offer.state != "open":
        return
    if now < offer.expires_at:
        outbox.send(session, LAPSE, {"offer_id": str(offer_id)}, at=offer.expires_at)
        return
    move_offer(session, offer, "lapse", None)
    offer.responded_at = now
    session.flush()
    order = lock_order(session, offer.order_id)
    if offer.urgent:
        after_urgent_refusal(session, None, order, visits, now)
    else:
        pass_on(session, None, order, visits, plan_id=offer.plan_id, now=now)
