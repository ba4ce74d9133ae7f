"""Sends an order on once all agree, and approves it within a limit: never one's own above it, a P1 never blocked."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.local_time import local_day
from worksorders.domain.order import approval
from worksorders.domain.order.approval import Approval, Approver
from worksorders.domain.order.deadlines import Urgency
from worksorders.steps.actor import Actor
from worksorders.steps.consents.standing import measures, unsettled
from worksorders.steps.limits.delegations import delegations_to
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.ordering.rates import totals
from worksorders.steps.ordering.settings import load_settings
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import ApprovalEvent, WorksOrder


def send_on(
    session: Session, actor: Actor, order_id: uuid.UUID, now: datetime, *, cost_reason: str = ""
) -> WorksOrder:
    """One click from a draft as far as it goes: it waits for consent, or for approval, or is ready.

    A home over its planned cost needs `cost_reason` (FaultsError at that field); a P1 is only warned.
    """
    order = lock_order(session, order_id)
    _require_lines(order)
    missing = unsettled(session, order, local_day(now))
    if missing:
        if order.state == "draft":
            move_order(session, actor, order, "ask_consent")
            return order
        wanted = measures(missing)
        raise FaultsError([Fault("lines", f"Agreement is still missing for: {wanted}. Record it first.")])
    net = totals(order.lines, local_day(now)).net_cents
    _check_cost(session, order, net, cost_reason)
    move_order(session, actor, order, "submit", detail={"net_cents": net})
    raiser = approver_of(session, order.raised_by)
    if actor.user_id == order.raised_by and approval.within_own_limit(net, raiser):
        return approve(session, actor, order_id, now)
    return order


def approve(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> WorksOrder:
    """Approve an order that waits for it; raises NotPermittedError above the approver's limit."""
    order = lock_order(session, order_id)
    net = totals(order.lines, local_day(now)).net_cents
    found = approval.approve(
        net,
        raiser=approver_of(session, order.raised_by),
        approver=approver_of(session, actor.user_id),
        on=local_day(now),
        delegations=delegations_to(session, actor.user_id),
    )
    detail = {"net_cents": net, "limit_cents": found.limit_cents, "how": str(found.how)}
    if found.lent is not None:
        detail["lent_by"] = found.lent.giver.user_id
    move_order(session, actor, order, "approve", detail=detail)
    _log(session, order, actor, found, now)
    return order


def override(session: Session, actor: Actor, order_id: uuid.UUID, reason: str, now: datetime) -> WorksOrder:
    """The P1 path past consent and approval: logged with its reason, reviewed later, never blocked."""
    order = lock_order(session, order_id)
    _require_lines(order)
    net = totals(order.lines, local_day(now)).net_cents
    found = approval.override(
        net, Urgency(order.urgency), by=approver_of(session, actor.user_id), reason=reason
    )
    missing = sorted({one.line.item_code for one in unsettled(session, order, local_day(now))})
    if order.state == "draft":
        move_order(session, actor, order, "ask_consent" if missing else "submit")
    detail = {"net_cents": net, "limit_cents": found.limit_cents, "missing": missing}
    move_order(session, actor, order, "override", note=found.reason, detail=detail)
    _log(session, order, actor, found, now)
    return order


def approver_of(session: Session, user_id: uuid.UUID) -> Approver:
    """An account with its limits, as the rules see it."""
    user = session.get_one(AppUser, user_id)
    return Approver(str(user.id), user.raise_limit_cents, user.vary_limit_cents)


def refusal(session: Session, actor: Actor, order: WorksOrder, net_cents: int, now: datetime) -> str | None:
    """Why this person may not approve the order, in words; None where they may."""
    try:
        approval.approve(
            net_cents,
            raiser=approver_of(session, order.raised_by),
            approver=approver_of(session, actor.user_id),
            on=local_day(now),
            delegations=delegations_to(session, actor.user_id),
        )
    except NotPermittedError as error:
        return str(error)
    return None


def _require_lines(order: WorksOrder) -> None:
    if all(line.removed_at is not None for line in order.lines):
        raise FaultsError([Fault("lines", "The order has no line: add at least one, or cancel it.")])


def _check_cost(session: Session, order: WorksOrder, net: int, cost_reason: str) -> None:
    planned = load_settings(session).planned_home_cents
    try:
        approval.require_cost_reason(net, planned, Urgency(order.urgency), cost_reason)
    except FaultsError as error:
        raise FaultsError(Fault("cost_reason", fault.message) for fault in error.faults) from None
    order.cost_reason = cost_reason.strip() or None


def _log(session: Session, order: WorksOrder, actor: Actor, found: Approval, now: datetime) -> None:
    order.approved_at, order.approved_by = now, actor.user_id
    session.add(
        ApprovalEvent(
            id=uuid.uuid4(),
            order_id=order.id,
            at=now,
            by=actor.user_id,
            total_cents=found.amount_cents,
            limit_cents=found.limit_cents,
            override_reason=found.reason or None,
            how=str(found.how),
            delegation_id=uuid.UUID(found.lent.delegation_id) if found.lent else None,
        )
    )
    session.flush()
