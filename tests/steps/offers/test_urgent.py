"""A P1 make-safe visit is offered at once to all who could go; the first to accept gets it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import FaultsError
from worksorders.steps.offers.give_back import give_back
from worksorders.steps.offers.lapse import lapse
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.moves import NoLongerAvailableError
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept, decline
from worksorders.steps.offers.seats import find_seats
from worksorders.steps.offers.swap import find_swap, swap
from worksorders.steps.ordering.pause import hold, resume
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW
NIGHT = NOW + timedelta(hours=13)  # eleven in the evening


def all_offers(session):
    return session.scalars(select(Offer).order_by(Offer.id)).all()


def states(session):
    return sorted(offer.state for offer in all_offers(session))


def rounds(session):
    return session.scalars(select(OutboxMessage.due_at).where(OutboxMessage.kind == "offer.again")).all()


def choice(session, offer, now=NOW):
    """The first worker who could take the first seat, as the form would send it."""
    seat = find_seats(session, offer, [row.visit for row in offer.visits], now)[0]
    return {seat.name: seat.choices[0][0]}


@pytest.fixture
def firms(session):
    return [
        world.cleared_firm(session),
        world.cleared_firm(session),
        world.cleared_firm(session, on_call=True),
    ]


@pytest.fixture
def order(session, firms):
    return world.issued_order(session, firms, urgency="P1", interim=True)


def test_every_firm_with_somebody_free_is_asked_at_once(session, firms, order):
    assert offer_urgently(session, order.id, NOW) == 3
    assert {offer.firm_id for offer in all_offers(session)} == {firm.id for firm in firms}
    assert {offer.expires_at for offer in all_offers(session)} == {NOW + timedelta(minutes=15)}
    assert order.visits[0].state == "offered"


def test_at_night_only_those_on_call_are_asked(session, firms, order):
    assert offer_urgently(session, order.id, NIGHT) == 1
    assert all_offers(session)[0].firm_id == firms[2].id


def test_other_classes_wait_for_a_plan(session, firms):
    order = world.issued_order(session, firms, urgency="P2", interim=True)
    assert offer_urgently(session, order.id, NOW) == 0
    assert not rounds(session)


def test_work_of_a_p1_that_does_not_make_safe_waits_for_a_plan(session, firms):
    order = world.issued_order(session, firms, urgency="P1", interim=False)
    assert offer_urgently(session, order.id, NOW) == 0


def test_the_first_acceptance_makes_a_pinned_booking_now_and_withdraws_the_others(session, firms, order):
    offer_urgently(session, order.id, NOW)
    offer = all_offers(session)[0]
    firm = next(firm for firm in firms if firm.id == offer.firm_id)
    actor = world.account(session, firm)
    accept(session, actor, offer.id, NOW, chosen=choice(session, offer), arrive_in_minutes=45)
    booking = session.scalars(select(Booking)).one()
    assert (booking.state, booking.pinned, booking.worker_id) == ("confirmed", True, firm.workers[0].id)
    assert (booking.during.lower, booking.during.upper) == (NOW, NOW + timedelta(minutes=105))
    visit = order.visits[0]
    assert (visit.state, visit.firm_id, visit.start_at) == ("accepted", firm.id, NOW + timedelta(minutes=45))
    assert states(session) == ["accepted", "withdrawn", "withdrawn"]
    slower = next(other for other in firms if other.id != firm.id)
    theirs = next(found for found in all_offers(session) if found.firm_id == slower.id)
    with pytest.raises(NoLongerAvailableError):
        accept(session, world.account(session, slower), theirs.id, NOW)


def test_an_urgent_acceptance_promises_an_arrival_within_the_deadline(session, firms, order):
    offer_urgently(session, order.id, NOW)
    offer = all_offers(session)[0]
    actor = world.account(session, next(firm for firm in firms if firm.id == offer.firm_id))
    order.visits[0].due_at = NOW + timedelta(minutes=50)
    with pytest.raises(FaultsError, match="one of 30, 45"):
        accept(session, actor, offer.id, NOW, chosen=choice(session, offer), arrive_in_minutes=60)
    accept(session, actor, offer.id, NOW, arrive_in_minutes=30)
    assert session.scalars(select(Booking.firm_id)).one() == offer.firm_id


def test_an_urgent_offer_of_a_firm_whose_last_worker_was_booked_meanwhile_asks_for_a_name(
    session, firms, order
):
    offer_urgently(session, order.id, NOW)
    offer = next(offer for offer in all_offers(session) if offer.firm_id == firms[0].id)
    other = world.issued_order(session, firms)
    world.book(session, firms[0].workers[0], other.visits[0], NOW, NOW + timedelta(hours=2), "confirmed")
    with pytest.raises(FaultsError, match="Name the worker"):
        accept(session, world.account(session, firms[0]), offer.id, NOW, arrive_in_minutes=30)


def test_once_all_have_refused_the_visit_is_shown_and_asked_again_later(session, firms, order):
    offer_urgently(session, order.id, NOW)
    for offer in all_offers(session)[:2]:
        firm = next(firm for firm in firms if firm.id == offer.firm_id)
        decline(session, world.account(session, firm), offer.id, "no_capacity", NOW)
        assert order.visits[0].state == "offered"
    lapse(session, all_offers(session)[2].id, NOW + timedelta(minutes=15))
    assert (order.visits[0].state, order.visits[0].state_reason) == ("unplanned", "refused_by_all")
    again = NOW + timedelta(minutes=45)
    assert rounds(session) == [again]
    assert offer_urgently(session, order.id, again) == 3


def test_when_nobody_can_go_it_is_tried_again_later(session):
    order = world.issued_order(session, urgency="P1", interim=True)
    assert offer_urgently(session, order.id, NOW) == 0
    assert rounds(session) == [NOW + timedelta(minutes=30)]


def test_a_firm_whose_only_worker_is_busy_now_is_not_asked(session, firms, order):
    other = world.issued_order(session, firms)
    world.book(session, firms[0].workers[0], other.visits[0], NOW, NOW + timedelta(hours=1), "confirmed")
    offer_urgently(session, order.id, NOW)
    assert firms[0].id not in {offer.firm_id for offer in all_offers(session)}


def test_a_barred_firm_is_never_asked_in_any_round(session, firms, order):
    session.add(
        world.NeverSend(
            case_id=order.case_id,
            firm_id=firms[0].id,
            source="test",
            created_at=NOW,
            created_by=order.raised_by,
        )
    )
    session.flush()
    for now in (NOW, NOW + timedelta(hours=1)):
        offer_urgently(session, order.id, now)
        for offer in all_offers(session):
            lapse(session, offer.id, offer.expires_at)
    assert firms[0].id not in {offer.firm_id for offer in all_offers(session)}


def accept_first(session, firms):
    """The first offer, taken by its firm; gives the firm's account and the visit's id."""
    offer = next(offer for offer in all_offers(session) if offer.firm_id == firms[0].id)
    actor = world.account(session, firms[0])
    accept(session, actor, offer.id, NOW, chosen=choice(session, offer), arrive_in_minutes=45)
    return actor, offer.visits[0].visit_id


def test_a_visit_given_back_is_offered_at_once_to_the_firms_that_were_only_slower(session, firms, order):
    offer_urgently(session, order.id, NOW)
    actor, visit_id = accept_first(session, firms)
    give_back(session, actor, visit_id, "no_capacity", NOW + timedelta(minutes=5))
    now_open = {offer.firm_id for offer in all_offers(session) if offer.state == "open"}
    assert now_open == {firms[1].id, firms[2].id}


def test_each_visit_that_nobody_can_go_to_is_tried_again_though_another_one_is_offered(session, firms, order):
    opening = order.assessment.openings[0]
    world.add_visit(session, order, opening, (), 2, ("70.00",), interim=True)
    assert offer_urgently(session, order.id, NOW) == 3
    assert rounds(session) == [NOW + timedelta(minutes=30)]


def test_an_order_that_goes_on_after_a_hold_is_offered_at_once(session, firms, order):
    coordinator = factories.actor_of(factories.make_user(session))
    hold(
        session,
        coordinator,
        order.id,
        reason="client_asked",
        review_on=(NOW + timedelta(days=2)).date(),
        now=NOW,
    )
    assert offer_urgently(session, order.id, NOW) == 0
    assert not rounds(session)
    resume(session, coordinator, order.id)
    assert len(rounds(session)) == 1


def test_a_planned_make_safe_visit_that_nobody_takes_does_not_wait_for_the_next_plan(session, firms):
    order = world.issued_order(session, firms[:1], urgency="P1", interim=True)
    plan = world.publish(session, order, firms[0])
    offer_published_visits(session, plan.id, NOW)
    (offer,) = all_offers(session)
    decline(session, world.account(session, firms[0]), offer.id, "no_capacity", NOW)
    assert order.visits[0].state == "unplanned"
    assert len(rounds(session)) == 1


def test_another_worker_may_be_named_after_the_promised_time_has_passed(session):
    firm = world.cleared_firm(session, workers=2, on_call=True)
    order = world.issued_order(session, [firm], urgency="P1", interim=True)
    offer_urgently(session, order.id, NOW)
    actor, visit_id = accept_first(session, [firm])
    late = NOW + timedelta(hours=3)
    (seat,) = find_swap(session, actor, visit_id, late)
    other = next(worker for worker, _ in seat.choices if worker != seat.proposed)
    swap(session, actor, visit_id, {seat.name: other}, late)
    booked = session.scalars(select(Booking.worker_id).where(Booking.state == "confirmed")).all()
    assert booked == [other]
