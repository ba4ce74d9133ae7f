"""How orders of a home hang together: which one replaced which, and which one follows which."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worksorders.store.tables.work.orders import WorksOrder


@dataclass(frozen=True, slots=True)
class OrderLink:
    """Another order and what it is to this one."""

    what: str
    order_id: uuid.UUID
    code: str


def find_links(session: Session, order: WorksOrder) -> list[OrderLink]:
    """The orders linked with this one, in both directions, in one query."""
    conditions = [WorksOrder.superseded_by_id == order.id, WorksOrder.follows_id == order.id]
    wanted = [one for one in (order.superseded_by_id, order.follows_id) if one]
    rows = session.scalars(
        select(WorksOrder)
        .where(or_(*conditions, WorksOrder.id.in_(wanted)), WorksOrder.id != order.id)
        .order_by(WorksOrder.raised_at, WorksOrder.code)
    )
    return [OrderLink(what, row.id, row.code) for row in rows for what in _words(order, row)]


def _words(order: WorksOrder, other: WorksOrder) -> list[str]:
    found = []
    if other.id == order.superseded_by_id:
        found.append("Replaced by")
    if other.superseded_by_id == order.id:
        found.append("Takes the place of")
    if other.id == order.follows_id:
        found.append("Follows")
    if other.follows_id == order.id:
        found.append("Followed by")
    return found
