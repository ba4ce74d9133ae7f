"""What a firm asks the office for: other regions, other trades of a worker, a new worker; nothing changes before it agrees."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalogue.trade import TRADES
from worksorders.domain.errors import Fault, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.own_firm.people import office, own_person
from worksorders.steps.people import firms, workers
from worksorders.steps.people.places import region_choices, region_name
from worksorders.steps.people.workers import WorkerDetails
from worksorders.steps.tell.api import notify_firm
from worksorders.store.tables.firms.contractors import Firm, FirmRegion, Worker, WorkerTrade
from worksorders.store.tables.firms.vetting import FirmRequest
from worksorders.store.tables.identity.people import AppUser

SHOWN = 20
WAITING = "waiting"
DECIDERS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in words: `what` says what is asked, `now` what is in force."""

    id: uuid.UUID
    firm: str
    what: str
    before: str
    asked_by: str
    asked_at: datetime
    state: str
    note: str


def ask_regions(session: Session, actor: Actor, region_codes: Collection[str], now: datetime) -> FirmRequest:
    """Ask to take work in these regions; a request that waits already is replaced."""
    firm_id = office(actor)
    known = dict(region_choices())
    wanted = sorted(set(region_codes))
    if not wanted or set(wanted) - set(known):
        raise FaultsError([Fault("regions", "Choose at least one region of the list.")])
    if wanted == _regions(session, firm_id):
        raise FaultsError([Fault("regions", "These are your regions already.")])
    return _ask(session, actor, "regions", {"regions": wanted}, now)


def ask_trades(
    session: Session, actor: Actor, worker_id: uuid.UUID, trades: Collection[str], now: datetime
) -> FirmRequest:
    """Ask that a worker may do these trades; a request that waits already is replaced."""
    office(actor)
    own_person(session, actor, worker_id)
    wanted = sorted(set(trades))
    if not wanted or set(wanted) - set(TRADES):
        raise FaultsError([Fault("trades", "Choose at least one trade of the list.")])
    if wanted == _trades(session, worker_id):
        raise FaultsError([Fault("trades", "These are the trades already.")])
    return _ask(session, actor, "trades", {"trades": wanted}, now, worker_id=worker_id)


def ask_worker(session: Session, actor: Actor, details: WorkerDetails, now: datetime) -> FirmRequest:
    """Ask that somebody be taken in as a worker; raises FaultsError with every fault of the details."""
    office(actor)
    workers.check_details(details)
    wanted = {
        "first_name": details.first_name.strip(),
        "last_name": details.last_name.strip(),
        "phone": details.phone.strip(),
        "base_town": details.base_town,
        "base_lat": str(details.base_lat),
        "base_lon": str(details.base_lon),
        "trades": sorted(details.trades),
        "max_travel_minutes": details.max_travel_minutes,
        "on_call": details.on_call,
    }
    return _ask(session, actor, "worker", wanted, now)


def withdraw(session: Session, actor: Actor, request_id: uuid.UUID, now: datetime) -> FirmRequest:
    """The firm takes its request back."""
    row = own_request(session, actor, request_id)
    _decide(session, actor, row, "withdrawn", now)
    return row


def own_request(session: Session, actor: Actor, request_id: uuid.UUID) -> FirmRequest:
    """A request of the actor's firm, for its office; raises NotFoundError."""
    firm_id = office(actor)
    row = session.scalar(
        select(FirmRequest).where(FirmRequest.id == request_id, FirmRequest.firm_id == firm_id)
    )
    if row is None:
        raise NotFoundError("There is no such request.")
    return row


def find_request(session: Session, actor: Actor, request_id: uuid.UUID) -> FirmRequest:
    """A request, for those who decide; raises NotFoundError."""
    row = session.get(FirmRequest, request_id)
    if row is None or actor.role not in DECIDERS:
        raise NotFoundError("There is no such request.")
    return row


def approve(session: Session, actor: Actor, request_id: uuid.UUID, now: datetime) -> FirmRequest:
    """Agree, and do what is asked in the same transaction; a new worker is sent nowhere before their checks count."""
    row = find_request(session, actor, request_id)
    if row.asked_by == actor.user_id:
        raise NotPermittedError("Nobody agrees to what they asked for themselves.")
    _decide(session, actor, row, "approved", now)
    if row.kind == "regions":
        firms.set_regions(session, actor, row.firm_id, row.wanted["regions"])
    elif row.kind == "trades" and row.worker_id is not None:
        workers.set_trades(session, actor, row.worker_id, row.wanted["trades"])
    else:
        workers.add_worker(session, actor, row.firm_id, _details(row.wanted))
    notify_firm(session, row.firm_id, "firm_update", now)
    return row


