"""Whether every way out opens from inside without a key: asked at the end of each visit, the newest answer counts."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.completion.needs import EXIT_KINDS
from worksorders.domain.errors import Faults
from worksorders.steps.actor import Actor
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.completion import EgressCheck
from worksorders.store.tables.work.orders import Visit

OPENS, NOT_AN_EXIT, NEEDS_KEY = "opens", "not_an_exit", "needs_key"
ANSWERS: Mapping[str, str] = {
    OPENS: "Yes, without a key",
    NOT_AN_EXIT: "It is not a way out",
    NEEDS_KEY: "No",
}


def is_exit(opening: Opening) -> bool:
    """Whether people may have to get out there."""
    return opening.kind in EXIT_KINDS


def check_exits(
    openings: Sequence[Opening], answers: Mapping[uuid.UUID, str], escalation: str, faults: Faults
) -> None:
    """Each way out has its answer; where one needs a key the worker says what is done about it."""
    exits = [opening for opening in openings if is_exit(opening)]
    for opening in exits:
        faults.require(
            answers.get(opening.id) in ANSWERS,
            f"exit-{opening.id}",
            f"Say whether {opening.label} opens from inside without a key.",
        )
    if any(answers.get(opening.id) == NEEDS_KEY for opening in exits):
        faults.require(
            escalation.strip(),
            "escalation",
            "People could be locked in: put it right before you leave, or say what is locked and who comes. "
            "The coordinator is alerted.",
        )


def keep_exits(
    session: Session,
    actor: Actor,
    visit: Visit,
    openings: Sequence[Opening],
    answers: Mapping[uuid.UUID, str],
    now: datetime,
) -> bool:
    """Keep the answers as facts; True where a way out needs a key."""
    kept = {opening.id: answers[opening.id] for opening in openings if is_exit(opening)}
    session.add_all(
        EgressCheck(opening_id=opening_id, visit_id=visit.id, answer=answer, at=now, by=actor.user_id)
        for opening_id, answer in kept.items()
    )
    return NEEDS_KEY in kept.values()


def last_answers(session: Session, opening_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, EgressCheck]:
    """The newest answer for each opening that has one."""
    rows = session.scalars(
        select(EgressCheck)
        .where(EgressCheck.opening_id.in_(list(opening_ids)))
        .order_by(EgressCheck.at, EgressCheck.id)
    )
    return {row.opening_id: row for row in rows}
