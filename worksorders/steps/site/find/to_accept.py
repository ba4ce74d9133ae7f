"""Orders with work or charges that wait to be accepted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.gateways import places
from worksorders.steps.safety.charge import orders_to_accept
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder


@dataclass(frozen=True)
class WorkRow:
    """An order with work that is done and not accepted yet."""

    order_id: uuid.UUID
    order_code: str
    region: str
    lines: int
    since: datetime


def work_to_accept(session: Session) -> list[WorkRow]:
    """Orders with lines done on visits that are over, or charges, not accepted in full, the oldest first."""
    accepted = (
        select(func.coalesce(func.sum(LineAccepted.quantity), 0))
        .where(LineAccepted.line_id == LineDone.line_id)
        .correlate(LineDone)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            WorksOrder.id, WorksOrder.code, WorksOrder.region_code, func.count(), func.min(LineDone.done_at)
        )
        .join(WorksLine, WorksLine.order_id == WorksOrder.id)
        .join(LineDone, LineDone.line_id == WorksLine.id)
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(Visit.state == "done", LineDone.firm_id == Visit.firm_id)
        # No order closes with work to accept, so the many that are closed need not be looked through.
        .where(WorksOrder.state != "closed")
        .where(WorksLine.removed_at.is_(None), LineDone.done_quantity > accepted)
        .group_by(WorksOrder.id)
        .order_by(func.min(LineDone.done_at), WorksOrder.id)
    )
    found = {row[0]: WorkRow(row[0], row[1], places.region(row[2]).name, row[3], row[4]) for row in rows}
    for order, count, charged_at in orders_to_accept(session):
        known = found.get(order.id)
        lines = count + (known.lines if known else 0)
        since = min(known.since, charged_at) if known else charged_at
        region = places.region(order.region_code).name
        found[order.id] = WorkRow(order.id, order.code, region, lines, since)
    return sorted(found.values(), key=lambda row: (row.since, row.order_code))
