"""From open visits to a published plan, with the real solver, the real checker and the real database."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from tests.steps.planning.conftest import FIRST_DAY
from web import jobs
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps import outbox
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning import board, find_plans, publish, request_plan
from worksorders.steps.planning.move_visit import Place, move_visit, set_pin
from worksorders.steps.planning.solving import prepare
from worksorders.steps.planning.when import wall
from worksorders.store.tables.cases import NeverSend
from worksorders.store.tables.contractors import Absence, Worker
from worksorders.store.tables.orders import Visit
from worksorders.store.tables.planning import Booking, Plan, PlanStop, PlanUnassigned
from worksorders.store.tables.trail import AuditEvent


@pytest.fixture(autouse=True)
def still_clock(monkeypatch, now):
    monkeypatch.setattr(jobs, "_now", lambda: now)


def ask(world, now, seconds=2, starts_on=FIRST_DAY):
    with world.services.sessions.begin() as session:
        return request_plan.request_plan(
            session, world.actor, starts_on=starts_on, region_codes=[], seconds=seconds, now=now
        ).id


def deliver(world):
    """Send what is due and do it, as relay and worker would, until a plan's parts are done and joined."""
    done = []
    while deliveries := take(world):
        done += [jobs.deliver(world.services, delivery) for delivery in deliveries]
    return done


def take(world):
    """The deliveries of planning that are due now."""
    with world.services.sessions.begin() as session:
        return [one for one in outbox.take_due(session) if one.queue == outbox.PLANNING]


def plan(world, now, **values):
    plan_id = ask(world, now, **values)
    assert all(deliver(world))
    return plan_id


def stops(world, plan_id):
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanStop).where(PlanStop.plan_id == plan_id)).all()
        return {row.visit_id: row for row in rows}


def reasons(world, plan_id):
    with world.services.sessions() as session:
        rows = session.scalars(select(PlanUnassigned).where(PlanUnassigned.plan_id == plan_id)).all()
        return {row.visit_id: row.reason for row in rows}


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


def firms_of(world, worker_ids):
    with world.services.sessions() as session:
        return {session.get(Worker, worker).firm_id for worker in worker_ids}


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


def booking(world, stop, visit_id):
    firm = next(iter(firms_of(world, {stop.worker_id})))
    return Booking(
        worker_id=stop.worker_id, firm_id=firm, visit_id=visit_id, during=Range(stop.start_at, stop.end_at),
        state="confirmed",
    )  # fmt: skip


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


def test_a_pin_survives_a_new_plan_and_a_lost_one_is_told(world, now):
    worker, _ = world.worker()
    (visit,) = world.order({})
    plan_id = plan(world, now)
    moved_to = Place(worker, FIRST_DAY + timedelta(days=2), 615)
    move(world, plan_id, visit, moved_to, now)
    again = plan(world, now)
    stop = stops(world, again)[visit]
    assert stop.pinned
    assert stop.start_at == wall(moved_to.on, moved_to.minute)
    with world.services.sessions.begin() as session:
        session.add(Absence(worker_id=worker, from_on=moved_to.on, to_on=moved_to.on))
    third = plan(world, now)
    assert world.get(Plan, third).result["lost_pins"] == [str(visit)]


def move(world, plan_id, visit, place, now, from_worker_id=None):
    with world.services.sessions.begin() as session:
        move_visit(
            session, world.services.sessions, world.services.cipher, world.actor,
            plan_id=plan_id, visit_id=visit, from_worker_id=from_worker_id, place=place, pin=True, now=now,
        )  # fmt: skip


def test_a_move_that_breaks_rules_names_them_and_changes_nothing(world, now):
    worker, _ = world.worker()
    other, _ = world.worker(trades=("carpenter",))
    (visit,) = world.order({}, windows="540-720")
    plan_id = plan(world, now)
    before = stops(world, plan_id)[visit].start_at
    with pytest.raises(FaultsError, match="outside the times that are safe"):
        move(world, plan_id, visit, Place(worker, FIRST_DAY, 900), now)
    with pytest.raises(FaultsError, match="does not have the trade"):
        move(world, plan_id, visit, Place(other, FIRST_DAY, 600), now, from_worker_id=worker)
    assert stops(world, plan_id)[visit].start_at == before


