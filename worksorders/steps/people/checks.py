"""The vetting register: recording checks, warning before they lapse, and what a trade or region lacks on a day.

What a trade needs, and what counts as valid, is decided by worksorders.domain.people.vetting.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain.errors import Fault, FaultsError, NotPermittedError
from worksorders.domain.local_time import local_day
from worksorders.domain.people import vetting
from worksorders.domain.people.check_kinds import Register
from worksorders.domain.people.vetting import Check, Holder
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.firms import own_firm
from worksorders.steps.people.workers import own_worker
from worksorders.store.tables.firms.contractors import Absence, Firm, FirmRegion, VettingCheck, Worker

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CheckDetails:
    """A check as it stands on the document; no `expires_on` means that it does not lapse."""

    kind: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A check that has lapsed (`within_days` 0) or will within 7, 30 or 60 days, and no later one replaces."""

    firm_id: uuid.UUID
    firm_name: str
    worker_id: uuid.UUID | None
    worker_name: str
    kind: str
    label: str
    expires_on: date
    within_days: int


def record(
    session: Session,
    actor: Actor | None,
    details: CheckDetails,
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
    now: datetime,
    among: Register | None = None,
) -> VettingCheck:
    """Keep a check of a firm or of a worker; a renewed one is a new row, so that past days keep theirs.

    It counts once a second person has verified it (steps.vetting.verdicts). Where the document names no last day,
    its kind says how long it counts. `among` are the kinds, read once for many checks that are then written together.
    Raises FaultsError with every fault, NotPermittedError for a firm that would clear its own people.
    """
    if actor is not None and actor.role not in KEEPERS:
        raise NotPermittedError("Checks are recorded by the programme's own staff, never by a firm itself.")
    if worker_id is not None:
        own_worker(session, actor, worker_id)
    elif firm_id is not None:
        own_firm(session, actor, firm_id)
    holder = Holder.WORKER if worker_id is not None else Holder.FIRM
    new = Check(details.kind, holder, details.issued_on, details.expires_on)
    register, today = among or load_register(session), local_day(now)
    found = vetting.check_new(
        register, holder, new, number=details.number, issuer=details.issuer, today=today
    )
    if found:
        raise FaultsError(Fault(field, message) for field, message in found)
    row = VettingCheck(
        id=uuid.uuid4(),
        firm_id=None if worker_id else firm_id,
        worker_id=worker_id,
        kind=details.kind,
        number=details.number.strip(),
        issuer=details.issuer.strip(),
        issued_on=details.issued_on,
        expires_on=vetting.counts_until(register, holder, new, today),
        state="entered",
        recorded_at=now,
        recorded_by=actor.user_id if actor else None,
    )
    session.add(row)
    if among is None:
        session.flush()
    subject = ("worker", worker_id) if worker_id else ("firm", firm_id or row.id)
    audit.record(session, actor, "check.recorded", subject, detail={"kind": row.kind, "check": str(row.id)})
    return row


def checks_of(
    session: Session, *, firm_id: uuid.UUID | None = None, worker_id: uuid.UUID | None = None
) -> Sequence[VettingCheck]:
    """Every check of a firm or of a worker, by kind, the newest of a kind first."""
    holder = VettingCheck.worker_id == worker_id if worker_id else VettingCheck.firm_id == firm_id
    return session.scalars(
        select(VettingCheck)
        .where(holder)
        .order_by(VettingCheck.kind, VettingCheck.issued_on.desc(), VettingCheck.id)
    ).all()


def as_checks(rows: Iterable[VettingCheck]) -> tuple[Check, ...]:
    """Rows as the domain sees them."""
    return tuple(
        Check(row.kind, Holder.WORKER if row.worker_id else Holder.FIRM, row.issued_on, row.expires_on)
        for row in rows
    )


def lapsing(session: Session, today: date) -> tuple[Lapsing, ...]:
    """Checks of active workers and firms to warn of, soonest first; two queries whatever the number.

    Read are all checks of whoever has one that lapses in the time of which is warned, since a later one replaces it.
    """
    warned: list[Lapsing] = []
    register = load_register(session)
    by_holder: dict[uuid.UUID, list[tuple[VettingCheck, Worker | None, Firm]]] = defaultdict(list)
    for row, person, firm in session.execute(_of_holders_that_lapse(today)):
        by_holder[row.worker_id or firm.id].append((row, person, firm))
    for held in by_holder.values():
        _, worker, firm = held[0]
        name = f"{worker.first_name} {worker.last_name}" if worker else ""
        for check, days in vetting.lapsing(as_checks(row for row, _, _ in held), today):
            assert check.expires_on is not None
            warned.append(
                Lapsing(
                    firm.id,
                    firm.name,
                    worker.id if worker else None,
                    name,
                    check.kind,
                    register.label(check.kind),
                    check.expires_on,
                    days,
                )
            )
    return tuple(sorted(warned, key=lambda w: (w.expires_on, w.firm_name, w.worker_name, w.kind)))


