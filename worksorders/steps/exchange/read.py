"""What another system is given of an order, a visit or the catalogue: codes, states, times and amounts, never a home."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue import compare
from worksorders.domain.disclosure.policy import Field
from worksorders.steps.admin import catalogue
from worksorders.steps.lists.page import plain
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import Visit, WorksLine

LINE: Mapping[str, Field | None] = {
    "item_code": Field.ITEM_CODES, "measure": Field.MEASURES, "quantity": Field.ITEM_CODES, "unit": None, "trade": None,
    "minutes": None, "interim": None,
}  # fmt: skip
VISIT: Mapping[str, Field | None] = {
    "code": Field.CODE, "state": Field.STATE, "trade": None, "crew": None, "minutes": None, "interim": None,
    "due_at": Field.DEADLINES, "start_at": Field.VISIT_WINDOW, "end_at": Field.VISIT_WINDOW,
}  # fmt: skip


def order_parts(session: Session, order_id: uuid.UUID, seen: Collection[Field]) -> dict[str, Any]:
    """The lines that stand and the visits of an order with the fields that are `seen`, in their order; two queries."""
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
        "lines": [_plain(line, LINE, seen) for line in lines],
        "visits": [
            {"id": str(visit.id), **_plain(visit, VISIT, seen), "firm": firm} for visit, firm in visits
        ],
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


def _plain(row: object, names: Mapping[str, Field | None], seen: Collection[Field]) -> dict[str, Any]:
    return {
        name: plain(getattr(row, name)) for name, field in names.items() if field is None or field in seen
    }
