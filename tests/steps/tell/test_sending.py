"""Messages leave through the outbox once, wait where they cannot, and reach a client only where and when it is safe."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests import dispatching as world
from tests import factories
from tests.gateways.test_messages_out import sms_server, smtp_server
from web.jobs import deliver
from worksorders.gateways.messages.errors import NotSentError
from worksorders.gateways.messages.post import Post
from worksorders.steps import outbox
from worksorders.steps.people import never_send
from worksorders.steps.tell.api import notify_client, notify_firm, notify_user
from worksorders.steps.tell.contacts import set_contact
from worksorders.steps.tell.safe_way import set_safe_way
from worksorders.steps.tell.sending import MOST_ATTEMPTS, send_waiting
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.telling import CallTask, OutgoingMessage

NOW = world.NOW
NUMBER = "+64215550123"
ALL_DAY = "0-1440"


class Taking:
    """A gateway that keeps what it is given, or fails."""

    def __init__(self, error=None):
        self.error, self.sent = error, []

    def send(self, to, text):
        if self.error:
            raise self.error
        self.sent.append((to, text))


def run_due(services, **post):
    """Deliver everything that is due, as relay and worker would, with these gateways."""
    with services.sessions.begin() as session:
        due = outbox.take_due(session)
    ready = dataclasses.replace(services, post=Post(**post))
    return sum(deliver(ready, delivery) for delivery in due)


def messages(services):
    with services.sessions() as session:
        rows = session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.channel)).all()
        return [(row.channel, row.state, row.state_reason) for row in rows]


def due_now(services):
    now = datetime.now(UTC) - timedelta(seconds=1)
    with services.sessions.begin() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.done_at.is_(None)).values(due_at=now, wanted_at=now)
        )


@pytest.fixture
def user(services):
    """A coordinator with mail and mobile."""
    with services.sessions.begin() as session:
        made = factories.make_user(session)
        actor = factories.actor_of(made)
        set_contact(session, actor, made.id, "mere@example.org.nz", NUMBER, NOW)
    return actor


@pytest.fixture
def home(services):
    """An issued order and a coordinator who may set its safe channel: `order_id, case_id, actor`."""
    with services.sessions.begin() as session:
        order = world.issued_order(session, cipher=services.cipher)
        actor = factories.actor_of(factories.make_user(session))
        return order.id, order.case_id, actor


def safe(services, home, channel, hours=ALL_DAY):
    with services.sessions.begin() as session:
        set_safe_way(
            session, services.cipher, home[2], home[1], channel=channel, hours=hours,
            where=NUMBER, verified=True, now=NOW,
        )  # fmt: skip


def test_an_urgent_message_goes_by_mail_and_sms_over_real_servers_and_only_once(services, user):
    with services.sessions.begin() as session:
        assert notify_user(session, user.user_id, "duty_call", NOW, urgent=True, dedupe_key="a") == 2
        notify_user(session, user.user_id, "duty_call", NOW, urgent=True, dedupe_key="a")
    with smtp_server() as (inbox, mail), sms_server() as (texts, sms):
        assert run_due(services, mail=mail, sms=sms) == 2
        due_now(services)
        assert run_due(services, mail=mail, sms=sms) == 0
    assert [receivers for _, receivers, _ in inbox.taken] == [["mere@example.org.nz"]]
    assert [body["to"] for _, _, body in texts] == [NUMBER]
    assert messages(services) == [("mail", "sent", None), ("sms", "sent", None)]


def test_without_a_server_messages_wait_and_go_once_there_is_one(services, user):
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "update", NOW)
    assert run_due(services) == 1
    assert messages(services) == [("mail", "waiting", "no_gateway")]
    mail = Taking()
    with services.sessions.begin() as session:
        assert send_waiting(session) == 1
    run_due(services, mail=mail)
    assert [to for to, _ in mail.sent] == ["mere@example.org.nz"]
    assert messages(services) == [("mail", "sent", None)]


def test_a_server_that_takes_mail_again_gets_what_waited(services, user):
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "update", NOW)
    run_due(services)
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "task", NOW)
    mail = Taking()
    run_due(services, mail=mail)
    run_due(services, mail=mail)
    assert len(mail.sent) == 2


def test_a_failing_server_is_tried_again_later_and_given_up_at_last(services, user):
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "update", NOW)
    failing = Taking(NotSentError("mail_ConnectionRefusedError"))
    run_due(services, mail=failing)
    assert messages(services) == [("mail", "waiting", "mail_ConnectionRefusedError")]
    assert run_due(services, mail=failing) == 0
    for _ in range(MOST_ATTEMPTS):
        due_now(services)
        run_due(services, mail=failing)
    assert messages(services) == [("mail", "failed", "mail_ConnectionRefusedError")]


def test_a_refused_receiver_is_not_tried_again(services, user):
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "update", NOW)
    run_due(services, mail=Taking(NotSentError("receiver_refused", for_good=True)))
    assert messages(services) == [("mail", "failed", "receiver_refused")]


def test_a_message_under_a_telling_cover_name_is_never_sent(services, user):
    with services.sessions.begin() as session:
        notify_user(session, user.user_id, "update", NOW)
    mail = Taking()
    run_due(services, mail=mail, sender="Refuge Locks")
    assert mail.sent == []
    assert messages(services) == [("mail", "stopped", "not_neutral")]


def test_a_user_without_a_contact_gets_it_once_there_is_one(services):
    with services.sessions.begin() as session:
        actor = factories.actor_of(factories.make_user(session))
        assert notify_user(session, actor.user_id, "update", NOW) == 0
        notify_user(session, actor.user_id, "update", NOW)
    assert messages(services) == [("mail", "waiting", "no_contact")]
    with services.sessions.begin() as session:
        set_contact(session, actor, actor.user_id, "", NUMBER, NOW)
    sms = Taking()
    run_due(services, sms=sms)
    assert [to for to, _ in sms.sent] == [NUMBER]


def test_a_firm_is_told_and_a_barred_one_is_not(services, home):
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        firm.email = "office@example.org.nz"
        worker = world.contractor(session, firm, firm.workers[0])
        assert notify_firm(session, firm.id, "firm_urgent", NOW, case_id=home[1]) == 1
        never_send.add(session, home[2], home[1], firm_id=firm.id, now=NOW)
        session.flush()
        assert notify_firm(session, firm.id, "firm_urgent", NOW, case_id=home[1]) == 0
        assert notify_user(session, worker.id, "worker_update", NOW, case_id=home[1]) == 0
    assert [state for _, state, _ in messages(services)] == ["waiting"]


def test_a_client_without_a_safe_channel_gets_nothing_but_a_call_task(services, home):
    with services.sessions.begin() as session:
        assert not notify_client(session, home[2], home[0], NOW)
        assert session.scalars(select(CallTask.kind)).all() == ["client_update"]
        assert session.scalars(select(OutgoingMessage)).all() == []
    safe(services, home, "call")
    with services.sessions.begin() as session:
        assert not notify_client(session, home[2], home[0], NOW)
        with pytest.raises(ValueError, match="not written for clients"):
            notify_client(session, home[2], home[0], NOW, "update")


def test_a_client_is_texted_on_the_safe_number_and_the_reading_is_logged(services, home):
    safe(services, home, "sms")
    with services.sessions.begin() as session:
        assert notify_client(session, home[2], home[0], NOW)
    sms = Taking()
    run_due(services, sms=sms, mail=Taking())
    ((to, text),) = sms.sent
    assert to == NUMBER
    assert text.body == "You have an update. We will be in touch. Kererū Services"
    with services.sessions() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "disclosure.revealed")).all()
        assert [row.actor_id for row in rows] == [home[2].user_id]
        assert NUMBER not in str([row.payload for row in session.scalars(select(OutboxMessage))])


def test_outside_of_the_safe_hours_a_client_message_waits_for_them(services, home):
    safe(services, home, "sms", "540-541")
    with services.sessions.begin() as session:
        assert notify_client(session, home[2], home[0], NOW)  # 10 am in New Zealand
        message = session.scalars(select(OutgoingMessage)).one()
        assert message.wanted_at == datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
        timer = session.scalars(select(OutboxMessage)).one()
        assert timer.due_at == message.wanted_at


def test_a_channel_that_is_no_longer_safe_stops_the_message_and_asks_for_a_call(services, home):
    safe(services, home, "sms")
    with services.sessions.begin() as session:
        notify_client(session, home[2], home[0], NOW)
        set_safe_way(
            session, services.cipher, home[2], home[1], channel="none", hours=ALL_DAY, where="", verified=False,
            now=NOW,
        )  # fmt: skip
    sms = Taking()
    run_due(services, sms=sms)
    assert sms.sent == []
    assert messages(services) == [("sms", "stopped", "not_safe")]
    with services.sessions() as session:
        assert session.scalars(select(CallTask.kind)).all() == ["client_update"]
