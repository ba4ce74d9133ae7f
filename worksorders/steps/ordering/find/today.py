"""The coordinator's first page: homes insecure now, what is due next, and who waits to be served."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from worksorders.domain.lifecycle.reasons import HOLD
from worksorders.domain.local_time import local_day
from worksorders.domain.order.deadlines import DeadlineRules, Urgency, make_safe_due
from worksorders.gateways import places
from worksorders.steps.admin.urgency import deadline_rules
from worksorders.steps.lists.part import Part
from worksorders.steps.ordering.find.orders import OrderRow, find_due
from worksorders.steps.ordering.settings import place_of
from worksorders.steps.safety.find.insecure import InsecureHome, find_insecure
from worksorders.steps.safety.find.lists import AgainRow, WarnedRow, to_plan_again, warned
from worksorders.steps.safety.police_flag import FlagToReview, flags_to_review
from worksorders.store.tables.work.cases import Assessment, CaseFile
from worksorders.store.tables.work.orders import WorksOrder

INSECURE_SHOWN = 20
DUE_SHOWN = 15
WAITING_SHOWN = 10


@dataclass(frozen=True, slots=True)
class WaitingAssessment:
    """An assessment on which no order was raised yet."""

    id: uuid.UUID
    code: str
    urgency: str
    region: str
    agency: str
    received_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class HoldToReview:
    """An order on hold whose day of review has come."""

    id: uuid.UUID
    code: str
    urgency: str
    region: str
    reason: str
    review_on: date
    overdue_days: int


@dataclass(frozen=True, slots=True)
class Today:
    """The page's lists; `waiting_count` counts all that wait, `elsewhere` insecure homes outside of the view."""

    insecure: Part[InsecureHome]
    elsewhere: int
    again: list[AgainRow]
    warned: list[WarnedRow]
    flags: list[FlagToReview]
    due: tuple[OrderRow, ...]
    waiting: tuple[WaitingAssessment, ...]
    waiting_count: int
    reviews: tuple[HoldToReview, ...]


def find_today(session: Session, now: datetime, regions: frozenset[str] | None = None) -> Today:
    """All of it in a constant number of queries; `regions` narrow it (None: all), but what is escalated stays.

    How many insecure homes lie elsewhere is always told, so that none is out of sight.
    """
    insecure = find_insecure(session, now, regions, size=INSECURE_SHOWN)
    waiting_count = session.scalar(
        select(func.count()).select_from(Assessment).where(*_waiting_where(regions))
    )
    return Today(
        insecure=insecure.homes,
        elsewhere=insecure.elsewhere,
        again=to_plan_again(session),
        warned=warned(session),
        flags=flags_to_review(session, now),
        due=find_due(session, DUE_SHOWN, regions),
        waiting=_waiting(session, regions),
        waiting_count=waiting_count or 0,
        reviews=tuple(row for row in _reviews(session, local_day(now)) if _inside(row.region, regions)),
    )


def _inside(region: str, regions: frozenset[str] | None) -> bool:
    """Whether a region, by its name, is in the view."""
    return regions is None or region in {places.region(code).name for code in regions}


def _waiting_where(regions: frozenset[str] | None) -> list[ColumnElement[bool]]:
    where = [Assessment.state == "waiting"]
    if regions is not None:
        inside = select(CaseFile.id).where(CaseFile.region_code.in_(sorted(regions)))
        where.append(Assessment.case_id.in_(inside))
    return where


def _due(rules: DeadlineRules, row: Assessment) -> datetime | None:
    """The deadline that counts from the day on which the assessment came in, until its order has its own."""
    return make_safe_due(Urgency(row.urgency), row.received_at, place_of(row.case.region_code), rules)


def _waiting(session: Session, regions: frozenset[str] | None) -> tuple[WaitingAssessment, ...]:
    rules = deadline_rules(session)
    rows = session.scalars(
        select(Assessment)
        .where(*_waiting_where(regions))
        .options(joinedload(Assessment.case))
        .order_by(Assessment.urgency, Assessment.received_at, Assessment.id)
        .limit(WAITING_SHOWN)
    )
    return tuple(
        WaitingAssessment(
            id=row.id,
            code=row.code,
            urgency=row.urgency,
            region=places.region(row.case.region_code).name,
            agency=row.agency,
            received_at=row.received_at,
            due_at=_due(rules, row),
        )
        for row in rows
    )


def _reviews(session: Session, today: date) -> tuple[HoldToReview, ...]:
    rows = session.scalars(
        select(WorksOrder)
        .where(WorksOrder.state == "on_hold", WorksOrder.review_on <= today)
        .order_by(WorksOrder.review_on, WorksOrder.id)
    )
    return tuple(
        HoldToReview(
            id=row.id,
            code=row.code,
            urgency=row.urgency,
            region=places.region(row.region_code).name,
            reason=HOLD.label(row.state_reason) if HOLD.knows(row.state_reason) and row.state_reason else "",
            review_on=row.review_on,
            overdue_days=(today - row.review_on).days,
        )
        for row in rows
        if row.review_on
    )
