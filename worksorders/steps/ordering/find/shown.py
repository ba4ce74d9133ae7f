"""What orders are called in lists, computed for a whole page of them with a constant number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.shown import LineFact, VisitFact, shown_state
from worksorders.store.tables.money.finance import InvoiceLine
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

NOTHING = Decimal(0)


def shown_states(session: Session, orders: Sequence[WorksOrder]) -> dict[uuid.UUID, str]:
    """The words for each order by its id: `to be planned`, `scheduled`, `made safe` and so on."""
    ids = [order.id for order in orders]
    visits: dict[uuid.UUID, list[VisitFact]] = defaultdict(list)
    for row in session.execute(
        select(Visit.order_id, Visit.state, Visit.interim).where(Visit.order_id.in_(ids))
    ):
        visits[row.order_id].append(VisitFact(row.state, row.interim))
    openings: dict[uuid.UUID, list[OpeningState]] = defaultdict(list)
    assessments = [order.assessment_id for order in orders]
    for assessment_id, state in session.execute(
        select(Opening.assessment_id, Opening.state).where(Opening.assessment_id.in_(assessments))
    ):
        openings[assessment_id].append(OpeningState(state))
    lines = _line_facts(session, ids)
    return {
        order.id: shown_state(order.state, visits[order.id], lines[order.id], openings[order.assessment_id])
        for order in orders
    }


def _line_facts(session: Session, order_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[LineFact]]:
    # What another firm left behind on a visit that was planned again is not done.
    held = exists().where(Visit.id == LineDone.visit_id, Visit.firm_id == LineDone.firm_id)
    rows = session.execute(
        select(
            WorksLine.order_id,
            WorksLine.quantity,
            _sum(LineDone.done_quantity, LineDone.line_id, held),
            _sum(LineAccepted.quantity, LineAccepted.line_id),
            _sum(InvoiceLine.quantity, InvoiceLine.line_id),
        ).where(WorksLine.order_id.in_(order_ids), WorksLine.removed_at.is_(None))
    )
    facts: dict[uuid.UUID, list[LineFact]] = defaultdict(list)
    for order_id, quantity, done, accepted, invoiced in rows:
        facts[order_id].append(LineFact(quantity, done or NOTHING, accepted or NOTHING, invoiced or NOTHING))
    return facts


def _sum(
    amount: InstrumentedAttribute[Decimal],
    line_id: InstrumentedAttribute[Any],
    *conditions: ColumnElement[bool],
) -> ScalarSelect[Decimal]:
    summed = select(func.sum(amount)).where(line_id == WorksLine.id, *conditions)
    return summed.correlate(WorksLine).scalar_subquery()
