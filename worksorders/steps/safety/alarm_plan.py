"""Keeps who is reached when the alarm of a home goes off: roles in clear, every word sealed, every version kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, sessionmaker

from worksorders.domain.disclosure.policy import Purpose
from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.safety.alarm_response import check_plan, in_order, is_alarm_line, why_not_close
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.ordering.moves import lock_order
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.orders import WorksLine, WorksOrder
from worksorders.store.tables.work.safety import AlarmPlan

REFERENCE = "alarm.reference"
WORDS = "alarm.words"
SHORTEST_PURPOSE = 3


@dataclass(frozen=True)
class PlanVersion:
    """A version without its words: who is reached in which order, made when and by whom."""

    id: uuid.UUID
    order_id: uuid.UUID
    order_code: str
    version: int
    reached: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True)
class PlanWords:
    """The sealed words of a version; never kept, never printed."""

    reference: str = field(repr=False)
    words: str = field(repr=False)


def versions(session: Session, order_id: uuid.UUID) -> list[PlanVersion]:
    """Every version, the newest first."""
    return _found(session, AlarmPlan.order_id == order_id)


def find_version(session: Session, plan_id: uuid.UUID) -> PlanVersion:
    """One version; raises NotFoundError."""
    for version in _found(session, AlarmPlan.id == plan_id):
        return version
    raise NotFoundError("There is no such version of an alarm-response plan.")


def _found(session: Session, condition: ColumnElement[bool]) -> list[PlanVersion]:
    rows = session.execute(
        select(AlarmPlan, WorksOrder.code, AppUser.display_name)
        .join(WorksOrder, WorksOrder.id == AlarmPlan.order_id)
        .join(AppUser, AppUser.id == AlarmPlan.made_by)
        .where(condition)
        .order_by(AlarmPlan.version.desc())
    )
    return [
        PlanVersion(row.id, row.order_id, code, row.version, in_order(row.reached), row.made_at, name)
        for row, code, name in rows
    ]


def record_plan(
    session: Session,
    cipher: Cipher,
    actor: Actor,
    order_id: uuid.UUID,
    *,
    reached: Sequence[str],
    reference: str,
    words: str,
    now: datetime,
) -> AlarmPlan:
    """Keep a new version; raises NotFoundError, or FaultsError at `reached`, `reference`, `words`."""
    order = lock_order(session, order_id)
    roles = check_plan(reached, reference, words)
    last = session.scalar(select(func.max(AlarmPlan.version)).where(AlarmPlan.order_id == order_id)) or 0
    row = AlarmPlan(
        id=uuid.uuid4(),
        order_id=order_id,
        version=last + 1,
        reached=list(roles),
        made_at=now,
        made_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    sealed = {REFERENCE: reference.strip(), WORDS: words.strip()}
    disclose.protect(session, cipher, order.case_id, row.id, sealed)
    audit.record(
        session,
        actor,
        "order.alarm_plan_recorded",
        ("works_order", order_id),
        detail={"version": row.version, "reached": list(roles)},
    )
    return row


def read_plan(
    session: Session,
    sessions: sessionmaker[Session],
    cipher: Cipher,
    actor: Actor,
    plan_id: uuid.UUID,
    *,
    purpose: str,
) -> PlanWords:
    """The words of a version, announced, read once and logged; FaultsError at `purpose`, NotFoundError."""
    case_id = session.scalar(
        select(WorksOrder.case_id)
        .join(AlarmPlan, AlarmPlan.order_id == WorksOrder.id)
        .where(AlarmPlan.id == plan_id)
    )
    if case_id is None:
        raise NotFoundError("There is no such version of an alarm-response plan.")
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise FaultsError([Fault("purpose", "Say what you need it for.")])
    revealed = disclose.read(
        sessions,
        cipher,
        actor,
        case_ids=[case_id],
        kinds=[REFERENCE, WORDS],
        purpose=purpose.strip(),
        under=Purpose.EMERGENCY,
    )
    return PlanWords(
        revealed.get((case_id, plan_id, REFERENCE), ""), revealed.get((case_id, plan_id, WORDS), "")
    )


def refusal_to_close(session: Session, order: WorksOrder) -> str | None:
    """Why the order cannot close for want of a plan; None where it may."""
    lines = session.scalars(
        select(WorksLine).where(WorksLine.order_id == order.id, WorksLine.removed_at.is_(None))
    )
    alarms = [line.measure for line in lines if is_alarm_line(line.kind, line.evidence)]
    has_plan = session.scalar(select(AlarmPlan.id).where(AlarmPlan.order_id == order.id).limit(1)) is not None
    return why_not_close(alarms, has_plan)


def has_alarm(order: WorksOrder) -> bool:
    """Whether the order brings a monitored alarm."""
    return any(line.removed_at is None and is_alarm_line(line.kind, line.evidence) for line in order.lines)
