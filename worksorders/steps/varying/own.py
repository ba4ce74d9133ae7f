"""Which variations a firm may look at: what it asked for itself, unless it must never learn of the case."""

from __future__ import annotations

import uuid

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation


def is_own(actor: Actor) -> ColumnElement[bool]:
    """The condition for variations of the actor's firm (a worker's own alone) that are not barred to it."""
    firm_id = actor.require_firm()
    never = [NeverSend.firm_id == firm_id]
    if actor.worker_id is not None:
        never.append(NeverSend.worker_id == actor.worker_id)
    barred = exists().where(
        WorksOrder.id == Variation.order_id, NeverSend.case_id == WorksOrder.case_id, or_(*never)
    )
    found = (Variation.firm_id == firm_id) & ~barred
    return found if actor.worker_id is None else found & (Variation.asked_by == actor.user_id)


def require_own(session: Session, actor: Actor, variation_id: uuid.UUID) -> Variation:
    """The variation; raises NotFoundError for anybody else's, exactly as for one that does not exist."""
    found = session.scalar(select(Variation).where(Variation.id == variation_id, is_own(actor)))
    if found is None:
        raise NotFoundError("There is no such variation.")
    return found
