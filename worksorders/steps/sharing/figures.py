"""Per firm and region what was offered, accepted, declined and let lapse, and the hours accepted, so that sharing is seen."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.disclosure.offer import FirmShare, accepted_percent
from worksorders.gateways import csv_safe, places
from worksorders.steps.offers.settings import load_settings
from worksorders.store.tables.firms.contractors import Firm, FirmRegion, Worker, WorkingHours
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import Visit, WorksOrder

WEEK = Decimal(7)
HOUR = Decimal(60)


@dataclass(frozen=True, slots=True)
class FirmFigures:
    """A firm in a region over the period; minutes are those of visits in accepted offers, `available` what it could work.

    `waiting` are offers that can be answered yet; `withdrawn` were taken by another firm or taken back.
    """

    firm_id: uuid.UUID
    firm: str
    region_code: str
    region: str
    offers: int = 0
    accepted: int = 0
    declined: int = 0
    lapsed: int = 0
    withdrawn: int = 0
    waiting: int = 0
    minutes: int = 0
    available_minutes: int = 0

    @property
    def hours(self) -> Decimal:
        """Hours accepted, with one decimal."""
        return (Decimal(self.minutes) / HOUR).quantize(Decimal("0.1"))

    @property
    def accepted_percent(self) -> int | None:
        return accepted_percent(
            FirmShare(str(self.firm_id), self.minutes, self.available_minutes, self.offers, self.accepted)
        )

    @property
    def load_percent(self) -> Decimal | None:
        """Of the hours that the firm's people work, the per cent taken by accepted visits; None without hours."""
        if not self.available_minutes:
            return None
        return (Decimal(self.minutes) * 100 / Decimal(self.available_minutes)).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Sharing:
    """The figures asked for; `turn_days` is the period by which the cascade ranks firms."""

    days: int
    turn_days: int
    rows: tuple[FirmFigures, ...]

    def by_firm(self) -> tuple[FirmFigures, ...]:
        """Each firm once over all its regions, the one with most hours first."""
        found: dict[uuid.UUID, FirmFigures] = {}
        for row in self.rows:
            before = found.get(row.firm_id)
            found[row.firm_id] = _sum(before, row) if before else replace(row, region_code="", region="")
        return tuple(sorted(found.values(), key=lambda row: (-row.minutes, row.firm.lower(), row.firm_id)))


def find_sharing(session: Session, now: datetime, *, days: int = 30, region: str = "") -> Sharing:
    """Every active firm in each region that it serves, or worked in, in the last days; five queries."""
    since = now - timedelta(days=days)
    found = _served(session)
    states = _states(session, since)
    minutes = _minutes(session, since)
    names = {row.id: row.name for row in session.execute(select(Firm.id, Firm.name))}
    for key in states.keys() | minutes.keys():
        found.setdefault(key, _empty(key, names[key[0]]))
    available = _available(session, days)
    rows = [
        replace(
            row,
            minutes=minutes.get(key, 0),
            available_minutes=available.get(row.firm_id, 0),
            **_counts(states.get(key, {})),
        )
        for key, row in found.items()
        if not region or row.region_code == region
    ]
    order = {one.code: number for number, one in enumerate(places.regions())}
    rows.sort(
        key=lambda row: (
            order.get(row.region_code, 99),
            -row.minutes,
            -row.offers,
            row.firm.lower(),
            row.firm_id,
        )
    )
    return Sharing(days, load_settings(session).recent_days, tuple(rows))


def sharing_csv(sharing: Sharing) -> bytes:
    """One line a firm and region; safe from formulas."""
    header = (
        "region", "firm", "days", "offers", "accepted", "declined", "lapsed", "withdrawn", "waiting",
        "hours_accepted", "per_cent_of_own_hours",
    )  # fmt: skip
    return csv_safe.write_csv(
        header,
        (
            (
                row.region, row.firm, sharing.days, row.offers, row.accepted, row.declined, row.lapsed,
                row.withdrawn, row.waiting, row.hours, row.load_percent,
            )
            for row in sharing.rows
        ),
        bom=True,
    )  # fmt: skip


def _sum(one: FirmFigures, other: FirmFigures) -> FirmFigures:
    added = ("offers", "accepted", "declined", "lapsed", "withdrawn", "waiting", "minutes")
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in added})


def _counts(states: Mapping[str, int]) -> dict[str, Any]:
    return {
        "offers": sum(states.values()),
        "accepted": states.get("accepted", 0),
        "declined": states.get("declined", 0),
        "lapsed": states.get("lapsed", 0),
        "withdrawn": states.get("withdrawn", 0),
        "waiting": states.get("open", 0),
    }


def _empty(key: tuple[uuid.UUID, str], firm: str) -> FirmFigures:
    names = {row.code: row.name for row in places.regions()}
    return FirmFigures(key[0], firm, key[1], names.get(key[1], key[1]))


def _served(session: Session) -> dict[tuple[uuid.UUID, str], FirmFigures]:
    rows = session.execute(
        select(Firm.id, Firm.name, FirmRegion.region_code)
        .join(FirmRegion, FirmRegion.firm_id == Firm.id)
        .where(Firm.active)
    )
    return {(row.id, row.region_code): _empty((row.id, row.region_code), row.name) for row in rows}


def _states(session: Session, since: datetime) -> dict[tuple[uuid.UUID, str], dict[str, int]]:
    rows = session.execute(
        select(Offer.firm_id, WorksOrder.region_code, Offer.state, func.count())
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .where(Offer.opened_at >= since)
        .group_by(Offer.firm_id, WorksOrder.region_code, Offer.state)
    )
    found: dict[tuple[uuid.UUID, str], dict[str, int]] = defaultdict(dict)
    for firm_id, region, state, count in rows:
        found[firm_id, region][state] = int(count)
    return found


def _minutes(session: Session, since: datetime) -> dict[tuple[uuid.UUID, str], int]:
    """Minutes of the visits in accepted offers, each worker of a crew counted."""
    rows = session.execute(
        select(Offer.firm_id, WorksOrder.region_code, func.sum(Visit.minutes * Visit.crew))
        .join(WorksOrder, WorksOrder.id == Offer.order_id)
        .join(OfferVisit, OfferVisit.offer_id == Offer.id)
        .join(Visit, Visit.id == OfferVisit.visit_id)
        .where(Offer.opened_at >= since, Offer.state == "accepted", Visit.firm_id == Offer.firm_id)
        .group_by(Offer.firm_id, WorksOrder.region_code)
    )
    return {(firm_id, region): int(total) for firm_id, region, total in rows}


def _available(session: Session, days: int) -> dict[uuid.UUID, int]:
    """Minutes that a firm's active workers work in so many days."""
    rows = session.execute(
        select(Worker.firm_id, func.sum(WorkingHours.closes_minute - WorkingHours.opens_minute))
        .join(WorkingHours, WorkingHours.worker_id == Worker.id)
        .where(Worker.active)
        .group_by(Worker.firm_id)
    )
    return {firm_id: int(Decimal(weekly) * days / WEEK) for firm_id, weekly in rows}
