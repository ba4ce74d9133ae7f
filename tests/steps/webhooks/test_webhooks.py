"""Webhooks: signed and without content, tried again, given up, and never sent inside our own network unasked."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import socket
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from tests import factories, referrals
from web import jobs
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.gateways import webhooks as gateway
from worksorders.steps import audit, outbox
from worksorders.steps.webhooks import deliver, keep
from worksorders.steps.webhooks.keep import WebhookDetails
from worksorders.store.tables.exchange import Webhook, WebhookDelivery
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import OutgoingMessage

NOW = factories.NOW
LOCAL = gateway.allowed_networks({})


class Listener:
    """An HTTP server of this test that answers as it is told and remembers what it was sent."""

    def __init__(self):
        self.heard, self.status = [], 204
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((self.path, dict(self.headers), body))
                self.send_response(listener.status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=us"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener():
    with Listener() as made:
        yield made


@pytest.fixture
def hook(services, listener):
    """A subscription to orders that are raised, with its secret."""
    with services.sessions.begin() as session:
        maker = factories.actor_of(factories.make_user(session, "administrator"))
        details = WebhookDetails("Casework", listener.url, frozenset({"order.raised", "visit.done"}))
        row, secret = keep.register(session, services.cipher, maker, details, NOW)
        row_id = row.id
    return row_id, secret, maker


def happen(services, action="order.raised"):
    """Something that leaves an audit row."""
    with services.sessions.begin() as session:
        order = referrals.bare_order(session, factories.make_user(session))
        audit.record(session, None, action, ("works_order", order.id), reason="Canary reason")
        return order


def run(services, *, hurry=True):
    """Relay and work until nothing is due; `hurry` makes timers come due at once. Gives how many rows were done."""
    done = 0
    while True:
        with services.sessions.begin() as session:
            if hurry:
                past = text("now() - interval '1 second'")
                session.execute(update(OutboxMessage).values(due_at=past, wanted_at=past))
            due = outbox.take_due(session)
        if not due:
            return done
        for one in due:
            assert jobs.deliver(services, one)
            done += 1


def rows(services, table=WebhookDelivery):
    with services.sessions() as session:
        return session.scalars(select(table)).all()


def marks(secret, headers, body):
    parts = [part.split("=", 1) for part in headers["Webhook-Signature"].split(",")]
    (at,) = (value for name, value in parts if name == "t")
    wanted = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return wanted, [value for name, value in parts if name == "v1"]


def test_an_event_arrives_signed_and_says_nothing_of_what_it_was(services, listener, hook):
    order = happen(services)
    run(services)
    ((path, headers, body),) = listener.heard
    told = json.loads(body)
    assert path == "/hook?of=us"
    assert told["kind"] == "order.raised"
    assert told["subject"] == {"type": "order", "id": str(order.id)}
    assert set(told) == {"id", "kind", "subject", "at"}
    assert b"Canary" not in body
    assert order.code.encode() not in body
    wanted, found = marks(hook[1], headers, body)
    assert found == [wanted]
    (delivery,) = rows(services)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 204)


def test_only_what_was_asked_for_is_told(services, listener, hook):
    happen(services, "order.issued")
    run(services)
    assert listener.heard == []
    assert rows(services) == []


def test_nothing_is_written_into_the_outbox_where_nobody_subscribes(services):
    happen(services)
    assert [row for row in rows(services, OutboxMessage) if row.kind == keep.EVENT] == []


def test_an_event_is_told_with_its_cause_or_not_at_all(services, hook):
    with services.sessions() as session:
        audit.record(session, None, "order.raised", ("works_order", hook[0]))
        session.flush()
        assert session.scalar(select(OutboxMessage.kind).where(OutboxMessage.kind == keep.EVENT))
        session.rollback()
    assert [row for row in rows(services, OutboxMessage) if row.kind == keep.EVENT] == []


def test_what_is_not_taken_is_sent_again_later_and_the_same_event_once(services, listener, hook):
    listener.status = 500
    happen(services)
    run(services, hurry=False)
    assert len(listener.heard) == 1
    with services.sessions() as session:
        waiting = session.scalars(
            select(OutboxMessage).where(
                OutboxMessage.kind == deliver.DELIVER, OutboxMessage.done_at.is_(None)
            )
        ).one()
        assert waiting.due_at > waiting.created_at
    listener.status = 200
    run(services)
    assert [json.loads(body)["id"] for _, _, body in listener.heard] == [
        json.loads(listener.heard[0][2])["id"]
    ] * 2
    (delivery,) = rows(services)
    assert (delivery.state, delivery.attempts) == ("delivered", 2)
    assert rows(services, Webhook)[0].failures == 0


def test_a_redirect_is_a_failure_and_is_not_followed(services, listener, hook):
    listener.status = 302
    happen(services)
    run(services, hurry=False)
    assert len(listener.heard) == 1
    assert rows(services)[0].last_status == 302


def test_after_too_many_failures_it_is_disabled_with_a_notice(services, listener, hook):
    listener.status = 503
    for _ in range(3):
        happen(services)
    run(services)
    (row,) = rows(services, Webhook)
    assert (row.failures, row.disabled_reason) == (deliver.MOST_FAILURES, deliver.TOO_MANY)
    assert len(listener.heard) == deliver.MOST_FAILURES
    assert {one.state for one in rows(services)} == {"given_up"}
    assert any(one.action == "webhook.disabled" for one in rows(services, AuditEvent))
    assert rows(services, OutgoingMessage)
    happen(services)
    run(services)
    assert len(listener.heard) == deliver.MOST_FAILURES


def test_one_event_is_given_up_after_its_last_wait(services, hook):
    with services.sessions.begin() as session:
        row = WebhookDelivery(
            webhook_id=hook[0], event_id=hook[0], kind="order.raised", subject_table="works_order",
            subject_id=hook[0], happened_at=NOW, state="waiting",
        )  # fmt: skip
        session.add(row)
        session.flush()
        for number in range(len(deliver.WAITS) + 1):
            assert row.state == "waiting", number
            deliver.note(session, row.id, deliver.Outcome(error="TimeoutError"), NOW)
        assert (row.state, row.attempts) == ("given_up", len(deliver.WAITS) + 1)
    waits = [row.due_at - NOW for row in rows(services, OutboxMessage) if row.kind == deliver.DELIVER]
    assert sorted(waits) == list(deliver.WAITS)


def test_an_old_secret_counts_for_a_day(services, listener, hook):
    row_id, old, maker = hook
    with services.sessions.begin() as session:
        _, new = keep.rotate(session, services.cipher, maker, row_id, NOW)
        row = session.get(Webhook, row_id)
        both = keep.secrets_of(services.cipher, row, NOW + timedelta(hours=23))
        assert both == [new.encode(), old.encode()]
        assert keep.secrets_of(services.cipher, row, NOW + timedelta(hours=24)) == [new.encode()]
        assert new.encode() not in row.secret_sealed


def test_a_test_event_goes_to_one_alone_and_disabling_twice_is_refused(services, listener, hook):
    with services.sessions.begin() as session:
        keep.ping(session, hook[0], NOW)
    run(services)
    assert json.loads(listener.heard[0][2])["kind"] == "ping"
    with services.sessions.begin() as session:
        row = session.get(Webhook, hook[0])
        keep.disable(session, hook[2], row, "not needed", NOW)
        with pytest.raises(RefusedError):
            keep.disable(session, hook[2], row, "again", NOW)
        keep.enable(session, hook[2], row.id)
        with pytest.raises(RefusedError):
            keep.enable(session, hook[2], row.id)


def test_a_subscription_is_refused_with_every_fault_at_its_field(session, services):
    maker = factories.actor_of(factories.make_user(session, "administrator"))
    with pytest.raises(FaultsError) as refused:
        keep.register(
            session, services.cipher, maker, WebhookDetails("", "https://10.0.0.1/", frozenset({"all"})), NOW
        )
    assert {fault.field for fault in refused.value.faults} == {"name", "kinds", "url"}


def test_nobody_there_is_told_by_its_class_alone(services, hook, listener):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with services.sessions.begin() as session:
        session.get(Webhook, hook[0]).url = closed
    happen(services)
    run(services, hurry=False)
    (delivery,) = rows(services)
    assert (delivery.state, delivery.last_error) == ("waiting", "ConnectionRefusedError")
