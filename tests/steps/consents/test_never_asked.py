"""No letter, message or call to somebody who must never be asked, whichever way it is tried, in the code or the database."""

from __future__ import annotations

import ast
import re
import threading
import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests import agreeing, factories
from tests.steps.consents.conftest import CLIENT_PHONE, make_order
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.people.interests import Channel, Hit
from worksorders.gateways.messages.post import Post
from worksorders.steps.consents import (
    answers,
    clock,
    parties,
    persons,
    reach,
    screening,
)
from worksorders.steps.consents.hashes import digests_of, phone_is_barred
from worksorders.steps.consents.writing import letters, messages, read_person
from worksorders.steps.jobs import Job
from worksorders.steps.people import workers
from worksorders.steps.people.party_check import PARTY_CHECK, check_later
from worksorders.steps.tell.api import Receiver, is_barred, raise_call_task
from worksorders.steps.tell.safe_way import set_safe_way
from worksorders.store.tables.cases import NeverSend
from worksorders.store.tables.interests import ConsentAnswer, ConsentRequest, HomeInterest, InterestContact
from worksorders.store.tables.telling import CallTask
from worksorders.store.tables.trail import OutboxMessage

NOW = factories.NOW
ROOT = Path(__file__).parents[3]
PHONE = agreeing.LANDLORD.phone


def bar(world, row, actor=None):
    return screening.bar(world.session, world.cipher, actor or world.actor, row.id, NOW)


def attacks(world, row):
    """Every step by which somebody could be reached, asked, or have their contact opened for it."""
    session, order_id, line = world.session, world.order.id, world.lines["locks"].id
    common = {"interest_id": row.id, "line_ids": [line]}
    return {
        "queue a letter": lambda: reach.queue(
            session, world.actor, order_id, row.id, Channel.LETTER, "security_work", now=NOW
        ),
        "make a letter": lambda: letters.make_letter(
            session, world.sessions, world.cipher, world.actor, order_id, purpose="Ask for it", now=NOW, **common
        ),
        "send a message": lambda: messages.send(session, world.actor, order_id, row.id, NOW),
        "call through the gate": lambda: reach.call(
            session, world.actor, order_id, row.id, "consent", due_at=NOW, now=NOW
        ),
        "call past the gate": lambda: raise_call_task(session, order_id, "consent", NOW, contact_id=row.id),
        "record an asking": lambda: answers.ask(
            session, world.actor, order_id, how="phone", asked_on=NOW.date(), now=NOW, **common
        ),
        "record an answer": lambda: answers.record_answer(
            session, world.actor, order_id, outcome="granted", how="phone", answered_on=NOW.date(), now=NOW,
            **common,
        ),
        "open the number to call": lambda: read_person.read_for(
            world.sessions, world.cipher, world.actor, row.id, Channel.CALL_TASK, "To call them"
        ),
    }  # fmt: skip


def refuse_all(world, row):
    assert not reach.may_be_contacted(world.session, row.id)
    assert not reach.may_hold_keys(world.session, row.id)
    assert is_barred(world.session, Receiver(world.case_id, contact_id=row.id))
    world.session.commit()
    for name, attack in attacks(world, row).items():
        with pytest.raises(NotPermittedError) as raised:
            attack()
        assert "barred" not in str(raised.value), name
        world.session.rollback()
    assert world.session.scalars(select(InterestContact)).all() == []
    assert world.session.scalars(select(CallTask)).all() == []


def test_a_cleared_person_is_reached_by_each_of_these_ways(world):
    row = world.record(mail="pat@example.nz")
    world.session.commit()
    for attack in attacks(world, row).values():
        attack()
    assert len(world.session.scalars(select(InterestContact)).all()) == 3
    assert len(world.session.scalars(select(CallTask)).all()) == 2


@pytest.mark.parametrize("near", ["yes", "unknown"])
def test_the_abuser_or_somebody_unknown_is_reached_by_none(world, near):
    refuse_all(world, world.record(near=near, mail="pat@example.nz"))


def test_somebody_barred_later_is_reached_by_none(world):
    row = world.record(mail="pat@example.nz")
    bar(world, row)
    refuse_all(world, row)


def test_the_client_is_reached_by_the_safe_contact_alone(world):
    row = world.record(is_client=True, interest="owner", name="", phone="", post="")
    assert not reach.may_be_contacted(world.session, row.id)
    assert reach.may_hold_keys(world.session, row.id)


