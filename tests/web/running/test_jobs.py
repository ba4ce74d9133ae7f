"""From outbox row to effect through real PostgreSQL and Valkey: sent, fenced, done once, and nothing told."""

from __future__ import annotations

import logging
import threading
import uuid
from datetime import timedelta

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import func, select, update

from tests import factories
from web import jobs, relay
from worksorders.steps import audit, outbox
from worksorders.steps import jobs as registry
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

KIND = "test.work"
CANARY = "17 Kowhai Lane"


@pytest.fixture
def connection(valkey):
    with redis.Redis.from_url(valkey) as client:
        yield client


@pytest.fixture
def handler(monkeypatch):
    """Handle KIND for this test: `handler(lambda job: effect)`."""
    return lambda function: monkeypatch.setitem(registry._HANDLERS, KIND, function)


@pytest.fixture
def sent(services):
    """One row of KIND that a relay has taken: its delivery."""
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {"thing_id": str(uuid.uuid4())})
        return outbox.take_due(session)[0]


def effect_of(job):
    """An effect that leaves one audit row named after the work."""
    thing = uuid.UUID(job.payload["thing_id"])
    return lambda session, _now: audit.record(session, None, "thing.done", ("thing", thing))


def effects(services):
    with services.sessions() as session:
        return session.scalar(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "thing.done")
        )


def row_of(services, delivery):
    with services.sessions() as session:
        return session.get_one(OutboxMessage, delivery.id)


def hurry(services):
    with services.sessions.begin() as session:
        session.execute(update(OutboxMessage).values(due_at=func.clock_timestamp()))


def queued(connection, name=outbox.DEFAULT):
    return Queue(name, connection=connection, serializer=JSONSerializer).jobs


def everything_in(connection):
    """All that Valkey holds, as bytes."""
    found = []
    for key in connection.scan_iter():
        read = {
            b"string": connection.get,
            b"hash": connection.hgetall,
            b"set": connection.smembers,
            b"list": lambda name: connection.lrange(name, 0, -1),
            b"zset": lambda name: connection.zrange(name, 0, -1),
            b"stream": connection.xrange,
        }[connection.type(key)]
        found.append(repr((key, read(key))).encode())
    return b"".join(found)


def test_work_is_done_once_however_often_it_is_delivered(services, handler, sent):
    handler(effect_of)
    assert jobs.deliver(services, sent) is True
    assert jobs.deliver(services, sent) is False
    assert effects(services) == 1
    assert row_of(services, sent).done_at is not None


