"""Work done by the end of a month and accepted by nobody yet: accrued on its last day, reversed on the next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.finance import ledger as rules
from worksorders.domain.finance.ledger import Account, At, Event
from worksorders.domain.finance.months import Month
from worksorders.domain.money import line_cents
from worksorders.steps.actor import Actor
from worksorders.steps.finance.ledger import OVER, years_of_lines
from worksorders.steps.finance.posting import Where, post
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.work.offers import LineAccepted, LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine, WorksOrder


@dataclass(frozen=True, slots=True)
class Unaccepted:
    """A line's work that was done and not accepted by the end of a month, at its frozen rate."""

    line_id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    item_code: str
    quantity: Decimal
    cents: int
    year_id: uuid.UUID


def unaccepted(session: Session, month: Month) -> list[Unaccepted]:
    """What the holding firm had done of each committed line, at most what is ordered, less what was accepted."""
    accepted = (
        select(func.coalesce(func.sum(LineAccepted.quantity), 0))
        .where(LineAccepted.line_id == WorksLine.id, LineAccepted.accepted_at <= month.ends_at)
        .correlate(WorksLine)
        .scalar_subquery()
    )
    rows = session.execute(
        select(WorksLine, WorksOrder.code, func.sum(LineDone.done_quantity), accepted)
        .join(WorksOrder, WorksOrder.id == WorksLine.order_id)
        .join(Visit, Visit.id == WorksLine.visit_id)
        .join(LineDone, (LineDone.line_id == WorksLine.id) & (LineDone.firm_id == Visit.firm_id))
        .where(
            LineDone.done_at <= month.ends_at,
            WorksLine.removed_at.is_(None),
            WorksOrder.state.not_in((*OVER, "closed")),
        )
        .group_by(WorksLine.id, WorksOrder.code)
        .order_by(WorksOrder.code, WorksLine.position)
    ).all()
    years = years_of_lines(session, [line.id for line, *_ in rows])
    found = []
    for line, code, done, taken in rows:
        quantity = min(Decimal(done), line.quantity) - Decimal(taken)
        cents = line_cents(Decimal(taken) + quantity, line.rate) - line_cents(Decimal(taken), line.rate)
        if quantity > 0 and cents and line.id in years:
            found.append(
                Unaccepted(line.id, line.order_id, code, line.item_code, quantity, cents, years[line.id])
            )
    return found


def accrue(session: Session, actor: Actor, month: Month, closing: int) -> int:
    """Bring the month's accruals to what is unaccepted now, and reverse each on the next day; gives their sum.

    A month that is closed again posts only what is different from its earlier closing.
    """
    wanted = {one.line_id: one for one in unaccepted(session, month)}
    before = _posted(session, month)
    for line_id in sorted({*wanted, *before}):
        had, where = before.get(line_id, (0, None))
        one = wanted.get(line_id)
        change = (one.cents if one else 0) - had
        if one is not None:
            where = Where(one.year_id, one.order_id)
        if not change or where is None:
            continue
        name = f"{month.key}:{line_id}:{closing}"
        _post(session, actor, Event.MONTH_ACCRUED, name, month.ends_on, where, change, month)
        _post(session, actor, Event.MONTH_REVERSED, name, month.following.starts_on, where, change, month)
    return sum(one.cents for one in wanted.values())


def _post(
    session: Session,
    actor: Actor,
    event: Event,
    name: str,
    on: date,
    where: Where,
    cents: int,
    month: Month,
) -> None:
    at = At(f"{event.value}:{name}", on, str(where.year_id))
    if event is Event.MONTH_ACCRUED:
        post(session, rules.accrue_month(at, cents), where, actor, month.ends_at)
    else:
        post(session, rules.reverse_month(at, cents), where, actor, month.following.starts_at)


def _posted(session: Session, month: Month) -> dict[uuid.UUID, tuple[int, Where]]:
    """What earlier closings of the month accrued, by line."""
    prefix = f"{Event.MONTH_ACCRUED.value}:{month.key}:"
    rows = session.execute(
        select(
            LedgerEntry.event_key,
            LedgerEntry.amount_cents,
            LedgerEntry.contract_year_id,
            LedgerEntry.order_id,
        ).where(LedgerEntry.event_key.startswith(prefix), LedgerEntry.account == Account.ACCRUED.value)
    )
    found: dict[uuid.UUID, tuple[int, Where]] = {}
    for key, cents, year_id, order_id in rows:
        line_id = uuid.UUID(key.removeprefix(prefix).split(":")[0])
        found[line_id] = (found.get(line_id, (0, None))[0] + int(cents), Where(year_id, order_id))
    return found
