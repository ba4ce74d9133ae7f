"""Gives a case back to an advocate, with the reason and the date; nobody is just refused (programme.md)."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import ASSESSMENT
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.domain.order.assessment import Answer, Decision, decide, hand_over
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.cases import Assessment, Handover


def give_back(
    session: Session, actor: Actor, assessment_id: uuid.UUID, *, advocate: str, note: str, now: datetime
) -> Handover:
    """Hand a waiting assessment over; an eligible one only with a note that says why."""
    assessment = session.scalar(
        select(Assessment).where(Assessment.id == assessment_id).with_for_update(of=Assessment)
    )
    if assessment is None:
        raise NotFoundError("There is no such assessment.")
    answers = [
        Answer(row.criterion, row.answer, row.given_by, start_of_day(row.given_on))
        for row in assessment.answers
    ]
    return record_hand_over(
        session, actor, assessment, decide(answers), advocate=advocate, note=note, now=now
    )


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
