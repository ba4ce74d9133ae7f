"""Two coordinators change one draft at once: nothing is lost in silence, and whoever comes second is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.steps.planning.conftest import FIRST_DAY
from tests.steps.planning.drafting import plan, stops, take_out
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.advice.apply_repair import apply_repair
from worksorders.steps.advice.standing import Enquiry, load_draft
from worksorders.steps.advice.why import explain
from worksorders.steps.planning.find_plans import placed
from worksorders.steps.planning.move_visit import Place, move_visit, set_pin
from worksorders.steps.planning.publish import publish_plan
from worksorders.steps.planning.request_plan import find_plan
from worksorders.steps.planning.seen import draft_key
from worksorders.steps.planning.when import wall
from worksorders.store.tables.plans.planning import Plan, VisitPin

LATER = FIRST_DAY + timedelta(days=2)


@pytest.fixture
def one(world, now):
    """A draft with one visit that either of two workers could make: the plan, the visit and who could go."""
    workers = [world.worker()[0] for _ in range(2)]
    (visit,) = world.order({})
    return plan(world, now), visit, workers


def saw(world, plan_id, visit):
    with world.services.sessions() as session:
        return placed(session, session.get(Plan, plan_id), visit).seen


def move(world, session, plan_id, visit, place, now, **values):
    move_visit(
        session, world.services.sessions, world.services.cipher, world.actor,
        plan_id=plan_id, visit_id=visit, place=place, now=now, **{"from_worker_id": None, "pin": True} | values,
    )  # fmt: skip


def moved(world, plan_id, visit, place, now, **values):
    with world.services.sessions.begin() as session:
        move(world, session, plan_id, visit, place, now, **values)


def test_the_second_of_two_who_move_a_visit_is_told_where_it_is_now(world, now, one):
    plan_id, visit, _ = one
    before, worker = saw(world, plan_id, visit), stops(world, plan_id)[visit].worker_id
    moved(world, plan_id, visit, Place(worker, LATER, 615), now, seen=before)
    with pytest.raises(FaultsError, match=r"Meanwhile somebody moved .* on 27 November 2026 at 10:15 am now"):
        moved(world, plan_id, visit, Place(worker, FIRST_DAY, 700), now, seen=before)
    assert stops(world, plan_id)[visit].start_at == wall(LATER, 615)
    moved(world, plan_id, visit, Place(worker, FIRST_DAY, 700), now, seen=saw(world, plan_id, visit))
    assert stops(world, plan_id)[visit].start_at == wall(FIRST_DAY, 700)


def test_a_visit_is_never_taken_from_a_worker_who_no_longer_has_it(world, now, one):
    plan_id, visit, workers = one
    had = stops(world, plan_id)[visit].worker_id
    other = next(worker for worker in workers if worker != had)
    moved(world, plan_id, visit, Place(other, LATER, 615), now, from_worker_id=had)
    with pytest.raises(FaultsError, match="Meanwhile somebody moved"):
        moved(world, plan_id, visit, Place(had, FIRST_DAY, 700), now, from_worker_id=had)
    stop = stops(world, plan_id)[visit]
    with world.services.sessions() as session:
        pin = session.get(VisitPin, visit)
    assert (stop.worker_id, stop.start_at) == (pin.worker_id, pin.start_at) == (other, wall(LATER, 615))


def test_nobody_pins_a_visit_to_a_place_that_they_did_not_see(world, now, one):
    plan_id, visit, _ = one
    before, worker = saw(world, plan_id, visit), stops(world, plan_id)[visit].worker_id
    moved(world, plan_id, visit, Place(worker, LATER, 615), now, pin=False)
    with (
        pytest.raises(RefusedError, match="Meanwhile somebody moved"),
        world.services.sessions.begin() as session,
    ):
        set_pin(session, world.actor, plan_id=plan_id, visit_id=visit, pin=True, now=now, seen=before)
    assert not stops(world, plan_id)[visit].pinned


def test_a_move_that_began_before_a_publication_never_changes_what_was_published(world, now, one):
    plan_id, visit, _ = one
    before = stops(world, plan_id)[visit]
    with world.services.sessions() as late:
        looked_at = find_plan(late, plan_id)
        assert looked_at.state == "draft"
        with world.services.sessions.begin() as session:
            assert publish_plan(session, world.actor, plan_id, now).held == 1
        with pytest.raises(RefusedError, match="published meanwhile: no visit was moved"):
            move(world, late, plan_id, visit, Place(before.worker_id, LATER, 615), now)
    assert stops(world, plan_id)[visit].start_at == before.start_at


def test_a_draft_that_was_changed_since_it_was_looked_at_is_not_published(world, now, one):
    plan_id, visit, _ = one
    with world.services.sessions() as session:
        looked_at = draft_key(session, session.get(Plan, plan_id))
    moved(world, plan_id, visit, Place(stops(world, plan_id)[visit].worker_id, LATER, 615), now)
    with world.services.sessions.begin() as session, pytest.raises(RefusedError, match="since you opened it"):
        publish_plan(session, world.actor, plan_id, now, looked_at)
    with world.services.sessions.begin() as session:
        assert publish_plan(
            session, world.actor, plan_id, now, draft_key(session, session.get(Plan, plan_id))
        )
    with (
        world.services.sessions.begin() as session,
        pytest.raises(RefusedError, match="nothing was sent twice"),
    ):
        publish_plan(session, world.actor, plan_id, now, looked_at)


def test_a_repair_does_what_was_shown_or_nothing(world, now):
    world.worker()
    here, left = (world.order({})[0] for _ in range(2))
    plan_id = plan(world, now)
    worker = stops(world, plan_id)[here].worker_id
    take_out(world, plan_id, left)

    def enquiry(session):
        return Enquiry(
            session, world.services.sessions, world.services.cipher, world.actor, plan_id, left, now
        )

    with world.services.sessions() as session:
        (shown,) = explain(load_draft(enquiry(session))).helps
    start_at = shown.spot.start_at
    minute = start_at.hour * 60 + start_at.minute
    moved(world, plan_id, here, Place(worker, start_at.date(), minute), now)
    with world.services.sessions.begin() as session, pytest.raises(RefusedError, match="ask again"):
        apply_repair(enquiry(session), shown.kind, shown.key)
    assert left not in stops(world, plan_id)
    newer = plan(world, now)
    with (
        world.services.sessions.begin() as session,
        pytest.raises(RefusedError, match="newer one has taken its place"),
    ):
        apply_repair(enquiry(session), shown.kind, shown.key)
    assert stops(world, newer).keys() == {here, left}
