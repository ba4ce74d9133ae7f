"""Gives a case back to an advocate, with the reason and the date; nobody is just refused (programme.md)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import NotPermittedError
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import ASSESSMENT
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.order.assessment import Answer, Decision, decide, hand_over, require_eligible
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.intake.service import region_has_service
from worksorders.store.tables.work.cases import Assessment, Handover


def give_back(
    session: Session, actor: Actor, assessment_id: uuid.UUID, *, advocate: str, note: str, now: datetime
) -> Handover:
    """Hand a waiting assessment over; an eligible one only with a note that says why."""
    assessment = _locked(session, assessment_id)
    decision = decide(_answers(assessment))
    return record_hand_over(session, actor, assessment, decision, advocate=advocate, note=note, now=now)


def take_back(session: Session, actor: Actor, assessment_id: uuid.UUID, now: datetime) -> Assessment:
    """Take a case back from its advocate; raises NotPermittedError unless all six hold and the region has the service."""
    assessment = _locked(session, assessment_id)
    require_eligible(decide(_answers(assessment)))
    if not region_has_service(session, assessment.case.region_code, local_day(now)):
        raise NotPermittedError(
            "The service has not begun in this home’s region: the case stays with its advocate."
        )
    before = assessment.state
    assessment.state = move(ASSESSMENT, before, "take_back", actor.role)
    audit.record(
        session,
        actor,
        "assessment.taken_back",
        ("assessment", assessment.id),
        moved=(before, assessment.state),
    )
    return assessment


def _locked(session: Session, assessment_id: uuid.UUID) -> Assessment:
    found = session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).with_for_update(of=Assessment)
    )
    if found is None:
        raise NotFoundError("There is no such assessment.")
    return found


def _answers(assessment: Assessment) -> list[Answer]:
    return [
        Answer(row.criterion, row.answer, row.given_by, start_of_day(row.given_on))
        for row in assessment.answers
    ]


def record_hand_over(
    session: Session,
    actor: Actor,
    assessment: Assessment,
    decision: Decision,
    *,
    advocate: str,
    note: str,
    now: datetime,
) -> Handover:
    """Give the case back to an advocate; raises FaultsError (`advocate`, `note`) or RefusedError."""
    record = hand_over(decision, advocate=advocate, note=note, on=local_day(now), recorded_by=actor.name)
    state = move(ASSESSMENT, assessment.state, "hand_over", actor.role)
    row = Handover(
        id=uuid.uuid4(),
        assessment_id=assessment.id,
        advocate=record.advocate,
        reason=record.reason,
        at=now,
        by=actor.user_id,
    )
    session.add(row)
    audit.record(
        session,
        actor,
        "assessment.handed_over",
        ("assessment", assessment.id),
        moved=(assessment.state, state),
        reason=record.reason,
    )
    assessment.state = state
    return row
