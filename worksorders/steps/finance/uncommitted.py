"""Finds urgent orders that were issued without a funding contract, and commits them once there is one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from worksorders.domain.finance.ledger import Event
from worksorders.steps.actor import Actor
from worksorders.steps.finance import ledger
from worksorders.steps.finance.contract import find_year
from worksorders.steps.lists.part import SIZE, Part, cut, place_in
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.work.orders import WorksOrder


def find_uncommitted(session: Session) -> Sequence[WorksOrder]:
    """Issued P1 orders that no contract year carries, the oldest first."""
    return session.scalars(_uncommitted()).all()


def uncommitted_part(session: Session, page: int = 1, size: int = SIZE) -> Part[WorksOrder]:
    """A page of the same."""
    place = place_in(session, _uncommitted(), page, size)
    return place.of(session.scalars(cut(_uncommitted(), place)))


def _uncommitted() -> Select[WorksOrder]:
    committed = exists().where(
        LedgerEntry.order_id == WorksOrder.id, LedgerEntry.event == Event.COMMITTED.value
    )
    return (
        select(WorksOrder)
        .where(WorksOrder.urgency == "P1", WorksOrder.issued_on.is_not(None), ~committed)
        .where(WorksOrder.state.not_in(ledger.OVER))
        .order_by(WorksOrder.issued_on, WorksOrder.id)
    )


def commit_uncommitted(session: Session, actor: Actor | None, now: datetime) -> int:
    """Commit those whose day of issue a contract covers by now, and bring them to what they say; returns how many."""
    covered = [
        order
        for order in find_uncommitted(session)
        if order.issued_on and find_year(session, order.issued_on) is not None
    ]
    for order in covered:
        ledger.commit_order(session, actor, order, now)
    ledger.settle_orders(session, actor, [order.id for order in covered], now)
    return len(covered)
