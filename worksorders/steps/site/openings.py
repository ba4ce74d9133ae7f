"""The state in which a visit leaves each opening; an insecure one is escalated at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import OPENING
from worksorders.domain.lifecycle.openings import OpeningState
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.safety.deadlines import any_insecure, opening_seen
from worksorders.store.tables.work.cases import Opening, OpeningEvent
from worksorders.store.tables.work.orders import Visit, WorksLine

ACTIONS: Mapping[str, str] = {
    OpeningState.SECURE.value: "make_secure",
    OpeningState.TEMPORARILY_SECURED.value: "secure_temporarily",
    OpeningState.INSECURE.value: "find_insecure",
}


def touched_openings(session: Session, visit_id: uuid.UUID) -> Sequence[Opening]:
    """The openings that the visit's lines are at, in the order of the assessment."""
    wanted = select(WorksLine.opening_id).where(
        WorksLine.visit_id == visit_id, WorksLine.removed_at.is_(None)
    )
    return session.scalars(select(Opening).where(Opening.id.in_(wanted)).order_by(Opening.position)).all()


def check_openings(
    openings: Sequence[Opening], states: Mapping[uuid.UUID, str], escalation: str, faults: Faults
) -> None:
    """Each opening has a state; where one is insecure the worker says what is done about it."""
    for opening in openings:
        known = states.get(opening.id) in ACTIONS
        faults.require(known, f"opening-{opening.id}", f"Say how {opening.label} is now.")
    if OpeningState.INSECURE.value in states.values():
        faults.require(
            escalation.strip(),
            "escalation",
            "An opening is insecure: say what is open and who stays or comes. The coordinator is alerted.",
        )


def set_states(
    session: Session,
    actor: Actor,
    visit: Visit,
    states: Mapping[uuid.UUID, str],
    *,
    escalation: str,
    now: datetime,
) -> bool:
    """Keep the states as facts, each with its event; True where one is insecure."""
    insecure = False
    assessment_id = visit.order.assessment_id
    was_insecure = any_insecure(session, assessment_id)
    for opening in touched_openings(session, visit.id):
        after = states[opening.id]
        before = opening.state
        opening.state = move(OPENING, before, ACTIONS[after], actor.role)
        if after != before:
            opening.state_at = now
        opening.version += 1
        is_open = after == OpeningState.INSECURE.value
        insecure = insecure or is_open
        session.add(
            OpeningEvent(
                opening_id=opening.id,
                visit_id=visit.id,
                state=after,
                at=now,
                by=actor.user_id,
                escalation_note=escalation.strip() if is_open else None,
            )
        )
        audit.record(
            session,
            actor,
            "opening.seen",
            ("opening", opening.id),
            moved=(before, after),
            detail={"visit": str(visit.id)},
        )
    opening_seen(session, actor, assessment_id, now, was_insecure=was_insecure)
    return insecure


def is_any_insecure(session: Session, visit_id: uuid.UUID) -> bool:
    """Whether the visit's openings include one that is insecure as far as is known."""
    return any(
        opening.state == OpeningState.INSECURE.value for opening in touched_openings(session, visit_id)
    )
