"""Moves variations by their table, one audit row each, and keeps their order's state in step."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import ORDER, VARIATION
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation

PAST = {
    "approve": "approved",
    "decline": "declined",
    "withdraw": "withdrawn",
    "acknowledge": "acknowledged",
}
PENDING = "asked"


def lock_variation(session: Session, variation_id: uuid.UUID) -> tuple[WorksOrder, Variation]:
    """The order, then the variation, both as they are now and locked until the transaction ends; NotFoundError."""
    order_id = session.scalar(select(Variation.order_id).where(Variation.id == variation_id))
    if order_id is None:
        raise NotFoundError("There is no such variation.")
    order = lock_order(session, order_id)
    variation = session.scalars(
        select(Variation)
        .where(Variation.id == variation_id)
        .with_for_update(of=Variation)
        .execution_options(populate_existing=True)
    ).one()
    return order, variation


def move_variation(
    session: Session,
    actor: Actor | None,
    variation: Variation,
    action: str,
    *,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Move it by the table and write the audit row; None as actor is the system, by rule."""
    before = variation.state
    variation.state = move(VARIATION, before, action, actor.role if actor else Role.SYSTEM)
    audit.record(
        session,
        actor,
        f"variation.{PAST[action]}",
        ("works_order", variation.order_id),
        moved=(before, variation.state),
        reason=reason,
        detail={"variation": str(variation.id), "item": variation.item_code, **(detail or {})},
    )


def pending_of(session: Session, order_id: uuid.UUID) -> Sequence[Variation]:
    """The variations of an order that nobody has decided, the oldest first."""
    return session.scalars(
        select(Variation)
        .where(Variation.order_id == order_id, Variation.state == PENDING)
        .order_by(Variation.asked_at, Variation.id)
    ).all()


def after_decision(session: Session, actor: Actor, order: WorksOrder) -> None:
    """Let the order go on once none of its variations waits; a paused one will go on there when it is resumed."""
    session.flush()
    left = session.scalar(
        select(func.count())
        .select_from(Variation)
        .where(Variation.order_id == order.id, Variation.state == PENDING)
    )
    if order.state == "variation_pending":
        move_order(session, actor, order, "decide_one_variation" if left else "decide_variation")
    elif order.state in ORDER.pauses and order.resume_state == "variation_pending" and not left:
        order.resume_state = "issued"
