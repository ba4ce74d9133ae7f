"""Assessments for the coordinator's list and page, and those that were handed to an advocate."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.domain.local_time import start_of_day
from worksorders.domain.order.assessment import Answer, Decision, decide
from worksorders.gateways import places
from worksorders.steps.actor import NotFoundError
from worksorders.steps.intake.recognise import live_orders
from worksorders.steps.intake.settle_contact import Apart, contacts_apart
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import Assessment, CaseFile, Handover, Opening
from worksorders.store.tables.work.orders import WorksOrder

PAGE_SIZE = 25
STATES = ("waiting", "ordered", "handed_over", "superseded")


@dataclass(frozen=True, slots=True)
class AssessmentRow:
    """One assessment in a list."""

    id: uuid.UUID
    code: str
    case_code: str
    urgency: str
    region: str
    agency: str
    state: str
    received_at: datetime
    insecure: int


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """A page of the list; `counts` are how many there are in each state, whatever the filter."""

    rows: tuple[AssessmentRow, ...]
    count: int
    page: int
    pages: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class AssessmentView:
    """One assessment for its page; `others` are the other assessments of the same home."""

    assessment: Assessment
    region: str
    area: str
    decision: Decision
    order: WorksOrder | None
    contact_apart: tuple[Apart, ...]
    others: tuple[Assessment, ...]
    live_orders: tuple[str, ...]
    handovers: tuple[Handover, ...]
    names: Mapping[uuid.UUID, str]


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A case that went back to an advocate."""

    assessment_id: uuid.UUID
    assessment_code: str
    region: str
    agency: str
    advocate: str
    reason: str
    at: datetime
    by: str


def find_assessments(
    session: Session,
    state: str = "waiting",
    urgency: str = "",
    page: int = 1,
    regions: frozenset[str] | None = None,
) -> AssessmentPage:
    """A page of assessments, the most urgent class first, then as they came in, then by id; `regions` narrow it."""
    where: list[ColumnElement[bool]] = []
    if regions is not None:
        inside = select(CaseFile.id).where(CaseFile.region_code.in_(sorted(regions)))
        where.append(Assessment.case_id.in_(inside))
    if state in STATES:
        where.append(Assessment.state == state)
    if urgency:
        where.append(Assessment.urgency == urgency)
    grouped = session.execute(select(Assessment.state, func.count()).group_by(Assessment.state))
    counts = {row[0]: int(row[1]) for row in grouped}
    count = session.scalar(select(func.count()).select_from(Assessment).where(*where)) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(page, 1), pages)
    insecure = (
        select(func.count())
        .where(Opening.assessment_id == Assessment.id, Opening.state == "insecure")
        .correlate(Assessment)
        .scalar_subquery()
    )
    order = (Assessment.urgency, Assessment.received_at, Assessment.id)
    shown = select(Assessment.id).where(*where).order_by(*order)
    shown = shown.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    rows = session.execute(
        select(Assessment, insecure)
        .where(Assessment.id.in_(shown))
        .options(joinedload(Assessment.case))
        .order_by(*order)
    )
    return AssessmentPage(tuple(_row(row, number) for row, number in rows), count, page, pages, counts)


def _row(row: Assessment, insecure: int) -> AssessmentRow:
    return AssessmentRow(
        id=row.id,
        code=row.code,
        case_code=row.case.code,
        urgency=row.urgency,
        region=places.region(row.case.region_code).name,
        agency=row.agency,
        state=row.state,
        received_at=row.received_at,
        insecure=insecure,
    )


def find_assessment(session: Session, assessment_id: uuid.UUID) -> AssessmentView:
    """One assessment with all that hangs on it; raises NotFoundError."""
    row = session.scalar(
        select(Assessment)
        .where(Assessment.id == assessment_id)
        .options(
            joinedload(Assessment.case),
            selectinload(Assessment.openings).selectinload(Opening.findings),
            selectinload(Assessment.answers),
        )
    )
    if row is None:
        raise NotFoundError("There is no such assessment.")
    order = session.scalar(
        select(WorksOrder).where(
            WorksOrder.assessment_id == row.id, WorksOrder.state.not_in(("cancelled", "superseded"))
        )
    )
    others = session.scalars(
        select(Assessment)
        .where(Assessment.case_id == row.case_id, Assessment.id != row.id)
        .order_by(Assessment.received_at.desc(), Assessment.id)
    ).all()
    handovers = session.scalars(
        select(Handover).where(Handover.assessment_id == row.id).order_by(Handover.at, Handover.id)
    ).all()
    people = {row.received_by, *(handover.by for handover in handovers)}
    names = session.execute(select(AppUser.id, AppUser.display_name).where(AppUser.id.in_(people)))
    return AssessmentView(
        assessment=row,
        region=places.region(row.case.region_code).name,
        area=places.area_name(row.case.area_code),
        decision=decide(
            Answer(a.criterion, a.answer, a.given_by, start_of_day(a.given_on)) for a in row.answers
        ),
        order=order,
        contact_apart=contacts_apart(session, row.case_id),
        others=tuple(others),
        live_orders=live_orders(session, [row.case_id]).get(row.case_id, ()),
        handovers=tuple(handovers),
        names={found.id: found.display_name for found in names},
    )


def find_handovers(session: Session, limit: int = 100) -> tuple[HandoverRow, ...]:
    """Cases that are with an advocate now, the latest first, each with its newest hand-over."""
    rows = session.execute(
        select(Handover, Assessment, AppUser.display_name)
        .join(Assessment, Assessment.id == Handover.assessment_id)
        .join(AppUser, AppUser.id == Handover.by)
        .where(Assessment.state == "handed_over")
        .options(joinedload(Assessment.case))
        .order_by(Handover.at.desc(), Handover.id)
        .limit(limit)
    )
    found: dict[uuid.UUID, HandoverRow] = {}
    for handover, row, name in rows:
        found.setdefault(
            row.id,
            HandoverRow(
                row.id,
                row.code,
                places.region(row.case.region_code).name,
                row.agency,
                handover.advocate,
                handover.reason,
                handover.at,
                name,
            ),
        )
    return tuple(found.values())
