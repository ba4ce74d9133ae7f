"""Each part of a plan is a job of its own: any may die, be late or be stopped, and the plan is joined once."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError

from tests.steps.planning.conftest import FIRST_DAY
from tests.steps.planning.drafting import ask, cancel, deliver, plan, reasons, stops, take
from web import jobs
from worksorders.steps import outbox
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning.solving import beat, part
from worksorders.steps.planning.solving.curve import load_making, whole_curve
from worksorders.steps.planning.solving.join import refuse_overlaps
from worksorders.steps.planning.solving.load import PlanCheckError
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.orders import Visit


@pytest.fixture
def country(world):
    """Two regions that share nobody, and one visit that nobody can make: the visits of each."""
    world.worker()
    world.worker(region="E8")
    north, south = [world.order({})[0] for _ in range(2)], [world.order({})[0] for _ in range(2)]
    with world.services.sessions.begin() as session:
        for visit in south:
            session.get(Visit, visit).order.region_code = "E8"
    return {"north": north, "south": south, "nobody": world.order({"trade": "specialist"})}


def parts(world):
    with world.services.sessions() as session:
        return session.scalars(select(PlanPart).order_by(PlanPart.position)).all()


def begin(world, now):
    """Ask for a plan and cut it into parts; gives the plan and the deliveries of its parts."""
    plan_id = ask(world, now)
    assert [jobs.deliver(world.services, one) for one in take(world)] == [True]
    return plan_id, take(world)


def test_parts_share_nothing_and_make_one_plan(world, now, country):
    plan_id, deliveries = begin(world, now)
    made = parts(world)
    assert [len(one.visit_ids) for one in made] == [2, 2, 1]
    assert made[2].worker_ids == []
    assert not set(made[0].worker_ids) & set(made[1].worker_ids)
    with world.services.sessions() as session:
        making = load_making(session, session.get(Plan, plan_id))
    assert (making.done, making.parts, making.known[3]) == (0, 3, 1)
    assert all(jobs.deliver(world.services, one) for one in reversed(deliveries))
    assert world.get(Plan, plan_id).state == "solving"
    assert deliver(world) == [True]
    made = world.get(Plan, plan_id)
    assert (made.state, made.result["parts"], made.result["visits"]) == ("draft", 3, 5)
    assert stops(world, plan_id).keys() == {*country["north"], *country["south"]}
    assert reasons(world, plan_id) == {country["nobody"][0]: "no_trade"}
    assert made.result["curve"][-1][1] == made.result["objective"] >= made.result["lower_bound"]


def test_what_parts_keep_names_no_place_and_is_emptied_when_they_are_joined(world, now, country):
    _, deliveries = begin(world, now)
    assert all(jobs.deliver(world.services, one) for one in deliveries)
    with world.services.sessions() as session:
        rows = session.scalars(select(func.to_jsonb(PlanPart.__table__.table_valued()))).all()
        sent = session.scalars(select(OutboxMessage.payload)).all()
    text = json.dumps([rows, sent])
    assert "start_at" in text
    for secret in ("36.9", "174.7", "latitude", "Example"):
        assert secret not in text
    deliver(world)
    assert {(one.result, json.dumps(one.progress)) for one in parts(world)} == {(None, "{}")}


def test_many_small_parts_keep_the_limit_of_their_plan_together(world, now, country, monkeypatch):
    given, solve = [], part._solve
    monkeypatch.setattr(part, "_solve", lambda *one: given.append(one[1].seconds) or solve(*one))
    plan(world, now, seconds=2)
    assert len(given) == 3
    assert sum(given) < 1.5 * 2


def test_a_part_that_keeps_killing_its_worker_keeps_its_first_plan(world, now, country, monkeypatch):
    plan_id, deliveries = begin(world, now)
    assert all(jobs.deliver(world.services, one) for one in deliveries[1:])
    monkeypatch.setattr(part, "_solve", lambda *_: (_ for _ in ()).throw(MemoryError))
    broken = deliveries[0]
    for attempt in range(1, 6):
        with world.services.sessions.begin() as session:
            session.execute(
                update(OutboxMessage).where(OutboxMessage.id == broken.id).values(attempts=attempt)
            )
        again = outbox.Delivery(broken.id, attempt, broken.queue)
        if attempt <= part.MOST_STARTS:
            with pytest.raises(MemoryError):
                jobs.deliver(world.services, again)
        else:
            assert jobs.deliver(world.services, again)
    deliver(world)
    assert world.get(Plan, plan_id).state == "draft"
    assert len(stops(world, plan_id)) + len(reasons(world, plan_id)) == 5


def test_stopping_ends_the_parts_that_nobody_has_begun_and_keeps_their_first_plan(world, now, country):
    plan_id, _ = begin(world, now)
    cancel(world, plan_id)
    assert {one.state for one in parts(world)} == {"done"}
    deliver(world)
    made = world.get(Plan, plan_id)
    assert (made.state, made.result["status"]) == ("draft", "cancelled")
    assert stops(world, plan_id).keys() == {*country["north"], *country["south"]}


def test_long_work_that_beats_and_what_waits_behind_it_are_not_overdue(world, now, country):
    _, deliveries = begin(world, now)
    long_ago = func.clock_timestamp() - timedelta(minutes=5)
    with world.services.sessions.begin() as session:
        session.execute(update(OutboxMessage).values(wanted_at=long_ago, done_at=long_ago, alive_at=None))
        ids = [one.id for one in deliveries]
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(done_at=None))
    assert overdue(world) == 3
    with world.services.sessions.begin() as session:
        assert outbox.keep(session, deliveries[0])
    assert overdue(world) == 0
    with world.services.sessions.begin() as session:
        outbox.note_error(session, deliveries[1], "MemoryError")
    assert overdue(world) == 1


def overdue(world):
    with world.services.sessions() as session:
        return len(outbox.overdue(session))


def test_lasting_work_behind_a_measure_for_now_is_not_left_for_the_last_day(world, now):
    world.worker(hours=(480, 640))
    (door,) = world.order({"ready_on": FIRST_DAY}, temporary=True)
    found = stops(world, plan(world, now))[door]
    assert found.start_at.astimezone(LOCAL).date() == FIRST_DAY


def test_the_curve_keeps_the_first_plan_while_a_part_that_began_late_is_improved(
    world, now, country, monkeypatch
):
    plan_id, deliveries = begin(world, now)
    with world.services.sessions() as session:
        first = load_making(session, session.get(Plan, plan_id)).curve[0]
    monkeypatch.setattr(jobs, "_now", lambda: now + timedelta(seconds=40))
    assert jobs.deliver(world.services, deliveries[0])
    with world.services.sessions() as session:
        curve = load_making(session, session.get(Plan, plan_id)).curve
    assert curve[0] == first
    assert first[0] < 40 <= curve[-1][0]
    assert all(jobs.deliver(world.services, one) for one in deliveries[1:])
    assert deliver(world) == [True]
    assert world.get(Plan, plan_id).result["curve"][0] == first


def test_the_curve_of_the_whole_begins_when_every_part_has_a_plan():
    first, second = [[0, 10, 0, 1], [2, 8, 4, 0]], [[1, 5, 0, 0], [3, 5, 5, 0]]
    assert whole_curve([first, second]) == [[1, 15, 0, 1], [2, 13, 4, 0], [3, 13, 9, 0]]
    assert whole_curve([first, []]) == []
    assert len(whole_curve([[[at, 1, 0, 0] for at in range(1000)]])) <= 122


def test_parts_that_send_one_worker_to_two_places_at_once_are_never_kept():
    stop = {"worker": "a", "start_at": "2026-11-25T09:00+13:00", "end_at": "2026-11-25T10:00+13:00"}
    later = stop | {"start_at": "2026-11-25T10:00+13:00", "end_at": "2026-11-25T11:00+13:00"}
    refuse_overlaps([{"stops": [stop]}, {"stops": [later]}])
    with pytest.raises(PlanCheckError):
        refuse_overlaps([{"stops": [stop]}, {"stops": [stop]}])


def test_a_beat_that_meets_an_error_of_the_database_is_not_the_last_one(monkeypatch):
    monkeypatch.setattr(beat, "BEAT_SECONDS", 0.001)
    kept = threading.Event()
    answers = iter([NoConnectionError("no connection is free"), OperationalError("", {}, Exception())])

    def keep():
        if error := next(answers, None):
            raise error
        kept.set()
        return True

    with beat.beating(SimpleNamespace(keep=keep), lambda _beat: False) as found:
        assert kept.wait(10)
    assert not found.taken_over
