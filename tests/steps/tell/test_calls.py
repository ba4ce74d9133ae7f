"""Calls that the office has to make: raised once, tried again, ended, withdrawn, and never to a barred person."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.steps.tell import api, barred
from worksorders.steps.tell.api import complete_call, raise_call_task, withdraw_calls
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.telling import CallAttempt, CallTask

NOW = world.NOW


@pytest.fixture
def order(session):
    return world.issued_order(session)


@pytest.fixture
def coordinator(session):
    return factories.actor_of(factories.make_user(session))


def test_a_call_is_raised_once_for_a_key_and_leaves_one_audit_row(session, order):
    first = raise_call_task(session, order.id, "no_access", NOW, dedupe_key="no_access:1")
    again = raise_call_task(session, order.id, "no_access", NOW, dedupe_key="no_access:1")
    assert first == again
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == order.id)).all()
    assert actions == ["call.raised"]


def test_nobody_reached_leaves_the_call_due_again_and_an_answer_ends_it(session, order, coordinator):
    task_id = raise_call_task(session, order.id, "advocate", NOW)
    task = complete_call(session, coordinator, task_id, "not_reached", NOW)
    assert (task.state, task.due_at) == ("waiting", NOW + timedelta(hours=1))
    task = complete_call(session, coordinator, task_id, "spoken", NOW + timedelta(hours=2))
    assert (task.state, task.outcome, task.ended_by) == ("done", "spoken", coordinator.user_id)
    tried = session.scalars(select(CallAttempt.outcome).order_by(CallAttempt.at)).all()
    assert tried == ["not_reached", "spoken"]
    with pytest.raises(RefusedError):
        complete_call(session, coordinator, task_id, "spoken", NOW)


def test_an_outcome_of_another_kind_and_a_time_in_the_past_are_refused(session, order, coordinator):
    task_id = raise_call_task(session, order.id, "advocate", NOW)
    with pytest.raises(FaultsError) as error:
        complete_call(session, coordinator, task_id, "agreed", NOW)
    assert [fault.field for fault in error.value.faults] == ["outcome"]
    with pytest.raises(FaultsError) as error:
        complete_call(session, coordinator, task_id, "not_now", NOW, again_at=NOW - timedelta(hours=1))
    assert [fault.field for fault in error.value.faults] == ["again_at"]
    with pytest.raises(ValueError, match="no kind of call"):
        raise_call_task(session, order.id, "gossip", NOW)


def test_withdrawing_ends_the_waiting_calls_of_that_kind_alone(session, order):
    raise_call_task(session, order.id, "consent", NOW)
    raise_call_task(session, order.id, "advocate", NOW)
    assert withdraw_calls(session, order.id, NOW, kind="consent") == 1
    left = session.scalars(select(CallTask.kind).where(CallTask.state == "waiting")).all()
    assert left == ["advocate"]


def test_no_call_is_raised_to_a_person_whom_a_rule_bars(session, order, monkeypatch):
    unsafe = uuid.uuid4()
    monkeypatch.setattr(barred, "_BARS", [barred.never_send, lambda _, who: who.contact_id == unsafe])
    with pytest.raises(NotPermittedError):
        raise_call_task(session, order.id, "consent", NOW, contact_id=unsafe)
    assert raise_call_task(session, order.id, "consent", NOW, contact_id=uuid.uuid4())
    assert api.is_barred(session, api.Receiver(order.case_id, contact_id=unsafe))
