"""No letter, message or call to somebody who must never be asked, whichever way it is tried."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from tests import agreeing, factories
from tests.steps.consents.barring import NOW, bar
from tests.steps.consents.conftest import CLIENT_PHONE, make_order
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.domain.people.interests import Channel, Hit
from worksorders.steps.consents import (
    answers,
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
from worksorders.store.tables.confidential.interests import InterestContact
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.telling import CallTask

PHONE = agreeing.LANDLORD.phone


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
