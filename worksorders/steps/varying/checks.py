"""What stands in the way of approving a variation, each in words: a pause, a newer version, agreement, money, limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents
from worksorders.domain.order import approval
from worksorders.domain.order.approval import Approval, Purpose, cost_warning
from worksorders.domain.order.variation import Change, VariationRequest, apply, check_request
from worksorders.steps.actor import Actor
from worksorders.steps.limits.delegations import delegations_to
from worksorders.steps.ordering.approve import approver_of
from worksorders.steps.ordering.rates import totals
from worksorders.steps.ordering.settings import load_settings
from worksorders.steps.varying.figures import (
    budget_room,
    increases_cents,
    lacks_consent,
    varied_line,
)
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import Variation

CONSENT_ASKED = "{} needs an agreement: say who agreed and when, and record it on the order."


def require_going_on(order: WorksOrder) -> None:
    """Refuse while the order is paused."""
    if order.state in ORDER.pauses:
        raise RefusedError(
            f"Order {order.code} is {words(order.state)}: nothing is added to it until it goes on. Decline the "
            "variation, or let the order go on first.",
            state=order.state,
            action="approve_variation",
            possible=("decline",),
        )


def require_unchanged(session: Session, variation: Variation) -> None:
    """The line is still at the version on which the change was asked, and no more is done than would be left."""
    if variation.line is None:
        return
    if variation.line.removed_at is not None:
        raise RefusedError(
            f"{variation.item_code} was taken off the order meanwhile: decline the variation.",
            state="removed",
            action="approve_variation",
            possible=("decline",),
        )
    seen = varied_line(session, variation.line)
    request = VariationRequest(
        Change(variation.change),
        seen.line_id,
        variation.seen_revision,
        variation.quantity,
        variation.reason,
        1,
    )
    apply(seen, request)
    try:
        check_request(request, seen)
    except FaultsError as error:
        raise RefusedError(str(error), state=variation.state, action="approve_variation") from None


def require_budget(session: Session, order: WorksOrder, variation: Variation) -> None:
    """Refuse what the contract year, or its category for the item, has no money for."""
    room = budget_room(session, order, variation.item_code)
    if room is not None and variation.difference_cents > max(room.left_cents, 0):
        raise NotPermittedError(
            f"{room.name} has {format_cents(room.left_cents)} left before GST, and this needs "
            f"{format_cents(variation.difference_cents)} more: finance has to make room first."
        )


def require_not_overdrawn(session: Session, order: WorksOrder, variation: Variation) -> None:
    """Refuse an increase that was committed while another one took the same room.

    The caller has posted it, and so holds the contract's lock: what is read here nobody changes before the end of the
    transaction. A P1 and what cannot wait are never stopped by money.
    """
    if order.urgency == "P1" or variation.urgent or variation.difference_cents <= 0:
        return
    room = budget_room(session, order, variation.item_code)
    if room is not None and room.left_cents < 0:
        raise NotPermittedError(
            f"Somebody else was given the last of it a moment ago. {room.name} has too little left for "
            f"{format_cents(variation.difference_cents)} more: finance has to make room first."
        )


def require_note(session: Session, order: WorksOrder, variation: Variation, note: str, now: datetime) -> None:
    """Ask for words where the home then costs more than planned, or where somebody has to agree to what is added."""
    asked = []
    warning = cost_after(session, order, variation, now)
    if warning and variation.difference_cents > 0:
        asked.append(f"{warning} Give the reason.")
    if lacks_consent(session, order, variation, local_day(now)):
        asked.append(CONSENT_ASKED.format(variation.item_code))
    if asked and not note.strip():
        raise FaultsError([Fault("note", " ".join(asked))])


def cost_after(session: Session, order: WorksOrder, variation: Variation, now: datetime) -> str | None:
    """The warning of the programme's planned cost as it would stand with the change; None below it."""
    net = totals(order.lines, order.issued_on or local_day(now)).net_cents
    return cost_warning(net + variation.difference_cents, load_settings(session).planned_home_cents)


def within_limit(
    session: Session, actor: Actor, order: WorksOrder, variation: Variation, now: datetime
) -> Approval:
    """On whose limit the approval rests; together with the increases before it, so that splitting gains nothing."""
    if variation.asked_by == actor.user_id:
        raise NotPermittedError("You asked for this yourself: somebody else decides.")
    amount = max(variation.difference_cents, 0)
    if amount:
        amount += increases_cents(session, order.id)
    return approval.approve(
        amount,
        raiser=approver_of(session, variation.asked_by),
        approver=approver_of(session, actor.user_id),
        on=local_day(now),
        purpose=Purpose.VARY,
        delegations=delegations_to(session, actor.user_id),
    )
