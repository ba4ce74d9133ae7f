"""What a line costs: rate cards in force of firms that serve the region and the trade, and the order's totals."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue.trade import parse_trade
from worksorders.domain.money import gst_cents, gst_rate_on, line_cents
from worksorders.store.tables.firms.contractors import (
    Agreement,
    Firm,
    FirmRegion,
    RateCard,
    RateLine,
    Worker,
    WorkerTrade,
)
from worksorders.store.tables.work.orders import WorksLine


@dataclass(frozen=True, slots=True)
class FirmRate:
    """A firm's agreed rate of an item (NZD a unit, before GST) by its card in force."""

    firm_id: uuid.UUID
    rate_card_id: uuid.UUID
    unit: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Of an order in cents: before GST, the GST on the total, and both."""

    net_cents: int
    gst_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.gst_cents


@dataclass(frozen=True, slots=True)
class RatesInForce:
    """The rates of one region on one day: by item code, and which trades the workers of each firm have."""

    by_item: Mapping[str, tuple[FirmRate, ...]]
    trades: Mapping[uuid.UUID, frozenset[str]]

    def of(self, item_code: str, trade: str) -> tuple[FirmRate, ...]:
        """The rates of firms with somebody of the trade, the highest first; the order is total."""
        wanted = parse_trade(trade)
        able = [
            rate
            for rate in self.by_item.get(item_code, ())
            if wanted.could_join(self.trades.get(rate.firm_id, frozenset()))
        ]
        return tuple(sorted(able, key=lambda rate: (-rate.rate, rate.firm_id)))


def rates_in_force(session: Session, region_code: str, item_codes: Iterable[str], on: date) -> RatesInForce:
    """The cards in force on the day, of active firms that serve the region, in two queries."""
    rows = session.execute(
        select(Agreement.firm_id, RateCard.id, RateLine.item_code, RateLine.unit, RateLine.rate)
        .join(RateCard, RateCard.agreement_id == Agreement.id)
        .join(RateLine, RateLine.rate_card_id == RateCard.id)
        .join(Firm, Firm.id == Agreement.firm_id)
        .join(FirmRegion, FirmRegion.firm_id == Agreement.firm_id)
        .where(
            Firm.active,
            FirmRegion.region_code == region_code,
            RateCard.valid.contains(on),
            Agreement.valid_from <= on,
            (Agreement.valid_to.is_(None)) | (Agreement.valid_to >= on),
            RateLine.item_code.in_(set(item_codes)),
        )
    ).all()
    by_item: dict[str, list[FirmRate]] = defaultdict(list)
    for row in rows:
        by_item[row.item_code].append(FirmRate(row.firm_id, row.id, row.unit, row.rate))
    return RatesInForce(
        {code: tuple(found) for code, found in by_item.items()},
        _trades(session, {row.firm_id for row in rows}),
    )


def _trades(session: Session, firm_ids: set[uuid.UUID]) -> dict[uuid.UUID, frozenset[str]]:
    found: dict[uuid.UUID, set[str]] = defaultdict(set)
    rows = session.execute(
        select(Worker.firm_id, WorkerTrade.trade)
        .join(WorkerTrade, WorkerTrade.worker_id == Worker.id)
        .where(Worker.firm_id.in_(firm_ids), Worker.active)
    )
    for firm_id, trade in rows:
        found[firm_id].add(trade)
    return {firm_id: frozenset(trades) for firm_id, trades in found.items()}


def totals(lines: Iterable[WorksLine], on: date) -> Totals:
    """The sum of the lines that were not removed, with GST on the total at the rate of the day."""
    net = sum(line_cents(line.quantity, line.rate) for line in lines if line.removed_at is None)
    return Totals(net, gst_cents(net, gst_rate_on(on)))