def _of_holders_that_lapse(today: date) -> Select[VettingCheck, Worker, Firm]:
    near = VettingCheck.expires_on <= today + DAY * max(vetting.WARN_DAYS)
    verified = VettingCheck.state == "verified"
    people = select(VettingCheck.worker_id).where(verified, near, VettingCheck.worker_id.is_not(None))
    firms = select(VettingCheck.firm_id).where(verified, near, VettingCheck.firm_id.is_not(None))
    return (
        select(VettingCheck, Worker, Firm)
        .outerjoin(Worker, Worker.id == VettingCheck.worker_id)
        .join(Firm, Firm.id == func.coalesce(Worker.firm_id, VettingCheck.firm_id))
        .where(
            verified,
            Firm.active,
            or_(Worker.id.is_(None), Worker.active),
            or_(VettingCheck.worker_id.in_(people), VettingCheck.firm_id.in_(firms)),
        )
        .order_by(func.lower(VettingCheck.kind), VettingCheck.issued_on, VettingCheck.id)
    )


@dataclass(frozen=True, slots=True)
class TradeCover:
    """How many workers of a trade a region has on a day: known there, and present and cleared."""

    region: str
    trade: str
    known: int
    cleared: int


def cover(
    session: Session, on: date, *, regions: Collection[str], trades: Collection[str]
) -> tuple[TradeCover, ...]:
    """Each region and trade with its workers on the day, those without a cleared one first; six queries."""
    people, register = _people(session, on), load_register(session)
    rows = []
    for region in regions:
        for trade in trades:
            there = [person for person in people if region in person.regions and trade in person.trades]
            able = [
                p
                for p in there
                if on not in p.absent_on and vetting.cleared_trades(register, [trade], p.checks, on)
            ]
            rows.append(TradeCover(region, trade, len(there), len(able)))
    order = {region: number for number, region in enumerate(regions)}
    return tuple(sorted(rows, key=lambda row: (row.cleared > 0, order[row.region], row.trade)))


@dataclass(frozen=True, slots=True)
class WorkerLack:
    """What keeps a worker from a trade on a day."""

    worker_id: uuid.UUID
    name: str
    firm_name: str
    reasons: tuple[str, ...]


def lacks(session: Session, on: date, *, region: str, trade: str) -> tuple[WorkerLack, ...]:
    """The region's workers of a trade who may not be sent on the day, each with every reason."""
    found, register = [], load_register(session)
    for worker, firm, checks, away in _loaded(session, on):
        in_region = any(row.region_code == region for row in firm.regions)
        if not in_region or all(row.trade != trade for row in worker.trades):
            continue
        reasons = [missing.reason for missing in vetting.missing_checks(register, trade, checks, on)]
        if away:
            reasons.append("absent on that day")
        if reasons:
            name = f"{worker.first_name} {worker.last_name}"
            found.append(WorkerLack(worker.id, name, firm.name, tuple(reasons)))
    return tuple(sorted(found, key=lambda lack: (lack.firm_name, lack.name)))


def regions_served(session: Session) -> tuple[str, ...]:
    """The codes of regions that some active firm serves."""
    return tuple(
        session.scalars(
            select(FirmRegion.region_code)
            .join(Firm, Firm.id == FirmRegion.firm_id)
            .where(Firm.active)
            .distinct()
            .order_by(FirmRegion.region_code)
        )
    )


def _people(session: Session, on: date) -> list[vetting.Cover]:
    return [
        vetting.Cover(
            frozenset(row.region_code for row in firm.regions),
            frozenset(row.trade for row in worker.trades),
            checks,
            frozenset({on}) if away else frozenset(),
        )
        for worker, firm, checks, away in _loaded(session, on)
    ]


def _loaded(session: Session, on: date) -> list[tuple[Worker, Firm, tuple[Check, ...], bool]]:
    """Active workers of active firms with all checks of both, and whether they are absent on the day."""
    rows = session.execute(
        select(Worker, Firm)
        .join(Firm, Firm.id == Worker.firm_id)
        .where(Worker.active, Firm.active)
        .options(selectinload(Worker.trades), selectinload(Firm.regions))
    ).all()
    workers = {worker.id for worker, _ in rows}
    firms = {firm.id for _, firm in rows}
    held: dict[uuid.UUID, list[VettingCheck]] = defaultdict(list)
    for check in _held(session, workers, firms):
        held[check.worker_id or check.firm_id or check.id].append(check)
    away = set(
        session.scalars(
            select(Absence.worker_id).where(
                Absence.worker_id.in_(workers), Absence.from_on <= on, Absence.to_on >= on
            )
        )
    )
    return [
        (worker, firm, as_checks([*held[worker.id], *held[firm.id]]), worker.id in away)
        for worker, firm in rows
    ]


def _held(
    session: Session, workers: Collection[uuid.UUID], firms: Collection[uuid.UUID]
) -> Sequence[VettingCheck]:
    return session.scalars(
        select(VettingCheck)
        .where(
            VettingCheck.state == "verified",
            or_(VettingCheck.worker_id.in_(workers), VettingCheck.firm_id.in_(firms)),
        )
        .order_by(func.lower(VettingCheck.kind), VettingCheck.issued_on, VettingCheck.id)
    ).all()
