"""A person decides what no rule decided: approve within a limit, decline with a reason; the firm takes note of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.lifecycle.machine import move, possible
from worksorders.domain.lifecycle.machines import VARIATION
from worksorders.steps.actor import Actor
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.varying.carry_out import carry_out
from worksorders.steps.varying.checks import (
    require_budget,
    require_going_on,
    require_not_overdrawn,
    require_note,
    require_unchanged,
    within_limit,
)
from worksorders.steps.varying.moves import after_decision, lock_variation, move_variation, pending_of
from worksorders.steps.varying.own import require_own
from worksorders.steps.varying.tell import tell_worker
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation

LONGEST_NOTE = 500


def approve(
    session: Session, actor: Actor, variation_id: uuid.UUID, now: datetime, *, note: str = ""
) -> Variation:
    """Approve and carry out, in plan and commitment at once.

    Raises NotPermittedError above the approver's limit (increases of the order so far count) or without budget,
    RefusedError where the line was changed or done meanwhile or the order is paused, and FaultsError at `note` where
    the home now costs more than planned, or somebody has to agree, and nothing is said of it (a P1 is only warned).
    """
    order, variation = lock_variation(session, variation_id)
    move(VARIATION, variation.state, "approve", actor.role)
    require_going_on(order)
    require_unchanged(session, variation)
    if order.urgency != "P1":
        require_budget(session, order, variation)
        require_note(session, order, variation, note, now)
    found = within_limit(session, actor, order, variation, now)
    line, clashes = carry_out(session, actor, order, variation, now)
    variation.line_id, variation.booking_fits = line.id, not clashes
    variation.decided_at, variation.decided_by = now, actor.user_id
    variation.decided_how, variation.limit_cents = str(found.how), found.limit_cents
    variation.decision_note = note.strip() or None
    variation.delegation_id = uuid.UUID(found.lent.delegation_id) if found.lent else None
    detail = {
        "how": str(found.how),
        "cents": variation.difference_cents,
        "limit_cents": found.limit_cents,
        "lent_by": found.lent.giver.user_id if found.lent else None,
    }
    move_variation(session, actor, variation, "approve", detail=detail)
    after_decision(session, actor, order)
    tell_worker(session, order, variation, now)
    order_changed(session, actor, order.id, now)
    require_not_overdrawn(session, order, variation)
    return variation


def refusal(session: Session, actor: Actor, variation: Variation, now: datetime) -> str | None:
    """Why this person may not approve it now, in words; None where they may."""
    try:
        if "approve" not in possible(VARIATION, variation.state, actor.role):
            return "Only a coordinator or an administrator with a limit approves a variation."
        require_going_on(variation.order)
        require_unchanged(session, variation)
        if variation.order.urgency != "P1":
            require_budget(session, variation.order, variation)
        within_limit(session, actor, variation.order, variation, now)
    except (NotPermittedError, RefusedError) as error:
        return str(error)
    return None


def decline(session: Session, actor: Actor, variation_id: uuid.UUID, note: str, now: datetime) -> Variation:
    """Say no, with the reason that the firm reads; FaultsError at `note`."""
    order, variation = lock_variation(session, variation_id)
    faults = Faults()
    faults.require(note.strip(), "note", "Say why not: the firm reads it.")
    faults.require(
        len(note) <= LONGEST_NOTE, "note", f"This has {len(note)} characters: {LONGEST_NOTE} at the most."
    )
    faults.raise_if_any()
    _decline(session, actor, variation, note.strip(), now)
    after_decision(session, actor, order)
    tell_worker(session, order, variation, now)
    return variation


def decline_all(session: Session, actor: Actor, order: WorksOrder, note: str, now: datetime) -> None:
    """Nothing more is changed on an order that is cancelled or replaced; the caller has locked and moved it."""
    for variation in pending_of(session, order.id):
        _decline(session, actor, variation, note, now)
    session.flush()


def _decline(session: Session, actor: Actor, variation: Variation, note: str, now: datetime) -> None:
    move_variation(session, actor, variation, "decline")
    variation.decided_at, variation.decided_by = now, actor.user_id
    variation.decided_how, variation.decision_note = "declined", note


def withdraw(session: Session, actor: Actor, variation_id: uuid.UUID) -> Variation:
    """The firm takes back what it asked for; NotFoundError for anybody else's."""
    require_own(session, actor, variation_id)
    order, variation = lock_variation(session, variation_id)
    move_variation(session, actor, variation, "withdraw")
    after_decision(session, actor, order)
    return variation


def acknowledge(session: Session, actor: Actor, variation_id: uuid.UUID, now: datetime) -> Variation:
    """The firm has read the answer; NotFoundError for anybody else's."""
    require_own(session, actor, variation_id)
    _, variation = lock_variation(session, variation_id)
    move_variation(session, actor, variation, "acknowledge")
    variation.acknowledged_at, variation.acknowledged_by = now, actor.user_id
    session.flush()
    return variation
