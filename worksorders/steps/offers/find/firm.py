"""A firm's own page: its workers, trades, checks with their days, hours, and its share of the work."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.local_time import local_day
from worksorders.domain.people.vetting import Check, Holder, lapse_warning
from worksorders.gateways import places
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.offers.settings import load_settings
from worksorders.steps.people.check_register import load_register
from worksorders.store.tables.firms.contractors import Absence, Firm, VettingCheck, Worker, WorkingHours
from worksorders.store.tables.work.offers import Offer

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class CheckRow:
    """A check as held; `warning` is 0 once lapsed, 7, 30 or 60 within so many days of it, else None.

    One that nobody has verified yet does not count.
    """

    label: str
    expires_on: date | None
    warning: int | None
    verified: bool = True


@dataclass(frozen=True)
class WorkerRow:
    """A worker of the firm; `hours` are texts such as "Monday 8:00–17:00", absences both days included."""

    id: uuid.UUID
    name: str
    trades: tuple[str, ...]
    on_call: bool
    active: bool
    base_town: str
    hours: tuple[str, ...]
    absences: tuple[tuple[date, date], ...]
    checks: tuple[CheckRow, ...]


@dataclass(frozen=True)
class FirmPage:
    """All that a firm sees of itself; `offered` and `accepted` count its offers of the last `recent_days` days."""

    name: str
    code: str
    regions: tuple[str, ...]
    checks: tuple[CheckRow, ...]
    workers: tuple[WorkerRow, ...]
    offered: int
    accepted: int
    recent_days: int


def find_own_firm(session: Session, actor: Actor, now: datetime) -> FirmPage:
    """The actor's own firm, in a constant number of queries; raises NotFoundError for users without one."""
    firm_id, today = actor.require_firm(), local_day(now)
    firm = session.scalar(
        select(Firm)
        .where(Firm.id == firm_id)
        .options(
            selectinload(Firm.regions),
            selectinload(Firm.workers).selectinload(Worker.trades),
            selectinload(Firm.workers).selectinload(Worker.hours),
            selectinload(Firm.workers).selectinload(Worker.absences),
        )
    )
    if firm is None:
        raise NotFoundError("There is no such firm.")
    checks = _checks(session, firm, today)
    recent_days = load_settings(session).recent_days
    counts = session.execute(
        select(Offer.state, func.count())
        .where(Offer.firm_id == firm_id, Offer.opened_at >= now - timedelta(days=recent_days))
        .group_by(Offer.state)
    ).all()
    return FirmPage(
        name=firm.name,
        code=firm.code,
        regions=tuple(places.region(row.region_code).name for row in firm.regions),
        checks=checks.get(firm.id, ()),
        workers=tuple(_worker(worker, checks.get(worker.id, ()), today) for worker in firm.workers),
        offered=sum(count for _, count in counts),
        accepted=sum(count for state, count in counts if state == "accepted"),
        recent_days=recent_days,
    )


def _checks(session: Session, firm: Firm, today: date) -> dict[uuid.UUID, tuple[CheckRow, ...]]:
    found: dict[uuid.UUID, tuple[CheckRow, ...]] = {}
    register = load_register(session)
    ids = [worker.id for worker in firm.workers]
    rows = session.scalars(
        select(VettingCheck)
        .where(
            VettingCheck.state != "refused",
            (VettingCheck.firm_id == firm.id) | VettingCheck.worker_id.in_(ids),
        )
        .order_by(VettingCheck.kind, VettingCheck.expires_on, VettingCheck.id)
    )
    for row in rows:
        holder = Holder.WORKER if row.worker_id else Holder.FIRM
        owner = row.worker_id or firm.id
        label = register.label(row.kind)
        warning = lapse_warning(Check(row.kind, holder, row.issued_on, row.expires_on), today)
        found[owner] = (
            *found.get(owner, ()),
            CheckRow(label, row.expires_on, warning, row.state == "verified"),
        )
    return found


def _worker(worker: Worker, checks: tuple[CheckRow, ...], today: date) -> WorkerRow:
    return WorkerRow(
        id=worker.id,
        name=f"{worker.first_name} {worker.last_name}",
        trades=tuple(row.trade for row in worker.trades),
        on_call=worker.on_call,
        active=worker.active,
        base_town=worker.base_town,
        hours=tuple(_hours(row) for row in worker.hours),
        absences=_absences(worker.absences, today),
        checks=checks,
    )


def _hours(row: WorkingHours) -> str:
    return f"{DAYS[row.weekday]} {_clock(row.opens_minute)}–{_clock(row.closes_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


def _absences(rows: list[Absence], today: date) -> tuple[tuple[date, date], ...]:
    return tuple(sorted((row.from_on, row.to_on) for row in rows if row.to_on >= today))
