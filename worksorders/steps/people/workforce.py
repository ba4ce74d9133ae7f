"""Who works where and when, loaded in a constant number of queries for offers and for planning."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from worksorders.domain.people.check_kinds import Register, starting_register
from worksorders.domain.people.vetting import Check, Holder
from worksorders.domain.workdays import public_holidays
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.extra_time import agreed_for_workers, joined
from worksorders.store.tables.firms.contractors import (
    Absence,
    Agreement,
    Firm,
    FirmRegion,
    VettingCheck,
    Worker,
    WorkerTrade,
    WorkingHours,
)
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.cases import NeverSend

LOCAL = ZoneInfo("Pacific/Auckland")
Stretch = tuple[int, int]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Person:
    """A worker with what decides where that worker may go; minutes are of the local day, spans aware UTC."""

    worker_id: uuid.UUID
    firm_id: uuid.UUID
    first_name: str
    firm_name: str
    trades: frozenset[str]
    regions: frozenset[str]
    base: tuple[float, float] = field(repr=False)
    max_travel_minutes: int
    on_call: bool
    hours: Mapping[int, tuple[Stretch, ...]]
    absences: tuple[tuple[date, date], ...]
    checks: tuple[Check, ...]
    firm_checks: tuple[Check, ...]
    agreements: tuple[tuple[date, date | None], ...]
    booked: tuple[Span, ...]
    register: Register = field(default_factory=starting_register, repr=False)
    extra: tuple[tuple[date, int, int], ...] = ()

    def stretches(self, on: date) -> tuple[Stretch, ...]:
        """Working hours of a day with what the firm agreed to beyond them; bookings are not taken off.

        None when absent; on a public holiday only what was agreed.
        """
        if self.is_away(on):
            return ()
        usual = () if on in public_holidays(on.year) else self.hours.get(on.weekday(), ())
        more = [(opens, closes) for day, opens, closes in self.extra if day == on]
        return joined((*usual, *more)) if more else usual

    def is_away(self, on: date) -> bool:
        """Whether the day lies in an absence; then being on call does not count."""
        return any(first <= on <= last for first, last in self.absences)

    def is_free(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether no booking overlaps the time."""
        return all(end_at <= begin or end <= start_at for begin, end in self.booked)

    def works_during(self, start_at: datetime, end_at: datetime) -> bool:
        """Whether the time lies within one stretch of that local day."""
        start, end = start_at.astimezone(LOCAL), end_at.astimezone(LOCAL)
        if start.date() != end.date():
            return False
        first, last = start.hour * 60 + start.minute, end.hour * 60 + end.minute
        return any(opens <= first and last <= closes for opens, closes in self.stretches(start.date()))

    def agreed_on(self, on: date) -> bool:
        """Whether the firm has an agreement in force on the day."""
        return any(first <= on and (last is None or on <= last) for first, last in self.agreements)


@dataclass(frozen=True)
class Workforce:
    """Everybody active in some regions over some days, and whom each case is never sent to."""

    people: tuple[Person, ...]
    never: frozenset[tuple[uuid.UUID, uuid.UUID]] = field(repr=False)

    def barred(self, case_id: uuid.UUID, person: Person) -> bool:
        """Whether this person or the firm must never learn of the case."""
        return (case_id, person.worker_id) in self.never or (case_id, person.firm_id) in self.never


