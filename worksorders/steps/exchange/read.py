"""What another system is given of an order, a visit or the catalogue: codes, states, times and amounts, never a home."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue import compare
from worksorders.steps.admin import catalogue
from worksorders.steps.lists.page import plain
from worksorders.store.tables.contractors import Firm
from worksorders.store.tables.orders import Visit, WorksLine

LINE = ("item_code", "measure", "quantity", "unit", "trade", "minutes", "interim")
VISIT = ("code", "state", "trade", "crew", "minutes", "interim", "due_at", "start_at", "end_at")


def order_parts(session: Session, order_id: uuid.UUID) -> dict[str, Any]:
    """The lines that stand and the visits of an order, in their order; two queries."""
    lines = session.scalars(
        select(WorksLine)
        .where(WorksLine.order_id == order_id, WorksLine.removed_at.is_(None))
        .order_by(WorksLine.position)
    )
    visits = session.execute(
        select(Visit, Firm.name)
        .outerjoin(Firm, Firm.id == Visit.firm_id)
        .where(Visit.order_id == order_id)
        .order_by(Visit.position)
    )
    return {
        "lines": [_plain(line, LINE) for line in lines],
        "visits": [{"id": str(visit.id), **_plain(visit, VISIT), "firm": firm} for visit, firm in visits],
    }


def catalogue_in_force(session: Session) -> dict[str, Any]:
    """The version in force in the words of its files, so that it can be handed in again."""
    found = catalogue.current(session)
    return {
        "number": found.number,
        "valid_from": found.valid_from.isoformat(),
        "items": [compare.item_cells(item) for item in found.items.values()],
        "findings": [compare.rule_cells(rule) for rule in found.rules],
    }


def _plain(row: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in names}
