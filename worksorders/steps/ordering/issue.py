"""Issues an order: the rates of the day are frozen, and planning and offers hear of it through the outbox."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.money import format_cents
from worksorders.domain.order.assessment import Answer, decide, require_eligible
from worksorders.steps import outbox
from worksorders.steps.actor import Actor
from worksorders.steps.consents.standing import unsettled
from worksorders.steps.finance import ledger
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.ordering.rates import rates_in_force, totals
from worksorders.steps.safety.deadlines import watch
from worksorders.steps.safety.suspend import is_suspended
from worksorders.store.tables.work.orders import ApprovalEvent, FrozenRate, WorksLine, WorksOrder
from worksorders.store.tables.work.variations import LineRevision

ISSUED = "order.issued"


def issue(session: Session, actor: Actor, order_id: uuid.UUID, now: datetime) -> WorksOrder:
    """Freeze rates and issue; raises RefusedError, NotPermittedError, or FaultsError naming each line without a rate.

    Each line keeps the rate of every firm that could take it, and shows the highest: what is committed cannot be
    exceeded, whoever accepts. Where rates rose above what was approved, the order is approved anew. The funding
    contract of the day is committed in the same transaction; without one the order is refused, unless it is a P1.
    """
    order = lock_order(session, order_id)
    if is_suspended(session, order.case_id) and order.state != "suspended":
        raise NotPermittedError(
            "Nobody may go to this home now: it is suspended for safety. Lift that first, with two looks."
        )
    today = local_day(now)
    move_order(session, actor, order, "issue")
    answers = [
        Answer(a.criterion, a.answer, a.given_by, start_of_day(a.given_on)) for a in order.assessment.answers
    ]
    require_eligible(decide(answers))
    approved = session.scalars(
        select(ApprovalEvent)
        .where(ApprovalEvent.order_id == order.id)
        .order_by(ApprovalEvent.at.desc(), ApprovalEvent.id)
        .limit(1)
    ).one()
    if approved.override_reason is None and unsettled(session, order, today):
        raise NotPermittedError("An agreement is missing: take the order back and record it.")
    lines = [line for line in order.lines if line.removed_at is None]
    _freeze(session, order, lines, today, now)
    net = totals(lines, today).net_cents
    if net > max(approved.total_cents, approved.limit_cents) and approved.override_reason is None:
        raise NotPermittedError(
            f"Rates have risen since approval: {format_cents(net)} is more than was approved. "
            "Take the order back and have it approved again."
        )
    order.issued_at, order.issued_by, order.issued_on = now, actor.user_id, today
    items = catalogue_of(session, order).items
    visits.store(session, order, lines, visits.split(session, order, lines, items, now))
    watch(session, order.id, now)
    ledger.commit_order(session, actor, order, now)
    outbox.send(session, ISSUED, {"order_id": str(order.id)}, dedupe_key=f"{ISSUED}:{order.id}")
    return order


def _freeze(session: Session, order: WorksOrder, lines: list[WorksLine], today: date, now: datetime) -> None:
    rates = rates_in_force(session, order.region_code, [line.item_code for line in lines], today)
    faults = Faults()
    for index, line in enumerate(lines):
        found = rates.of(line.item_code, line.trade)
        if not found:
            message = (
                f"{line.item_code} ({line.measure}) has no rate in force on {today:%d/%m/%Y} with any firm of "
                "this region: add it to a rate card, or take the line out."
            )
            faults.add(f"lines-{index}-rate", message)
            continue
        line.rate, line.rate_card_id, line.frozen_at = found[0].rate, found[0].rate_card_id, now
        line.original_quantity = line.quantity
        session.add(LineRevision(line_id=line.id, revision=line.revision, quantity=line.quantity, at=now))
        session.add_all(
            FrozenRate(
                line_id=line.id,
                firm_id=rate.firm_id,
                rate_card_id=rate.rate_card_id,
                unit=rate.unit,
                rate=rate.rate,
            )
            for rate in {one.firm_id: one for one in reversed(found)}.values()
        )
    faults.raise_if_any()
    session.flush()
