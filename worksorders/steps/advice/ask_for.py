"""Asks for a repair that somebody else decides: a call is put on the list, and its yes counts when planning again.

Safe hours are the client's to give, by the safe channel alone; longer days are the firm's. Nothing changes before.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.advice.answers.reasons import answer, repairs_of
from scheduler.changes import LongerShift, WiderWindow
from worksorders.domain.errors import RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.advice.apply_repair import GONE, PURPOSE
from worksorders.steps.advice.standing import Draft, Enquiry, load_draft
from worksorders.steps.tell.calls import raise_call_task
from worksorders.store.tables.plan_parts import PlanRequest
from worksorders.store.tables.telling import CallTask

ASKABLE = {"window": "plan_window", "overtime": "plan_overtime"}


@dataclass(frozen=True)
class Asked:
    """A request that was made for a visit: its call, when it is for, and what came of it."""

    kind: str
    task_id: uuid.UUID
    falls_on: date
    opens_minute: int
    closes_minute: int
    state: str
    outcome: str | None


def ask_for(enquiry: Enquiry, kind: str) -> list[uuid.UUID]:
    """Raise the call for the draft's repair of this kind (`window` or `overtime`); gives the calls, one a worker.

    The same question about the same time is one call. Raises RefusedError where the draft has no such repair.
    """
    draft = load_draft(enquiry, PURPOSE)
    wanted = _times(draft, kind)
    if not wanted:
        raise RefusedError(GONE, state=draft.plan.state, action="ask for")
    return [_ask(enquiry.session, enquiry.actor, draft, kind, time, enquiry.now) for time in wanted]


Time = tuple[uuid.UUID | None, date, int, int]


def _times(draft: Draft, kind: str) -> list[Time]:
    """Whose time, on which day, from when to when."""
    if kind not in ASKABLE or draft.visit in draft.book.start:
        return []
    one = answer(draft.book, draft.visit, proven=False)
    repair = next((found for found in repairs_of(draft.book, one, moving=True) if found.kind == kind), None)
    found: list[Time] = []
    for change in repair.changes if repair else ():
        if isinstance(change, WiderWindow):
            minutes = draft.frame.visits[draft.visit].minutes
            found.append((None, draft.frame.day(change.day), change.earliest, change.latest + minutes))
        if isinstance(change, LongerShift):
            shift = draft.problem.workers[change.worker].shifts[change.shift]
            person = draft.frame.people[change.worker]
            ends = min(1440, shift.closes + change.minutes)
            found.append((person.worker_id, draft.frame.day(shift.day), shift.closes, ends))
    return [time for time in found if time[2] < min(1440, time[3])]


def _ask(session: Session, actor: Actor, draft: Draft, kind: str, time: Time, now: datetime) -> uuid.UUID:
    worker_id, on, opens, closes = time
    visit = draft.frame.visits[draft.visit]
    key = f"plan:{kind}:{visit.id}:{worker_id}:{on}:{opens}:{closes}"
    task_id = raise_call_task(
        session, visit.order_id, ASKABLE[kind], now, visit_id=visit.id, actor=actor, dedupe_key=key
    )
    if session.scalar(select(PlanRequest.id).where(PlanRequest.task_id == task_id)) is None:
        session.add(
            PlanRequest(
                kind=kind,
                plan_id=draft.plan.id,
                visit_id=visit.id,
                worker_id=worker_id,
                task_id=task_id,
                falls_on=on,
                opens_minute=opens,
                closes_minute=min(1440, closes),
                asked_at=now,
                asked_by=actor.user_id,
            )
        )
        audit.record(session, actor, "plan.asked_for", ("visit", visit.id), detail={"kind": kind})
    return task_id


def asked_for(session: Session, visit_id: uuid.UUID) -> list[Asked]:
    """What was asked for a visit so far, and what came of it, the newest first."""
    rows = session.execute(
        select(PlanRequest, CallTask)
        .join(CallTask, CallTask.id == PlanRequest.task_id)
        .where(PlanRequest.visit_id == visit_id)
        .order_by(PlanRequest.asked_at.desc(), PlanRequest.id)
    )
    return [
        Asked(row.kind, task.id, row.falls_on, row.opens_minute, row.closes_minute, task.state, task.outcome)
        for row, task in rows
    ]