def test_a_pin_can_be_let_go(world, now):
    world.worker()
    (visit,) = world.order({})
    plan_id = plan(world, now)
    with world.services.sessions.begin() as session:
        set_pin(session, world.actor, plan_id=plan_id, visit_id=visit, pin=True, now=now)
    assert stops(world, plan_id)[visit].pinned
    with world.services.sessions.begin() as session:
        set_pin(session, world.actor, plan_id=plan_id, visit_id=visit, pin=False, now=now)
    assert not stops(world, plan_id)[visit].pinned


def test_stopping_a_plan_keeps_the_best_so_far(world, now):
    world.worker()
    visits = [world.order({})[0] for _ in range(12)]
    plan_id = ask(world, now, seconds=60)
    stopper = threading.Timer(1.5, lambda: cancel(world, plan_id))
    stopper.start()
    began = datetime.now(UTC)
    deliver(world)
    stopper.join()
    assert datetime.now(UTC) - began < timedelta(seconds=30)
    assert world.get(Plan, plan_id).state == "draft"
    assert set(stops(world, plan_id)) | set(reasons(world, plan_id)) == set(visits)


def cancel(world, plan_id):
    with world.services.sessions.begin() as session:
        request_plan.cancel_plan(session, world.actor, plan_id, datetime.now(UTC))


def test_a_queued_plan_that_is_stopped_is_never_solved(world, now):
    plan_id = ask(world, now)
    cancel(world, plan_id)
    deliver(world)
    assert world.get(Plan, plan_id).state == "cancelled"


def test_the_same_delivery_twice_and_a_late_one_make_one_plan(world, now):
    world.worker()
    world.order({})
    plan_id = ask(world, now)
    with world.services.sessions.begin() as session:
        (first,) = [one for one in outbox.take_due(session) if one.queue == outbox.PLANNING]
    late = outbox.Delivery(first.id, first.attempt - 1, first.queue)
    assert jobs.deliver(world.services, late) is False
    assert jobs.deliver(world.services, first) is True
    assert jobs.deliver(world.services, first) is False
    (part,) = take(world)
    assert [jobs.deliver(world.services, part) for _ in range(2)] == [True, False]
    (join,) = take(world)
    assert [jobs.deliver(world.services, join) for _ in range(2)] == [True, False]
    with world.services.sessions() as session:
        made = session.scalars(select(AuditEvent).where(AuditEvent.action == "plan.made")).all()
        assert [event.subject_id for event in made] == [plan_id]


def test_a_plan_that_keeps_killing_its_worker_ends_as_failed(world, now, monkeypatch):
    plan_id = ask(world, now)
    monkeypatch.setattr(prepare, "_first_plan", lambda *_: (_ for _ in ()).throw(MemoryError))
    for _ in range(4):
        with pytest.raises(MemoryError):
            jobs.deliver(world.services, send_again(world))
    assert world.get(Plan, plan_id).state == "solving"
    jobs.deliver(world.services, send_again(world))
    assert world.get(Plan, plan_id).state == "failed"


def test_a_plan_that_only_waited_long_in_the_queue_is_still_made(world, now):
    plan_id = ask(world, now)
    for _ in range(9):
        delivery = send_again(world)
    jobs.deliver(world.services, delivery)
    deliver(world)
    assert world.get(Plan, plan_id).state == "draft"


def send_again(world):
    """Another sending of the one outbox row, as the relay counts it."""
    with world.services.sessions.begin() as session:
        row = session.scalars(select(outbox.OutboxMessage)).one()
        row.attempts += 1
        return outbox.Delivery(row.id, row.attempts, row.queue)


def test_an_impossible_question_is_refused_at_its_field(world, now):
    with pytest.raises(FaultsError) as error, world.services.sessions.begin() as session:
        request_plan.request_plan(
            session, world.actor, starts_on=date(2026, 1, 1), region_codes=["Q9"], seconds=100_000, now=now
        )
    assert set(error.value.by_field()) == {"starts_on", "regions", "seconds"}


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
