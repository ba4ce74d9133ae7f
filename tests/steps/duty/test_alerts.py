"""Somebody on duty is called, then the next, then every administrator, until somebody acknowledges."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import dispatching as world
from tests import factories
from worksorders.domain.roles import Role
from worksorders.steps.actor import NotFoundError
from worksorders.steps.duty.alerts import acknowledge_alert, on_duty
from worksorders.steps.jobs import handler_of
from worksorders.steps.tell.api import alert_duty, call_off
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.duty import DutyCall, DutyTurn
from worksorders.store.tables.work.telling import OutgoingMessage, UserContact

NOW = world.NOW


def turn(session, user, *, rank=1, region=None, starts_at=NOW - timedelta(hours=1), hours=8):
    session.add(
        DutyTurn(
            user_id=user.id, region_code=region, rank=rank, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=hours), set_at=NOW, set_by=user.id,
        )
    )  # fmt: skip
    session.flush()


def wake(session, alert_id, now):
    """What the timer does when its time has come."""
    job = type("Job", (), {"payload": {"alert_id": str(alert_id)}})()
    handler_of("duty.call")(job)(session, now)


def called(session, alert_id):
    query = select(DutyCall.user_id).where(DutyCall.alert_id == alert_id).order_by(DutyCall.round)
    return list(session.scalars(query))


@pytest.fixture
def order(session):
    return world.issued_order(session)


@pytest.fixture
def people(session):
    """Two coordinators with contacts, and the only two administrators."""
    session.execute(update(AppUser).where(AppUser.role == Role.ADMINISTRATOR.value).values(disabled_at=NOW))
    first, second = factories.make_user(session), factories.make_user(session)
    admins = [factories.make_user(session, "administrator") for _ in range(2)]
    for user in (first, second, *admins):
        session.add(
            UserContact(
                user_id=user.id, email=f"{user.sign_in_name}@example.org", mobile="+6421000000",
                changed_at=NOW, changed_by=user.id,
            )
        )  # fmt: skip
    session.flush()
    return first, second, admins


def test_the_list_is_called_one_after_the_other_and_then_all_administrators(session, order, people):
    first, second, admins = people
    turn(session, second, rank=2)
    turn(session, first)
    alert_id = alert_duty(session, "overdue", order.id, None, NOW)
    assert called(session, alert_id) == [first.id]
    timer = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "duty.call")).one()
    assert timer.due_at == NOW + timedelta(minutes=10)
    wake(session, alert_id, NOW + timedelta(minutes=10))
    assert called(session, alert_id) == [first.id, second.id]
    wake(session, alert_id, NOW + timedelta(minutes=20))
    assert set(called(session, alert_id)) == {first.id, second.id, *(admin.id for admin in admins)}
    wake(session, alert_id, NOW + timedelta(minutes=30))
    assert len(called(session, alert_id)) == 4
    messages = session.scalars(select(OutgoingMessage)).all()
    assert {(message.user_id, message.channel) for message in messages} == {
        (user.id, channel) for user in (first, second, *admins) for channel in ("mail", "sms")
    }
    assert {message.template for message in messages} == {"duty_call"}


def test_an_acknowledged_alert_calls_nobody_more_and_keeps_the_first_name(session, order, people):
    first, second, _ = people
    turn(session, first)
    turn(session, second, rank=2)
    alert_id = alert_duty(session, "no_access", order.id, None, NOW, dedupe_key="x")
    assert alert_duty(session, "no_access", order.id, None, NOW, dedupe_key="x") == alert_id
    acknowledge_alert(session, factories.actor_of(second), alert_id, NOW)
    alert = acknowledge_alert(session, factories.actor_of(first), alert_id, NOW + timedelta(minutes=1))
    assert alert.acknowledged_by == second.id
    wake(session, alert_id, NOW + timedelta(minutes=10))
    assert called(session, alert_id) == [first.id]
    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_id == alert_id).order_by(AuditEvent.id)
    ).all()
    assert actions == ["duty.alerted", "duty.called", "duty.acknowledged"]


def test_an_alert_that_was_called_off_calls_nobody_more(session, order, people):
    first, second, _ = people
    turn(session, first)
    turn(session, second, rank=2)
    alert_id = alert_duty(session, "overdue", order.id, None, NOW)
    call_off(session, alert_id, NOW)
    wake(session, alert_id, NOW + timedelta(minutes=10))
    assert called(session, alert_id) == [first.id]


def test_with_nobody_on_duty_every_administrator_is_called_at_once(session, order, people):
    _, _, admins = people
    alert_id = alert_duty(session, "overdue", order.id, None, NOW)
    assert set(called(session, alert_id)) == {admin.id for admin in admins}


def test_a_regions_own_turn_comes_before_one_for_all_and_other_regions_are_left_alone(session, people):
    first, second, admins = people
    turn(session, first)
    turn(session, second, region=world.REGION)
    turn(session, admins[0], region="NOWHERE")
    turn(session, admins[1], starts_at=NOW + timedelta(hours=1))
    assert on_duty(session, world.REGION, NOW) == [second.id, first.id]
    assert on_duty(session, None, NOW) == [first.id]
    assert on_duty(session, world.REGION, NOW + timedelta(hours=7)) == [admins[1].id]


def test_a_contractor_cannot_acknowledge_and_an_unknown_alert_is_not_there(session, order, people):
    firm = world.cleared_firm(session)
    alert_id = alert_duty(session, "overdue", order.id, None, NOW)
    for actor, wanted in (
        (world.account(session, firm), alert_id),
        (factories.actor_of(people[0]), uuid.uuid4()),
    ):
        with pytest.raises(NotFoundError):
            acknowledge_alert(session, actor, wanted, NOW)
