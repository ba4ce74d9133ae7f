"""The never-send relation: a firm or worker that must never learn of a case.

Coordinators alone may read or write it. It bars silently: whoever plans or offers skips the firm or person without
a word, and no reason is kept, so nobody can infer one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.store.tables.firms.contractors import Firm, Worker
from worksorders.store.tables.work.cases import CaseFile, NeverSend

SOURCES = ("client", "conflict_check", "coordinator")


@dataclass(frozen=True, slots=True)
class Barred:
    """Who is barred from a case, for coordinators' eyes."""

    id: uuid.UUID
    firm_id: uuid.UUID | None
    worker_id: uuid.UUID | None
    name: str
    source: str
    created_at: datetime


def add(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    *,
    firm_id: uuid.UUID | None = None,
    worker_id: uuid.UUID | None = None,
    source: str = "coordinator",
    now: datetime,
) -> None:
    """Bar a firm or a worker from a case; saying it twice is saying it once.

    Raises NotFoundError for anyone but a coordinator and for an unknown case, firm or worker.
    """
    _coordinators_only(actor)
    if (firm_id is None) == (worker_id is None):
        raise DomainError("Name either a firm or a worker.")
    if source not in SOURCES:
        raise DomainError(f"“{source}” is not a source: use one of {', '.join(SOURCES)}.")
    who = session.get(Firm, firm_id) if firm_id else session.get(Worker, worker_id)
    if who is None or session.get(CaseFile, case_id) is None:
        raise NotFoundError("There is no such case, firm or worker.")
    made = session.scalar(
        insert(NeverSend)
        .values(
            id=uuid.uuid4(),
            case_id=case_id,
            firm_id=firm_id,
            worker_id=worker_id,
            source=source,
            created_at=now,
            created_by=actor.user_id,
        )
        .on_conflict_do_nothing()
        .returning(NeverSend.id)
    )
    if made is not None:
        # The row names the case alone: the trail is read by people who may not know who is barred.
        audit.record(session, actor, "never_send.added", ("case_file", case_id))


def remove(session: Session, actor: Actor, case_id: uuid.UUID, never_send_id: uuid.UUID) -> None:
    """Take a bar back that was set by mistake."""
    _coordinators_only(actor)
    gone = session.scalar(
        delete(NeverSend)
        .where(NeverSend.id == never_send_id, NeverSend.case_id == case_id)
        .returning(NeverSend.id)
    )
    if gone is None:
        raise NotFoundError("There is no such bar.")
    audit.record(session, actor, "never_send.removed", ("case_file", case_id))


def of_case(session: Session, actor: Actor, case_id: uuid.UUID) -> Sequence[Barred]:
    """Who is barred from a case, by name; raises NotFoundError for anyone but a coordinator."""
    _coordinators_only(actor)
    name = func.coalesce(Firm.name, Worker.first_name + " " + Worker.last_name)
    rows = session.execute(
        select(NeverSend, name)
        .outerjoin(Firm, Firm.id == NeverSend.firm_id)
        .outerjoin(Worker, Worker.id == NeverSend.worker_id)
        .where(NeverSend.case_id == case_id)
        .order_by(func.lower(name), NeverSend.id)
    )
    return [Barred(row.id, row.firm_id, row.worker_id, who, row.source, row.created_at) for row, who in rows]


def _coordinators_only(actor: Actor) -> None:
    if actor.role is not Role.COORDINATOR:
        raise NotFoundError("There is no such page.")
