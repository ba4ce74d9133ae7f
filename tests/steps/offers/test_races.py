"""Two who act at the same moment, each with a connection of its own, on a real PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests import dispatching as world
from worksorders.domain.errors import DomainError
from worksorders.steps.offers.lapse import lapse
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.moves import NoLongerAvailableError
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept, decline
from worksorders.steps.offers.seats import find_seats
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit

NOW = world.NOW


def at_once(services, *actions):
    """Run each action in a thread and a transaction of its own; what came of each: True or the class of its error."""
    start, outcomes = threading.Barrier(len(actions)), [None] * len(actions)

    def run(place, action):
        try:
            with services.sessions.begin() as session:
                session.connection()
                start.wait()
                action(session)
            outcomes[place] = True
        except (DomainError, IntegrityError) as error:
            outcomes[place] = type(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_firms_that_accept_at_the_same_moment_exactly_one_wins(services, attempt):
    with services.sessions.begin() as session:
        firms = [world.cleared_firm(session), world.cleared_firm(session)]
        order = world.issued_order(session, firms, urgency="P1", interim=True)
        offer_urgently(session, order.id, NOW)
        offers = {offer.firm_id: offer for offer in session.scalars(select(Offer))}
        answers = []
        for firm in firms:
            offer = offers[firm.id]
            seat = find_seats(session, offer, order.visits, NOW)[0]
            answers.append((world.account(session, firm), offer.id, {seat.name: seat.choices[0][0]}))

    def accepting(actor, offer_id, chosen):
        return lambda session: accept(session, actor, offer_id, NOW, chosen=chosen, arrive_in_minutes=30)

    outcomes = at_once(services, *(accepting(*answer) for answer in answers))
    assert sorted(outcomes, key=str) == [NoLongerAvailableError, True]
    with services.sessions() as session:
        winner = firms[outcomes.index(True)].id
        assert session.scalars(select(Visit.firm_id)).one() == winner
        assert session.scalars(select(Booking.firm_id).where(Booking.state == "confirmed")).one() == winner
        assert sorted(session.scalars(select(Offer.state))) == ["accepted", "withdrawn"]


@pytest.fixture
def offered(services):
    """An offer to a firm with two accounts, and a second firm that could take it."""
    with services.sessions.begin() as session:
        firms = [world.cleared_firm(session), world.cleared_firm(session)]
        order = world.issued_order(session, firms)
        plan = world.publish(session, order, firms[0])
        offer_published_visits(session, plan.id, NOW)
        offer = session.scalars(select(Offer)).one()
        return offer.id, [world.account(session, firms[0]), world.account(session, firms[0])]


def test_two_colleagues_who_accept_the_same_offer_book_it_once(services, offered):
    offer_id, actors = offered
    outcomes = at_once(
        services, *(lambda session, who=who: accept(session, who, offer_id, NOW) for who in actors)
    )
    assert sorted(outcomes, key=str) == [NoLongerAvailableError, True]
    with services.sessions() as session:
        assert len(session.scalars(select(Booking).where(Booking.state != "released")).all()) == 1


def test_accept_against_decline_has_one_outcome(services, offered):
    offer_id, actors = offered
    outcomes = at_once(
        services,
        lambda session: accept(session, actors[0], offer_id, NOW),
        lambda session: decline(session, actors[1], offer_id, "rate", NOW),
    )
    assert sorted(outcomes, key=str) == [NoLongerAvailableError, True]
    with services.sessions() as session:
        offers = sorted(session.scalars(select(Offer.state)))
        assert offers == (["accepted"] if outcomes[0] is True else ["declined", "open"])


def test_accept_against_the_timer_has_one_outcome(services, offered):
    offer_id, actors = offered
    with services.sessions() as session:
        over = session.get_one(Offer, offer_id).expires_at
    at_once(
        services,
        lambda session: accept(session, actors[0], offer_id, NOW),
        lambda session: lapse(session, offer_id, over),
    )
    with services.sessions() as session:
        offers = sorted(session.scalars(select(Offer.state)))
        visit = session.scalars(select(Visit)).one()
        assert (offers, visit.state) in [(["accepted"], "accepted"), (["lapsed", "open"], "offered")]


def test_the_database_refuses_to_book_a_worker_twice(services, offered):
    offer_id, actors = offered
    with services.sessions.begin() as session:
        accept(session, actors[0], offer_id, NOW)
        booking = session.scalars(select(Booking).where(Booking.state == "confirmed")).one()
    with pytest.raises(IntegrityError, match="ex_booking_overlap"), services.sessions.begin() as session:
        session.add(
            Booking(
                worker_id=booking.worker_id, firm_id=booking.firm_id, visit_id=booking.visit_id,
                during=booking.during, state="held",
            )
        )  # fmt: skip
