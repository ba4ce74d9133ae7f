"""Calls that the office has to make: raised by any step, made by a coordinator, ended with an outcome."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, Faults, FaultsError, NotPermittedError, RefusedError
from worksorders.domain.telling.calls import kind_of
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.tell.barred import Receiver, is_barred
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.telling import CallAttempt, CallTask

AGAIN_AFTER = timedelta(hours=1)
LATEST_AGAIN = timedelta(days=30)


def raise_call_task(
    session: Session,
    order_id: uuid.UUID,
    kind: str,
    at: datetime,
    *,
    due_at: datetime | None = None,
    visit_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
    actor: Actor | None = None,
    dedupe_key: str | None = None,
) -> uuid.UUID:
    """Put a call on the office's list and give its id; the same `dedupe_key` twice is one call.

    `kind` is a key of domain.telling.calls.KINDS (ValueError otherwise), `due_at` is `at` unless given.
    `contact_id` is the person to be called where several could be meant; NotPermittedError for one who must never
    be contacted.
    """
    kind_of(kind)
    if contact_id is not None:
        case_id = session.scalars(select(WorksOrder.case_id).where(WorksOrder.id == order_id)).one()
        if is_barred(session, Receiver(case_id, contact_id=contact_id)):
            raise NotPermittedError("This person must never be contacted about this order.")
    task_id = uuid.uuid4()
    made = session.scalar(
        insert(CallTask)
        .values(
            id=task_id,
            kind=kind,
            order_id=order_id,
            visit_id=visit_id,
            contact_id=contact_id,
            state="waiting",
            raised_at=at,
            raised_by=actor.user_id if actor else None,
            due_at=due_at or at,
            dedupe_key=dedupe_key,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(CallTask.id)
    )
    if made is None:
        return session.scalars(select(CallTask.id).where(CallTask.dedupe_key == dedupe_key)).one()
    audit.record(
        session,
        actor,
        "call.raised",
        ("works_order", order_id),
        detail={"task": str(task_id), "kind": kind, "visit": str(visit_id) if visit_id else None},
    )
    return task_id


def complete_call(
    session: Session,
    actor: Actor,
    task_id: uuid.UUID,
    outcome: str,
    now: datetime,
    *,
    again_at: datetime | None = None,
) -> CallTask:
    """Record what came of a call; a task that it does not end is due again at `again_at`, in an hour unless given.

    Raises NotFoundError, RefusedError for a call that is over, FaultsError at `outcome` or `again_at`.
    """
    task = lock_task(session, task_id)
    _check_waiting(task, "complete")
    came = kind_of(task.kind).outcome(outcome)
    if came is None:
        raise FaultsError([Fault("outcome", "Choose what came of the call.")])
    if not came.ends:
        again_at = again_at or now + AGAIN_AFTER
        faults = Faults()
        faults.require(
            now < again_at <= now + LATEST_AGAIN, "again_at", "Give a time within 30 days from now."
        )
        faults.raise_if_any()
    else:
        again_at = None
    session.add(CallAttempt(task_id=task.id, at=now, by=actor.user_id, outcome=outcome, again_at=again_at))
    if came.ends:
        task.state, task.outcome = "done", outcome
        task.ended_at, task.ended_by = now, actor.user_id
    else:
        task.due_at = again_at or task.due_at
    session.flush()
    audit.record(
        session,
        actor,
        "call.made",
        ("works_order", task.order_id),
        reason=outcome,
        detail={"task": str(task.id), "kind": task.kind},
    )
    return task


def withdraw_calls(
    session: Session,
    order_id: uuid.UUID,
    now: datetime,
    *,
    kind: str | None = None,
    visit_id: uuid.UUID | None = None,
    actor: Actor | None = None,
) -> int:
    """Take calls that wait off the list, since their reason is gone; gives how many."""
    query = select(CallTask).where(CallTask.order_id == order_id, CallTask.state == "waiting")
    if kind is not None:
        query = query.where(CallTask.kind == kind)
    if visit_id is not None:
        query = query.where(CallTask.visit_id == visit_id)
    tasks = session.scalars(query.order_by(CallTask.id).with_for_update()).all()
    for task in tasks:
        task.state, task.ended_at = "withdrawn", now
        task.ended_by = actor.user_id if actor else None
        audit.record(
            session,
            actor,
            "call.withdrawn",
            ("works_order", order_id),
            detail={"task": str(task.id), "kind": task.kind},
        )
    session.flush()
    return len(tasks)


def lock_task(session: Session, task_id: uuid.UUID) -> CallTask:
    """The task, locked; raises NotFoundError."""
    task = session.scalar(select(CallTask).where(CallTask.id == task_id).with_for_update())
    if task is None:
        raise NotFoundError("There is no such call.")
    return task


def _check_waiting(task: CallTask, action: str) -> None:
    if task.state != "waiting":
        raise RefusedError("This call is over: nothing more is recorded.", state=task.state, action=action)