def test_somebody_who_has_no_interest_any_more_is_reached_by_none(world):
    row = world.record(mail="pat@example.nz")
    persons.end_person(world.session, world.actor, row.id, NOW)
    refuse_all(world, row)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "Somebody Else", "phone": PHONE},
        {"name": "LETTINGHAM, Pat", "phone": "+64215550777"},
        {"name": "Mr Pāt Q Lettingham", "phone": "", "interest": "mortgagee"},
    ],
)
def test_the_same_person_under_another_name_or_phone_is_barred_at_once(world, values):
    bar(world, world.record())
    again = world.record(near="no", mail="other@example.nz", **values)
    assert again.screening == "barred"
    refuse_all(world, again)


def test_a_bar_reaches_whoever_shares_the_phone_already(world):
    first = world.record()
    second = world.record(name="Another Name", interest="owner", mail="x@example.nz")
    assert second.screening == "cleared"
    assert set(bar(world, first)) == {first.id, second.id}
    refuse_all(world, second)


def test_a_bar_stops_what_waits_and_nothing_of_it_goes_on_after_the_bar_is_lifted(world):
    row = world.record(mail="pat@example.nz")
    letter = reach.queue(
        world.session, world.actor, world.order.id, row.id, Channel.LETTER, "security_work", now=NOW
    )
    message = messages.send(world.session, world.actor, world.order.id, row.id, NOW)
    call = reach.call(world.session, world.actor, world.order.id, row.id, "consent", due_at=NOW, now=NOW)
    bar(world, row)
    world.session.commit()
    screening.ask_lift(world.session, world.actor, row.id, NOW)
    with pytest.raises(FaultsError, match="second person"):
        screening.lift(world.session, world.actor, row.id, NOW)
    refuse_waiting(world, row, letter, message, call)
    screening.lift(world.session, world.other, row.id, NOW)
    assert row.screening == "waiting"
    refuse_waiting(world, row, letter, message, call)
    screening.clear(world.session, world.cipher, world.other, row.id, NOW)
    assert reach.may_be_contacted(world.session, row.id)
    for stopped in (letter, message):
        with pytest.raises(NotPermittedError, match="stopped already"):
            reach.made(world.session, world.actor, stopped.id, "pdf", NOW)


def refuse_waiting(world, row, letter, message, call):
    world.session.expire_all()
    assert (letter.state, message.state) == ("stopped", "stopped")
    assert world.session.get(CallTask, call).state == "withdrawn"
    assert not reach.may_be_contacted(world.session, row.id)


def test_nobody_clears_a_person_while_a_barred_one_has_the_same_phone(world):
    row = world.record(near="unknown")
    other = world.record(near="yes", name="Another Name")
    assert other.screening == "barred"
    world.session.refresh(row)
    assert row.screening == "barred"


def test_nobody_clears_a_person_on_the_wrong_side_of_a_phone_barred_elsewhere(world):
    elsewhere = make_order(world.session, world.cipher, world.user)
    there = agreeing.landlord(world.session, world.cipher, world.actor, elsewhere.case_id)
    assert there.screening == "cleared"
    bar(world, world.record())
    world.session.refresh(there)
    assert there.screening == "waiting"
    later = make_order(world.session, world.cipher, world.user)
    again = agreeing.landlord(world.session, world.cipher, world.actor, later.case_id)
    assert again.screening == "waiting"
    found = screening.hits(world.session, world.cipher, later.case_id, digests_of(world.cipher, "", PHONE))
    assert Hit.BARRED_ELSEWHERE in found


def test_a_firm_that_carries_a_barred_persons_phone_is_never_sent_the_case_and_the_other_way_round(world):
    firm = factories.make_firm(world.session)
    firm.phone = "021 555 0444"
    world.session.flush()
    row = world.record()
    assert row.screening == "waiting"
    bar(world, row)
    assert world.session.scalars(select(NeverSend.firm_id)).all() == [firm.id]
    elsewhere = make_order(world.session, world.cipher, world.user)
    world.session.add(
        NeverSend(
            case_id=elsewhere.case_id, firm_id=firm.id, source="client", created_at=NOW,
            created_by=world.user.id,
        )
    )  # fmt: skip
    world.session.flush()
    there = agreeing.landlord(world.session, world.cipher, world.actor, elsewhere.case_id, name="New Name")
    assert there.screening == "barred"


def test_a_worker_or_firm_that_is_recorded_or_renamed_later_is_barred_from_the_case_too(world):
    firm = factories.make_firm(world.session)
    bar(world, world.record())
    details = workers.WorkerDetails("Pat", "Lettingham", "Ōtaki", Decimal(-40), Decimal(175), ("locksmith",))
    worker = workers.add_worker(world.session, None, firm.id, details)
    firm.phone = "0215550444"
    check_later(world.session, firm_id=firm.id)
    world.session.commit()
    with world.sessions() as session:
        due = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == PARTY_CHECK)).all()
    for message in (*due, *due):
        job_ = Job(message.id, 1, message.payload, world.sessions, world.cipher, lambda: NOW, lambda: True)
        with world.sessions.begin() as session:
            parties.check_party(job_)(session, NOW)
    with world.sessions() as session:
        barred = {row.firm_id or row.worker_id for row in session.scalars(select(NeverSend))}
    assert barred == {firm.id, worker.id}


