"""The figures that a change is judged by: what was increased already, which limits hold, what the budget has left."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.order.variation import Change, VariedLine
from worksorders.steps.consents.standing import standing_of_new
from worksorders.steps.finance.categories import category_left
from worksorders.steps.finance.contract import find_year
from worksorders.steps.finance.ledger import uncommitted_cents
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import WorksLine, WorksOrder
from worksorders.store.tables.work.variations import Variation

BY_RULE = "approved_by_rule"


def varied_line(session: Session, line: WorksLine) -> VariedLine:
    """The line as the rules see it; what any firm did of it counts as done."""
    done = session.scalar(
        select(func.coalesce(func.max(LineDone.done_quantity), 0)).where(LineDone.line_id == line.id)
    )
    original = line.quantity if line.original_quantity is None else line.original_quantity
    return VariedLine(
        str(line.id), line.item_code, line.rate, original, line.quantity, line.revision, Decimal(done or 0)
    )


def increases_cents(session: Session, order_id: uuid.UUID, *, only: Collection[str] | None = None) -> int:
    """The sum of the increases approved on an order so far, ex GST; `only` names on what they must rest."""
    query = select(func.coalesce(func.sum(Variation.difference_cents), 0)).where(
        Variation.order_id == order_id,
        Variation.decided_at.is_not(None),
        Variation.decided_how != "declined",
        Variation.difference_cents > 0,
    )
    if only is not None:
        query = query.where(Variation.decided_how.in_(only))
    return int(session.scalar(query) or 0)


def lacks_consent(session: Session, order: WorksOrder, variation: Variation, on: date) -> bool:
    """Whether somebody has still to agree to an added item; what was agreed about other measures does not cover it."""
    if variation.change != Change.ADD:
        return False
    item = catalogue_of(session, order).items[variation.item_code]
    return not standing_of_new(session, order, item.consent, on).is_settled


@dataclass(frozen=True, slots=True)
class Room:
    """What a contract year, or a category of it, has left ex GST; below zero where it is overdrawn."""

    name: str
    left_cents: int


def budget_room(session: Session, order: WorksOrder, item_code: str) -> Room | None:
    """The tighter of the year of the order's issue and the item's category in it.

    None where no contract covers the day (a P1 may be so).
    """
    year = find_year(session, order.issued_on) if order.issued_on else None
    if year is None:
        return None
    whole = Room("The contract year", uncommitted_cents(session, year.id))
    found = category_left(session, year.id, item_code)
    part = Room(f"“{found[0]}”", found[1]) if found else whole
    return min(whole, part, key=lambda room: room.left_cents)
