"""Keeps a firm's workers: trades, depot, weekly hours, absences, and who is on call."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.trade import TRADES
from worksorders.domain.errors import DomainError, Faults, RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.firms import own_firm
from worksorders.steps.people.party_check import check_later
from worksorders.steps.vetting.pins import clear_pins
from worksorders.store.tables.firms.contractors import Absence, Firm, Worker, WorkerTrade, WorkingHours

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = 24 * 60
LONGEST_TRAVEL = 480


@dataclass(frozen=True, slots=True)
class WorkerDetails:
    """A person and the depot from which they set out; the depot's place is public, never a home."""

    first_name: str
    last_name: str
    base_town: str
    base_lat: Decimal
    base_lon: Decimal
    trades: Collection[str]
    phone: str = ""
    max_travel_minutes: int = 90
    on_call: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A weekly stretch of work: weekday 0 is Monday, minutes of the local day."""

    weekday: int
    opens_minute: int
    closes_minute: int


OFFICE_HOURS = tuple(Stretch(weekday, 8 * 60, 17 * 60) for weekday in range(5))


def add_worker(
    session: Session,
    actor: Actor | None,
    firm_id: uuid.UUID,
    details: WorkerDetails,
    hours: Sequence[Stretch] = OFFICE_HOURS,
    *,
    of_many: bool = False,
) -> Worker:
    """Take a person into a firm; without checks on record nobody is sent anywhere yet.

    One `of_many` is written when all of them are.
    """
    firm = own_firm(session, actor, firm_id)
    worker = Worker(id=uuid.uuid4(), firm_id=firm.id, active=True, on_call=False)
    _write(worker, details)
    _check_hours(hours)
    worker.trades = [WorkerTrade(worker_id=worker.id, trade=trade) for trade in sorted(set(details.trades))]
    worker.hours = _rows(worker, hours)
    session.add(worker)
    if not of_many:
        session.flush()
    check_later(session, worker_id=worker.id)
    _note(session, actor, "worker.added", worker, {"trades": sorted(details.trades)})
    return worker


def change_worker(
    session: Session, actor: Actor | None, worker_id: uuid.UUID, details: WorkerDetails
) -> Worker:
    """Correct a worker's details and trades."""
    worker = own_worker(session, actor, worker_id)
    _write(worker, details)
    _set_trades(session, worker, details.trades)
    check_later(session, worker_id=worker.id)
    _note(session, actor, "worker.changed", worker, {"trades": sorted(details.trades)})
    return worker


def set_trades(
    session: Session, actor: Actor | None, worker_id: uuid.UUID, trades: Collection[str]
) -> Worker:
    """Let a worker do these trades and no others."""
    worker = own_worker(session, actor, worker_id)
    _set_trades(session, worker, trades)
    _note(session, actor, "worker.changed", worker, {"trades": sorted(trades)})
    return worker


def set_worker_active(session: Session, actor: Actor | None, worker_id: uuid.UUID, *, active: bool) -> Worker:
    """Take a worker out of every later plan and offer, or back in."""
    worker = own_worker(session, actor, worker_id)
    if worker.active == active:
        state = "active" if active else "stopped"
        raise RefusedError(f"{worker.first_name} is {state} already.", state=state, action="set active")
    worker.active = active
    if not active:
        clear_pins(session, actor, worker_id=worker.id)
    _note(session, actor, "worker.started" if active else "worker.stopped", worker)
    return worker


def set_on_call(session: Session, actor: Actor | None, worker_id: uuid.UUID, *, on_call: bool) -> Worker:
    """Say whether a worker may be reached outside hours for an urgent visit."""
    worker = own_worker(session, actor, worker_id)
    worker.on_call = on_call
    _note(session, actor, "worker.on_call", worker, {"on_call": on_call})
    return worker


def set_hours(
    session: Session, actor: Actor | None, worker_id: uuid.UUID, hours: Sequence[Stretch]
) -> Worker:
    """Replace the weekly hours; raises FaultsError naming the day (`hours-0` is Monday) for every fault."""
    worker = own_worker(session, actor, worker_id)
    _replace_hours(session, worker, hours)
    _note(session, actor, "worker.hours_changed", worker, {"stretches": len(hours)})
    return worker


def add_absence(
    session: Session, actor: Actor | None, worker_id: uuid.UUID, from_on: date, to_on: date, *, note: str = ""
) -> Absence:
    """Keep days without work, both ends included; raises FaultsError for a last day before the first."""
    worker = own_worker(session, actor, worker_id)
    faults = Faults()
    faults.require(
        from_on <= to_on,
        "to_on",
        f"The last day, {to_on.isoformat()}, is before the first, {from_on.isoformat()}.",
    )
    faults.raise_if_any()
    row = Absence(id=uuid.uuid4(), worker_id=worker.id, from_on=from_on, to_on=to_on, note=note.strip())
    session.add(row)
    session.flush()
    _note(session, actor, "worker.absent", worker, {"from": from_on.isoformat(), "to": to_on.isoformat()})
    return row


def remove_absence(session: Session, actor: Actor | None, absence_id: uuid.UUID) -> Worker:
    """Take an absence back."""
    row = own_absence(session, actor, absence_id)
    worker = session.get_one(Worker, row.worker_id)
    dates = {"from": row.from_on.isoformat(), "to": row.to_on.isoformat()}
    session.delete(row)
    session.flush()
    _note(session, actor, "worker.absence_removed", worker, dates)
    return worker