def test_whoever_has_the_clients_phone_waits_for_somebody_to_look(world):
    assert world.record(phone=CLIENT_PHONE).screening == "waiting"


def test_a_phone_of_somebody_barred_is_known_whatever_name_comes_with_it(world):
    bar(world, world.record())
    asked = lambda number: phone_is_barred(world.session, world.cipher, world.case_id, number)
    assert asked("021 555 0444")
    assert not asked("021 555 0445")


def test_the_number_of_somebody_barred_never_becomes_the_clients_safe_channel(world):
    bar(world, world.record())
    keep = lambda number: set_safe_way(
        world.session, world.cipher, world.actor, world.case_id, channel="call", hours="540-720", where=number,
        verified=True, now=NOW,
    )  # fmt: skip
    with pytest.raises(FaultsError, match="must never be called"):
        keep("021 555 0444")
    keep("021 555 0445")


RAW = {
    "contact": (
        "INSERT INTO interest_contact (interest_id, order_id, channel, template, state, queued_at)"
        " VALUES (:who, :order, 'letter', 'x', 'queued', now())"
    ),
    "contact made": (
        "INSERT INTO interest_contact (interest_id, order_id, channel, template, state, queued_at, made_at)"
        " VALUES (:who, :order, 'message', 'x', 'made', now(), now())"
    ),
    "call": (
        "INSERT INTO call_task (kind, order_id, contact_id, state, raised_at, due_at)"
        " VALUES ('consent', :order, :who, 'waiting', now(), now())"
    ),
    "request": (
        "INSERT INTO consent_request (order_id, interest_id, asked_on, how, answer_due_on, recorded_at, recorded_by)"
        " VALUES (:order, :who, current_date, 'phone', current_date, now(), :by)"
    ),
    "answer": (
        "INSERT INTO consent_answer (order_id, interest_id, line_id, outcome, how, answered_on, recorded_by)"
        " VALUES (:order, :who, :line, 'granted', 'phone', current_date, :by)"
    ),
    "bar lifted by nobody": "UPDATE home_interest SET screening = 'cleared' WHERE id = :who",
    "bar lifted by one": (
        "UPDATE home_interest SET screening = 'cleared', lift_asked_by = NULL, screened_by = :by WHERE id = :who"
    ),
}


@pytest.mark.parametrize("name", RAW)
def test_the_database_itself_refuses_what_goes_past_the_gate(world, name):
    row = world.record(near="yes")
    world.session.commit()
    values = {
        "who": row.id, "order": world.order.id, "line": world.lines["locks"].id, "by": world.user.id,
    }  # fmt: skip
    with pytest.raises(DBAPIError) as raised:
        world.session.execute(text(RAW[name]), {k: v for k, v in values.items() if f":{k}" in RAW[name]})
    assert raised.value.orig.sqlstate == "WS003"


def test_the_database_refuses_a_twin_and_a_stopped_contact_that_is_woken(world):
    row = world.record()
    letter = reach.queue(
        world.session, world.actor, world.order.id, row.id, Channel.LETTER, "security_work", now=NOW
    )
    twin = world.record(name="Another Name", interest="owner")
    world.session.commit()
    world.session.execute(
        update(HomeInterest).where(HomeInterest.id == twin.id).values(screening="barred", version=9)
    )
    world.session.commit()
    assert not reach.may_be_contacted(world.session, row.id)
    with pytest.raises(DBAPIError) as raised:
        world.session.execute(
            text("UPDATE interest_contact SET state = 'made', made_at = now() WHERE id = :id"),
            {"id": letter.id},
        )
    assert raised.value.orig.sqlstate == "WS003"


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


def test_one_module_alone_makes_contacts_and_one_alone_opens_names_and_numbers():
    makers, openers = set(), set()
    for path in (ROOT / "worksorders").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if "InterestContact" in source:
            calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
            makers |= {path.name for call in calls if getattr(call.func, "id", "") == "InterestContact"}
        if re.search(
            r"consents\.persons import .*\bkind\b|persons\.kind\(|\"interest\.(name|phone|mail|post)", source
        ):
            openers.add(path.name)
    assert makers == {"reach.py"}
    assert openers == {"read_person.py"}
