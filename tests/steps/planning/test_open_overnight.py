"""No plan, move by hand or publication leaves an opening open overnight."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.dialects.postgresql import Range

from tests.steps.planning.conftest import FIRST_DAY
from worksorders.domain.errors import FaultsError
from worksorders.steps.people.workforce import load_workforce
from worksorders.steps.planning import publish
from worksorders.steps.planning.build import build
from worksorders.steps.planning.move_visit import Place, move_visit
from worksorders.steps.planning.open_visits import load_open_work
from worksorders.steps.planning.settings import PlanSettings
from worksorders.steps.planning.when import Asked, wall
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking, Plan, PlanStop, VisitPin
from worksorders.store.tables.work.orders import Visit

SECOND_DAY = FIRST_DAY + timedelta(days=1)


@pytest.fixture
def pair(world):
    """A door that is taken out and the lock that closes it the same day, and who could do each."""
    carpenter, _ = world.worker(trades=("carpenter",))
    locksmith, _ = world.worker()
    door, lock = world.order({"trade": "carpenter", "minutes": 180}, {})
    world.depends(door, lock, same_day=True)
    return door, lock, carpenter, locksmith


def arrange(world, visit_id, worker_id, on, minute):
    """The visit is accepted for that time."""
    with world.services.sessions.begin() as session:
        visit = session.get(Visit, visit_id)
        visit.state, visit.start_at = "accepted", wall(on, minute)
        visit.end_at = visit.start_at + timedelta(minutes=visit.minutes)


def problem_of(world, now):
    with world.services.sessions() as session:
        work = load_open_work(session, [])
        force = load_workforce(
            session, first_on=FIRST_DAY, last_on=SECOND_DAY, case_ids=[one.case_id for one in work.visits]
        )
        places = {one.case_id: (-36.9, 174.76) for one in work.visits}
        return build(work, force, places, Asked(FIRST_DAY, 5, now), PlanSettings())


def test_the_planner_is_told_which_visits_share_a_day(world, pair, now):
    problem, frame = problem_of(world, now)
    assert [{frame.visits[at].id for at in group} for group in problem.same_day] == [set(pair[:2])]


@pytest.mark.parametrize("arranged", ["door", "lock"])
def test_an_arranged_visit_leaves_the_other_its_own_day_alone(world, pair, now, arranged):
    door, lock, carpenter, locksmith = pair
    if arranged == "door":
        arrange(world, door, carpenter, SECOND_DAY, 540)
    else:
        arrange(world, lock, locksmith, SECOND_DAY, 840)
    problem, frame = problem_of(world, now)
    (visit,) = problem.visits
    assert frame.visits[0].id == (lock if arranged == "door" else door)
    assert {window.day for window in visit.windows_late} == {1}
    if arranged == "door":
        assert visit.windows_late[0].earliest >= 540 + 180
    else:
        assert visit.windows_late[0].latest <= 840 - 180


def test_a_pin_on_another_day_than_the_visit_that_belongs_to_it_is_lost(world, pair, now):
    door, lock, carpenter, locksmith = pair
    arrange(world, door, carpenter, SECOND_DAY, 540)
    with world.services.sessions.begin() as session:
        session.add(
            VisitPin(
                visit_id=lock, worker_id=locksmith, start_at=wall(FIRST_DAY, 600), pinned_at=now,
                pinned_by=world.user.id,
            )
        )  # fmt: skip
    problem, frame = problem_of(world, now)
    assert frame.lost_pins == (lock,)
    assert problem.visits[0].pinned is None


def drafted(world, now, *places):
    """A draft with these places: visit, worker, day and minute of the start."""
    with world.services.sessions.begin() as session:
        plan = Plan(
            id=uuid.uuid4(), code="P-TEST", state="draft", created_at=now, created_by=world.user.id,
            starts_on=FIRST_DAY, days=5, region_codes=[], seed=1, seconds=2, settings={},
        )  # fmt: skip
        session.add(plan)
        session.flush()
        for visit_id, worker_id, on, minute in places:
            visit = session.get(Visit, visit_id)
            visit.state, start = "planned", wall(on, minute)
            end = start + timedelta(minutes=visit.minutes)
            session.add(
                PlanStop(plan_id=plan.id, visit_id=visit_id, worker_id=worker_id, start_at=start, end_at=end)
            )
        return plan.id


def published(world, plan_id, now):
    with world.services.sessions.begin() as session:
        return publish.publish_plan(session, world.actor, plan_id, now)


def states(world, pair):
    return [world.get(Visit, visit).state for visit in pair[:2]]


def test_both_are_published_or_neither(world, pair, now):
    door, lock, carpenter, locksmith = pair
    plan_id = drafted(world, now, (door, carpenter, FIRST_DAY, 540), (lock, locksmith, FIRST_DAY, 840))
    (other,) = world.order({})
    with world.services.sessions.begin() as session:
        firm = session.get(Worker, locksmith).firm_id
        begin = wall(FIRST_DAY, 830)
        session.add(
            Booking(
                worker_id=locksmith, firm_id=firm, visit_id=other, state="held",
                during=Range(begin, begin + timedelta(hours=1)),
            )
        )  # fmt: skip
    done = published(world, plan_id, now)
    assert done.held == 0
    assert states(world, pair) == ["unplanned", "unplanned"]
    assert all("overnight" in why or "booked" in why for _, why in done.left_out)
    with world.services.sessions() as session:
        assert session.query(Booking).filter(Booking.visit_id.in_(pair[:2])).count() == 0


def test_a_door_without_its_lock_is_not_published(world, pair, now):
    door, _, carpenter, _ = pair
    alone = published(world, drafted(world, now, (door, carpenter, FIRST_DAY, 540)), now)
    assert (alone.held, "has no place" in alone.left_out[0][1]) == (0, True)


def test_what_belongs_together_on_one_day_is_published_together(world, pair, now):
    door, lock, carpenter, locksmith = pair
    plan_id = drafted(world, now, (door, carpenter, FIRST_DAY, 540), (lock, locksmith, FIRST_DAY, 840))
    assert published(world, plan_id, now).held == 2


def move(world, plan_id, visit, worker, on, minute, now):
    with world.services.sessions.begin() as session:
        move_visit(
            session, world.services.sessions, world.services.cipher, world.actor, plan_id=plan_id, visit_id=visit,
            from_worker_id=worker, place=Place(worker, on, minute), pin=False, now=now,
        )  # fmt: skip


def test_no_hand_moves_the_lock_to_another_day_than_its_door(world, pair, now):
    door, lock, carpenter, locksmith = pair
    plan_id = drafted(world, now, (door, carpenter, FIRST_DAY, 540), (lock, locksmith, FIRST_DAY, 840))
    with pytest.raises(FaultsError, match="open overnight"):
        move(world, plan_id, lock, locksmith, SECOND_DAY, 600, now)
    move(world, plan_id, lock, locksmith, FIRST_DAY, 900, now)
    arrange(world, door, carpenter, FIRST_DAY, 540)
    with pytest.raises(FaultsError, match="open overnight"):
        move(world, plan_id, lock, locksmith, SECOND_DAY, 600, now)
