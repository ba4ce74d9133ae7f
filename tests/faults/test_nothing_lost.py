"""Whatever is killed or wiped, each acknowledged piece of work has its effect, and has it once."""

from __future__ import annotations

import random
import time
import uuid

import pytest
from sqlalchemy import func, select

from tests.faults.busy_worker import KIND
from tests.faults.conftest import wait_for
from worksorders.steps import outbox
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

pytestmark = pytest.mark.slow


class Ledger:
    """The work that was acknowledged, and the effects that it had."""

    def __init__(self, services):
        self.services = services
        self.acknowledged = set()

    def write(self, count=1):
        for _ in range(count):
            thing = uuid.uuid4()
            with self.services.sessions.begin() as session:
                outbox.send(session, KIND, {"thing_id": str(thing)})
            self.acknowledged.add(thing)

    def undone(self):
        with self.services.sessions() as session:
            return session.scalar(
                select(func.count()).select_from(OutboxMessage).where(OutboxMessage.done_at.is_(None))
            )

    def tried(self):
        with self.services.sessions() as session:
            return session.scalar(select(func.min(OutboxMessage.attempts))) or 0

    def assert_each_once(self):
        wait_for(lambda: self.undone() == 0, "all work is done")
        with self.services.sessions() as session:
            effects = session.scalars(
                select(AuditEvent.subject_id).where(AuditEvent.action == "thing.counted")
            ).all()
        assert len(effects) == len(set(effects))
        assert set(effects) == self.acknowledged


@pytest.fixture
def ledger(services):
    return Ledger(services)


def test_rows_pending_when_valkey_is_wiped(product, ledger):
    ledger.write(30)
    product.start("relay")
    wait_for(lambda: ledger.tried() >= 1, "all are queued")
    product.connection.flushall()
    product.start("default")
    ledger.assert_each_once()


def test_rows_pending_when_valkey_is_killed_and_comes_back_empty(product, ledger):
    ledger.write(30)
    product.start("relay")
    wait_for(lambda: ledger.tried() >= 1, "all are queued")
    product.restart_valkey()
    product.start("default")
    ledger.assert_each_once()
    assert product.running["relay"].poll() is None


def test_the_relay_killed_after_commit(product, ledger):
    product.start("relay", "default")
    ledger.write(10)
    product.kill("relay")
    ledger.write(10)
    time.sleep(0.5)
    assert ledger.undone() >= 10
    product.start("relay")
    ledger.assert_each_once()


def test_connections_cut_while_work_is_done(product, ledger, database):
    product.start("relay", "default")
    ledger.write(20)
    wait_for(lambda: ledger.undone() < 20, "the first is done")
    with database.server.connect() as connection:
        for _ in range(5):
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'works_app'",
                [database.name],
            )
            time.sleep(0.2)
    ledger.assert_each_once()
    assert product.running["relay"].poll() is None


def test_a_storm_of_kills_loses_nothing_and_doubles_nothing(product, ledger):
    """Parts are killed and Valkey wiped again and again while work comes in, by a fixed seed."""
    chance = random.Random(7)
    parts = ["relay", "default", "second default"]
    product.start(*parts)
    wait_for(lambda: product.connection.scard("rq:workers") == 2, "the workers listen")
    for _ in range(16):
        ledger.write(4)
        victim = chance.choice([*parts, "valkey wiped", "valkey killed"])
        if victim in parts:
            product.kill(victim)
            product.start(victim)
        elif victim == "valkey wiped":
            product.connection.flushall()
        else:
            product.restart_valkey()
        time.sleep(chance.uniform(0.2, 0.8))
        for name in parts:
            if product.running[name].poll() is not None:
                product.start(name)
    assert len(ledger.acknowledged) == 64
    ledger.assert_each_once()
