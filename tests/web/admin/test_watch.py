"""Readiness names the part that is not well; the figures tell nothing of a case and only to whom they are for."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import timedelta

import pytest
import redis

from tests import factories
from web import config, relay
from web.watch.state import BEAT, Watch
from worksorders.steps import audit, outbox
from worksorders.steps.sealing.seal import seal_waiting
from worksorders.steps.watch.readings import in_tens

TOKEN = "t" * 40


class Clock:
    def __init__(self):
        self.now = factories.NOW

    def __call__(self):
        return self.now


@pytest.fixture
def tick():
    return Clock()


@pytest.fixture
def watch(services, valkey, tick, monkeypatch):
    monkeypatch.setattr("web.watch.state.KEEP_SECONDS", -1.0)
    with redis.Redis.from_url(valkey) as client:
        client.set(BEAT, tick.now.timestamp())
    return Watch(services, valkey, tick)


@pytest.fixture
def client(one_app, watch):
    one_app.config.update(WATCH=watch, METRICS_TOKEN=TOKEN, SERVICES=watch.services)
    one_app.extensions["services"] = watch.services
    yield one_app.test_client()
    one_app.config.update(WATCH=None, METRICS_TOKEN="")


def ready(client):
    answer = client.get("/readyz")
    return answer.status_code, answer.text.strip()


def test_it_is_ready_when_every_part_is_well(client):
    assert ready(client) == (200, "ready")


def test_each_part_that_is_not_well_is_named_and_nothing_else(client, watch, tick, valkey):
    with redis.Redis.from_url(valkey) as own:
        own.set(BEAT, tick.now.timestamp() - 16)
        assert ready(client) == (503, "not ready: relay")
        own.delete(BEAT)
        assert ready(client) == (503, "not ready: relay")
        own.set(BEAT, tick.now.timestamp())
    watch._newest = "9999"
    assert ready(client) == (503, "not ready: schema")
    watch._newest = ""
    watch.real_use = True
    assert ready(client) == (503, "not ready: keys")
    watch.real_use = False
    watch.redis_url = "unix:///nowhere/valkey.sock"
    assert ready(client) == (503, "not ready: valkey, relay")


def test_a_trail_that_nobody_seals_is_named(client, services, tick):
    with services.sessions.begin() as session:
        actor = factories.actor_of(factories.make_user(session))
        audit.record(session, actor, "case.opened", ("case_file", uuid.uuid4()))
        session.flush()
        at = session.scalar(audit.AuditEvent.__table__.select().with_only_columns(audit.AuditEvent.at))
    tick.now = at + timedelta(seconds=61)
    assert "sealer" in ready(client)[1]
    with services.sessions.begin() as session:
        seal_waiting(session)
    assert "sealer" not in ready(client)[1]


def test_without_a_database_it_says_so_in_words(client, watch, services, monkeypatch):
    def down():
        raise OSError("12A Canary Street")

    monkeypatch.setattr(type(services), "sessions", property(lambda _: down), raising=False)
    status, text = ready(client)
    assert (status, "Canary" in text) == (503, False)
    assert text.startswith("not ready: database, schema, sealer")


def test_the_figures_are_prometheus_text_and_hold_no_kind_id_or_code(client, services):
    with services.sessions.begin() as session:
        outbox.send(
            session, "order.issued", {"order_id": str(uuid.uuid4())}, at=factories.NOW - timedelta(seconds=30)
        )
        outbox.send(
            session, "duty.call", {"order_id": str(uuid.uuid4())}, at=factories.NOW + timedelta(hours=1)
        )
    text = client.get("/metrics").text
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r"works_[a-z_]+(\{(part|queue)=\"[a-z]+\"\})? -?[0-9.e+-]+", line) for line in lines
    )
    assert "works_ready 1" in lines
    assert "works_overdue_seconds 30" in lines
    assert "works_waiting 10" in lines
    assert 'works_part_up{part="relay"} 1' in lines
    assert 'works_queued{queue="planning"} 0' in lines
    for word in ("order", "duty", "issued", "case", "P1"):
        assert word not in text


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 10), (10, 10), (11, 20)])
def test_counts_are_told_in_tens(count, shown):
    assert in_tens(count) == shown


@pytest.mark.parametrize(
    ("remote", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 404),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.1"}, 404),
        ("10.1.2.3", {}, 404),
        ("10.1.2.3", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("10.1.2.3", {"Authorization": "Bearer wrong"}, 404),
        ("10.1.2.3", {"Authorization": "Bearer "}, 404),
    ],
)
def test_figures_are_for_this_machine_or_a_token(client, remote, headers, status):
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": remote})
    assert answer.status_code == status


def test_without_a_token_set_none_opens_it(client, one_app):
    one_app.config["METRICS_TOKEN"] = ""
    answer = client.get(
        "/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "10.1.2.3"}
    )
    assert answer.status_code == 404


def test_a_short_token_stops_the_start():
    with pytest.raises(config.ConfigError, match="METRICS_TOKEN has 5 characters"):
        config.load({"METRICS_TOKEN": "short"})


def test_the_relay_says_that_it_works(services, valkey):
    stop = threading.Event()
    with redis.Redis.from_url(valkey) as client:
        thread = threading.Thread(target=relay.run, args=(services, client, stop))
        thread.start()
        for _ in range(100):
            if client.get(BEAT):
                break
            stop.wait(0.05)
        stop.set()
        thread.join()
        assert float(client.get(BEAT)) > 1_700_000_000
