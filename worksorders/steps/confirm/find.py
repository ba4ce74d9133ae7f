"""Read-only: accepted visits of which the client was not told yet, and one of them with what to say."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worksorders.domain.telling.calls import kind_of
from worksorders.domain.telling.safe_times import SafeWay, is_safe_time, next_safe_time
from worksorders.gateways import places
from worksorders.steps.actor import NotFoundError
from worksorders.steps.confirm.holding import KIND, live_rows
from worksorders.steps.offers.moves import WORKED_ON
from worksorders.steps.site.find.visits import crews
from worksorders.steps.tell.safe_way import safe_way_of
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.orders import Visit, WorksOrder
from worksorders.store.tables.work.telling import CallAttempt, CallTask, ClientConfirmation


@dataclass(frozen=True, slots=True)
class TellRow:
    """A visit whose client is to be told; `prepared` once a code word was made for this crew and time."""

    visit_id: uuid.UUID
    visit_code: str
    order_id: uuid.UUID
    order_code: str
    case_id: uuid.UUID
    urgency: str
    region: str
    trade: str
    firm: str
    workers: tuple[str, ...]
    start_at: datetime | None
    end_at: datetime | None
    prepared: bool
    confirmed_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Tried:
    """One call that was made for the visit."""

    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class TellPage:
    """One visit with how its client may be reached now."""

    row: TellRow
    way: SafeWay
    safe_now: bool
    safe_from: datetime | None
    tried: tuple[Tried, ...]


def find_unconfirmed(session: Session) -> list[TellRow]:
    """Accepted visits that are not confirmed with the client, the next to start first, in a constant number of queries."""
    return [row for row in _rows(session, None) if row.confirmed_at is None]


def count_unconfirmed(session: Session) -> int:
    """How many there are; only visits that somebody was told of are looked at one by one."""
    accepted = (
        select(Visit)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(Visit.state == "accepted", WorksOrder.state.in_(WORKED_ON))
    )
    told = select(ClientConfirmation.visit_id).where(
        ClientConfirmation.voided_at.is_(None), ClientConfirmation.confirmed_at.is_not(None)
    )
    live = live_rows(session, session.scalars(accepted.where(Visit.id.in_(told))).all())
    whole = session.scalar(select(func.count()).select_from(accepted.subquery())) or 0
    return whole - sum(row.confirmed_at is not None for row in live.values())


def find_tell_page(session: Session, visit_id: uuid.UUID, now: datetime) -> TellPage:
    """One accepted visit, told or not; raises NotFoundError for any other."""
    rows = _rows(session, visit_id)
    if not rows:
        raise NotFoundError("There is no such visit.")
    way = safe_way_of(session, rows[0].case_id)
    return TellPage(
        row=rows[0],
        way=way,
        safe_now=is_safe_time(way.hours, now),
        safe_from=next_safe_time(way.hours, now),
        tried=_tried(session, visit_id),
    )


def _rows(session: Session, visit_id: uuid.UUID | None) -> list[TellRow]:
    query = (
        select(Visit, WorksOrder, Firm.name)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .join(Firm, Firm.id == Visit.firm_id)
        .where(Visit.state == "accepted", WorksOrder.state.in_(WORKED_ON))
        .order_by(Visit.start_at, Visit.id)
    )
    if visit_id is not None:
        query = query.where(Visit.id == visit_id)
    found = session.execute(query).all()
    visits = [visit for visit, _, _ in found]
    live, named = live_rows(session, visits), crews(session, [visit.id for visit in visits])
    return [
        TellRow(
            visit_id=visit.id,
            visit_code=visit.code,
            order_id=order.id,
            order_code=order.code,
            case_id=order.case_id,
            urgency=order.urgency,
            region=places.region(order.region_code).name,
            trade=visit.trade,
            firm=firm,
            workers=tuple(name for _, name in named.get(visit.id, [])),
            start_at=visit.start_at,
            end_at=visit.end_at,
            prepared=visit.id in live,
            confirmed_at=live[visit.id].confirmed_at if visit.id in live else None,
            state=visit.state,
        )
        for visit, order, firm in found
    ]


def _tried(session: Session, visit_id: uuid.UUID) -> tuple[Tried, ...]:
    rows = session.execute(
        select(CallAttempt.at, CallAttempt.outcome)
        .join(CallTask, CallTask.id == CallAttempt.task_id)
        .where(CallTask.visit_id == visit_id, CallTask.kind == KIND)
        .order_by(CallAttempt.at, CallAttempt.id)
    )
    labels = dict(kind_of(KIND).choices())
    return tuple(Tried(at, labels[outcome]) for at, outcome in rows)
