"""Destroys one field of a case, once: sealed values, hashes, photos and files, or the case's key with all of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from worksorders.domain.errors import RefusedError
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.retention import Due, RetentionRule
from worksorders.gateways.retention import rules
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.disclose import HOME_ADDRESS
from worksorders.steps.forget import due
from worksorders.store import vault
from worksorders.store.tables.confidential.forgetting import Forgotten
from worksorders.store.tables.money.invoice_files import InvoiceFile
from worksorders.store.tables.work.aftercare import Inspection, InspectionPhoto
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.offers import Photo
from worksorders.store.tables.work.orders import Visit, WorksOrder

EMPTY = b""
WHY_KEPT = {
    "hold": "A legal hold stands on this case: nothing of it is destroyed until two people have lifted it.",
    "request": "Somebody has asked for what is held in this case: answer the request first.",
}


def forget_field(
    session: Session, actor: Actor | None, case_id: uuid.UUID, rule: RetentionRule, on: date, now: datetime
) -> bool:
    """Destroy a field of a case that is due since `on`; False where it was destroyed before.

    RefusedError while a legal hold or a request stands, or something is going on in the case.
    """
    if session.scalar(select(CaseFile.id).where(CaseFile.id == case_id).with_for_update()) is None:
        raise NotFoundError("There is no such case.")
    before = select(Forgotten.id).where(Forgotten.case_id == case_id, Forgotten.field == rule.field)
    if session.scalar(before) is not None:
        return False
    reason = due.kept_by(session, case_id)
    if reason is not None:
        raise RefusedError(WHY_KEPT[reason], state=reason, action="forget")
    if due.of_case(session, case_id) is None:
        raise RefusedError(
            "Something is still going on in this case: close its orders first.", state="live", action="forget"
        )
    destroyed = _destroy(session, case_id, rule, now)
    row = Forgotten(
        id=uuid.uuid4(), case_id=case_id, field=rule.field, due_on=on, destroyed=destroyed, forgotten_at=now,
        forgotten_by=actor.user_id if actor else None,
    )  # fmt: skip
    session.add(row)
    audit.record(
        session,
        actor,
        "case.forgotten",
        ("case_file", case_id),
        detail={"field": rule.field, "destroyed": destroyed},
    )
    session.flush()
    return True


def forget_due(
    session: Session, now: datetime, *, actor: Actor | None = None, limit: int = due.MOST_CASES
) -> int:
    """Destroy everything that is due and that nothing keeps; gives how many fields."""
    done = 0
    for one in due.find(session, local_day(now), ahead=timedelta(0), limit=limit):
        if one.kept_by is None:
            done += forget_field(session, actor, one.case_id, one.due.rule, one.due.on, now)
    return done


def erase_case(session: Session, actor: Actor | None, case_id: uuid.UUID, now: datetime) -> bool:
    """Destroy a case's key and all that hangs on it before its time, because somebody asked for it."""
    everything = next(rule for rule in rules() if rule.field == "everything")
    return forget_field(session, actor, case_id, everything, local_day(now), now)


def _destroy(session: Session, case_id: uuid.UUID, rule: RetentionRule, now: datetime) -> int:
    if rule.takes_all:
        values = vault.forget_case(session, case_id)
        values += vault.forget_hazards(session, case_id)
        return values + _photos(session, case_id, now) + _files(session, case_id, now)
    values = vault.forget_values(session, case_id, rule.kinds) if rule.kinds else 0
    if HOME_ADDRESS in rule.kinds:
        # What was noted of a home for its workers is of no use without the home, and tells it apart from others.
        values += vault.forget_hazards(session, case_id)
    if rule.field == "photos":
        values += _photos(session, case_id, now)
    if rule.field == "invoice_files":
        values += _files(session, case_id, now)
    return values


def _photos(session: Session, case_id: uuid.UUID, now: datetime) -> int:
    """Empty the pictures; that there was one, of which line, stays as the evidence of the work."""
    visits = (
        select(Visit.id)
        .join(WorksOrder, WorksOrder.id == Visit.order_id)
        .where(WorksOrder.case_id == case_id)
    )
    inspections = select(Inspection.id).where(Inspection.visit_id.in_(visits))
    taken = update(Photo).where(Photo.visit_id.in_(visits), Photo.erased_at.is_(None))
    looked = update(InspectionPhoto).where(
        InspectionPhoto.inspection_id.in_(inspections), InspectionPhoto.erased_at.is_(None)
    )
    emptied = 0
    for statement, table in ((taken, Photo), (looked, InspectionPhoto)):
        rows = session.scalars(
            statement.values(content=EMPTY, erased_at=now)
            .returning(table.id)
            .execution_options(synchronize_session=False)
        )
        emptied += len(rows.all())
    return emptied


def _files(session: Session, case_id: uuid.UUID, now: datetime) -> int:
    rows = session.scalars(
        update(InvoiceFile)
        .where(InvoiceFile.case_id == case_id, InvoiceFile.erased_at.is_(None))
        .values(erased_at=now)
        .returning(InvoiceFile.id)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


__all__ = ["Due", "erase_case", "forget_due", "forget_field"]
