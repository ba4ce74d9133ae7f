"""Records how an opening is now when somebody has seen it outside of a visit, with how that is known."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.lifecycle.machines import OPENING
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.safety.deadlines import any_insecure, opening_seen
from worksorders.steps.site.openings import ACTIONS
from worksorders.store.tables.work.cases import Opening, OpeningEvent


def record_opening(
    session: Session,
    actor: Actor,
    assessment_id: uuid.UUID,
    opening_id: uuid.UUID,
    *,
    state: str,
    verified: str,
    now: datetime,
) -> Opening:
    """Keep the state as a fact with its event; `verified` says who saw it and how.

    Raises NotFoundError, FaultsError (`state`, `verified`), or NotPermittedError for other roles.
    """
    opening = session.scalar(
        select(Opening)
        .where(Opening.id == opening_id, Opening.assessment_id == assessment_id)
        .with_for_update(of=Opening)
        .execution_options(populate_existing=True)
    )
    if opening is None:
        raise NotFoundError("There is no such opening.")
    faults = Faults()
    faults.require(state in ACTIONS, "state", "Say how the opening is now.")
    faults.require(verified.strip(), "verified", "Say who saw it, how and when.")
    faults.raise_if_any()
    was_insecure = any_insecure(session, assessment_id)
    before = opening.state
    opening.state = move(OPENING, before, ACTIONS[state], actor.role)
    if opening.state != before:
        opening.state_at = now
    opening.version += 1
    session.add(
        OpeningEvent(
            opening_id=opening.id, state=state, at=now, by=actor.user_id, escalation_note=verified.strip()
        )
    )
    audit.record(
        session,
        actor,
        "opening.recorded",
        ("opening", opening.id),
        moved=(before, state),
        reason=verified.strip(),
    )
    opening_seen(session, actor, assessment_id, now, was_insecure=was_insecure)
    return opening
