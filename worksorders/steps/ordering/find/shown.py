"""What orders are called in lists, computed for a whole page of them with a constant number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.domain.lifecycle.shown import LineFact, VisitFact, shown_state
from worksorders.store.tables.cases import Opening
from worksorders.store.tables.finance import InvoiceLine
from worksorders.store.tables.offers import LineAccepted, LineDone
from worksorders.store.tables.orders import Visit, WorksLine, WorksOrder

Sums = dict[uuid.UUID, Decimal]
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
    rows = session.execute(
        select(WorksLine.id, WorksLine.order_id, WorksLine.quantity).where(
            WorksLine.order_id.in_(order_ids), WorksLine.removed_at.is_(None)
        )
    ).all()
    ids = [row.id for row in rows]
    # What another firm left behind on a visit that was planned again is not done.
    held = exists().where(Visit.id == LineDone.visit_id, Visit.firm_id == LineDone.firm_id)
    done = _sums(session, ids, LineDone.line_id, LineDone.done_quantity, held)
    accepted = _sums(session, ids, LineAccepted.line_id, LineAccepted.quantity)
    invoiced = _sums(session, ids, InvoiceLine.line_id, InvoiceLine.quantity)
    facts: dict[uuid.UUID, list[LineFact]] = defaultdict(list)
    for row in rows:
        facts[row.order_id].append(
            LineFact(
                row.quantity,
                done.get(row.id, NOTHING),
                accepted.get(row.id, NOTHING),
                invoiced.get(row.id, NOTHING),
            )
        )
    return facts


def _sums(
    session: Session,
    line_ids: Sequence[uuid.UUID],
    key: InstrumentedAttribute[Any],
    amount: InstrumentedAttribute[Any],
    *conditions: ColumnElement[bool],
) -> Sums:
    rows = session.execute(select(key, func.sum(amount)).where(key.in_(line_ids), *conditions).group_by(key))
    return {row[0]: row[1] for row in rows}