def midnight(on: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(on, time(), LOCAL)


def load_workforce(
    session: Session,
    *,
    first_on: date,
    last_on: date,
    case_ids: Collection[uuid.UUID],
    region_codes: Collection[str] | None = None,
) -> Workforce:
    """Active workers of active firms that serve one of the regions (None: all), with what holds over the days."""
    regions = _regions(session, region_codes)
    rows = session.execute(
        select(Worker, Firm)
        .join(Firm, Firm.id == Worker.firm_id)
        .where(Worker.active, Firm.active, Worker.firm_id.in_(regions))
        .order_by(Worker.id)
    ).all()
    worker_ids = [worker.id for worker, _ in rows]
    firm_ids = {firm.id for _, firm in rows}
    trades = _gather(
        (row.worker_id, row.trade)
        for row in session.scalars(select(WorkerTrade).where(WorkerTrade.worker_id.in_(worker_ids)))
    )
    hours = _hours(session, worker_ids)
    absences = _gather(
        (row.worker_id, (row.from_on, row.to_on))
        for row in session.scalars(
            select(Absence).where(
                Absence.worker_id.in_(worker_ids), Absence.from_on <= last_on, Absence.to_on >= first_on
            )
        )
    )
    checks = _checks(session, worker_ids, firm_ids)
    register = load_register(session)
    agreements = _gather(
        (row.firm_id, (row.valid_from, row.valid_to))
        for row in session.scalars(select(Agreement).where(Agreement.firm_id.in_(firm_ids)))
    )
    extra = agreed_for_workers(session, worker_ids)
    booked = _booked(session, worker_ids, midnight(first_on), midnight(last_on + timedelta(days=2)))
    people = tuple(
        Person(
            worker_id=worker.id,
            firm_id=firm.id,
            first_name=worker.first_name,
            firm_name=firm.name,
            trades=frozenset(trades[worker.id]),
            regions=frozenset(regions[firm.id]),
            base=(float(worker.base_lat), float(worker.base_lon)),
            max_travel_minutes=worker.max_travel_minutes,
            on_call=worker.on_call,
            hours=hours.get(worker.id, {}),
            absences=tuple(absences[worker.id]),
            checks=tuple(checks[worker.id]),
            firm_checks=tuple(checks[firm.id]),
            agreements=tuple(agreements[firm.id]),
            booked=tuple(booked[worker.id]),
            register=register,
            extra=tuple((one.falls_on, one.opens_minute, one.closes_minute) for one in extra[worker.id]),
        )
        for worker, firm in rows
    )
    return Workforce(people, _never(session, case_ids))


def _regions(session: Session, region_codes: Collection[str] | None) -> dict[uuid.UUID, list[str]]:
    """Every region of each firm that serves at least one of those asked for."""
    regions = _gather((row.firm_id, row.region_code) for row in session.scalars(select(FirmRegion)))
    if region_codes is None:
        return regions
    wanted = set(region_codes)
    return defaultdict(list, {firm: codes for firm, codes in regions.items() if wanted.intersection(codes)})


def _hours(session: Session, worker_ids: list[uuid.UUID]) -> dict[uuid.UUID, dict[int, tuple[Stretch, ...]]]:
    hours: dict[uuid.UUID, dict[int, tuple[Stretch, ...]]] = defaultdict(dict)
    found = select(WorkingHours).where(WorkingHours.worker_id.in_(worker_ids))
    for row in session.scalars(found.order_by(WorkingHours.weekday, WorkingHours.opens_minute)):
        day = hours[row.worker_id]
        day[row.weekday] = (*day.get(row.weekday, ()), (row.opens_minute, row.closes_minute))
    return hours


def _checks(
    session: Session, worker_ids: list[uuid.UUID], firm_ids: set[uuid.UUID]
) -> dict[uuid.UUID, list[Check]]:
    rows = session.scalars(
        select(VettingCheck).where(
            VettingCheck.state == "verified",
            or_(VettingCheck.worker_id.in_(worker_ids), VettingCheck.firm_id.in_(firm_ids)),
        )
    )
    return _gather(
        (
            row.worker_id or row.firm_id,
            Check(row.kind, Holder.WORKER if row.worker_id else Holder.FIRM, row.issued_on, row.expires_on),
        )
        for row in rows
    )


def _booked(
    session: Session, worker_ids: list[uuid.UUID], start_at: datetime, end_at: datetime
) -> dict[uuid.UUID, list[Span]]:
    rows = session.execute(
        select(Booking.worker_id, func.lower(Booking.during), func.upper(Booking.during)).where(
            Booking.worker_id.in_(worker_ids),
            Booking.state != "released",
            Booking.during.op("&&")(Range(start_at, end_at)),
        )
    )
    return _gather((row[0], (row[1], row[2])) for row in rows)


def _never(session: Session, case_ids: Collection[uuid.UUID]) -> frozenset[tuple[uuid.UUID, uuid.UUID]]:
    rows = session.scalars(select(NeverSend).where(NeverSend.case_id.in_(list(case_ids))))
    return frozenset((row.case_id, other) for row in rows if (other := row.worker_id or row.firm_id))


def _gather(pairs: Iterable[tuple[uuid.UUID | None, Any]]) -> dict[uuid.UUID, list[Any]]:
    gathered: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for key, value in pairs:
        if key is not None:
            gathered[key].append(value)
    return gathered
