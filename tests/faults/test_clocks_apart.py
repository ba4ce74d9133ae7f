"""A worker whose clock is behind the database's leaves a timer alone until its time has come by both."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from web import jobs
from worksorders.steps import audit, outbox
from worksorders.steps import jobs as registry
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

KIND = "test.timer"
BEHIND = timedelta(hours=2)


@pytest.fixture
def ring(services, monkeypatch):
    """Deliver what is due by the database's clock to a worker whose own is off: `ring(off)` gives how many were done."""
    thing = uuid.uuid4()
    monkeypatch.setitem(
        registry._HANDLERS,
        KIND,
        lambda job: lambda session, now: audit.record(session, None, "thing.rang", ("thing", thing)),
    )

    def run(off):
        monkeypatch.setattr(jobs, "_now", lambda: datetime.now(UTC) + off)
        with services.sessions.begin() as session:
            due = outbox.take_due(session)
        return sum(jobs.deliver(services, delivery) for delivery in due)

    return run


def state(services):
    """How many effects there are, how many rows, and in how many seconds the undone one comes due again."""
    with services.sessions() as session:
        effects = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "thing.rang")
        wait = func.extract("epoch", OutboxMessage.due_at - func.clock_timestamp())
        rows = session.scalars(select(wait).where(OutboxMessage.done_at.is_(None))).all()
        return session.scalar(effects), [float(seconds) for seconds in rows]


def test_a_timer_that_rings_early_by_the_workers_clock_waits_and_is_done_once(services, ring):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {}, at=datetime.now(UTC) - timedelta(seconds=1))
    assert ring(-BEHIND) == 0
    effects, waits = state(services)
    assert effects == 0
    assert len(waits) == 1
    assert 20 < waits[0] <= 30
    assert ring(timedelta()) == 0
    with services.sessions.begin() as session:
        session.execute(update(OutboxMessage).values(due_at=func.clock_timestamp()))
    assert ring(timedelta()) == 1
    assert state(services) == (1, [])


def test_a_timer_that_is_early_by_seconds_waits_for_no_longer_than_these(services, ring):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {}, at=datetime.now(UTC) - timedelta(seconds=1))
    assert ring(timedelta(seconds=-21)) == 0
    assert 10 < state(services)[1][0] <= 20


def test_work_that_is_wanted_at_once_is_done_by_whatever_clock(services, ring):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {})
    assert ring(-BEHIND) == 1
    assert state(services) == (1, [])
