"""The list of orders, filtered and paged in a total order: by deadline, then by id."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.gateways import places
from worksorders.steps.ordering.find.shown import shown_states
from worksorders.store.tables.cases import Assessment, CaseFile
from worksorders.store.tables.orders import Visit, WorksLine, WorksOrder

PAGE_SIZE = 25
OVER_STATES = ("closed", "cancelled", "superseded")
OPEN_STATES = tuple(state for state in ORDER.states if state not in OVER_STATES)
FINISHED_VISITS = ("done", "cancelled")


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is narrowed to; `state` is a state, `open` (all that is not over) or empty for every one.

    `regions` are those of the first view (None: all); a chosen `region` goes before them.
    """

    state: str = "open"
    urgency: str = ""
    region: str = ""
    code: str = ""
    regions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in a list; `next_due_at` is the earliest deadline of what is still to do, None once all is done."""

    id: uuid.UUID
    code: str
    urgency: str
    region: str
    shown: str
    state: str
    raised_at: datetime
    next_due_at: datetime | None
    lines: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of the list with how many orders and pages there are in all."""

    rows: tuple[OrderRow, ...]
    count: int
    page: int
    pages: int


def find_orders(session: Session, wanted: OrderFilter, page: int = 1) -> OrderPage:
    """A page of orders, what is due next first."""
    where = _conditions(wanted)
    count = session.scalar(select(func.count()).select_from(WorksOrder).where(*where)) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = _rows(session, where, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    return OrderPage(rows, count, page, pages)


def region_choices() -> list[tuple[str, str]]:
    """Code and name of every region, from north to south."""
    return [(region.code, region.name) for region in places.regions()]


def find_due(session: Session, limit: int, regions: frozenset[str] | None = None) -> tuple[OrderRow, ...]:
    """Open orders by the time left to their next deadline; none whose work is done."""
    where = [WorksOrder.state.in_(OPEN_STATES)]
    if regions is not None:
        where.append(WorksOrder.region_code.in_(sorted(regions)))
    rows = _rows(session, where, limit=limit, offset=0)
    return tuple(row for row in rows if row.next_due_at is not None)


def _rows(
    session: Session, where: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> tuple[OrderRow, ...]:
    next_visit = (
        select(func.min(Visit.due_at))
        .where(Visit.order_id == WorksOrder.id, Visit.state.not_in(FINISHED_VISITS))
        .correlate(WorksOrder)
        .scalar_subquery()
    )
    has_visits = exists().where(Visit.order_id == WorksOrder.id).correlate(WorksOrder)
    to_do = func.coalesce(next_visit, case((has_visits, None), else_=WorksOrder.permanent_due_at))
    # Nothing is due of an order that is over, and most are: their visits need not be looked at.
    due = case((WorksOrder.state.in_(OVER_STATES), None), else_=to_do)
    lines = (
        select(func.count())
        .where(WorksLine.order_id == WorksOrder.id, WorksLine.removed_at.is_(None))
        .correlate(WorksOrder)
        .scalar_subquery()
    )
    page = (
        select(WorksOrder.id, due.label("due_at"))
        .where(*where)
        .order_by(due.nulls_last(), WorksOrder.id)
        .limit(limit)
        .offset(offset)
        .subquery()
    )
    found = session.execute(
        select(WorksOrder, page.c.due_at, lines)
        .join(page, page.c.id == WorksOrder.id)
        .order_by(page.c.due_at.nulls_last(), WorksOrder.id)
    ).all()
    shown = shown_states(session, [row[0] for row in found])
    return tuple(_row(order, due_at, count, shown) for order, due_at, count in found)


def _row(order: WorksOrder, due_at: datetime | None, lines: int, shown: dict[uuid.UUID, str]) -> OrderRow:
    return OrderRow(
        id=order.id,
        code=order.code,
        urgency=order.urgency,
        region=places.region(order.region_code).name,
        shown=shown[order.id],
        state=order.state,
        raised_at=order.raised_at,
        next_due_at=due_at,
        lines=lines,
    )


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == "open":
        found.append(WorksOrder.state.in_(OPEN_STATES))
    elif wanted.state in ORDER.states:
        found.append(WorksOrder.state == wanted.state)
    if wanted.urgency:
        found.append(WorksOrder.urgency == wanted.urgency)
    if wanted.region:
        found.append(WorksOrder.region_code == wanted.region)
    elif wanted.regions is not None and not wanted.code.strip():
        found.append(WorksOrder.region_code.in_(sorted(wanted.regions)))
    if wanted.code.strip():
        found.append(_has_code(wanted.code))
    return found


def _has_code(text: str) -> Any:
    """Orders with the code, whichever way it was typed, or with an assessment or a case that has it."""
    try:
        code = read_code(text)
    except CodeError:
        code = text.strip().upper()
    assessed = select(Assessment.id).where(Assessment.code == code)
    case = select(CaseFile.id).where(CaseFile.code == code)
    return (WorksOrder.code == code) | WorksOrder.assessment_id.in_(assessed) | WorksOrder.case_id.in_(case)
