"""Carries an approved change into the order: the line's next version, the visit's minutes, the workers' time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.order.lines import LineInput
from worksorders.domain.order.variation import Change
from worksorders.steps.actor import Actor
from worksorders.steps.duty.inside import expect_longer
from worksorders.steps.ordering.lines import WHOLE_HOME, catalogue_of, new_row
from worksorders.steps.site import notes
from worksorders.steps.varying.adding import issue_rates
from worksorders.steps.varying.rebook import resize
from worksorders.store.tables.work.orders import FrozenRate, WorksLine, WorksOrder
from worksorders.store.tables.work.variations import LineRevision, Variation

ADDED = "added by a variation"


def carry_out(
    session: Session, actor: Actor, order: WorksOrder, variation: Variation, now: datetime
) -> tuple[WorksLine, tuple[str, ...]]:
    """The line as it is now, and why the visit no longer fits its booking (nothing where it does).

    The caller has locked the order and moves the variation; money follows at the end of the same transaction.
    """
    visit = variation.visit
    if visit.state in {"done", "cancelled"}:
        raise RefusedError(
            f"Visit {visit.code} is over: nothing can be changed on it any more. Decline the variation.",
            state=visit.state,
            action="approve",
            possible=("decline",),
        )
    line = _add(session, order, variation, now) if variation.change == Change.ADD else _change(variation, now)
    session.add(
        LineRevision(
            line_id=line.id,
            revision=line.revision,
            quantity=variation.quantity,
            variation_id=variation.id,
            at=now,
        )
    )
    session.flush()
    clashes = resize(session, visit, variation.extra_minutes)
    expect_longer(session, visit, variation.extra_minutes)
    if clashes:
        notes.add_note(session, actor, visit, notes.OVERRUN, "; ".join(clashes), now=now)
    session.flush()
    session.expire(visit, ["lines"])
    session.expire(order, ["lines"])
    return line, clashes


def _change(variation: Variation, now: datetime) -> WorksLine:
    line = variation.line
    assert line is not None
    if line.original_quantity is None:
        line.original_quantity = line.quantity
    line.revision += 1
    if variation.change == Change.REMOVE:
        line.removed_at = now
    else:
        line.quantity = variation.quantity
    return line


def _add(session: Session, order: WorksOrder, variation: Variation, now: datetime) -> WorksLine:
    """A new line of the visit with every firm's rate of the day of issue; whoever holds the visit is paid its own."""
    item = catalogue_of(session, order).items[variation.item_code]
    rates = issue_rates(session, order, {item.code: item})
    opening = str(variation.opening_id) if variation.opening_id else WHOLE_HOME
    last = session.scalar(select(func.max(WorksLine.position)).where(WorksLine.order_id == order.id))
    given = LineInput(opening, item.code, variation.quantity)
    line = new_row(item, given, (last or 0) + 1, rates, because=ADDED)
    line.order_id, line.visit_id = order.id, variation.visit_id
    line.original_quantity, line.revision, line.frozen_at = Decimal(0), 1, now
    session.add(line)
    session.flush()
    by_firm = {rate.firm_id: rate for rate in reversed(rates.of(item.code, str(item.trade)))}
    session.add_all(
        FrozenRate(
            line_id=line.id, firm_id=rate.firm_id, rate_card_id=rate.rate_card_id, unit=rate.unit, rate=rate.rate
        )
        for rate in by_firm.values()
    )  # fmt: skip
    holder = variation.visit.firm_id
    if holder in by_firm:
        line.rate, line.rate_card_id = by_firm[holder].rate, by_firm[holder].rate_card_id
    return line
