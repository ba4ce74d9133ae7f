"""A visit that cannot go on ends at once, alerts whoever must know, and never closes the order."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.offers.give_back import give_back
from worksorders.steps.offers.swap import find_swap, swap
from worksorders.steps.safety.suspend import ask_to_lift, lift
from worksorders.steps.site import notes, office
from worksorders.steps.site.own_visit import crew_of, own_visit
from worksorders.steps.site.stop import leave_unsafe, stop
from worksorders.steps.site.travel import arrive, set_out
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.offers import Offer, VisitNote
from worksorders.store.tables.work.orders import VisitDependency

AT = world.TOMORROW


def alerting(session):
    return session.scalars(select(VisitNote.reason).where(notes.alerts()).order_by(VisitNote.kind)).all()


@pytest.mark.parametrize(
    ("reason", "alerts"),
    [
        ("nobody_home", True),
        ("client_declined_today", True),
        ("wrong_or_unsafe_contact", True),
        ("perpetrator_or_unknown_person_present", True),
        ("landlord_refused_entry", False),
        ("worker_late", False),
    ],
)
def test_the_first_four_reasons_for_no_access_alert(session, scene, reason, alerts):
    set_out(session, scene.worker, scene.visit.id, AT)
    stop(session, scene.worker, scene.visit.id, reason, AT)
    assert (scene.visit.state, scene.visit.state_reason) == ("no_access", reason)
    assert alerting(session) == ([reason] if alerts else [])
    assert scene.order.state == "issued"


def test_no_access_frees_the_workers_time_and_closes_the_visit_to_the_firm(session, scene):
    due_at = scene.visit.due_at
    stop(session, scene.worker, scene.visit.id, "nobody_home", AT)
    assert not session.scalars(select(Booking).where(Booking.state != "released")).all()
    assert scene.visit.due_at == due_at
    with pytest.raises(NotFoundError):
        own_visit(session, scene.worker, scene.visit.id)


def test_work_that_cannot_be_done_is_stopped_with_its_reason(session, scene):
    set_out(session, scene.worker, scene.visit.id, AT)
    arrive(session, scene.worker, scene.visit.id, AT)
    stop(session, scene.worker, scene.visit.id, "asbestos_suspected", AT)
    assert scene.visit.state == "aborted"
    assert alerting(session) == [notes.LEFT_INSECURE]


def test_nobody_sets_out_the_same_day_for_what_comes_after_work_that_was_not_done(session, set_scene):
    scene = set_scene(visits=2)
    after = scene.order.visits[1]
    session.add(
        VisitDependency(
            before_id=scene.visit.id, after_id=after.id, least_gap_minutes=0, same_day=True, why="door first"
        )
    )
    session.flush()
    stop(session, scene.worker, scene.visit.id, "nobody_home", AT)
    assert (after.state, after.state_reason) == ("unplanned", "waits_for_earlier")


def test_an_unknown_reason_is_refused(session, scene):
    with pytest.raises(FaultsError, match="Choose what happened"):
        stop(session, scene.worker, scene.visit.id, "left_unsafe", AT)


def test_leaving_unsafe_pauses_every_visit_to_the_home_and_alerts(session, set_scene):
    scene = set_scene(visits=2)
    leave_unsafe(session, scene.worker, scene.visit.id, AT)
    assert scene.visit.state == "aborted"
    assert scene.order.state == "suspended"
    assert alerting(session) == ["left_unsafe"]
    with pytest.raises(RefusedError, match="paused"):
        set_out(session, scene.worker, scene.order.visits[1].id, AT)


def test_a_visit_given_back_goes_to_the_next_firm_and_is_closed_to_the_first(session, scene):
    give_back(session, scene.office, scene.visit.id, "worker_absent", world.NOW)
    assert [
        offer.state for offer in session.scalars(select(Offer).where(Offer.firm_id == scene.firm.id))
    ] == ["withdrawn"]
    following = session.scalars(select(Offer).where(Offer.state == "open")).one()
    assert following.firm_id == scene.other.id
    assert scene.visit.state == "offered"
    assert {line.rate for line in scene.visit.lines} == {70}
    with pytest.raises(NotFoundError):
        own_visit(session, scene.worker, scene.visit.id)


def test_nobody_gives_back_a_visit_of_another_firm(session, scene):
    with pytest.raises(NotFoundError):
        give_back(session, scene.stranger, scene.visit.id, "worker_absent", world.NOW)


def test_another_cleared_worker_takes_the_place_and_the_first_loses_it(session, services, scene):
    (seat,) = find_swap(session, scene.office, scene.visit.id, world.NOW)
    second = scene.firm.workers[1]
    assert {worker for worker, _ in seat.choices} == {worker.id for worker in scene.firm.workers}
    swap(session, scene.office, scene.visit.id, {seat.name: second.id}, world.NOW)
    assert crew_of(session, scene.visit.id) == [second.id]
    with pytest.raises(NotPermittedError):
        set_out(session, scene.worker, scene.visit.id, AT)
    other = world.account(session, scene.firm, second)
    with pytest.raises(RefusedError, match="has not been told yet"):
        set_out(session, other, scene.visit.id, AT)
    world.confirm(session, services.cipher, scene.visit)
    set_out(session, other, scene.visit.id, AT)
    with pytest.raises(RefusedError, match="en route"):
        swap(session, scene.office, scene.visit.id, {seat.name: scene.worker.worker_id}, AT)


def test_nobody_of_another_firm_or_uncleared_takes_the_place(session, scene):
    (seat,) = find_swap(session, scene.office, scene.visit.id, world.NOW)
    with pytest.raises(FaultsError, match="not cleared or not free"):
        swap(session, scene.office, scene.visit.id, {seat.name: scene.stranger.worker_id}, world.NOW)
    with pytest.raises(NotFoundError):
        find_swap(session, scene.stranger, scene.visit.id, world.NOW)


def test_the_office_ends_a_visit_whose_worker_cannot_and_plans_it_again(session, scene):
    coordinator = factories.actor_of(factories.make_user(session))
    with pytest.raises(RefusedError, match="only one with a worker on site"):
        office.end_visit(session, coordinator, scene.visit.id, AT)
    arrive(session, scene.worker, scene.visit.id, AT)
    office.end_visit(session, coordinator, scene.visit.id, AT)
    assert (scene.visit.state, scene.visit.state_reason) == ("aborted", "not_ended")
    assert alerting(session) == [notes.LEFT_INSECURE, "not_ended"]
    with pytest.raises(NotFoundError):
        own_visit(session, scene.worker, scene.visit.id)
    assert office.plan_again(session, coordinator, scene.visit.id, AT).state == "unplanned"


def test_a_worker_does_not_choose_what_only_the_office_says(session, scene):
    with pytest.raises(FaultsError):
        stop(session, scene.worker, scene.visit.id, "not_ended", AT)


def test_a_p1_is_offered_again_once_its_home_is_safe_to_go_to(session, set_scene):
    scene = set_scene(urgency="P1", interim=True)
    coordinator = factories.actor_of(factories.make_user(session))
    leave_unsafe(session, scene.worker, scene.visit.id, AT)
    office.plan_again(session, coordinator, scene.visit.id, AT)
    again = select(OutboxMessage.id).where(OutboxMessage.kind == "offer.again")
    assert not session.scalars(again).all()
    ask_to_lift(session, coordinator, scene.order.id, "Police were there, he is in custody", AT)
    with pytest.raises(NotPermittedError, match="second person"):
        lift(session, coordinator, scene.order.id, AT)
    lift(session, factories.actor_of(factories.make_user(session)), scene.order.id, AT)
    assert len(session.scalars(again).all()) == 1
