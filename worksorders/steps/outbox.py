"""The transactional outbox: work is written beside its cause, sent after commit, and done once.

Pattern "Nothing lost" of docs/architecture.md: PostgreSQL is the only truth. The relay sends every due row
that is not done, each time as a new RQ job that carries only the row's id and its attempt. A handler's effect and
`done_at` are one transaction, and a job whose attempt is no longer the newest changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from worksorders.store.tables.trail import OutboxMessage

PLANNING = "planning"
DEFAULT = "default"
QUEUES = (PLANNING, DEFAULT)
FIRST_WAIT_SECONDS = 8
LONGEST_WAIT_SECONDS = 300
EARLY_WAIT_SECONDS = 30
ALARM_SECONDS = 60
URGENT_ALARM_SECONDS = 15
# Kinds on which a P1 order or a worker in a home waits.
URGENT_KINDS = ("order.issued", "offer.again", "offer.lapse", "duty.call", "visit.look_for_check_out")


@dataclass(frozen=True)
class Delivery:
    """One sending of an outbox row; the attempt fences off workers that wake late."""

    id: uuid.UUID
    attempt: int
    queue: str


def send(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    queue: str = DEFAULT,
    at: datetime | None = None,
    dedupe_key: str | None = None,
) -> None:
    """Write work into the outbox, in the caller's transaction; `at` makes it a timer, `dedupe_key` makes twice once."""
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "kind": kind,
        "queue": queue,
        "payload": payload,
        "dedupe_key": dedupe_key,
    }
    if at is not None:
        values |= {"wanted_at": at, "due_at": at}
    session.execute(
        insert(OutboxMessage).values(**values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    )


def take_due(session: Session, limit: int = 50) -> list[Delivery]:
    """Take due rows that no other relay holds, count the attempt, and put the next one off exponentially."""
    rows = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.done_at.is_(None), OutboxMessage.due_at <= func.clock_timestamp())
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    deliveries = []
    for row in rows:
        row.attempts += 1
        wait = min(FIRST_WAIT_SECONDS * 2 ** (row.attempts - 1), LONGEST_WAIT_SECONDS)
        row.due_at = func.clock_timestamp() + timedelta(seconds=wait)
        deliveries.append(Delivery(row.id, row.attempts, row.queue))
    return deliveries


def still_mine(session: Session, delivery: Delivery) -> OutboxMessage | None:
    """Lock the row if this delivery is the newest and nothing is done yet; else None: the job has nothing to do."""
    return session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.id == delivery.id,
            OutboxMessage.attempts == delivery.attempt,
            OutboxMessage.done_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()


def put_off_early(message: OutboxMessage, now: datetime) -> bool:
    """Put a locked timer off whose time has not come by the worker's clock, which is behind the database's.

    Its handler would find nothing to do yet, and the work would be lost or asked for again at once, over and over.
    Work that is wanted at once is never early. The clock may be set right, so it is tried again within half a minute.
    """
    if message.wanted_at == message.created_at or message.wanted_at <= now:
        return False
    wait = min(message.wanted_at - now, timedelta(seconds=EARLY_WAIT_SECONDS))
    message.due_at = func.clock_timestamp() + wait
    return True


def begin(message: OutboxMessage) -> None:
    """Give a locked row that is begun its first wait from now on.

    It may have waited in the queue until it is all but due again: it would be sent anew, and done twice, before its
    first sign of life.
    """
    least = func.clock_timestamp() + timedelta(seconds=FIRST_WAIT_SECONDS)
    message.due_at = func.greatest(OutboxMessage.due_at, least)


def keep(session: Session, delivery: Delivery, seconds: int = FIRST_WAIT_SECONDS) -> bool:
    """Put the next sending off while a long job is alive, and note that it is; False when another attempt has taken over."""
    kept = session.scalar(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == delivery.id,
            OutboxMessage.attempts == delivery.attempt,
            OutboxMessage.done_at.is_(None),
        )
        .values(due_at=func.clock_timestamp() + timedelta(seconds=seconds), alive_at=func.clock_timestamp())
        .returning(OutboxMessage.id)
    )
    return kept is not None


def hasten(session: Session) -> int:
    """Let what was put off come due now, since the queue lost it; gives how many rows.

    Timers that were never sent stay, and so does work that is alive: it puts itself off by a few seconds only.
    """
    waiting = session.scalars(
        update(OutboxMessage)
        .where(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.attempts > 0,
            OutboxMessage.due_at > func.clock_timestamp() + timedelta(seconds=FIRST_WAIT_SECONDS),
        )
        .values(due_at=func.clock_timestamp())
        .returning(OutboxMessage.id)
    )
    return len(waiting.all())


def finish(message: OutboxMessage) -> None:
    """Mark the locked row as done, in the transaction of its effect."""
    message.done_at = func.clock_timestamp()
    message.last_error = None


def note_error(session: Session, delivery: Delivery, error_name: str) -> None:
    """Keep the class of an error, never its text, which may quote what was being handled."""
    session.execute(
        update(OutboxMessage).where(OutboxMessage.id == delivery.id).values(last_error=error_name)
    )


def overdue(session: Session) -> Sequence[OutboxMessage]:
    """Rows that should have been done a minute ago, or 15 seconds where a P1 may wait: the sweeper's alarm.

    Long work that beats is not late, and neither is what waits behind it on the planning queue, where plans take
    minutes: that is late once nothing on the queue has been alive or done for a minute, or once it has failed.
    """
    patience = case(
        (OutboxMessage.kind.in_(URGENT_KINDS), timedelta(seconds=URGENT_ALARM_SECONDS)),
        else_=timedelta(seconds=ALARM_SECONDS),
    )
    alive = aliased(OutboxMessage)
    since = func.clock_timestamp() - timedelta(seconds=ALARM_SECONDS)
    planning_moves = exists().where(
        alive.queue == PLANNING, or_(alive.alive_at >= since, alive.done_at >= since)
    )
    waits_its_turn = and_(OutboxMessage.queue == PLANNING, OutboxMessage.last_error.is_(None), planning_moves)
    return session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.wanted_at < func.clock_timestamp() - patience,
            or_(OutboxMessage.alive_at.is_(None), OutboxMessage.alive_at < func.clock_timestamp() - patience),
            not_(waits_its_turn),
        )
        .order_by(OutboxMessage.wanted_at, OutboxMessage.id)
    ).all()
