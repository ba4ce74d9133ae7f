"""Reads how far the outbox and the sealing of the trail are behind: ages and coarse counts, never a kind or an id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from worksorders.store.tables.confidential.seals import AuditPending
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

STEP = 10


@dataclass(frozen=True, slots=True)
class Readings:
    """The schema's revision, seconds that the oldest due work and the oldest unsealed event wait, and work due in tens."""

    schema: str
    overdue_seconds: float
    unsealed_seconds: float
    waiting: int


def read(session: Session, now: datetime) -> Readings:
    """Take the readings; timers whose moment has not come do not wait."""
    due = (OutboxMessage.done_at.is_(None), OutboxMessage.wanted_at <= now)
    oldest, count = session.execute(select(func.min(OutboxMessage.wanted_at), func.count()).where(*due)).one()
    unsealed = session.scalar(
        select(func.min(AuditEvent.at)).join(AuditPending, AuditPending.event_id == AuditEvent.id)
    )
    schema = session.scalar(text("SELECT version_num FROM alembic_version"))
    return Readings(schema or "", _seconds(oldest, now), _seconds(unsealed, now), in_tens(count))


def in_tens(count: int) -> int:
    """Rounded up to tens: a single urgent order must not be seen from outside."""
    return -(-count // STEP) * STEP


def _seconds(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
