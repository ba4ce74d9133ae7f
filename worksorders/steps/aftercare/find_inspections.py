"""What coordinators see of inspections: those due, one with its result, and each firm's share and record."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.aftercare import (
    Inspection,
    InspectionLine,
    InspectionPhoto,
    InspectionRate,
)
from worksorders.store.tables.work.orders import Visit, WorksLine

RECENT = 30


@dataclass(frozen=True)
class FirmShare:
    """The share of a firm's visits that is inspected, where it has one of its own, and what was found so far."""

    id: uuid.UUID
    name: str
    percent: int | None
    reason: str
    inspected: int
    failed: int


def due_inspections(session: Session) -> Sequence[Inspection]:
    """What is to be inspected, the most pressing first."""
    return session.scalars(
        _inspections().where(Inspection.state == "due").order_by(Inspection.due_on, Inspection.id)
    ).all()


def recent_inspections(session: Session) -> Sequence[Inspection]:
    """What was inspected or given up last."""
    return session.scalars(
        _inspections()
        .where(Inspection.state != "due")
        .order_by(Inspection.inspected_at.desc().nulls_last(), Inspection.id)
        .limit(RECENT)
    ).all()


def _inspections() -> Select[Inspection]:
    return select(Inspection).options(
        joinedload(Inspection.firm), joinedload(Inspection.visit).joinedload(Visit.order)
    )


def find_inspection(session: Session, inspection_id: uuid.UUID) -> Inspection:
    """One inspection with its visit, firm, lines and result; raises NotFoundError."""
    row = session.scalar(
        _inspections()
        .where(Inspection.id == inspection_id)
        .options(
            joinedload(Inspection.visit).selectinload(Visit.lines).joinedload(WorksLine.opening),
            selectinload(Inspection.lines).joinedload(InspectionLine.line),
        )
    )
    if row is None:
        raise NotFoundError("There is no such inspection.")
    return row


def photos_of(session: Session, inspection_id: uuid.UUID) -> list[tuple[uuid.UUID, uuid.UUID | None]]:
    """Ids of the photos of an inspection, each with its line."""
    rows = session.execute(
        select(InspectionPhoto.id, InspectionPhoto.line_id)
        .where(InspectionPhoto.inspection_id == inspection_id, InspectionPhoto.erased_at.is_(None))
        .order_by(InspectionPhoto.stored_at, InspectionPhoto.id)
    )
    return [(row.id, row.line_id) for row in rows]


def inspection_photo(session: Session, photo_id: uuid.UUID) -> bytes:
    """The JPEG; raises NotFoundError."""
    content = session.scalar(
        select(InspectionPhoto.content).where(
            InspectionPhoto.id == photo_id, InspectionPhoto.erased_at.is_(None)
        )
    )
    if content is None:
        raise NotFoundError("There is no such photo.")
    return content


def firm_shares(session: Session) -> list[FirmShare]:
    """Every firm at work with its share and its record."""
    counts = {
        firm_id: (looked, wrong)
        for firm_id, looked, wrong in session.execute(
            select(
                Inspection.firm_id,
                func.count(),
                func.count().filter(Inspection.state == "failed"),
            )
            .where(Inspection.state.in_(("passed", "failed")))
            .group_by(Inspection.firm_id)
        )
    }
    rows = session.execute(
        select(Firm.id, Firm.name, InspectionRate.percent, InspectionRate.reason)
        .outerjoin(InspectionRate, InspectionRate.firm_id == Firm.id)
        .where(Firm.active)
        .order_by(Firm.name, Firm.id)
    )
    return [
        FirmShare(firm_id, name, percent, reason or "", *counts.get(firm_id, (0, 0)))
        for firm_id, name, percent, reason in rows
    ]


def find_firm(session: Session, firm_id: uuid.UUID) -> FirmShare:
    """One firm; raises NotFoundError."""
    found = next((one for one in firm_shares(session) if one.id == firm_id), None)
    if found is None:
        raise NotFoundError("There is no such firm.")
    return found


def require_visit(session: Session, visit_id: uuid.UUID) -> None:
    """Raise NotFoundError where there is no such visit."""
    if session.get(Visit, visit_id) is None:
        raise NotFoundError("There is no such visit.")
