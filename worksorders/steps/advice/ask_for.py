"""Asks for a repair that somebody else decides: a call is put on the list, and its yes counts when planning again.

Safe hours are the client's to give, by the safe channel alone; longer and further days, and checks, are the firm's.
Nothing changes before.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.advice.answers.reasons import answer, repairs_of
from worksorders.domain.errors import RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.advice.apply_repair import GONE, PURPOSE
from worksorders.steps.advice.standing import Draft, Enquiry, load_draft
from worksorders.steps.advice.whom_to_ask import Question, questions
from worksorders.steps.people.extra_time import AGREED
from worksorders.steps.planning.when import wall
from worksorders.steps.tell.calls import raise_call_task
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.plans.plan_parts import PlanRequest
from worksorders.store.tables.work.orders import Visit
from worksorders.store.tables.work.telling import CallTask

ASKABLE = ("window", "overtime", "worker", "clearance")


@dataclass(frozen=True)
class Asked:
    """A request that was made for a visit: its call, whose time it is and when, and what came of it."""

    kind: str
    task_id: uuid.UUID
    falls_on: date
    opens_minute: int
    closes_minute: int
    state: str
    outcome: str | None
    worker: str = ""
    trade: str = ""
    plan_id: uuid.UUID | None = None

    @property
    def start_at(self) -> datetime:
        """From when."""
        return wall(self.falls_on, self.opens_minute)

    @property
    def end_at(self) -> datetime:
        """Until when."""
        return wall(self.falls_on, self.closes_minute)


def ask_for(enquiry: Enquiry, kind: str) -> list[uuid.UUID]:
    """Raise the calls for the draft's repair of this kind (one of ASKABLE); gives the calls, one a question.

    The same question about the same time is one call. Raises RefusedError where the draft has no such repair.
    """
    draft = load_draft(enquiry, PURPOSE)
    wanted = _questions(enquiry.session, draft, kind)
    if not wanted:
        raise RefusedError(GONE, state=draft.plan.state, action="ask for")
    return [_ask(enquiry.session, enquiry.actor, draft, one, enquiry.now) for one in wanted]


def _questions(session: Session, draft: Draft, kind: str) -> list[Question]:
    if kind not in ASKABLE or draft.visit in draft.book.start:
        return []
    one = answer(draft.book, draft.visit, proven=False)
    repair = next((found for found in repairs_of(draft.book, one, moving=True) if found.kind == kind), None)
    if repair is None:
        return []
    return questions(draft, repair, refused_for(session, draft.frame.visits[draft.visit].id))


def refused_for(session: Session, visit_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """The workers for whom a further day was asked in vain for this visit: somebody else is asked next."""
    rows = session.scalars(
        select(PlanRequest.worker_id)
        .join(CallTask, CallTask.id == PlanRequest.task_id)
        .where(
            PlanRequest.visit_id == visit_id,
            PlanRequest.kind == "worker",
            CallTask.state == "done",
            CallTask.outcome != AGREED,
        )
    )
    return frozenset(one for one in rows if one is not None)


def _ask(session: Session, actor: Actor, draft: Draft, one: Question, now: datetime) -> uuid.UUID:
    visit = draft.frame.visits[draft.visit]
    key = f"plan:{one.kind}:{visit.id}:{one.worker_id}:{one.on}:{one.opens}:{one.closes}"
    task_id = raise_call_task(
        session, visit.order_id, f"plan_{one.kind}", now, visit_id=visit.id, actor=actor, dedupe_key=key
    )
    if session.scalar(select(PlanRequest.id).where(PlanRequest.task_id == task_id)) is None:
        session.add(
            PlanRequest(
                kind=one.kind,
                plan_id=draft.plan.id,
                visit_id=visit.id,
                worker_id=one.worker_id,
                task_id=task_id,
                falls_on=one.on,
                opens_minute=one.opens,
                closes_minute=one.closes,
                asked_at=now,
                asked_by=actor.user_id,
            )
        )
        audit.record(session, actor, "plan.asked_for", ("visit", visit.id), detail={"kind": one.kind})
    return task_id


def asked_for(session: Session, visit_id: uuid.UUID) -> list[Asked]:
    """What was asked for a visit so far, and what came of it, the newest first."""
    return _asked(session, PlanRequest.visit_id == visit_id)


def asked_by_call(session: Session, task_id: uuid.UUID) -> Asked | None:
    """What a call is to ask for; None for one that no plan asked for."""
    return next(iter(_asked(session, PlanRequest.task_id == task_id)), None)


def _asked(session: Session, wanted: object) -> list[Asked]:
    rows = session.execute(
        select(PlanRequest, CallTask, Visit.trade, Worker, Firm.name)
        .join(CallTask, CallTask.id == PlanRequest.task_id)
        .join(Visit, Visit.id == PlanRequest.visit_id)
        .outerjoin(Worker, Worker.id == PlanRequest.worker_id)
        .outerjoin(Firm, Firm.id == Worker.firm_id)
        .where(wanted)  # type: ignore[arg-type]
        .order_by(PlanRequest.asked_at.desc(), PlanRequest.id)
    )
    return [
        Asked(
            kind=row.kind,
            task_id=task.id,
            falls_on=row.falls_on,
            opens_minute=row.opens_minute,
            closes_minute=row.closes_minute,
            state=task.state,
            outcome=task.outcome,
            worker=f"{worker.first_name}, {firm}" if worker is not None else "",
            trade=trade,
            plan_id=row.plan_id,
        )
        for row, task, trade, worker, firm in rows
    ]