def decline(session: Session, actor: Actor, request_id: uuid.UUID, note: str, now: datetime) -> FirmRequest:
    """Do not agree; the firm reads why."""
    row = find_request(session, actor, request_id)
    if not note.strip():
        raise FaultsError([Fault("note", "Say why: the firm reads it.")])
    _decide(session, actor, row, "declined", now)
    row.note = note.strip()
    notify_firm(session, row.firm_id, "firm_update", now)
    return row


def waiting(session: Session) -> Sequence[RequestRow]:
    """Requests that wait, the oldest first."""
    return _rows(session, FirmRequest.state == WAITING, newest_first=False)


def own_requests(session: Session, actor: Actor) -> Sequence[RequestRow]:
    """The firm's latest requests, the newest first."""
    return _rows(session, FirmRequest.firm_id == office(actor), newest_first=True)


def _rows(session: Session, condition: Any, *, newest_first: bool) -> Sequence[RequestRow]:
    order = FirmRequest.asked_at.desc() if newest_first else FirmRequest.asked_at
    query = (
        select(FirmRequest, Firm.name, Worker, AppUser.display_name)
        .join(Firm, Firm.id == FirmRequest.firm_id)
        .join(AppUser, AppUser.id == FirmRequest.asked_by)
        .outerjoin(Worker, Worker.id == FirmRequest.worker_id)
        .where(condition)
        .order_by(order, FirmRequest.id)
    )
    if newest_first:
        query = query.limit(SHOWN)
    return [
        RequestRow(
            row.id, firm, _what(row, worker), _before(session, row), by, row.asked_at, row.state, row.note
        )
        for row, firm, worker, by in session.execute(query).all()
    ]


def _what(row: FirmRequest, worker: Worker | None) -> str:
    wanted = row.wanted
    if row.kind == "regions":
        return "Regions: " + ", ".join(region_name(code) for code in wanted["regions"])
    trades = ", ".join(wanted["trades"])
    if worker is not None:
        return f"Trades of {worker.first_name} {worker.last_name}: {trades}"
    return f"New worker {wanted['first_name']} {wanted['last_name']}, {wanted['base_town']}: {trades}"


def _before(session: Session, row: FirmRequest) -> str:
    if row.kind == "regions":
        return ", ".join(region_name(code) for code in _regions(session, row.firm_id))
    return ", ".join(_trades(session, row.worker_id)) if row.worker_id else ""


def _regions(session: Session, firm_id: uuid.UUID) -> list[str]:
    rows = select(FirmRegion.region_code).where(FirmRegion.firm_id == firm_id)
    return sorted(session.scalars(rows))


def _trades(session: Session, worker_id: uuid.UUID) -> list[str]:
    return sorted(session.scalars(select(WorkerTrade.trade).where(WorkerTrade.worker_id == worker_id)))


def _ask(
    session: Session,
    actor: Actor,
    kind: str,
    wanted: Mapping[str, Any],
    now: datetime,
    *,
    worker_id: uuid.UUID | None = None,
) -> FirmRequest:
    firm_id = office(actor)
    session.execute(select(Firm.id).where(Firm.id == firm_id).with_for_update())
    if kind != "worker":
        session.execute(
            update(FirmRequest)
            .where(
                FirmRequest.firm_id == firm_id,
                FirmRequest.kind == kind,
                FirmRequest.worker_id.is_not_distinct_from(worker_id),
                FirmRequest.state == WAITING,
            )
            .values(state="withdrawn", decided_at=now, decided_by=actor.user_id)
        )
    row = FirmRequest(
        id=uuid.uuid4(),
        firm_id=firm_id,
        worker_id=worker_id,
        kind=kind,
        wanted=dict(wanted),
        state=WAITING,
        asked_at=now,
        asked_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "firm_request.asked", ("firm_request", row.id), detail={"kind": kind})
    return row


def _decide(session: Session, actor: Actor, row: FirmRequest, state: str, now: datetime) -> None:
    session.refresh(row, with_for_update=True)
    if row.state != WAITING:
        raise RefusedError(f"This request is {row.state} already.", state=row.state, action=state)
    row.state, row.decided_at, row.decided_by = state, now, actor.user_id
    session.flush()
    detail = {"kind": row.kind}
    audit.record(
        session,
        actor,
        f"firm_request.{state}",
        ("firm_request", row.id),
        moved=(WAITING, state),
        detail=detail,
    )


def _details(wanted: Mapping[str, Any]) -> WorkerDetails:
    return WorkerDetails(
        first_name=wanted["first_name"],
        last_name=wanted["last_name"],
        base_town=wanted["base_town"],
        base_lat=Decimal(wanted["base_lat"]),
        base_lon=Decimal(wanted["base_lon"]),
        trades=wanted["trades"],
        phone=wanted["phone"],
        max_travel_minutes=wanted["max_travel_minutes"],
        on_call=wanted["on_call"],
    )
