"""Time that was agreed on the phone for the sake of a plan: longer days of workers, wider safe hours of single days."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.store.tables.plans.plan_parts import PlanRequest
from worksorders.store.tables.work.telling import CallTask

AGREED = "agreed"
Extra = dict[uuid.UUID, list[PlanRequest]]


def agreed_for_workers(session: Session, worker_ids: Collection[uuid.UUID]) -> Extra:
    """Of each worker the time beyond working hours that the firm agreed to."""
    return _agreed(
        session,
        PlanRequest.worker_id.in_(worker_ids) & PlanRequest.kind.in_(("overtime", "worker")),
        "worker_id",
    )


def agreed_for_visits(session: Session, visit_ids: Collection[uuid.UUID]) -> Extra:
    """Of each visit the time beyond the safe hours that the client agreed to."""
    return _agreed(session, PlanRequest.visit_id.in_(visit_ids) & (PlanRequest.kind == "window"), "visit_id")


def _agreed(session: Session, wanted: object, key: str) -> Extra:
    found: Extra = defaultdict(list)
    rows = session.scalars(
        select(PlanRequest)
        .join(CallTask, CallTask.id == PlanRequest.task_id)
        .where(wanted, CallTask.state == "done", CallTask.outcome == AGREED)  # type: ignore[arg-type]
        .order_by(PlanRequest.asked_at, PlanRequest.id)
    )
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


def joined(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches of a day in their order, those that touch or overlap made one."""
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(stretches):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)
