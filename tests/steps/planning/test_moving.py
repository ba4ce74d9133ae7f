"""A visit moved or pinned by hand keeps its place in later plans, and a move that breaks a rule changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.steps.planning.conftest import FIRST_DAY
from tests.steps.planning.drafting import plan, stops
from worksorders.domain.errors import FaultsError
from worksorders.steps.planning.move_visit import Place, move_visit, set_pin
from worksorders.steps.planning.when import wall
from worksorders.store.tables.firms.contractors import Absence
from worksorders.store.tables.plans.planning import Plan


def move(world, plan_id, visit, place, now, from_worker_id=None):
    with world.services.sessions.begin() as session:
        move_visit(
            session, world.services.sessions, world.services.cipher, world.actor,
            plan_id=plan_id, visit_id=visit, from_worker_id=from_worker_id, place=place, pin=True, now=now,
        )  # fmt: skip


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