def own_worker(session: Session, actor: Actor | None, worker_id: uuid.UUID) -> Worker:
    """The worker, for everybody who may keep the firm; raises NotFoundError."""
    worker = session.get(Worker, worker_id)
    if worker is None:
        raise NotFoundError("There is no such worker.")
    own_firm(session, actor, worker.firm_id)
    return worker


def own_absence(session: Session, actor: Actor | None, absence_id: uuid.UUID) -> Absence:
    """An absence of a worker that the actor may keep; raises NotFoundError."""
    row = session.get(Absence, absence_id)
    if row is None:
        raise NotFoundError("There is no such absence.")
    own_worker(session, actor, row.worker_id)
    return row


def worker_choices(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Active workers of active firms as `firm: name`, to choose from."""
    rows = session.execute(
        select(Worker.id, Firm.name, Worker.first_name, Worker.last_name)
        .join(Firm, Firm.id == Worker.firm_id)
        .where(Worker.active, Firm.active)
        .order_by(func.lower(Firm.name), Worker.first_name, Worker.last_name, Worker.id)
    )
    return [(row.id, f"{row.name}: {row.first_name} {row.last_name}") for row in rows]


def absences_from(session: Session, worker_id: uuid.UUID, today: date) -> Sequence[Absence]:
    """Absences that are not over yet, in their order."""
    return session.scalars(
        select(Absence)
        .where(Absence.worker_id == worker_id, Absence.to_on >= today)
        .order_by(Absence.from_on, Absence.id)
    ).all()


def check_details(details: WorkerDetails) -> None:
    """Raise FaultsError with every fault of a worker's details."""
    faults = Faults()
    faults.require(details.first_name.strip(), "first_name", "Enter the first name.")
    faults.require(details.last_name.strip(), "last_name", "Enter the last name.")
    faults.require(details.base_town.strip(), "base_town", "Enter the town of the depot.")
    in_country = -53 <= details.base_lat <= -29 and (details.base_lon >= 160 or details.base_lon <= -170)
    faults.require(
        in_country,
        "base_town",
        f"{details.base_lat}, {details.base_lon} is not in New Zealand: give degrees, such as -36.8485, 174.7635.",
    )
    known = set(TRADES)
    faults.require(details.trades, "trades", "Choose at least one trade.")
    for trade in sorted(set(details.trades) - known):
        faults.add("trades", f"“{trade}” is not a trade: use one of {', '.join(TRADES)}.")
    faults.require(
        0 < details.max_travel_minutes <= LONGEST_TRAVEL,
        "max_travel_minutes",
        f"{details.max_travel_minutes} minutes of travel: give 1 to {LONGEST_TRAVEL}.",
    )
    faults.raise_if_any()


def _write(worker: Worker, details: WorkerDetails) -> None:
    check_details(details)
    worker.first_name, worker.last_name = details.first_name.strip(), details.last_name.strip()
    worker.phone, worker.base_town = details.phone.strip() or None, details.base_town.strip()
    worker.base_lat, worker.base_lon = details.base_lat, details.base_lon
    worker.max_travel_minutes, worker.on_call = details.max_travel_minutes, details.on_call


def _set_trades(session: Session, worker: Worker, trades: Collection[str]) -> None:
    wanted = set(trades)
    for row in list(worker.trades):
        if row.trade not in wanted:
            worker.trades.remove(row)
            session.delete(row)
    for trade in sorted(wanted - {row.trade for row in worker.trades}):
        worker.trades.append(WorkerTrade(worker_id=worker.id, trade=trade))
    session.flush()


def _replace_hours(session: Session, worker: Worker, hours: Sequence[Stretch]) -> None:
    _check_hours(hours)
    for row in list(worker.hours):
        worker.hours.remove(row)
        session.delete(row)
    session.flush()
    worker.hours.extend(_rows(worker, hours))
    session.flush()


def _rows(worker: Worker, hours: Sequence[Stretch]) -> list[WorkingHours]:
    return [
        WorkingHours(
            id=uuid.uuid4(),
            worker_id=worker.id,
            weekday=stretch.weekday,
            opens_minute=stretch.opens_minute,
            closes_minute=stretch.closes_minute,
        )
        for stretch in sorted(hours)
    ]


def _check_hours(hours: Sequence[Stretch]) -> None:
    faults = Faults()
    for stretch in hours:
        if not 0 <= stretch.weekday < len(WEEKDAYS):
            raise DomainError(f"{stretch.weekday} is not a weekday: Monday is 0 and Sunday 6.")
        if not 0 <= stretch.opens_minute < stretch.closes_minute <= MIDNIGHT:
            day = WEEKDAYS[stretch.weekday]
            faults.add(f"hours-{stretch.weekday}", f"{day} ends before it begins: give the start first.")
    ordered = sorted(hours)
    for first, second in pairwise(ordered):
        if first.weekday == second.weekday and second.opens_minute < first.closes_minute:
            day = WEEKDAYS[first.weekday]
            faults.add(f"hours-{first.weekday}", f"Two stretches of {day} overlap: join them or part them.")
    faults.raise_if_any()


def _note(
    session: Session,
    actor: Actor | None,
    action: str,
    worker: Worker,
    detail: dict[str, Any] | None = None,
) -> None:
    audit.record(session, actor, action, ("worker", worker.id), detail=detail)
