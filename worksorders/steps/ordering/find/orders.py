"""The list of orders, filtered and paged in a total order: by deadline, then by id."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    bindparam,
    case,
    cast,
    false,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from worksorders.domain.codes import CodeError, read_code
from worksorders.domain.lifecycle.machines import ORDER
from worksorders.gateways import places
from worksorders.steps.lists.part import Place
from worksorders.steps.ordering.find.shown import shown_states
from worksorders.store.tables.work.cases import Assessment, CaseFile
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

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
    """A page of orders, what is due next first; those that are over come last."""
    where = _conditions(wanted)
    counted = select(func.count()).select_from(WorksOrder).where(*where)
    under_way = counted.where(WorksOrder.state.in_(OPEN_STATES))
    counts = select(counted.scalar_subquery(), under_way.scalar_subquery())
    count, running = session.execute(counts).one()
    place = Place(count, page, PAGE_SIZE)
    # Most orders are over. Nothing is due of them, so that their visits need not be looked at to put them in order.
    first = _due_next(where, PAGE_SIZE, place.offset)
    skipped = max(place.offset - running, 0)
    left = min(PAGE_SIZE, max(place.offset + PAGE_SIZE - running, 0))
    last = (
        select(WorksOrder.id, cast(null(), DateTime(timezone=True)).label("due_at"), true().label("over"))
        .where(WorksOrder.state.in_(OVER_STATES), *where)
        .order_by(WorksOrder.id)
        .limit(left)
        .offset(skipped)
    )
    rows = _rows(session, union_all(first.subquery().select(), last.subquery().select()))
    return OrderPage(rows, count, place.page, place.pages)


def region_choices() -> list[tuple[str, str]]:
    """Code and name of every region, from north to south."""
    return [(region.code, region.name) for region in places.regions()]


def find_due(session: Session, limit: int, regions: frozenset[str] | None = None) -> tuple[OrderRow, ...]:
    """Open orders by the time left to their next deadline; none whose work is done."""
    where = [] if regions is None else [WorksOrder.region_code.in_(sorted(regions))]
    rows = _rows(session, _due_next(where, limit, 0))
    return tuple(row for row in rows if row.next_due_at is not None)


def _due_next(where: Sequence[ColumnElement[bool]], limit: int, offset: int) -> Select[Any, Any, Any]:
    """Orders that are not over: by their first visit to be made, or as a whole where they have no visits yet."""
    # Written out in the statement, so that the index of visits that are not over is known to hold all of them.
    finished: BindParameter[Any] = bindparam(
        "finished", FINISHED_VISITS, expanding=True, literal_execute=True
    )
    to_do = (
        select(Visit.order_id, func.min(Visit.due_at).label("due_at"))
        .where(Visit.state.not_in(finished))
        .group_by(Visit.order_id)
        .subquery()
    )
    # As a value rather than as EXISTS, which the database would answer by reading every visit.
    visited = select(true()).where(Visit.order_id == WorksOrder.id).limit(1).correlate(WorksOrder)
    unvisited = case((visited.scalar_subquery().is_(None), WorksOrder.permanent_due_at))
    due = func.coalesce(to_do.c.due_at, unvisited)
    return (
        select(WorksOrder.id, due.label("due_at"), false().label("over"))
        .outerjoin(to_do, to_do.c.order_id == WorksOrder.id)
        .where(WorksOrder.state.in_(OPEN_STATES), *where)
        .order_by(due.nulls_last(), WorksOrder.id)
        .limit(limit)
        .offset(offset)
    )


def _rows(session: Session, listed: Any) -> tuple[OrderRow, ...]:
    lines = (
        select(func.count())
        .where(WorksLine.order_id == WorksOrder.id, WorksLine.removed_at.is_(None))
        .correlate(WorksOrder)
        .scalar_subquery()
    )
    page = listed.subquery()
    found = session.execute(
        select(WorksOrder, page.c.due_at, lines)
        .join(page, page.c.id == WorksOrder.id)
        .order_by(page.c.over, page.c.due_at.nulls_last(), WorksOrder.id)
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
