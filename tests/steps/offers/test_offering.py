"""Offers come from a plan, lapse by the clock, and go on to the next firm until nobody is left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from worksorders.domain.errors import RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.offers.find.offers import find_offer, find_open, find_past
from worksorders.steps.offers.lapse import lapse
from worksorders.steps.offers.moves import NoLongerAvailableError
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept, decline
from worksorders.steps.site.find.open_offers import open_offers as open_rows
from worksorders.store.tables.firms.contractors import Absence
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW


def offers(session, **states):
    return session.scalars(select(Offer).order_by(Offer.opened_at, Offer.id)).all()


def open_offers(session):
    return [offer for offer in offers(session) if offer.state == "open"]


def live(session):
    return session.scalars(select(Booking).where(Booking.state != "released")).all()


@pytest.fixture
def two_firms(session):
    return [world.cleared_firm(session), world.cleared_firm(session)]


@pytest.fixture
def offered(session, two_firms):
    """An order of two visits, planned for the first firm and offered to it."""
    order = world.issued_order(session, two_firms, visits=2, rates=("70.00", "65.00"))
    plan = world.publish(session, order, two_firms[0])
    offer_published_visits(session, plan.id, NOW)
    return order, offers(session)[0]


def test_planned_visits_of_a_p1_order_may_be_answered_as_long_as_those_of_p2(session, two_firms):
    lasting = {}
    for urgency, firm in zip(("P1", "P2"), two_firms, strict=True):
        order = world.issued_order(session, two_firms, urgency=urgency, visits=1)
        plan = world.publish(session, order, firm)
        offer_published_visits(session, plan.id, NOW)
        (offer,) = session.scalars(select(Offer).where(Offer.order_id == order.id))
        lasting[urgency] = offer.expires_at - offer.opened_at
    assert lasting["P1"] == lasting["P2"] > timedelta(minutes=15)


def test_the_trail_says_whose_turn_it_was(session, two_firms, offered):
    _, offer = offered
    decline(session, world.account(session, two_firms[0]), offer.id, "no_capacity", NOW)
    rows = session.scalars(
        select(AuditEvent).where(AuditEvent.action == "offer.opened").order_by(AuditEvent.id)
    )
    assert [row.detail["turn"] for row in rows] == ["as the plan placed it", "the only firm that could go"]
    assert {row.turn for row in open_rows(session).rows} == {"the only firm that could go"}


def test_of_several_firms_the_trail_names_the_place_in_turn(session):
    made = [world.cleared_firm(session) for _ in range(3)]
    order = world.issued_order(session, made)
    plan = world.publish(session, order, made[0])
    offer_published_visits(session, plan.id, NOW)
    decline(session, world.account(session, made[0]), offers(session)[0].id, "rate", NOW)
    (row,) = open_rows(session).rows
    assert row.turn == "1 of 2 in turn: least work accepted in 28 days for its size"


def test_a_published_plan_makes_one_offer_for_each_order_and_firm(session, two_firms, offered):
    order, offer = offered
    assert [found.id for found in offers(session)] == [offer.id]
    assert offer.firm_id == two_firms[0].id
    assert {row.visit_id for row in offer.visits} == {visit.id for visit in order.visits}
    assert {visit.state for visit in order.visits} == {"offered"}
    assert offer.price_cents == 2 * 2 * 70_00
    assert offer.expires_at == world.TOMORROW - timedelta(hours=2)


def test_an_offer_has_a_timer_and_handling_the_plan_twice_makes_nothing_new(session, offered):
    _order, offer = offered
    timers = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "offer.lapse")).all()
    assert [(timer.payload, timer.due_at) for timer in timers] == [
        ({"offer_id": str(offer.id)}, offer.expires_at)
    ]
    offer_published_visits(session, offer.plan_id, NOW)
    assert len(offers(session)) == 1


def test_accepting_confirms_the_booking_and_takes_the_frozen_rate(session, two_firms, offered):
    order, offer = offered
    accept(session, world.account(session, two_firms[0]), offer.id, NOW)
    assert offer.state == "accepted"
    assert {booking.state for booking in live(session)} == {"confirmed"}
    assert {visit.state for visit in order.visits} == {"accepted"}
    assert {visit.firm_id for visit in order.visits} == {two_firms[0].id}
    assert {line.rate for line in order.lines} == {70}


def test_a_decline_goes_to_the_next_firm_at_the_same_time(session, two_firms, offered):
    order, offer = offered
    decline(session, world.account(session, two_firms[0]), offer.id, "no_capacity", NOW)
    (second,) = open_offers(session)
    assert second.firm_id == two_firms[1].id
    assert second.price_cents == 2 * 2 * 65_00
    assert {booking.firm_id for booking in live(session)} == {two_firms[1].id}
    assert [visit.start_at for visit in order.visits] == [world.TOMORROW, world.TOMORROW + timedelta(hours=2)]
    assert (offer.state, offer.decline_reason) == ("declined", "no_capacity")


def test_what_one_firm_declines_goes_on_to_one_other_firm_together(session):
    firms = [world.cleared_firm(session) for _ in range(5)]
    order = world.issued_order(session, firms, visits=4)
    plan = world.publish(session, order, firms[0], apart=timedelta(hours=1))
    offer_published_visits(session, plan.id, NOW)
    (offer,) = open_offers(session)
    decline(session, world.account(session, firms[0]), offer.id, "no_capacity", NOW)
    assert len(open_offers(session)) == 1


def test_when_nobody_is_left_the_visit_is_unplanned_and_its_time_is_free(session, two_firms, offered):
    order, offer = offered
    decline(session, world.account(session, two_firms[0]), offer.id, "rate", NOW)
    (second,) = open_offers(session)
    decline(session, world.account(session, two_firms[1]), second.id, "rate", NOW)
    assert {(visit.state, visit.state_reason) for visit in order.visits} == {("unplanned", "refused_by_all")}
    assert {visit.start_at for visit in order.visits} == {None}
    assert not live(session)


def test_silence_lapses_and_goes_to_the_next_firm(session, two_firms, offered):
    _order, offer = offered
    lapse(session, offer.id, offer.expires_at - timedelta(seconds=1))
    assert offer.state == "open"
    lapse(session, offer.id, offer.expires_at)
    assert offer.state == "lapsed"
    assert [found.firm_id for found in open_offers(session)] == [two_firms[1].id]
    lapse(session, offer.id, offer.expires_at)
    assert len(offers(session)) == 2


def test_an_offer_past_its_time_cannot_be_accepted_even_before_the_timer_ran(session, two_firms, offered):
    _, offer = offered
    with pytest.raises(NoLongerAvailableError):
        accept(session, world.account(session, two_firms[0]), offer.id, offer.expires_at)


def test_a_decline_needs_a_reason_of_the_list(session, two_firms, offered):
    with pytest.raises(RefusedError, match="choose one of"):
        decline(session, world.account(session, two_firms[0]), offered[1].id, "because", NOW)


def test_the_next_firm_is_the_one_with_less_work_for_its_size(session):
    busy, idle, first = (world.cleared_firm(session) for _ in range(3))
    done = world.issued_order(session, [busy])
    done.visits[0].firm_id, done.visits[0].start_at = busy.id, NOW - timedelta(days=3)
    order = world.issued_order(session, [busy, idle, first])
    plan = world.publish(session, order, first)
    offer_published_visits(session, plan.id, NOW)
    decline(session, world.account(session, first), offers(session)[0].id, "no_capacity", NOW)
    assert [offer.firm_id for offer in open_offers(session)] == [idle.id]


def bar(session, order, *, firm=None, worker=None):
    session.add(
        NeverSend(
            case_id=order.case_id, firm_id=firm and firm.id, worker_id=worker and worker.id, source="test",
            created_at=NOW, created_by=order.raised_by,
        )
    )  # fmt: skip
    session.flush()


@pytest.mark.parametrize("by", ["firm", "worker"])
def test_a_barred_firm_or_worker_is_never_offered_though_planned(session, two_firms, by):
    order = world.issued_order(session, two_firms)
    bar(session, order, **({"firm": two_firms[0]} if by == "firm" else {"worker": two_firms[0].workers[0]}))
    plan = world.publish(session, order, two_firms[0])
    offer_published_visits(session, plan.id, NOW)
    assert [offer.firm_id for offer in offers(session)] == [two_firms[1].id]


def test_a_barred_firm_is_passed_over_when_another_declines(session, two_firms, offered):
    order, offer = offered
    bar(session, order, firm=two_firms[1])
    decline(session, world.account(session, two_firms[0]), offer.id, "rate", NOW)
    assert not open_offers(session)


def test_a_firm_barred_after_the_offer_reads_that_it_is_no_longer_available(session, two_firms, offered):
    order, offer = offered
    bar(session, order, firm=two_firms[0])
    with pytest.raises(NoLongerAvailableError):
        accept(session, world.account(session, two_firms[0]), offer.id, NOW)


def test_who_declines_for_a_conflict_is_never_sent_the_case_again(session, two_firms, offered):
    order, offer = offered
    decline(session, world.account(session, two_firms[0]), offer.id, "conflict", NOW)
    barred = session.scalars(select(NeverSend.firm_id).where(NeverSend.case_id == order.case_id)).all()
    assert barred == [two_firms[0].id]


@pytest.mark.parametrize("why", ["absent", "check lapsed", "booked", "no rate"])
def test_a_firm_that_could_not_come_is_not_asked(session, two_firms, why):
    order = world.issued_order(session, two_firms[:1] if why == "no rate" else two_firms)
    plan = world.publish(session, order, two_firms[0])
    worker = two_firms[1].workers[0]
    if why == "absent":
        session.add(Absence(worker_id=worker.id, from_on=date(2026, 11, 25), to_on=date(2026, 11, 25)))
        worker.on_call = True
    if why == "check lapsed":
        for check in session.scalars(
            select(world.VettingCheck).where(world.VettingCheck.worker_id == worker.id)
        ):
            check.expires_on = date(2026, 11, 24)
    if why == "booked":
        other = world.issued_order(session, two_firms)
        world.book(session, worker, other.visits[0], world.TOMORROW, world.TOMORROW + timedelta(hours=1))
    session.flush()
    offer_published_visits(session, plan.id, NOW)
    decline(session, world.account(session, two_firms[0]), offers(session)[0].id, "no_capacity", NOW)
    assert not open_offers(session)


def test_a_crew_of_two_needs_two_free_workers_of_one_firm(session):
    small, first, large = (world.cleared_firm(session, workers=count) for count in (1, 2, 2))
    order = world.issued_order(session, [small, first, large], crew=2)
    plan = world.publish(session, order, first)
    offer_published_visits(session, plan.id, NOW)
    decline(session, world.account(session, first), offers(session)[0].id, "no_capacity", NOW)
    (second,) = open_offers(session)
    assert second.firm_id == large.id
    assert len(live(session)) == 2


def test_a_barred_worker_of_a_firm_that_is_asked_learns_of_no_offer(session):
    firm = world.cleared_firm(session, workers=2)
    order = world.issued_order(session, [firm])
    bar(session, order, worker=firm.workers[1])
    plan = world.publish(session, order, firm)
    offer_published_visits(session, plan.id, NOW)
    (offer,) = offers(session)
    barred, colleague = (world.account(session, firm, firm.workers[place]) for place in (1, 0))
    assert [found.id for found in find_open(session, colleague, NOW)] == [offer.id]
    assert not find_open(session, barred, NOW)
    assert not find_past(session, barred, offer.expires_at)
    for answer in (
        lambda: find_offer(session, barred, offer.id, NOW),
        lambda: accept(session, barred, offer.id, NOW),
        lambda: decline(session, barred, offer.id, "rate", NOW),
    ):
        with pytest.raises(NotFoundError):
            answer()


@pytest.mark.parametrize("state", ["on_hold", "suspended"])
def test_an_order_paused_since_publishing_is_not_offered_and_its_time_is_free_again(
    session, two_firms, state
):
    order = world.issued_order(session, two_firms, visits=2)
    plan = world.publish(session, order, two_firms[0])
    order.state, order.resume_state = state, "issued"
    session.flush()
    offer_published_visits(session, plan.id, NOW)
    assert offers(session) == []
    assert live(session) == []
    assert {(visit.state, visit.start_at) for visit in order.visits} == {("unplanned", None)}
