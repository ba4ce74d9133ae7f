"""Plans of nothing, by nobody, of pinned visits alone, and of workers who fall away once a plan is published."""

from __future__ import annotations

from sqlalchemy import delete, select

from tests.steps.planning.conftest import FIRST_DAY
from tests.steps.planning.drafting import plan, reasons, stops
from worksorders.steps.planning.board import load_board
from worksorders.steps.planning.move_visit import set_pin
from worksorders.steps.planning.publish import publish_plan
from worksorders.store.tables.firms.contractors import Worker, WorkingHours
from worksorders.store.tables.plans.planning import Booking, Plan


def test_a_plan_of_nothing_and_one_without_workers_end_as_drafts_that_say_so(world, now):
    nothing = world.get(Plan, plan(world, now))
    assert (nothing.state, nothing.result["visits"], nothing.result["status"]) == ("draft", 0, "optimal")
    (visit,) = world.order({})
    nobody = world.get(Plan, plan(world, now))
    assert (nobody.state, nobody.result["visits"], nobody.result["unassigned"]) == ("draft", 1, 1)
    assert reasons(world, nobody.id) == {visit: "no_trade"}
    with world.services.sessions() as session:
        assert load_board(session, session.get(Plan, nobody.id)).rows == ()
    for made in (nothing, nobody):
        if world.get(Plan, made.id).state == "draft":
            with world.services.sessions.begin() as session:
                assert publish_plan(session, world.actor, made.id, now).held == 0


def test_a_plan_in_which_every_visit_is_pinned_moves_nothing(world, now):
    world.worker()
    world.worker()
    visits = [world.order({})[0] for _ in range(3)]
    first = plan(world, now)
    before = {visit: (stop.worker_id, stop.start_at) for visit, stop in stops(world, first).items()}
    for visit in visits:
        with world.services.sessions.begin() as session:
            set_pin(session, world.actor, plan_id=first, visit_id=visit, pin=True, now=now)
    again = stops(world, plan(world, now))
    assert {visit: (stop.worker_id, stop.start_at) for visit, stop in again.items()} == before
    assert all(stop.pinned for stop in again.values())


def test_a_worker_who_left_after_the_plan_was_made_is_not_booked_and_one_without_hours_gets_nothing(
    world, now
):
    worker, _ = world.worker()
    (visit,) = world.order({})
    draft = plan(world, now)
    with world.services.sessions.begin() as session:
        session.get(Worker, worker).active = False
    with world.services.sessions.begin() as session:
        done = publish_plan(session, world.actor, draft, now)
    assert [why for _, why in done.left_out] == ["its worker is no longer active"]
    other, _ = world.worker()
    with world.services.sessions.begin() as session:
        session.execute(delete(WorkingHours).where(WorkingHours.worker_id == other))
    assert reasons(world, plan(world, now)) == {visit: "no_shift"}
    with world.services.sessions() as session:
        assert session.scalars(select(Booking)).all() == []
    assert world.get(Plan, draft).starts_on == FIRST_DAY
