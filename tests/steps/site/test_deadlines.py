"""Warnings at half, four fifths and all of a deadline's time: each once, none for what was met or moved."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.order.deadlines import DeadlineWarning
from worksorders.domain.safety.chain import Link
from worksorders.steps.jobs import Job
from worksorders.steps.ordering.opening import record_opening
from worksorders.steps.safety import deadlines
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.duty import DutyAlert
from worksorders.store.tables.work.safety import DeadlineWarning as WarningRow

NOW = world.NOW
DUE = NOW + timedelta(hours=4)


@pytest.fixture
def order(session):
    order = world.issued_order(session, urgency="P1", interim=True)
    order.make_safe_due_at = DUE
    session.flush()
    return order


def timers(session, link="make_safe"):
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == deadlines.REACHED))
    found = [
        (row.payload["level"], row.due_at, row.payload["due_at"])
        for row in rows
        if row.payload["link"] == link
    ]
    return sorted(found)


def ring(session, order, level, *, due_at=DUE, now=None):
    """The timer as its job runs it, at its own moment unless told."""
    payload = {"order_id": str(order.id), "link": "make_safe", "due_at": due_at.isoformat(), "level": level}
    job = Job(uuid.uuid4(), 1, payload, None, None, None, None)
    deadlines.warn_on_time(job)(session, now or NOW + (due_at - NOW) * level / 100)


def warned(session):
    return sorted(session.scalars(select(WarningRow.level)))


def alerts(session):
    return sorted(session.scalars(select(DutyAlert.kind)))


def secure(session, order, state="secure"):
    opening = order.assessment.openings[0]
    coordinator = factories.actor_of(factories.make_user(session))
    record_opening(
        session, coordinator, order.assessment_id, opening.id, state=state, verified="Seen by Aroha",
        now=NOW + timedelta(hours=1),
    )  # fmt: skip


def test_each_step_sets_the_timer_of_the_next_one_and_setting_it_again_adds_none(session, order):
    for _ in range(2):
        deadlines.watch(session, order.id, NOW)
    assert [level for level, _, _ in timers(session)] == [50]
    for level in (50, 50, 80):
        ring(session, order, level)
    assert [(level, at) for level, at, _ in timers(session)] == [
        (50, NOW + timedelta(hours=2)), (80, NOW + timedelta(hours=3.2)), (100, DUE)
    ]  # fmt: skip


def test_each_step_is_told_once_however_often_it_rings_and_the_later_ones_call_duty(session, order):
    for level in (50, 50, 80, 80, 100, 100):
        ring(session, order, level)
    assert warned(session) == [50, 80, 100]
    assert alerts(session) == ["deadline", "deadline_passed"]


def test_steps_that_passed_while_nobody_watched_ring_at_once(session, order):
    deadlines.watch(session, order.id, NOW + timedelta(hours=3.5))
    assert [level for level, _, _ in timers(session)] == [50, 80, 100]


def test_a_timer_that_rings_early_tells_nothing(session, order):
    ring(session, order, 80, now=NOW + timedelta(hours=3))
    assert warned(session) == []


def test_a_deadline_that_was_met_or_moved_is_not_warned_of(session, order):
    order.make_safe_due_at = DUE + timedelta(hours=2)
    session.flush()
    ring(session, order, 50)
    assert warned(session) == []
    assert str(order.make_safe_due_at.isoformat()) in {due for _, _, due in timers(session)}
    secure(session, order)
    ring(session, order, 100, due_at=order.make_safe_due_at)
    assert warned(session) == []


def test_a_home_opened_again_gets_a_new_deadline_with_timers_of_its_own(session, order):
    secure(session, order)
    secure(session, order, "insecure")
    assert order.make_safe_due_at == NOW + timedelta(hours=5)
    assert {due for _, _, due in timers(session)} == {order.make_safe_due_at.isoformat()}


def test_what_is_still_insecure_keeps_its_deadline(session, order):
    secure(session, order, "insecure")
    assert order.make_safe_due_at == DUE


def test_a_closed_order_has_no_clock(session, order):
    order.state = "closed"
    session.flush()
    assert not deadlines.warn(session, order.id, Link.MAKE_SAFE, DUE, DeadlineWarning.HALF, now=DUE)
