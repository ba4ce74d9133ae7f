"""From open visits to a draft plan, with the real solver, the real checker and the real database."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.steps.planning.drafting import firms_of, plan, reasons, stops
from worksorders.domain.errors import FaultsError
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning import board, find_plans, request_plan
from worksorders.store.tables.plans.planning import Booking, Plan, PlanStop
from worksorders.store.tables.work.cases import NeverSend
from worksorders.store.tables.work.orders import Visit


def test_open_visits_get_a_cleared_worker_inside_the_safe_hours(world, now):
    worker, _ = world.worker()
    (visit,) = world.order({}, windows="600-720")
    plan_id = plan(world, now)
    stop = stops(world, plan_id)[visit]
    local = stop.start_at.astimezone(LOCAL)
    assert stop.worker_id == worker
    assert 600 <= local.hour * 60 + local.minute <= 720 - 60
    assert world.get(Visit, visit).state == "planned"
    made = world.get(Plan, plan_id)
    assert made.state == "draft"
    assert made.result["levels"]
    assert all(bound <= value for _, value, bound in made.result["levels"])


def test_a_home_without_coordinates_is_planned_from_the_middle_of_its_area_and_marked(world, now):
    world.worker()
    (known,) = world.order({})
    (unknown,) = world.order({}, place=None)
    plan_id = plan(world, now)
    placed = stops(world, plan_id)
    assert {key: stop.place_estimated for key, stop in placed.items()} == {known: False, unknown: True}
    with world.services.sessions() as session:
        shown = board.load_board(session, session.get(Plan, plan_id))
        told = {
            stop.visit_id: stop.place_estimated
            for row in shown.rows
            for cell in row.cells.values()
            for stop in cell
        }
    assert told == {known: False, unknown: True}


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([], "nothing is proven yet"),
        (
            [["unassigned P1", 0, 0], ["cost", 500, 500], ["uneven shares", 9, 0]],
            "proven the best possible, goal by goal",
        ),
        (
            [["unassigned P1", 0, 0], ["cost", 500, 400], ["moves", 1, 0]],
            "1 of 3 goals are proven the best possible; the first open one is “cost”",
        ),
    ],
)
def test_how_good_a_plan_is_is_said_goal_by_goal(levels, words):
    assert find_plans.proof({"levels": levels}) == words


def test_every_reason_for_leaving_a_visit_out_is_told_apart(world, now):
    world.worker(trades=("glazier",), checks_until=date(2026, 11, 20))
    _, firm = world.worker(trades=("carpenter",))
    world.worker(trades=("electrician",), hours=(480, 720))
    (no_trade,) = world.order({"trade": "specialist"})
    (not_cleared,) = world.order({"trade": "glazier"})
    (excluded,) = world.order({"trade": "carpenter"})
    (no_shift,) = world.order({"trade": "electrician"}, windows="780-1020")
    far = ("-37.98", "177.00")
    (too_far,) = world.order({"trade": "electrician"}, place=far)
    with world.services.sessions.begin() as session:
        case = session.get(Visit, excluded).order.case_id
        session.add(
            NeverSend(case_id=case, firm_id=firm, source="client", created_at=now, created_by=world.user.id)
        )
    found = reasons(world, plan(world, now))
    assert found == {
        no_trade: "no_trade",
        not_cleared: "not_cleared",
        excluded: "excluded",
        no_shift: "no_shift",
        too_far: "out_of_reach",
    }


def test_a_worker_who_must_never_know_of_a_case_is_not_planned_for_it(world, now):
    barred, _ = world.worker()
    other, _ = world.worker()
    visits = [world.order({})[0] for _ in range(6)]
    with world.services.sessions.begin() as session:
        for visit in visits:
            case = session.get(Visit, visit).order.case_id
            session.add(
                NeverSend(
                    case_id=case, worker_id=barred, source="client", created_at=now, created_by=world.user.id
                )
            )
    placed = stops(world, plan(world, now))
    assert {placed[visit].worker_id for visit in visits} == {other}


def test_dependent_visits_keep_their_order_and_a_crew_comes_from_one_firm(world, now):
    _, firm = world.worker(trades=("carpenter",))
    world.worker(trades=("carpenter",), firm=firm)
    world.worker(trades=("carpenter",))
    world.worker(trades=("locksmith",))
    door, lock = world.order({"trade": "carpenter", "crew": 2, "minutes": 240}, {"trade": "locksmith"})
    world.depends(door, lock, least_gap_minutes=30)
    plan_id = plan(world, now)
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanStop).where(PlanStop.plan_id == plan_id)).all()
        crew = [row for row in rows if row.visit_id == door]
        assert len(crew) == 2
        assert {row.start_at for row in crew} == {crew[0].start_at}
        workers = session.scalars(select(Booking.worker_id)).all()
        assert workers == []
        after = next(row for row in rows if row.visit_id == lock)
        assert after.start_at >= crew[0].end_at + timedelta(minutes=30)
    assert firms_of(world, {row.worker_id for row in crew}) == {firm}


def test_an_impossible_question_is_refused_at_its_field(world, now):
    with pytest.raises(FaultsError) as error, world.services.sessions.begin() as session:
        request_plan.request_plan(
            session, world.actor, starts_on=date(2026, 1, 1), region_codes=["Q9"], seconds=100_000, now=now
        )
    assert set(error.value.by_field()) == {"starts_on", "regions", "seconds"}


def test_the_board_shows_areas_and_never_a_place(world, now):
    world.worker()
    world.order({})
    (lost,) = world.order({"trade": "specialist"})
    plan_id = plan(world, now)
    with world.services.sessions() as session:
        shown = board.load_board(session, session.get(Plan, plan_id))
    assert len(shown.rows) == 1
    assert [one.visit_id for one in shown.unplaced] == [lost]
    assert "-36.9" not in repr(shown)
    assert isinstance(shown.rows[0].worker_id, uuid.UUID)
