"""Changes the lines of a draft order; the visits are made anew each time, so that what is shown is what is issued."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.order.lines import LineInput, check_lines
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import WHOLE_HOME, catalogue_of, new_row
from worksorders.steps.ordering.moves import lock_order, move_order
from worksorders.steps.ordering.rates import rates_in_force
from worksorders.steps.varying.call_outs import comes_with_visits, keep_by_hand, renew_call_outs
from worksorders.store.tables.work.orders import WorksLine, WorksOrder


def add_line(
    session: Session,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    opening_id: uuid.UUID | None,
    item_code: str,
    quantity: Decimal,
    now: datetime,
) -> WorksLine:
    """Add a line (no opening: the home as a whole); FaultsError at `opening_id`, `item_code` or `quantity`."""
    order = _draft(session, order_id)
    current = catalogue_of(session, order)
    given = LineInput(str(opening_id) if opening_id else WHOLE_HOME, item_code.strip().upper(), quantity)
    _check(order, given, current)
    rates = rates_in_force(session, order.region_code, [given.item_code], local_day(now))
    position = max((line.position for line in order.lines), default=0) + 1
    row = new_row(current.items[given.item_code], given, position, rates, because="added by hand")
    order.lines.append(row)
    session.flush()
    _record(session, actor, order, "order.line_added", row, quantity=str(quantity))
    _split_again(session, actor, order, current)
    return row


def change_quantity(
    session: Session, actor: Actor, order_id: uuid.UUID, line_id: uuid.UUID, quantity: Decimal
) -> WorksLine:
    """Give a line another quantity; FaultsError at `quantity`."""
    order = _draft(session, order_id)
    row = _line(order, line_id)
    current = catalogue_of(session, order)
    given = LineInput(str(row.opening_id) if row.opening_id else WHOLE_HOME, row.item_code, quantity)
    _check(order, given, current)
    before, row.quantity = row.quantity, quantity
    _record(session, actor, order, "order.line_changed", row, before=str(before), quantity=str(quantity))
    keep_by_hand(row)
    session.flush()
    _split_again(session, actor, order, current)
    return row


def remove_line(
    session: Session, actor: Actor, order_id: uuid.UUID, line_id: uuid.UUID, now: datetime
) -> WorksLine:
    """Take a line out; it stays in the history, and the last one cannot go: cancel the order instead."""
    order = _draft(session, order_id)
    row = _line(order, line_id)
    if all(line is row or line.removed_at is not None or comes_with_visits(line) for line in order.lines):
        raise RefusedError(
            "This is the only line: cancel the order instead.", state=order.state, action="remove_line"
        )
    row.removed_at = now
    row.visit_id = None
    keep_by_hand(row)
    _record(session, actor, order, "order.line_removed", row)
    session.flush()
    _split_again(session, actor, order, catalogue_of(session, order))
    return row


def revise(session: Session, actor: Actor, order_id: uuid.UUID) -> WorksOrder:
    """Take an order that was sent on back to a draft, so that its lines may be changed; it is approved anew."""
    order = lock_order(session, order_id)
    move_order(session, actor, order, "revise")
    order.approved_at = order.approved_by = None
    return order


def _draft(session: Session, order_id: uuid.UUID) -> WorksOrder:
    order = lock_order(session, order_id)
    if order.state != "draft":
        raise RefusedError(
            f"The lines of order {order.code} can only be changed in a draft; take it back first.",
            state=order.state,
            action="change_lines",
            possible=("revise",),
        )
    return order


def _line(order: WorksOrder, line_id: uuid.UUID) -> WorksLine:
    row = next((line for line in order.lines if line.id == line_id and line.removed_at is None), None)
    if row is None:
        raise NotFoundError("There is no such line on this order.")
    return row


def _check(order: WorksOrder, line: LineInput, current: Catalogue) -> None:
    known = {WHOLE_HOME, *(str(opening.id) for opening in order.assessment.openings)}
    try:
        check_lines([line], known, current.items)
    except FaultsError as error:
        raise FaultsError(
            type(fault)(fault.field.removeprefix("lines-0-"), fault.message) for fault in error.faults
        ) from None


def _split_again(session: Session, actor: Actor, order: WorksOrder, current: Catalogue) -> None:
    """The visits as the lines now are, with what comes with the visits themselves."""
    renew_call_outs(session, actor, order, current)
    rows = [line for line in order.lines if line.removed_at is None]
    visits.store(session, order, rows, visits.split(session, order, rows, current.items, order.raised_at))


def _record(
    session: Session, actor: Actor, order: WorksOrder, action: str, row: WorksLine, **detail: str
) -> None:
    audit.record(
        session,
        actor,
        action,
        ("works_order", order.id),
        detail={"line": str(row.id), "item": row.item_code, **detail},
    )
