"""Nobody goes before the client knows; a new worker or time ends the word; who stays too long is looked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import NotPermittedError, RefusedError
from worksorders.domain.telling.code_words import WORDS
from worksorders.steps.actor import NotFoundError
from worksorders.steps.confirm import door, tell_client
from worksorders.steps.confirm.code_word import read_at_door, read_for_call
from worksorders.steps.confirm.find import find_unconfirmed
from worksorders.steps.confirm.holding import is_confirmed
from worksorders.steps.duty.find import find_inside
from worksorders.steps.jobs import handler_of
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.respond import accept
from worksorders.steps.offers.swap import find_swap, swap
from worksorders.steps.site import office, stop
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.duty import CheckIn, DutyAlert
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.telling import CallTask, ClientConfirmation

AT = world.TOMORROW
HOUR = timedelta(hours=1)


@pytest.fixture
def scene(set_scene):
    return set_scene(evidence="")


def look(session, row, now):
    """What the timer of the check-in does when its time has come."""
    job = type("Job", (), {"payload": {"check_in_id": str(row.id)}})()
    handler_of("visit.look_for_check_out")(job)(session, now)


def check_in_of(session):
    return session.scalars(select(CheckIn).execution_options(populate_existing=True)).one()


def test_a_swapped_worker_or_a_moved_time_ends_what_the_client_was_told(session, scene):
    assert is_confirmed(session, scene.visit)
    scene.visit.start_at += HOUR
    assert not is_confirmed(session, scene.visit)
    scene.visit.start_at -= HOUR
    assert is_confirmed(session, scene.visit)
    (seat,) = find_swap(session, scene.office, scene.visit.id, world.NOW)
    swap(session, scene.office, scene.visit.id, {seat.name: scene.firm.workers[1].id}, world.NOW)
    assert not is_confirmed(session, scene.visit)
    row = session.scalars(select(ClientConfirmation)).one()
    assert row.void_reason == "worker_or_time_changed"
    assert [one.visit_id for one in find_unconfirmed(session)] == [scene.visit.id]
    waiting = session.scalars(select(CallTask.kind).where(CallTask.state == "waiting")).all()
    assert waiting == ["client_confirmation"]
    with pytest.raises(RefusedError, match="has not been told yet"):
        arrive(session, world.account(session, scene.firm, scene.firm.workers[1]), scene.visit.id, AT)


def test_a_visit_taken_back_ends_its_word_and_the_call(session, scene):
    office.plan_again(session, factories.actor_of(factories.make_user(session)), scene.visit.id, world.NOW)
    assert session.scalars(select(ClientConfirmation.void_reason)).all() == ["visit_taken_back"]
    assert session.scalars(select(CallTask.id).where(CallTask.state == "waiting")).all() == []


def test_only_an_accepted_visit_is_told_and_only_with_its_word(session, scene, services):
    coordinator = factories.actor_of(factories.make_user(session))
    first = tell_client.prepare(session, services.cipher, coordinator, scene.visit.id, world.NOW)
    assert tell_client.prepare(session, services.cipher, coordinator, scene.visit.id, world.NOW) is first
    set_out(session, scene.worker, scene.visit.id, AT)
    with pytest.raises(RefusedError, match="only an accepted visit"):
        tell_client.prepare(session, services.cipher, coordinator, scene.visit.id, AT)


def test_the_named_worker_reads_the_word_in_the_window_and_nobody_else(session, scene, services):
    session.commit()
    coordinator = factories.actor_of(factories.make_user(session))
    session.commit()
    reading = (session, services.sessions, services.cipher)
    told = read_for_call(
        services.sessions, services.cipher, coordinator, scene.visit.id, "telling the client", now=world.NOW
    )
    assert told.word in WORDS
    assert read_at_door(*reading, scene.worker, scene.visit.id, now=AT - HOUR) == told.word
    with pytest.raises(NotPermittedError, match="18 hours"):
        read_at_door(*reading, scene.worker, scene.visit.id, now=AT - 19 * HOUR)
    with pytest.raises(NotPermittedError, match="named"):
        read_at_door(*reading, scene.office, scene.visit.id, now=AT)
    with pytest.raises(NotFoundError):
        read_at_door(*reading, scene.stranger, scene.visit.id, now=AT)
    with pytest.raises(NotFoundError):
        read_for_call(
            services.sessions, services.cipher, scene.worker, scene.visit.id, "telling the client", now=AT
        )
    scene.visit.start_at += HOUR
    with pytest.raises(NotPermittedError, match="has not been told"):
        read_at_door(*reading, scene.worker, scene.visit.id, now=AT)


def test_who_does_not_check_out_is_looked_for_and_checking_out_calls_it_off(session, scene):
    arrive(session, scene.worker, scene.visit.id, AT)
    row = check_in_of(session)
    assert row.expected_out_at == AT + timedelta(minutes=60 + 30)
    timer = session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == "visit.look_for_check_out")
    ).one()
    assert timer.due_at == row.expected_out_at
    look(session, row, row.expected_out_at - HOUR)
    assert check_in_of(session).alert_id is None
    look(session, row, row.expected_out_at)
    look(session, row, row.expected_out_at)
    alert = session.scalars(select(DutyAlert)).one()
    assert (alert.kind, alert.visit_id) == ("overdue", scene.visit.id)
    assert find_inside(session, row.expected_out_at)[0].overdue
    stop.stop(session, scene.worker, scene.visit.id, "animal", AT + 2 * HOUR)
    assert alert.called_off_at == AT + 2 * HOUR
    assert find_inside(session, AT + 2 * HOUR) == []


def test_a_worker_gets_more_time_before_and_after_the_alarm(session, scene):
    arrive(session, scene.worker, scene.visit.id, AT)
    assert door.more_time(session, scene.worker, scene.visit.id, AT + HOUR) == AT + 2 * HOUR
    row = check_in_of(session)
    look(session, row, AT + timedelta(minutes=90))
    assert session.scalars(select(DutyAlert)).all() == []
    look(session, row, AT + 2 * HOUR)
    until = door.more_time(session, scene.worker, scene.visit.id, AT + 3 * HOUR)
    assert until == AT + 3 * HOUR + timedelta(minutes=30)
    assert session.scalars(select(DutyAlert.called_off_at)).one() == AT + 3 * HOUR
    look(session, check_in_of(session), until)
    assert len(session.scalars(select(DutyAlert)).all()) == 2
    with pytest.raises(NotPermittedError):
        door.more_time(session, scene.office, scene.visit.id, AT)


def test_nobody_asks_for_time_in_a_home_that_they_are_not_in(session, scene):
    with pytest.raises(RefusedError, match="Nobody is in the home"):
        door.more_time(session, scene.worker, scene.visit.id, AT)
    found = door.find_door(session, scene.worker, scene.visit.id, AT)
    assert (found.confirmed, found.word_refusal, found.out_by) == (True, None, None)


def test_an_accepted_p1_calls_the_person_on_duty_until_the_client_is_told(session, services):
    firm = world.cleared_firm(session, on_call=True)
    order = world.issued_order(session, [firm], cipher=services.cipher, urgency="P1", interim=True)
    offer_urgently(session, order.id, world.NOW)
    offer = session.scalars(select(Offer)).one()
    office_of_firm = world.account(session, firm)
    accept(session, office_of_firm, offer.id, world.NOW, arrive_in_minutes=30)
    alert = session.scalars(select(DutyAlert)).one()
    visit = order.visits[0]
    assert (alert.kind, alert.visit_id) == ("tell_client_now", visit.id)
    assert session.scalars(select(CallTask.due_at)).one() == world.NOW
    worker = world.account(session, firm, firm.workers[0])
    with pytest.raises(RefusedError, match="has not been told yet"):
        set_out(session, worker, visit.id, world.NOW)
    world.confirm(session, services.cipher, visit)
    assert session.scalars(select(DutyAlert.called_off_at)).one() == world.NOW
    set_out(session, worker, visit.id, world.NOW)
