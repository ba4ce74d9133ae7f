"""A message or reminder under way stops at a bar, or is over before it."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

from sqlalchemy import select

from tests.steps.consents.barring import NOW, bar
from worksorders.gateways.messages.post import Post
from worksorders.steps.consents import (
    answers,
    clock,
    screening,
)
from worksorders.steps.consents.writing import messages
from worksorders.steps.jobs import Job
from worksorders.store.tables.confidential.interests import (
    ConsentAnswer,
    ConsentRequest,
    HomeInterest,
    InterestContact,
)
from worksorders.store.tables.work.telling import CallTask


class Recorder:
    """A gateway that takes everything."""

    def __init__(self):
        self.sent = []

    def send(self, to, text):
        self.sent.append((to, text.subject, text.body))


def job(world, contact, gateway):
    return Job(
        message_id=uuid.uuid4(), attempt=1, payload={"contact_id": str(contact.id)}, sessions=world.sessions,
        cipher=world.cipher, now=lambda: NOW, keep=lambda: True, post=Post(mail=gateway),
    )  # fmt: skip


def test_a_message_is_sent_once_and_says_nothing(world):
    row, gateway = world.record(mail="pat@example.nz"), Recorder()
    contact = messages.send(world.session, world.actor, world.order.id, row.id, NOW)
    world.session.commit()
    for _ in range(2):
        effect = messages.deliver(job(world, contact, gateway))
        with world.sessions.begin() as session:
            effect(session, NOW)
    assert [one[0] for one in gateway.sent] == ["pat@example.nz"]
    assert gateway.sent[0][1:] == (
        "You have an update",
        "You have an update. We will be in touch. Kererū Services",
    )


def test_a_message_that_waits_at_the_gateway_is_not_sent_once_the_person_is_barred(world):
    row, gateway = world.record(mail="pat@example.nz"), Recorder()
    contact = messages.send(world.session, world.actor, world.order.id, row.id, NOW)
    world.session.commit()
    effect = messages.deliver(job(world, contact, gateway))
    bar(world, row)
    world.session.commit()
    with world.sessions.begin() as session:
        effect(session, NOW)
    assert gateway.sent == []
    with world.sessions.begin() as session:
        messages.deliver(job(world, contact, gateway))(session, NOW)
    assert gateway.sent == []


def test_a_bar_waits_for_a_message_under_way_or_comes_before_it_never_between(world):
    row = world.record(mail="pat@example.nz")
    contact = messages.send(world.session, world.actor, world.order.id, row.id, NOW)
    world.session.commit()
    barring, seen = threading.Event(), []

    def set_bar():
        barring.set()
        with world.sessions.begin() as session:
            screening.bar(session, world.cipher, world.other, row.id, NOW)

    class Slow(Recorder):
        def send(self, to, text):
            thread.start()
            barring.wait(5)
            thread.join(0.2)
            seen.append(thread.is_alive())
            super().send(to, text)

    thread, gateway = threading.Thread(target=set_bar), Slow()
    effect = messages.deliver(job(world, contact, gateway))
    with world.sessions.begin() as session:
        effect(session, NOW)
    thread.join(5)
    assert seen == [True]
    with world.sessions() as session:
        assert session.get(InterestContact, contact.id).state == "made"
        assert session.get(HomeInterest, row.id).screening == "barred"


def test_a_reminder_of_somebody_barred_meanwhile_makes_no_call(world):
    row = world.record()
    request = answers.ask(
        world.session, world.actor, world.order.id, interest_id=row.id, line_ids=[world.lines["owner"].id],
        how="phone", asked_on=NOW.date(), now=NOW,
    )  # fmt: skip
    bar(world, row)
    world.session.commit()
    payload = {"request_id": str(request.id)}
    due = Job(uuid.uuid4(), 1, payload, world.sessions, world.cipher, lambda: NOW, lambda: True)
    with world.sessions.begin() as session:
        clock.tell_overdue(due)(session, NOW + timedelta(days=22))
    with world.sessions() as session:
        assert session.scalars(select(CallTask)).all() == []
        assert session.scalars(select(ConsentRequest)).one().interest_id == row.id
        assert session.scalars(select(ConsentAnswer)).all() == []
