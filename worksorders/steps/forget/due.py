"""Finds which fields of which cases are due to be destroyed, and what keeps some of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.requests import REQUEST
from worksorders.domain.local_time import local_day
from worksorders.domain.privacy.retention import Due, Over, RetentionRule, due_fields
from worksorders.gateways.retention import rules
from worksorders.store.tables.confidential.forgetting import Forgotten, LegalHold, PrivacyRequest
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, CaseFile, Handover
from worksorders.store.tables.work.orders import WorksOrder

ENDED = ("closed", "cancelled", "superseded")
AHEAD = timedelta(days=31)
MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class CaseDue:
    """One field of one case with its day; `kept_by` says what stands against destroying it, if anything."""

    case_id: uuid.UUID
    case_code: str
    due: Due
    kept_by: str | None


def find(
    session: Session, today: date, *, ahead: timedelta = AHEAD, limit: int = MOST_CASES
) -> list[CaseDue]:
    """What is due until then, the oldest first; `limit` counts cases. Five queries."""
    shortest = min(rule.days for rule in rules())
    cases = session.execute(_over(today + ahead - timedelta(days=shortest))).all()
    ids = [row.id for row in cases]
    done = _done(session, ids)
    kept = _kept(session, ids)
    found: list[CaseDue] = []
    for row in cases:
        over = Over(local_day(row.since), row.ordered)
        found += [
            CaseDue(row.id, row.code, due, kept.get(row.id))
            for due in due_fields(rules(), over, done[row.id])
            if due.on <= today + ahead
        ]
    found.sort(key=lambda one: (one.due.on, one.case_code, one.due.rule.field))
    first = list(dict.fromkeys(one.case_id for one in found))[:limit]
    chosen = set(first)
    return [one for one in found if one.case_id in chosen]


def clocks() -> tuple[RetentionRule, ...]:
    """The rules in force, for a page that shows them."""
    return rules()


def of_case(session: Session, case_id: uuid.UUID) -> Over | None:
    """Since when nothing is going on in a case; None while something is."""
    row = session.execute(_over(None).where(CaseFile.id == case_id)).one_or_none()
    return Over(local_day(row.since), row.ordered) if row else None


def kept_by(session: Session, case_id: uuid.UUID) -> str | None:
    """What keeps a case from being destroyed: a legal hold, or a request that is not answered yet."""
    return _kept(session, [case_id]).get(case_id)


def _over(before: date | None) -> Select[tuple[uuid.UUID, str, object, bool]]:
    """Cases whose orders have all ended and whose assessments wait for nothing, with the instant of the last end."""
    ended = (
        select(
            WorksOrder.case_id,
            func.max(func.coalesce(WorksOrder.closed_at, AuditEvent.at, WorksOrder.raised_at)).label("at"),
        )
        .outerjoin(
            AuditEvent,
            (AuditEvent.subject_id == WorksOrder.id)
            & (AuditEvent.subject_table == "works_order")
            & (AuditEvent.to_state == WorksOrder.state),
        )
        .group_by(WorksOrder.case_id)
        .having(func.bool_and(WorksOrder.state.in_(ENDED)))
        .subquery()
    )
    handed = (
        select(Assessment.case_id, func.max(func.coalesce(Handover.at, Assessment.received_at)).label("at"))
        .outerjoin(Handover, Handover.assessment_id == Assessment.id)
        .group_by(Assessment.case_id)
        .having(func.bool_and(Assessment.state != "waiting"))
        .subquery()
    )
    live = (
        select(WorksOrder.id)
        .where(WorksOrder.case_id == CaseFile.id, WorksOrder.state.not_in(ENDED))
        .exists()
    )
    since = func.greatest(ended.c.at, handed.c.at, CaseFile.created_at)
    asked = (
        select(
            CaseFile.id,
            CaseFile.code,
            since.label("since"),
            case((ended.c.case_id.is_(None), False), else_=True).label("ordered"),
        )
        .join(handed, handed.c.case_id == CaseFile.id)
        .outerjoin(ended, ended.c.case_id == CaseFile.id)
        .where(~live)
        .order_by(since, CaseFile.id)
    )
    if before is None:
        return asked
    gone = select(Forgotten.id).where(
        Forgotten.case_id == CaseFile.id, Forgotten.field.in_([r.field for r in rules() if r.takes_all])
    )
    return asked.where(since < before + timedelta(days=1), ~gone.exists())


def _done(session: Session, ids: Sequence[uuid.UUID]) -> defaultdict[uuid.UUID, set[str]]:
    found: defaultdict[uuid.UUID, set[str]] = defaultdict(set)
    for case_id, field in session.execute(
        select(Forgotten.case_id, Forgotten.field).where(Forgotten.case_id.in_(ids))
    ):
        found[case_id].add(field)
    return found


def _kept(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    requests = select(PrivacyRequest.case_id).where(
        PrivacyRequest.case_id.in_(ids), PrivacyRequest.state.not_in(REQUEST.final)
    )
    holds = select(LegalHold.case_id).where(LegalHold.case_id.in_(ids), LegalHold.lifted_at.is_(None))
    kept = {case_id: "request" for case_id in session.scalars(requests) if case_id}
    return kept | dict.fromkeys(session.scalars(holds), "hold")
