"""Shows, before it happens, that a check of somebody who is to make a visit will lapse before its day."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalogue.trade import parse_trade
from worksorders.domain.local_time import local_day
from worksorders.domain.people.check_kinds import Register
from worksorders.domain.people.vetting import Check, may_attend, missing_checks
from worksorders.steps.people.check_register import load_register
from worksorders.steps.people.checks import as_checks
from worksorders.store.tables.firms.contractors import VettingCheck, Worker, WorkerTrade
from worksorders.store.tables.plans.planning import Booking, PlanStop
from worksorders.store.tables.work.orders import Visit

AHEAD = ("planned", "published", "offered", "accepted", "en_route")


Placed = list[tuple[uuid.UUID, str, datetime, Worker]]


def before_visits(
    session: Session, visit_ids: Collection[uuid.UUID], now: datetime
) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """By visit, in words: who of those booked is not cleared on its day, and because of which check.

    A constant number of queries; visits whose people stay cleared are not in it.
    """
    return _find(session, _booked(session, visit_ids), now)


def in_plan(session: Session, plan_id: uuid.UUID, now: datetime) -> list[tuple[str, str]]:
    """The same for the visits that a plan places: the code of each and the words, by start."""
    placed = _in_plan(session, plan_id)
    found = _find(session, placed, now)
    codes = select(Visit.id, Visit.code).where(Visit.id.in_(found))
    named = {row.id: row.code for row in session.execute(codes)} if found else {}
    return [(named[visit_id], text) for visit_id, texts in found.items() for text in texts]


def _find(session: Session, placed: Placed, now: datetime) -> dict[uuid.UUID, tuple[str, ...]]:
    if not placed:
        return {}
    workers = {worker.id: worker for _, _, _, worker in placed}
    firms = {worker.firm_id for worker in workers.values()}
    held: dict[uuid.UUID, list[VettingCheck]] = defaultdict(list)
    for row in session.scalars(
        select(VettingCheck)
        .where(
            VettingCheck.state == "verified",
            or_(VettingCheck.worker_id.in_(workers), VettingCheck.firm_id.in_(firms)),
        )
        .order_by(VettingCheck.issued_on, VettingCheck.id)
    ):
        held[row.worker_id or row.firm_id or row.id].append(row)
    trades: dict[uuid.UUID, set[str]] = defaultdict(set)
    for trade in session.scalars(select(WorkerTrade).where(WorkerTrade.worker_id.in_(workers))):
        trades[trade.worker_id].add(trade.trade)
    register, today = load_register(session), local_day(now)
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for visit_id, wanted, start_at, worker in placed:
        checks = as_checks([*held[worker.id], *held[worker.firm_id]])
        on = max(today, local_day(start_at))
        told = _told(register, wanted, trades[worker.id], checks, on)
        if told:
            found[visit_id] = (*found.get(visit_id, ()), f"{worker.first_name}: {told}")
    return found


def _told(register: Register, wanted: str, trades: Iterable[str], checks: tuple[Check, ...], on: date) -> str:
    """What is missing on the day, in words; empty where the worker may go."""
    expression, mine = parse_trade(wanted), frozenset(trades)
    if may_attend(register, expression, mine, checks, on):
        return ""
    asked = sorted(expression.trades & mine) or [""]
    reasons = dict.fromkeys(
        missing.reason.replace(" lapsed on ", " lapses on ") if missing.lapsed_on else missing.reason
        for trade in asked
        for missing in missing_checks(register, trade, checks, on)
    )
    return "; ".join(reasons) if reasons else ""


def _booked(session: Session, visit_ids: Collection[uuid.UUID]) -> Placed:
    rows = session.execute(
        select(Visit.id, Visit.trade, Visit.start_at, Worker)
        .join(Booking, Booking.visit_id == Visit.id)
        .join(Worker, Worker.id == Booking.worker_id)
        .where(
            Visit.id.in_(visit_ids),
            Visit.state.in_(AHEAD),
            Visit.start_at.is_not(None),
            Booking.state != "released",
        )
        .order_by(Visit.start_at, Visit.id, Worker.first_name, Worker.id)
    )
    return [(key, trade, at, worker) for key, trade, at, worker in rows if at is not None]


def _in_plan(session: Session, plan_id: uuid.UUID) -> Placed:
    rows = session.execute(
        select(Visit.id, Visit.trade, PlanStop.start_at, Worker)
        .join(PlanStop, PlanStop.visit_id == Visit.id)
        .join(Worker, Worker.id == PlanStop.worker_id)
        .where(PlanStop.plan_id == plan_id, Visit.state.in_(AHEAD))
        .order_by(PlanStop.start_at, Visit.id, Worker.first_name, Worker.id)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]
