"""Nothing stays planned before what it waits for; pins go with those they were set for; taking back asks the next firm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin import trail
from worksorders.steps.offers.give_back import give_back
from worksorders.steps.offers.lapse import lapse
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept, decline
from worksorders.steps.offers.take_back import take_back
from worksorders.steps.people import firms, workers
from worksorders.steps.people.bar import bar
from worksorders.store.tables.plans.planning import Booking, VisitPin
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import VisitDependency

NOW = world.NOW


@pytest.fixture
def coordinator(session):
    return factories.actor_of(factories.make_user(session, "coordinator"))


@pytest.fixture
def chain(session):
    """Three visits one after another, each of a firm of its own and accepted; two days apart."""
    made = [world.cleared_firm(session) for _ in range(3)]
    order = world.issued_order(session, made, visits=3)
    first, second, third = order.visits
    for before, after in ((first, second), (second, third)):
        session.add(VisitDependency(before_id=before.id, after_id=after.id))
    for number, (visit, firm) in enumerate(zip(order.visits, made, strict=True)):
        begin = world.TOMORROW + number * timedelta(days=2)
        visit.state, visit.start_at, visit.end_at = "accepted", begin, begin + timedelta(hours=1)
        visit.firm_id = firm.id
        offer = Offer(
            code=f"F-{number}", order_id=order.id, firm_id=firm.id, state="accepted", urgent=False,
            price_cents=1, opened_at=NOW, expires_at=NOW + timedelta(days=1),
        )  # fmt: skip
        session.add(offer)
        session.flush()
        session.execute(
            world.OfferVisit.__table__.insert().values(offer_id=offer.id, visit_id=visit.id, start_at=begin)
        )
        world.book(session, firm.workers[0], visit, begin, visit.end_at, state="confirmed")
    return made, order


def states(order):
    return [visit.state for visit in order.visits]


def test_a_visit_given_back_without_a_successor_takes_all_that_follow_with_it(session, chain):
    made, order = chain
    for other in made[1:]:
        other.active = False
    give_back(session, world.account(session, made[0]), order.visits[0].id, "no_capacity", NOW)
    assert states(order) == ["unplanned"] * 3
    assert [visit.state_reason for visit in order.visits[1:]] == ["waits_for_earlier"] * 2
    assert session.scalars(select(Booking).where(Booking.state != "released")).all() == []
    rows = session.scalars(select(AuditEvent).where(AuditEvent.reason == "waits_for_earlier")).all()
    assert {(row.action, row.actor_id) for row in rows} == {("visit.reassigned", None)}


def test_a_visit_that_the_next_firm_is_offered_at_the_same_time_leaves_the_others_alone(session, chain):
    made, order = chain
    give_back(session, world.account(session, made[0]), order.visits[0].id, "no_capacity", NOW)
    assert states(order) == ["offered", "accepted", "accepted"]


def test_only_what_comes_after_is_taken_back_and_never_who_is_under_way(session, chain):
    made, order = chain
    for other in (made[0], made[2]):
        other.active = False
    order.visits[2].state = "en_route"
    session.flush()
    give_back(session, world.account(session, made[1]), order.visits[1].id, "no_capacity", NOW)
    assert states(order) == ["accepted", "unplanned", "en_route"]


@pytest.mark.parametrize("how", ["decline", "lapse"])
def test_a_declined_or_lapsed_visit_takes_the_published_one_after_it_back(session, how):
    firm = world.cleared_firm(session)
    order = world.issued_order(session, [firm], visits=2)
    session.add(VisitDependency(before_id=order.visits[0].id, after_id=order.visits[1].id))
    plan = world.publish(session, order, firm)
    order.visits[1].state = "planned"
    session.flush()
    offer_published_visits(session, plan.id, NOW)
    order.visits[1].state = "published"
    session.flush()
    offer = session.scalars(select(Offer)).one()
    if how == "decline":
        decline(session, world.account(session, firm), offer.id, "no_capacity", NOW)
    else:
        lapse(session, offer.id, offer.expires_at)
    assert states(order) == ["unplanned", "unplanned"]
    assert order.visits[1].start_at is None


def test_an_urgent_visit_taken_for_later_moves_what_was_to_start_before_it_ends(session):
    firms_ = [world.cleared_firm(session, workers=2, on_call=True)]
    order = world.issued_order(session, firms_, urgency="P1", visits=2)
    first, after = order.visits
    first.interim = True
    session.add(VisitDependency(before_id=first.id, after_id=after.id))
    after.state, after.start_at = "published", NOW + timedelta(minutes=60)
    after.end_at = after.start_at + timedelta(hours=1)
    session.flush()
    offer_urgently(session, order.id, NOW)
    offer = session.scalars(select(Offer)).one()
    accept(session, world.account(session, firms_[0]), offer.id, NOW, arrive_in_minutes=45)
    assert states(order) == ["accepted", "unplanned"]


def test_a_make_safe_visit_given_back_moves_only_what_starts_before_its_deadline(session):
    firm = world.cleared_firm(session, workers=3, on_call=True)
    order = world.issued_order(session, [firm], urgency="P1", visits=3)
    first, soon, later = order.visits
    first.interim = True
    offer_urgently(session, order.id, NOW)
    office = world.account(session, firm)
    accept(session, office, session.scalars(select(Offer)).one().id, NOW, arrive_in_minutes=30)
    for visit, hours in ((soon, 3), (later, 30)):
        session.add(VisitDependency(before_id=first.id, after_id=visit.id))
        visit.state, visit.start_at = "published", NOW + timedelta(hours=hours)
        visit.end_at = visit.start_at + timedelta(hours=1)
    session.flush()
    give_back(session, office, first.id, "worker_absent", NOW)
    assert states(order)[1:] == ["unplanned", "published"]


def pin(session, order, worker, coordinator):
    session.add(
        VisitPin(
            visit_id=order.visits[0].id, worker_id=worker.id, start_at=world.TOMORROW, pinned_at=NOW,
            pinned_by=coordinator.user_id,
        )
    )  # fmt: skip
    session.flush()


@pytest.mark.parametrize("how", ["bar firm", "bar worker", "stop worker", "stop firm"])
def test_the_pin_of_somebody_who_may_not_go_any_more_is_let_go(session, coordinator, how):
    firm = world.cleared_firm(session)
    worker = firm.workers[0]
    order, other = (world.issued_order(session, [firm]) for _ in range(2))
    for each in (order, other):
        pin(session, each, worker, coordinator)
    if how == "bar firm":
        bar(session, coordinator, order.case_id, firm_id=firm.id, now=NOW)
    elif how == "bar worker":
        bar(session, coordinator, order.case_id, worker_id=worker.id, now=NOW)
    elif how == "stop worker":
        workers.set_worker_active(session, None, worker.id, active=False)
    else:
        firms.set_firm_active(session, None, firm.id, active=False, reason="Asked to")
    left = set(session.scalars(select(VisitPin.visit_id)))
    assert left == ({other.visits[0].id} if how.startswith("bar") else set())


def offered(session, made, hours=0):
    order = world.issued_order(session, made)
    plan = world.publish(session, order, made[0], start_at=world.TOMORROW + timedelta(hours=hours))
    offer_published_visits(session, plan.id, NOW)
    return order, session.scalars(select(Offer).where(Offer.order_id == order.id)).one()


def trail_of(session, order):
    """What the trail's readers see of an order's visits and offers, without ids and times."""
    ids = [visit.id for visit in order.visits]
    ids += session.scalars(select(Offer.id).where(Offer.order_id == order.id)).all()
    rows = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject_id.in_(ids), AuditEvent.action != "offer.opened")
        .order_by(AuditEvent.id)
    )
    return [
        (row.action, row.actor_id, row.from_state, row.to_state, row.reason, sorted(row.detail))
        for row in rows
    ]


def test_a_bar_leaves_the_same_rows_as_an_offer_taken_back(session, coordinator):
    made = [world.cleared_firm(session, workers=2) for _ in range(2)]
    taken, offer = offered(session, made)
    barred, _ = offered(session, made, hours=3)
    take_back(session, coordinator, offer.id, NOW)
    bar(session, coordinator, barred.case_id, firm_id=made[0].id, now=NOW)
    assert trail_of(session, taken) == trail_of(session, barred)
    assert "offer.withdrawn" in [row[0] for row in trail_of(session, barred)]


def test_an_offer_is_taken_back_once_and_by_coordinators_alone(session, coordinator):
    made = [world.cleared_firm(session, workers=2) for _ in range(2)]
    _, offer = offered(session, made)
    with pytest.raises(NotFoundError):
        take_back(session, factories.actor_of(factories.make_user(session, "finance")), offer.id, NOW)
    take_back(session, coordinator, offer.id, NOW)
    firm_states = {(row.firm_id, row.state) for row in session.scalars(select(Offer))}
    assert firm_states == {(made[0].id, "withdrawn"), (made[1].id, "open")}
    with pytest.raises(RefusedError):
        take_back(session, coordinator, offer.id, NOW)


def test_the_trail_shows_bars_to_none_of_its_readers(session, coordinator):
    firm = world.cleared_firm(session)
    order = world.issued_order(session, [firm])
    bar(session, coordinator, order.case_id, firm_id=firm.id, now=NOW)
    session.flush()
    kept = session.scalars(select(AuditEvent.action).where(AuditEvent.action.startswith("never_send"))).all()
    assert kept == ["never_send.added"]
    shown = [row.action for row in trail.read_trail(session, trail.Filter()).entries]
    shown += [row.action for row in trail.export(session, trail.Filter(action="never_send.added"))]
    shown += trail.actions(session)
    assert not [action for action in shown if action.startswith("never_send")]
