"""A plan is made, and once, whatever dies in the middle of it."""

from __future__ import annotations

import os
import signal
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.faults.conftest import wait_for
from tests.steps.planning.conftest import World
from tests.web.conftest import Browser
from web import create_app
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning.request_plan import request_plan
from worksorders.steps.planning.when import wall
from worksorders.store.tables.plans.plan_parts import PlanPart
from worksorders.store.tables.plans.planning import Plan, PlanStop
from worksorders.store.tables.trail import AuditEvent, OutboxMessage

pytestmark = pytest.mark.slow
VISITS, WORKERS, SOLVE_SECONDS = 40, 4, 4


@pytest.fixture
def today():
    return datetime.now(UTC).astimezone(LOCAL).date()


@pytest.fixture
def world(services, database, today):
    """More work than a few seconds can plan to the end, as of today."""
    made = World(services)
    for _ in range(WORKERS):
        made.worker()
    first = today + timedelta(days=1)
    for number in range(VISITS):
        place = (f"{-36.80 - number % 7 * 0.03:.2f}", f"{174.60 + number % 11 * 0.03:.2f}")
        made.order({"ready_on": first, "due_at": wall(first + timedelta(days=3), 1439)}, place=place)
    with database.connect("works_owner") as connection:
        days = {"issued": today - timedelta(days=90), "expires": today + timedelta(days=400)}
        connection.execute("update vetting_check set issued_on = %(issued)s, expires_on = %(expires)s", days)
        connection.execute("update agreement set valid_from = %(issued)s", days)
    return made


@pytest.fixture
def ask(world, today):
    """Ask for a plan; gives its id."""

    def make():
        with world.services.sessions.begin() as session:
            return request_plan(
                session,
                world.actor,
                starts_on=today + timedelta(days=1),
                region_codes=[],
                seconds=SOLVE_SECONDS,
                now=datetime.now(UTC),
            ).id

    return make


class Made:
    """What there is of a plan."""

    def __init__(self, services, plan_id):
        self.services, self.plan_id = services, plan_id

    @property
    def plan(self):
        with self.services.sessions() as session:
            return session.get(Plan, self.plan_id)

    def solving(self):
        """Whether a part of it is in a worker's hands."""
        with self.services.sessions() as session:
            own = PlanPart.plan_id == self.plan_id, PlanPart.state == "solving"
            return session.scalar(select(func.count()).select_from(PlanPart).where(*own)) > 0

    def over(self):
        return self.plan.state not in ("queued", "solving")

    def count(self, action):
        with self.services.sessions() as session:
            return session.scalar(
                select(func.count())
                .select_from(AuditEvent)
                .where(AuditEvent.subject_id == self.plan_id, AuditEvent.action == action)
            )

    def assert_made_once(self):
        wait_for(self.over, "the plan is made")
        assert self.plan.state == "draft", self.plan.failure
        assert self.count("plan.made") == 1
        with self.services.sessions() as session:
            visits = session.scalars(select(PlanStop.visit_id).where(PlanStop.plan_id == self.plan_id)).all()
            planned = session.scalar(
                select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "visit.planned")
            )
            rows = session.scalars(
                select(OutboxMessage).where(OutboxMessage.kind.in_(("plan.solve", "plan.part", "plan.join")))
            ).all()
        assert len(visits) == len(set(visits)) == planned
        assert len(visits) > VISITS // 2
        assert sorted(row.kind for row in rows) == ["plan.join", "plan.part", "plan.solve"]
        assert all(row.done_at is not None for row in rows)


@pytest.fixture
def asked(ask, services):
    return Made(services, ask())


def test_worker_and_work_horse_killed_in_the_middle(product, asked):
    product.start("relay", "planning")
    wait_for(asked.solving, "solving")
    (horse,) = product.horses("planning")
    product.kill("planning")
    wait_for(lambda: not Path(f"/proc/{horse}").exists(), "the work horse dies with its worker", 5)
    assert asked.count("plan.made") == 0
    product.start("planning")
    asked.assert_made_once()
    assert asked.plan.progress["starts"] == 2


def test_work_horse_alone_killed_in_the_middle(product, asked):
    product.start("relay", "planning")
    wait_for(asked.solving, "solving")
    (horse,) = product.horses("planning")
    os.kill(horse, signal.SIGKILL)
    asked.assert_made_once()
    assert asked.plan.progress["starts"] == 2


def test_valkey_wiped_before_and_in_the_middle(product, asked):
    product.start("relay")
    wait_for(lambda: product.connection.llen("rq:queue:planning"), "queued")
    product.connection.flushall()
    product.start("planning")
    wait_for(asked.solving, "solving")
    product.connection.flushall()
    asked.assert_made_once()


def test_valkey_killed_and_started_empty_in_the_middle(product, asked):
    product.start("relay", "planning")
    wait_for(asked.solving, "solving")
    product.restart_valkey()
    if "planning" in product.running and product.running["planning"].poll() is not None:
        product.start("planning")
    asked.assert_made_once()


def test_connections_cut_in_the_middle(product, asked, database):
    product.start("relay", "planning")
    wait_for(asked.solving, "solving")
    with database.server.connect() as connection:
        cut = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = %s and usename = 'works_app'",
            [database.name],
        ).fetchone()
    assert cut[0] >= 2
    asked.assert_made_once()


def test_a_stopped_worker_that_wakes_late_changes_nothing(product, asked):
    product.start("relay", "planning")
    wait_for(asked.solving, "solving")
    (horse,) = product.horses("planning")
    os.kill(horse, signal.SIGSTOP)
    product.start("second planning")
    wait_for(asked.over, "the second worker makes the plan")
    os.kill(horse, signal.SIGCONT)
    wait_for(lambda: product.horses("planning") == [], "the late one gives up", 30)
    asked.assert_made_once()


def test_the_form_sent_twice_at_once_makes_one_plan(product, services, world, today):
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "TESTING": True})
    people = [Browser(app), Browser(app)]
    for person in people:
        assert person.sign_in(world.user.sign_in_name).status_code == 303
    first = today + timedelta(days=1)
    form = {
        "form_uuid": str(uuid.uuid4()),
        "starts_on": [first.day, first.month, first.year],
        "seconds": 2,
    }
    start, answers = threading.Barrier(2), []

    def send(person):
        token = person.token("/plans/ask")
        start.wait(10)
        answers.append(person.client.post("/plans/ask", data=form | {"csrf_token": token}))

    threads = [threading.Thread(target=send, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    made = Made(services, uuid.UUID(answers[0].location.rstrip("/").rpartition("/")[2]))
    with services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 1
    product.start("relay", "planning")
    made.assert_made_once()
