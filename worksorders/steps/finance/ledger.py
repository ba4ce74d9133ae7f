"""Moves the money of order lines through the ledger: committed at issue, accrued at acceptance, given back at the end.

Each function brings the ledger to what the lines say now and posts only the difference, so that calling it again
changes nothing. Everything of an order belongs to the contract year in which it was issued.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.ledger import Account, At, Event
from worksorders.domain.local_time import local_day
from worksorders.domain.money import format_cents, line_cents
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.finance.categories import require_room
from worksorders.steps.finance.contract import find_year, lock_contracts, require_year
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import ContractYear, LedgerEntry
from worksorders.store.tables.work.offers import LineAccepted
from worksorders.store.tables.work.orders import WorksLine, WorksOrder

OVER = frozenset({"cancelled", "superseded"})
NOT_OPEN = OVER | {"closed"}


@dataclass(slots=True)
class _Line:
    """An order line as it is now, and where its cents stand in the ledger."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    state: str
    issued_on: date | None
    rate: Decimal
    quantity: Decimal
    accepted: Decimal
    item_code: str
    year_id: uuid.UUID | None = None
    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    accrued_cents: int = 0
    entries: int = 0

    def at(self, event: Event, on: date) -> At:
        self.entries += 1
        key = f"{event.value}:{self.id}:{self.entries}"
        return At(key, on, str(self.year_id), self.order_code, str(self.id))


def commit_order(session: Session, actor: Actor | None, order: WorksOrder, now: datetime) -> None:
    """Commit every line of an order that is being issued, at its frozen rate, in the year of its issue.

    Raises NotPermittedError where no contract covers the day, or its year or a category of it has not enough left; a P1 is never
    stopped by money: without a contract it is noted, and committed once there is one (see `uncommitted`).
    """
    on = order.issued_on or local_day(now)
    if order.urgency == "P1" and find_year(session, on) is None:
        audit.record(session, actor, "order.issued_without_contract", ("works_order", order.id))
        return
    year = require_year(session, on)
    lock_contracts(session, [year.contract_id])
    session.flush()
    lines = _load(session, WorksLine.order_id == order.id)
    total = sum(line_cents(line.quantity, line.rate) for line in lines)
    left = uncommitted_cents(session, year.id)
    if total > left and order.urgency != "P1":
        raise NotPermittedError(
            f"{year.name} of the funding contract has {format_cents(left)} left before GST, and this order needs "
            f"{format_cents(total)}: finance has to make room, or the order waits for the next year."
        )
    if order.urgency != "P1":
        wanted: dict[str, int] = defaultdict(int)
        for line in lines:
            wanted[line.item_code] += line_cents(line.quantity, line.rate)
        require_room(session, year.id, wanted)
    for line in lines:
        line.year_id = year.id
        at = At(f"{Event.COMMITTED.value}:{line.id}", on, year.name, line.order_code, str(line.id))
        entry = rules.commit(at, line_cents(line.quantity, line.rate))
        post(session, entry, _where(line), actor, now)


def recommit_visits(
    session: Session, actor: Actor | None, visit_ids: Collection[uuid.UUID], now: datetime
) -> None:
    """Follow the rates of visits that a firm accepted, or that nobody holds any more."""
    _settle_lines(session, actor, WorksLine.visit_id.in_(visit_ids), now)


def settle_orders(
    session: Session, actor: Actor | None, order_ids: Collection[uuid.UUID], now: datetime
) -> None:
    """Bring orders to what they say now: accepted work, changed quantities, cancelled, closed or reopened."""
    _settle_lines(session, actor, WorksLine.order_id.in_(order_ids), now)


def _settle_lines(
    session: Session, actor: Actor | None, condition: ColumnElement[bool], now: datetime
) -> None:
    """Post the difference between the ledger and each line; an order that was never committed has none.

    The contracts are locked first, so that what is read of the lines and of the ledger belongs together.
    """
    session.flush()
    line_ids = session.scalars(select(WorksLine.id).where(condition)).all()
    years = years_of_lines(session, line_ids)
    if not years:
        return
    contracts = session.scalars(
        select(ContractYear.contract_id).where(ContractYear.id.in_(set(years.values())))
    ).all()
    lock_contracts(session, set(contracts))
    lines = {line.id: line for line in _load(session, WorksLine.id.in_(years), removed=True)}
    _add_balances(session, lines)
    for line in lines.values():
        line.year_id = years[line.id]
        _settle(session, actor, line, now)


