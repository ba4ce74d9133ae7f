"""Finds, locks and moves orders: every move by the table, with one audit row."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move, remembered
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.work.orders import WorksOrder

PAST = {
    "ask_consent": "consent_asked",
    "submit": "submitted",
    "approve": "approved",
    "override": "approval_overridden",
    "revise": "taken_back",
    "issue": "issued",
    "ask_variation": "variation_asked",
    "decide_one_variation": "variation_decided",
    "decide_variation": "variations_decided",
    "close": "closed",
    "reopen": "reopened",
    "hold": "held",
    "resume": "resumed",
    "suspend": "suspended",
    "lift": "suspension_lifted",
    "cancel": "cancelled",
    "supersede": "superseded",
}


def lock_order(session: Session, order_id: uuid.UUID) -> WorksOrder:
    """The order as it is now, locked until the transaction ends; raises NotFoundError."""
    order = session.scalar(
        select(WorksOrder)
        .where(WorksOrder.id == order_id)
        .with_for_update(of=WorksOrder)
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFoundError("There is no such order.")
    return order


def move_order(
    session: Session,
    actor: Actor,
    order: WorksOrder,
    action: str,
    *,
    reason: str | None = None,
    note: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Move the order; `reason` is a code of the move's list, `note` what the audit row says instead of it."""
    before = order.state
    after = move(ORDER, before, action, actor.role, reason=reason, back_to=order.resume_state)
    order.resume_state = remembered(ORDER, before, after, order.resume_state)
    order.state, order.state_reason = after, reason
    audit.record(
        session,
        actor,
        f"order.{PAST[action]}",
        ("works_order", order.id),
        moved=(before, after),
        reason=note or reason,
        detail=detail,
    )
