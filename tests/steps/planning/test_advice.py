"""What is asked about a draft: alternatives, answers, repairs that a button applies, and that each reading is logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests import factories
from tests.steps.planning.conftest import FIRST_DAY
from tests.steps.planning.drafting import plan, reasons, stops, take_out
from worksorders.domain.errors import RefusedError
from worksorders.steps.actor import NotFoundError
from worksorders.steps.advice.apply_repair import apply_repair
from worksorders.steps.advice.standing import Enquiry, load_draft
from worksorders.steps.advice.why import STEP_CENTS, explain
from worksorders.steps.planning import publish
from worksorders.steps.planning.when import wall
from worksorders.store.scope import HOUSE, Scope, narrow
from worksorders.store.tables.confidential.walls import Wall
from worksorders.store.tables.firms.contractors import WorkingHours
from worksorders.store.tables.plans.planning import PlanStop
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import Visit


def ask(world, now, plan_id, visit_id, scope=HOUSE):
    services = world.services
    with services.sessions() as session:
        narrow(session, scope)
        asked = Enquiry(session, services.sessions, services.cipher, world.actor, plan_id, visit_id, now)
        return explain(load_draft(asked))


def apply(world, now, plan_id, visit_id, kind):
    services = world.services
    with services.sessions.begin() as session:
        asked = Enquiry(session, services.sessions, services.cipher, world.actor, plan_id, visit_id, now)
        return apply_repair(asked, kind)


@pytest.fixture
def drafted(world, now):
    """Two workers of two firms, a third without the trade, two visits with a place: (plan, visits)."""
    world.worker()
    world.worker()
    world.worker(trades=("glazier",))
    visits = [world.order({})[0] for _ in range(2)]
    return plan(world, now), visits


def test_a_placed_visit_has_alternatives_in_coarse_steps_and_names_who_cannot_come(world, now, drafted):
    plan_id, (visit, _) = drafted
    why = ask(world, now, plan_id, visit)
    stop = stops(world, plan_id)[visit]
    assert (why.present.start_at, why.answer) == (stop.start_at, "")
    assert why.others
    assert all(other.dearer_cents % STEP_CENTS == 0 for other in why.others)
    assert {rule: len(names) for rule, names in why.barred.items()} == {"trade": 1}


def test_asking_is_logged_with_its_purpose(world, now, drafted):
    plan_id, (visit, _) = drafted
    ask(world, now, plan_id, visit)
    with world.services.sessions() as session:
        purposes = {row.reason for row in session.scalars(select(AuditEvent)) if row.reason}
        purposes |= {str(row.detail) for row in session.scalars(select(AuditEvent))}
    assert any("explain a visit of a plan" in text for text in purposes)


def test_only_places_are_opened_that_workers_join_to_the_visit(world, now):
    world.worker()
    world.worker(region="E8")
    (here,), (elsewhere,) = world.order({}), world.order({})
    with world.services.sessions.begin() as session:
        session.get(Visit, elsewhere).order.region_code = "E8"
    plan_id = plan(world, now)
    assert set(stops(world, plan_id)) == {here, elsewhere}
    with world.services.sessions() as session:
        cases = {key: session.get(Visit, key).order.case_id for key in (here, elsewhere)}
        known = set(session.scalars(select(AuditEvent.id)))
    assert ask(world, now, plan_id, here).present is not None
    with world.services.sessions() as session:
        read = [row for row in session.scalars(select(AuditEvent)) if row.id not in known]
    named = " ".join(f"{row.subject_id} {row.detail}" for row in read)
    assert str(cases[here]) in named
    assert str(cases[elsewhere]) not in named


def test_a_place_that_stands_open_is_taken_by_a_button(world, now, drafted):
    plan_id, (visit, _) = drafted
    take_out(world, plan_id, visit)
    why = ask(world, now, plan_id, visit)
    (found,) = why.helps
    assert (why.answer, found.kind, found.applicable) == ("not_found_in_time", "place", True)
    assert apply(world, now, plan_id, visit, "place") == (why.code,)
    stop = stops(world, plan_id)[visit]
    assert stop.start_at == found.spot.start_at
    assert visit not in reasons(world, plan_id)
    assert world.get(Visit, visit).state == "planned"
    with world.services.sessions() as session:
        row = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "visit.moved").order_by(AuditEvent.id)
        ).all()[-1]
    assert row.detail["repair"] == "place"
    with pytest.raises(RefusedError, match="ask again"):
        apply(world, now, plan_id, visit, "place")


def test_others_make_room_where_a_button_says_so(world, now):
    worker, _ = world.worker(hours=(480, 690))
    with world.services.sessions.begin() as session:
        hours = WorkingHours.worker_id == worker, WorkingHours.weekday != FIRST_DAY.weekday()
        session.execute(delete(WorkingHours).where(*hours))
    (any_week,) = world.order({"minutes": 120})
    (next_week,) = world.order({"minutes": 120, "ready_on": FIRST_DAY + timedelta(days=7)})
    plan_id = plan(world, now)
    held = stops(world, plan_id)[next_week]
    take_out(world, plan_id, next_week)
    with world.services.sessions.begin() as session:
        moved = session.scalars(select(PlanStop).where(PlanStop.visit_id == any_week)).one()
        moved.start_at, moved.end_at = held.start_at, held.end_at
    why = ask(world, now, plan_id, next_week)
    first = why.helps[0]
    assert (first.kind, first.amount, first.applicable) == ("moves", 1, True)
    assert first.visits == (world.get(Visit, any_week).code,)
    assert len(apply(world, now, plan_id, next_week, "moves")) == 2
    found = stops(world, plan_id)
    assert found[next_week].start_at.date() - found[any_week].start_at.date() == timedelta(days=7)


def test_what_no_button_can_do_says_whom_and_what_it_takes(world, now):
    world.worker(hours=(480, 720))
    (late,) = world.order({}, windows="780-1020")
    (barred,) = world.order({"trade": "specialist"})
    plan_id = plan(world, now)
    why = ask(world, now, plan_id, late)
    assert (why.present, why.answer, why.rules) == (None, "impossible", ("shift", "window"))
    by_kind = {one.kind: one for one in why.helps}
    assert by_kind["worker"].trade == "locksmith"
    assert by_kind["overtime"].people
    assert by_kind["window"].earliest < by_kind["window"].latest
    assert not any(one.applicable for one in why.helps)
    with pytest.raises(RefusedError, match="ask again"):
        apply(world, now, plan_id, late, "window")
    assert ask(world, now, plan_id, barred).rules == ("trade",)


def test_a_visit_behind_a_wall_holds_its_time_and_is_never_named(world, now):
    world.worker(hours=(480, 600))
    with world.services.sessions.begin() as session:
        session.execute(delete(WorkingHours).where(WorkingHours.weekday != FIRST_DAY.weekday()))
    visits = [world.order({"minutes": 110, "due_at": wall(FIRST_DAY, 1439)})[0] for _ in range(3)]
    plan_id = plan(world, now)
    (asked,) = set(visits) - set(stops(world, plan_id))
    (code,) = ask(world, now, plan_id, asked).blockers
    hidden = next(visit for visit in visits if world.get(Visit, visit).code == code)
    with world.services.sessions.begin() as session:
        case_id = session.get(Visit, hidden).order.case_id
        session.add(
            Wall(
                case_id=case_id,
                user_id=world.user.id,
                raised_at=now,
                raised_by=factories.make_user(session).id,
            )
        )
    staff = Scope("staff", world.user.id)
    answer = ask(world, now, plan_id, asked, staff)
    assert code not in str(answer)
    assert answer.answer == "crowded_out"
    with pytest.raises(NotFoundError):
        ask(world, now, plan_id, hidden, staff)


def test_only_a_draft_and_an_open_visit_can_be_asked_about(world, now, drafted):
    plan_id, (visit, _) = drafted
    with pytest.raises(NotFoundError):
        ask(world, now, plan_id, plan_id)
    with world.services.sessions.begin() as session:
        publish.publish_plan(session, world.actor, plan_id, now)
    with pytest.raises(RefusedError, match="published meanwhile"):
        ask(world, now, plan_id, visit)