def _settle(session: Session, actor: Actor | None, line: _Line, now: datetime) -> None:
    on = local_day(now)
    worth = line_cents(line.quantity, line.rate)
    accrued = line_cents(line.accepted, line.rate)
    if line.state in OVER:
        accrued = line.accrued_cents - line.balances[Account.ACCRUED]
    committed = 0 if line.state in NOT_OPEN else worth - accrued
    after_accrual = line.balances[Account.COMMITTED] - (accrued - line.accrued_cents)
    if line.state in NOT_OPEN:
        post(
            session,
            rules.accept(line.at(Event.ACCEPTED, on), accrued - line.accrued_cents),
            _where(line),
            actor,
            now,
        )
        post(session, rules.cancel(line.at(Event.CANCELLED, on), after_accrual), _where(line), actor, now)
        return
    recommitted = rules.recommit(line.at(Event.RECOMMITTED, on), after_accrual, committed)
    post(session, recommitted, _where(line), actor, now)
    post(
        session,
        rules.accept(line.at(Event.ACCEPTED, on), accrued - line.accrued_cents),
        _where(line),
        actor,
        now,
    )


def _where(line: _Line) -> Where:
    assert line.year_id is not None
    return Where(line.year_id, line.order_id, line.id)


def _load(session: Session, condition: ColumnElement[bool], *, removed: bool = False) -> list[_Line]:
    accepted = (
        select(func.coalesce(func.sum(LineAccepted.quantity), 0))
        .where(LineAccepted.line_id == WorksLine.id)
        .correlate(WorksLine)
        .scalar_subquery()
    )
    query = (
        select(WorksLine, WorksOrder.code, WorksOrder.state, WorksOrder.issued_on, accepted)
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .where(condition)
        .order_by(WorksLine.order_id, WorksLine.position)
    )
    if not removed:
        query = query.where(WorksLine.removed_at.is_(None))
    return [
        _Line(
            row.id, row.order_id, code, state, issued_on, row.rate,
            row.quantity if row.removed_at is None else Decimal(0), Decimal(taken), row.item_code,
        )
        for row, code, state, issued_on, taken in session.execute(query)
    ]  # fmt: skip


def _add_balances(session: Session, lines: Mapping[uuid.UUID, _Line]) -> None:
    rows = session.execute(
        select(
            LedgerEntry.line_id,
            LedgerEntry.account,
            LedgerEntry.event,
            func.sum(LedgerEntry.amount_cents),
            func.count(),
        )
        .where(LedgerEntry.line_id.in_(lines))
        .group_by(LedgerEntry.line_id, LedgerEntry.account, LedgerEntry.event)
    )
    for line_id, account, event, cents, count in rows:
        if line_id is None:
            continue
        line = lines[line_id]
        line.balances[account] += int(cents)
        line.entries += count
        if event == Event.ACCEPTED and account == Account.ACCRUED:
            line.accrued_cents += int(cents)


def years_of_lines(session: Session, line_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """The contract year of each line, which is that in which its order was committed; others are left out."""
    rows = session.execute(
        select(WorksLine.id, LedgerEntry.contract_year_id)
        .join(LedgerEntry, LedgerEntry.order_id == WorksLine.order_id)
        .where(WorksLine.id.in_(line_ids), LedgerEntry.event == Event.COMMITTED.value)
        .distinct()
    )
    return dict(rows.all())


def uncommitted_cents(session: Session, year_id: uuid.UUID) -> int:
    """What is left of a year's budget, ex GST."""
    total = session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.amount_cents), 0)).where(
            LedgerEntry.contract_year_id == year_id, LedgerEntry.account == Account.UNCOMMITTED.value
        )
    )
    return int(total or 0)
