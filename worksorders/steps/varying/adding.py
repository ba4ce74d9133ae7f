"""What may be added on site: items that those present can do now, at the rate of the firm's card on the day of issue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.item import CatalogueItem, Kind
from worksorders.steps.ordering.lines import catalogue_of
from worksorders.steps.ordering.rates import FirmRate, RatesInForce, rates_in_force
from worksorders.store.tables.firms.contractors import WorkerTrade
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder

ON_SITE = frozenset({Kind.WORK, Kind.CHECK})


@dataclass(frozen=True)
class Addable:
    """An item with the firm's own rate, dollars ex GST a unit, and the rates of all firms for the record."""

    item: CatalogueItem
    own: FirmRate
    rates: tuple[FirmRate, ...]

    @property
    def code(self) -> str:
        return self.item.code

    @property
    def rate(self) -> Decimal:
        return self.own.rate


def addable_items(session: Session, visit: Visit, firm_id: uuid.UUID) -> dict[str, Addable]:
    """Items by code: no lead time, within the trades and the number of those who are there, with a rate at issue."""
    order = visit.order
    crew = _crew_trades(session, visit.id)
    able = {
        code: item
        for code, item in catalogue_of(session, order).items.items()
        if item.kind in ON_SITE
        and item.lead_working_days == 0
        and item.crew <= visit.crew
        and (item.trade.satisfied_by_crew(crew) or any(item.trade.satisfied_by(one) for one in crew))
    }
    rates = issue_rates(session, order, able)
    found = {}
    for code, item in able.items():
        of_item = rates.of(code, str(item.trade))
        own = next((rate for rate in of_item if rate.firm_id == firm_id), None)
        if own is not None:
            found[code] = Addable(item, own, of_item)
    return found


def openings_of(session: Session, order_id: uuid.UUID) -> Sequence[Opening]:
    """The openings that the order's work is at: where something may be added; the others were not looked at for it."""
    wanted = select(WorksLine.opening_id).where(
        WorksLine.order_id == order_id, WorksLine.removed_at.is_(None)
    )
    return session.scalars(
        select(Opening).where(Opening.id.in_(wanted)).order_by(Opening.position, Opening.id)
    ).all()


def issue_rates(session: Session, order: WorksOrder, codes: dict[str, CatalogueItem]) -> RatesInForce:
    """The cards that were in force on the day of issue: a later card never changes an issued order."""
    assert order.issued_on is not None
    return rates_in_force(session, order.region_code, codes, order.issued_on)


def _crew_trades(session: Session, visit_id: uuid.UUID) -> list[frozenset[str]]:
    rows = session.execute(
        select(WorkerTrade.worker_id, WorkerTrade.trade)
        .join(Booking, Booking.worker_id == WorkerTrade.worker_id)
        .where(Booking.visit_id == visit_id, Booking.state == "confirmed")
    )
    found: dict[uuid.UUID, set[str]] = {}
    for worker_id, trade in rows:
        found.setdefault(worker_id, set()).add(trade)
    return [frozenset(trades) for trades in found.values()]
