"""The single sealer: links waiting events into the hash chain, seconds after they were committed.

One chain inside every transaction would make all writers wait for each other. So a trigger notes each new event as
waiting, and whoever holds the sealer's lock links what is committed by then.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from worksorders.domain.audit_chain import Head, SealedEvent, first_link, next_link
from worksorders.store.tables.confidential.seals import AuditChain, AuditPending, AuditSeal
from worksorders.store.tables.trail import AuditEvent

SEALER_LOCK = 0x57414C  # any number, the same for every sealer of a database
MOST_AT_ONCE = 2_000


def seal_waiting(session: Session, limit: int = MOST_AT_ONCE) -> int:
    """Link up to `limit` waiting events in the order of their numbers; 0 while another sealer is at work."""
    if not session.scalar(select(func.pg_try_advisory_xact_lock(SEALER_LOCK))):
        return 0
    events = session.scalars(
        select(AuditEvent)
        .join(AuditPending, AuditPending.event_id == AuditEvent.id)
        .order_by(AuditEvent.id)
        .limit(limit)
    ).all()
    if not events:
        return 0
    number, link = _newest(session)
    rows = []
    for event in events:
        number += 1
        link = next_link(link, as_sealed(event))
        rows.append({"number": number, "event_id": event.id, "digest": link})
    session.execute(insert(AuditSeal), rows)
    session.execute(delete(AuditPending).where(AuditPending.event_id.in_([e.id for e in events])))
    return len(rows)


def head(session: Session, now: datetime) -> Head | None:
    """The newest link; None while nothing is sealed."""
    newest = session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).one_or_none()
    return Head(chain_id(session), newest.number, newest.digest, now) if newest else None


def chain_id(session: Session) -> uuid.UUID:
    """The random id with which this database's chain starts."""
    return session.scalars(select(AuditChain.chain_id)).one()


def as_sealed(event: AuditEvent) -> SealedEvent:
    """The event as the chain covers it."""
    return SealedEvent(
        event.id,
        event.at,
        event.actor_id,
        event.action,
        event.subject_table,
        event.subject_id,
        event.from_state,
        event.to_state,
        event.reason,
        event.detail,
    )


def _newest(session: Session) -> tuple[int, bytes]:
    newest = session.execute(
        select(AuditSeal.number, AuditSeal.digest).order_by(AuditSeal.number.desc()).limit(1)
    ).one_or_none()
    return (newest.number, newest.digest) if newest else (0, first_link(chain_id(session)))
