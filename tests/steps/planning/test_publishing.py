"""Publishing holds slots once, leaves out what has changed since, and a new draft replaces the old one."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from tests.steps.planning.drafting import ask, deliver, firms_of, plan, reasons, stops, take
from web import jobs
from worksorders.domain.errors import RefusedError
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning import publish
from worksorders.steps.planning.board import load_board
from worksorders.store.tables.firms.contractors import Absence, Worker
from worksorders.store.tables.plans.planning import Booking, Plan
from worksorders.store.tables.work.orders import Visit


def booking(world, stop, visit_id):
    firm = next(iter(firms_of(world, {stop.worker_id})))
    return Booking(
        worker_id=stop.worker_id, firm_id=firm, visit_id=visit_id, during=Range(stop.start_at, stop.end_at),
        state="confirmed",
    )  # fmt: skip


def test_publishing_holds_slots_and_a_second_plan_leaves_them_alone(world, now):
    world.worker()
    (first,) = world.order({})
    plan_id = plan(world, now)
    with world.services.sessions.begin() as session:
        done = publish.publish_plan(session, world.actor, plan_id, now)
    assert (done.held, done.left_out) == (1, ())
    held = world.get(Visit, first)
    assert held.state == "published"
    (second,) = world.order({"minutes": 420})
    placed = stops(world, plan(world, now))
    assert first not in placed
    apart = placed[second].end_at <= held.start_at or held.end_at <= placed[second].start_at
    assert apart


def test_publishing_leaves_out_what_has_changed(world, now):
    world.worker()
    (gone,) = world.order({})
    (taken,) = world.order({})
    plan_id = plan(world, now)
    stop = stops(world, plan_id)[taken]
    with world.services.sessions.begin() as session:
        session.get(Visit, gone).order.state = "on_hold"
        session.add(booking(world, stop, gone))
    with world.services.sessions.begin() as session:
        done = publish.publish_plan(session, world.actor, plan_id, now)
    assert done.held == 0
    assert Counter(code for code, _ in done.left_out).total() == 2
    assert world.get(Visit, taken).state == "unplanned"


def test_publishing_leaves_out_a_worker_on_call_who_is_away_by_now(world, now):
    worker, _ = world.worker()
    (visit,) = world.order({})
    plan_id = plan(world, now)
    on = stops(world, plan_id)[visit].start_at.astimezone(LOCAL).date()
    with world.services.sessions.begin() as session:
        session.get(Worker, worker).on_call = True
        session.add(Absence(worker_id=worker, from_on=on, to_on=on))
    with world.services.sessions.begin() as session:
        done = publish.publish_plan(session, world.actor, plan_id, now)
    assert [why for _, why in done.left_out] == ["its worker may no longer make it (absent)"]


def test_a_worker_cannot_be_booked_twice_at_once(world, now):
    world.worker()
    (one,) = world.order({})
    (two,) = world.order({})
    stop = stops(world, plan(world, now))[one]
    with world.services.sessions() as session:
        session.add(booking(world, stop, one))
        session.flush()
        session.add(booking(world, stop, two))
        with pytest.raises(IntegrityError, match="ex_booking_overlap"):
            session.flush()


def test_a_new_draft_replaces_the_old_one(world, now):
    world.worker()
    (visit,) = world.order({})
    first = plan(world, now)
    second = plan(world, now)
    assert world.get(Plan, first).state == "discarded"
    assert world.get(Plan, second).state == "draft"
    assert world.get(Visit, visit).state == "planned"
    with pytest.raises(RefusedError), world.services.sessions.begin() as session:
        publish.publish_plan(session, world.actor, first, now)


def test_the_board_tells_what_stands_as_published_what_was_published_before_and_what_is_new(world, now):
    first, _ = world.worker()
    stays, falls = (world.order({})[0] for _ in range(2))
    plan_id = plan(world, now)
    with world.services.sessions.begin() as session:
        publish.publish_plan(session, world.actor, plan_id, now)
    before = stops(world, plan_id)[falls]
    with world.services.sessions.begin() as session:
        held = session.scalars(select(Booking).where(Booking.visit_id == falls)).one()
        held.state = "released"
        visit = session.get(Visit, falls)
        visit.state, visit.start_at, visit.end_at = "unplanned", None, None
        on = before.start_at.astimezone(LOCAL).date()
        session.add(Absence(worker_id=first, from_on=on, to_on=on))
    world.worker()
    (new,) = world.order({})
    again = plan(world, now)
    with world.services.sessions() as session:
        shown = load_board(session, session.get(Plan, again))
    found = {stop.visit_id: stop for row in shown.rows for cell in row.cells.values() for stop in cell}
    assert found.keys() == {stays, falls, new}
    assert shown.against_published == (1, 1, 1)
    told = found[falls].told
    assert (told.worker_id, told.start_at) == (first, before.start_at)
    assert found[stays].told is found[new].told is None


def test_a_draft_published_while_another_plan_is_made_leaves_its_visits_out_of_that_one(world, now):
    world.worker()
    (first,) = world.order({})
    draft = plan(world, now)
    (second,) = world.order({})
    third = world.order({"trade": "specialist"})[0]
    later = ask(world, now)
    assert all(jobs.deliver(world.services, one) for one in take(world))
    with world.services.sessions.begin() as session, pytest.raises(RefusedError):
        publish.publish_plan(session, world.actor, later, now)
    with world.services.sessions.begin() as session:
        assert publish.publish_plan(session, world.actor, draft, now).held == 1
        session.get(Visit, third).state = "cancelled"
    assert all(deliver(world))
    made = world.get(Plan, later)
    assert (made.state, world.get(Plan, draft).state) == ("draft", "published")
    assert stops(world, later).keys() == {second}
    assert reasons(world, later) == {}
    assert (made.result["visits"], made.result["unassigned"], made.result["moved_on"]) == (1, 0, 2)
    assert world.get(Visit, first).state == "published"
