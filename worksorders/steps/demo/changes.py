"""Changes that workers ask for on site in the demo's past: most by rule, the dear ones decided by the coordinator."""

from __future__ import annotations

import uuid
from random import Random

from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError
from worksorders.steps.actor import Actor
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.evidence import picture
from worksorders.steps.site import checklist
from worksorders.steps.varying import ask, decide
from worksorders.steps.varying.wishes import Wish
from worksorders.store.tables.work.orders import Visit, WorksLine

SHARE = 25
REASONS = (
    "There is one more of the same at the back.",
    "The frame behind it is rotten, so one more is needed.",
    "One was broken when we took it off.",
)
NO = "One more can wait for the review in three months."


def maybe_ask(session: Session, coordinator: Actor, worker: Actor, visit: Visit, past: Past) -> None:
    """At about one visit in twenty-five a worker asks for one more of a line; what no rule approves is decided at once."""
    dice = Random(visit.code)
    lines = [line for line in checklist.checklist_lines(visit).values() if line.unit == "each"]
    if not lines or dice.randrange(SHARE):
        return
    wish = _one_more(dice.choice(lines), dice)
    try:
        with session.begin_nested():
            asked = ask.ask(session, worker, visit.id, wish, past.now)
    except DomainError:
        return
    if asked.state == "asked":
        _decide(session, coordinator, asked.id, past)
    session.refresh(visit)


def _one_more(line: WorksLine, dice: Random) -> Wish:
    return Wish(
        quantity=line.quantity + 1,
        reason=dice.choice(REASONS),
        key=uuid.uuid4(),
        line_id=line.id,
        seen_revision=line.revision,
        photos=[picture(dice)],
    )


def _decide(session: Session, coordinator: Actor, variation_id: uuid.UUID, past: Past) -> None:
    try:
        with session.begin_nested():
            decide.approve(session, coordinator, variation_id, past.now)
    except DomainError:
        decide.decline(session, coordinator, variation_id, NO, past.now)
