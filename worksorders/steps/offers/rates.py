"""What each firm would be paid for a visit: its rates as they were frozen on the day of issue."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.money import line_cents
from worksorders.store.tables.work.orders import FrozenRate, WorksLine


def prices_by_firm(session: Session, visit_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """Cents before GST for the whole visit, of each firm with a frozen rate for every line of it."""
    rows = session.execute(
        select(WorksLine.id, WorksLine.quantity, FrozenRate.firm_id, FrozenRate.rate)
        .join(FrozenRate, FrozenRate.line_id == WorksLine.id)
        .where(WorksLine.visit_id == visit_id, WorksLine.removed_at.is_(None))
    ).all()
    lines = session.scalar(
        select(func.count())
        .select_from(WorksLine)
        .where(WorksLine.visit_id == visit_id, WorksLine.removed_at.is_(None))
    )
    amounts: dict[uuid.UUID, list[int]] = defaultdict(list)
    for row in rows:
        amounts[row.firm_id].append(line_cents(row.quantity, row.rate))
    return {firm: sum(found) for firm, found in amounts.items() if len(found) == lines}


def take_rates(session: Session, visit_ids: Collection[uuid.UUID], firm_id: uuid.UUID) -> None:
    """The lines of accepted visits take the accepting firm's frozen rate."""
    _set_rates(session, visit_ids, firm_id)


def give_rates_back(session: Session, visit_ids: Collection[uuid.UUID]) -> None:
    """The lines of visits that nobody holds any more show the highest frozen rate again, as at issue."""
    _set_rates(session, visit_ids, None)


def _set_rates(session: Session, visit_ids: Collection[uuid.UUID], firm_id: uuid.UUID | None) -> None:
    query = (
        select(WorksLine, FrozenRate)
        .join(FrozenRate, FrozenRate.line_id == WorksLine.id)
        .where(WorksLine.visit_id.in_(visit_ids), WorksLine.removed_at.is_(None))
        .order_by(WorksLine.id, FrozenRate.rate, FrozenRate.firm_id)
    )
    if firm_id is not None:
        query = query.where(FrozenRate.firm_id == firm_id)
    for line, frozen in session.execute(query):
        line.rate, line.rate_card_id = frozen.rate, frozen.rate_card_id