def test_two_workers_with_the_same_delivery_leave_one_effect(services, handler, sent):
    ready = threading.Barrier(2)

    def prepare(job):
        ready.wait(10)
        return effect_of(job)

    handler(prepare)
    threads = [threading.Thread(target=jobs.deliver, args=(services, sent)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert effects(services) == 1


def test_a_worker_that_wakes_late_changes_nothing(services, handler, sent):
    newer = []

    def overtaken(job):
        hurry(services)
        with services.sessions.begin() as session:
            newer.extend(outbox.take_due(session))
        return effect_of(job)

    handler(overtaken)
    assert jobs.deliver(services, sent) is False
    assert effects(services) == 0
    handler(effect_of)
    assert jobs.deliver(services, newer[0]) is True
    assert effects(services) == 1


def test_work_that_waited_in_the_queue_is_not_sent_again_just_as_it_begins(services, handler, sent):
    again = []

    def look(job):
        with services.sessions.begin() as session:
            again.extend(outbox.take_due(session))
        return effect_of(job)

    handler(look)
    hurry(services)
    assert jobs.deliver(services, sent) is True
    assert again == []
    assert effects(services) == 1


def test_an_effect_that_fails_half_way_leaves_nothing_and_is_tried_again(services, handler, sent):
    def half(job):
        def fail(session, now):
            effect_of(job)(session, now)
            raise ValueError(CANARY)

        return fail

    handler(half)
    with pytest.raises(ValueError, match=CANARY):
        jobs.deliver(services, sent)
    assert effects(services) == 0
    assert row_of(services, sent).done_at is None
    handler(effect_of)
    assert jobs.deliver(services, sent) is True
    assert effects(services) == 1


def test_only_the_class_of_an_error_is_kept(services, handler, sent):
    def fail(_job):
        raise ValueError(CANARY)

    handler(fail)
    with pytest.raises(ValueError, match=CANARY):
        jobs.deliver(services, sent)
    assert row_of(services, sent).last_error == "ValueError"


def test_the_text_of_an_error_reaches_neither_valkey_nor_the_log(
    services, connection, handler, monkeypatch, caplog
):
    def fail(_job):
        raise ValueError(f"no such place: {CANARY}") from KeyError(CANARY)

    handler(fail)
    monkeypatch.setattr(jobs, "_services", lambda: services)
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {"thing_id": "1"})
    relay.send_due(services, connection)
    queue = Queue(outbox.DEFAULT, connection=connection, serializer=JSONSerializer)
    with caplog.at_level(logging.DEBUG):
        SimpleWorker([queue], connection=connection, serializer=JSONSerializer).work(burst=True)
    assert "ValueError" in caplog.text
    assert CANARY not in caplog.text
    (failed,) = queue.failed_job_registry.get_job_ids()
    kept = queue.fetch_job(failed).latest_result().exc_string
    assert "ValueError" in kept
    assert CANARY not in kept


def test_valkey_holds_ids_and_nothing_of_the_payload(services, connection):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {"thing_id": CANARY})
        row = session.scalars(select(OutboxMessage)).one()
    assert relay.send_due(services, connection) == 1
    (job,) = queued(connection)
    assert (list(job.args), job.kwargs) == ([str(row.id), 1, "default"], {})
    assert job.description == "outbox row"
    assert CANARY.encode() not in everything_in(connection)


def test_each_try_is_a_new_job_in_the_queue_of_its_kind(services, connection):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {}, queue=outbox.PLANNING)
    relay.send_due(services, connection)
    hurry(services)
    relay.send_due(services, connection)
    assert queued(connection) == []
    assert [job.args[1] for job in queued(connection, outbox.PLANNING)] == [1, 2]


def test_two_relays_at_once_make_one_job_of_each_row(services, connection):
    with services.sessions.begin() as session:
        for _ in range(40):
            outbox.send(session, KIND, {})
    threads = [threading.Thread(target=relay.send_due, args=(services, connection)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    ids = [job.args[0] for job in queued(connection)]
    assert len(ids) == len(set(ids)) == 40


def test_without_valkey_no_try_is_counted(services):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {})
    nobody = redis.Redis(unix_socket_path="/nonexistent/valkey.sock")
    with pytest.raises(redis.ConnectionError):
        relay.send_due(services, nobody)
    with services.sessions() as session:
        assert session.scalars(select(OutboxMessage.attempts)).one() == 0


def test_what_a_wiped_valkey_lost_is_sent_again_at_once(services, connection):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {})
        session.execute(
            update(OutboxMessage).values(attempts=5, due_at=func.clock_timestamp() + timedelta(seconds=200))
        )
    connection.set(relay.MARK, "here")
    assert relay.send_due(services, connection) == 0
    connection.flushall()
    assert relay.send_due(services, connection) == 1
    assert relay.send_due(services, connection) == 0


def test_the_sweeper_alarms_by_kind_and_never_by_content(services, caplog):
    with services.sessions.begin() as session:
        outbox.send(session, KIND, {"thing_id": CANARY})
        session.execute(update(OutboxMessage).values(wanted_at=factories.NOW))
        session.execute(
            update(OutboxMessage).values(wanted_at=func.clock_timestamp() - timedelta(minutes=2), attempts=4)
        )
    with caplog.at_level(logging.WARNING):
        assert relay.sweep(services) == 1
    assert "ALARM 1 overdue: test.work, tries up to 4" in caplog.text
    assert CANARY not in caplog.text
