"""A bar takes back at once what the firm or worker was sent of the case."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import DomainError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.people import never_send
from worksorders.steps.people.bar import bar
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW


@pytest.fixture
def firms(session):
    return [world.cleared_firm(session), world.cleared_firm(session)]


@pytest.fixture
def coordinator(session):
    return factories.actor_of(factories.make_user(session, "coordinator"))


@pytest.fixture
def offered(session, firms):
    order = world.issued_order(session, firms)
    plan = world.publish(session, order, firms[0])
    offer_published_visits(session, plan.id, NOW)
    return order


def whom(firm, by):
    return {"firm_id": firm.id} if by == "firm" else {"worker_id": firm.workers[0].id}


def offers(session, firm):
    return [row.state for row in session.scalars(select(Offer).where(Offer.firm_id == firm.id))]


def live(session):
    rows = session.scalars(select(Booking).where(Booking.state != "released"))
    return {(row.firm_id, row.state) for row in rows}


@pytest.mark.parametrize("by", ["firm", "worker"])
def test_an_open_offer_is_withdrawn_and_goes_to_the_next_firm(session, firms, coordinator, offered, by):
    taken = bar(session, coordinator, offered.case_id, **whom(firms[0], by), now=NOW)
    assert (taken.offers, taken.released) == (1, (offered.visits[0].code,))
    assert offers(session, firms[0]) == ["withdrawn"]
    assert offers(session, firms[1]) == ["open"]
    assert live(session) == {(firms[1].id, "held")}


@pytest.mark.parametrize("by", ["firm", "worker"])
def test_an_accepted_visit_is_taken_back_to_the_planner(session, firms, coordinator, offered, by):
    offer = session.scalars(select(Offer)).one()
    accept(session, world.account(session, firms[0]), offer.id, NOW)
    taken = bar(session, coordinator, offered.case_id, **whom(firms[0], by), now=NOW)
    visit = offered.visits[0]
    assert taken.reassigned == (visit.code,)
    assert (visit.state, visit.firm_id, offer.state) == ("unplanned", None, "withdrawn")
    assert live(session) == set()


def test_a_visit_that_is_held_before_it_is_offered_goes_to_another_firm(session, firms, coordinator):
    order = world.issued_order(session, firms)
    world.publish(session, order, firms[0])
    assert bar(session, coordinator, order.case_id, firm_id=firms[0].id, now=NOW).released
    assert live(session) == {(firms[1].id, "held")}
    assert offers(session, firms[0]) == []


def test_an_urgent_offer_is_withdrawn_from_the_barred_firm_alone(session, coordinator):
    firms = [world.cleared_firm(session, on_call=True) for _ in range(2)]
    order = world.issued_order(session, firms, urgency="P1", interim=True)
    offer_urgently(session, order.id, NOW)
    assert bar(session, coordinator, order.case_id, worker_id=firms[0].workers[0].id, now=NOW).offers == 1
    assert offers(session, firms[0]) == ["withdrawn"]
    assert offers(session, firms[1]) == ["open"]
    assert order.visits[0].state == "offered"


def test_a_worker_in_the_home_is_told_of_and_left(session, firms, coordinator, offered):
    accept(session, world.account(session, firms[0]), session.scalars(select(Offer.id)).one(), NOW)
    offered.visits[0].state = "on_site"
    session.flush()
    taken = bar(session, coordinator, offered.case_id, firm_id=firms[0].id, now=NOW)
    assert (taken.inside, taken.reassigned) == ((offered.visits[0].code,), ())
    assert offered.visits[0].state == "on_site"


def test_the_other_firm_keeps_its_offer_and_the_trail_names_the_case_alone(
    session, firms, coordinator, offered
):
    taken = bar(session, coordinator, offered.case_id, firm_id=firms[1].id, now=NOW)
    assert (taken.offers, taken.released, taken.reassigned) == (0, (), ())
    assert offers(session, firms[0]) == ["open"]
    row = session.scalars(select(AuditEvent).where(AuditEvent.action == "never_send.added")).one()
    assert (row.subject_table, row.subject_id) == ("case_file", offered.case_id)
    assert (row.detail, row.reason) == ({}, None)


def test_nobody_but_a_coordinator_bars(session, firms, offered):
    finance = factories.actor_of(factories.make_user(session, "finance"))
    with pytest.raises(NotFoundError):
        bar(session, finance, offered.case_id, firm_id=firms[0].id, now=NOW)
    assert offers(session, firms[0]) == ["open"]


def test_a_bar_needs_somebody(session, coordinator, offered):
    with pytest.raises(DomainError, match="either a firm or a worker"):
        bar(session, coordinator, offered.case_id, now=NOW)
    assert not never_send.of_case(session, coordinator, offered.case_id)
