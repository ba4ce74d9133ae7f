"""Keeps what comes with the visits of a draft (call-outs, the walk-through) in step with its other lines."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy.orm import Session

from catalogue.recommend import service_items
from worksorders.domain.local_time import local_day
from worksorders.domain.order.lines import LineInput
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.steps.ordering import visits
from worksorders.steps.ordering.lines import WHOLE_HOME, new_row
from worksorders.steps.ordering.raise_order import VISIT_SERVICE
from worksorders.steps.ordering.rates import rates_in_force
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

BY_HAND = "changed by hand"


def comes_with_visits(line: WorksLine) -> bool:
    """Whether the line is there only because there are visits."""
    return line.because == VISIT_SERVICE


def keep_by_hand(line: WorksLine) -> None:
    """A line that came with the visits and that somebody changed stays as they left it, and so do others of its item."""
    if line.because == VISIT_SERVICE:
        line.because = BY_HAND


def renew_call_outs(session: Session, actor: Actor, order: WorksOrder, current: Catalogue) -> None:
    """Add, change or take out the lines that come with the visits, as the other lines now split into visits.

    An item of which a line was added or changed by hand is left alone. Each change leaves an audit row.
    """
    live = [line for line in order.lines if line.removed_at is None]
    own = [line for line in live if line.because == VISIT_SERVICE]
    drafts = visits.split(
        session, order, [line for line in live if line not in own], current.items, order.raised_at
    )
    wanted: dict[str, list[Decimal]] = defaultdict(list)
    for code, quantity in service_items([draft.trade for draft in drafts], current.items):
        wanted[code].append(quantity)
    by_hand = {line.item_code for line in order.lines if line.because != VISIT_SERVICE}
    there: dict[str, list[WorksLine]] = defaultdict(list)
    for line in own:
        there[line.item_code].append(line)
    for code in sorted({*wanted, *there} - by_hand):
        _match(session, actor, order, current, code=code, lines=there[code], quantities=wanted[code])
    session.flush()
    session.expire(order, ["lines"])


def _match(
    session: Session,
    actor: Actor,
    order: WorksOrder,
    current: Catalogue,
    *,
    code: str,
    lines: list[WorksLine],
    quantities: list[Decimal],
) -> None:
    """The first lines take the quantities, missing ones are added, those left over are taken out of the draft."""
    for line, quantity in zip(lines, quantities, strict=False):
        if line.quantity != quantity:
            line.quantity = quantity
            _record(session, actor, line, "order.line_changed")
    for quantity in quantities[len(lines) :]:
        rates = rates_in_force(session, order.region_code, [code], local_day(order.raised_at))
        position = max((line.position for line in order.lines), default=0) + 1
        given = LineInput(WHOLE_HOME, code, quantity)
        row = new_row(current.items[code], given, position, rates, because=VISIT_SERVICE)
        order.lines.append(row)
        session.flush()
        _record(session, actor, row, "order.line_added")
    for line in lines[len(quantities) :]:
        line.visit_id = None
        _record(session, actor, line, "order.line_removed")
        session.flush()
        session.delete(line)


def _record(session: Session, actor: Actor, line: WorksLine, action: str) -> None:
    detail = {
        "line": str(line.id),
        "item": line.item_code,
        "quantity": str(line.quantity),
        "by": "the visits",
    }
    audit.record(session, actor, action, ("works_order", line.order_id), detail=detail)
