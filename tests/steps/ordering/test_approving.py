"""An order waits for agreement and is approved within limits; a P1 goes past both with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from tests import factories, referrals
from tests.agreeing import agree, say
from tests.steps.ordering.parts import NOW, raised
from worksorders.domain.errors import FaultsError, NotPermittedError
from worksorders.steps.ordering.approve import approve, override, send_on
from worksorders.steps.ordering.issue import issue
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import (
    ApprovalEvent,
    WorksOrder,
)


def test_without_consent_an_order_waits_for_it(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        assert send_on(session, actor, order_id, NOW).state == "consent_pending"
    with services.sessions() as session, pytest.raises(FaultsError, match=r"missing for: .*Rekey cylinder"):
        send_on(session, actor, order_id, NOW)


def test_consent_by_phone_counts_for_locks_only(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        who = agree(session, services.cipher, actor, order_id, "locks", how="phone")
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        say(session, actor, session.get(WorksOrder, order_id), who, "owner", how="phone")
    assert list(caught.value.by_field()) == ["how"]


def test_above_ones_own_limit_a_second_person_with_the_limit_approves(services, prepared):
    first, second = prepared
    with services.sessions.begin() as session:
        session.get(factories.AppUser, first.user_id).raise_limit_cents = 10_000
    order_id = raised(services, first)
    with services.sessions.begin() as session:
        agree(session, services.cipher, first, order_id)
        assert send_on(session, first, order_id, NOW).state == "approval_pending"
    with services.sessions() as session, pytest.raises(NotPermittedError, match="above your limit"):
        approve(session, first, order_id, NOW)
    with services.sessions.begin() as session:
        assert approve(session, second, order_id, NOW).state == "ready"
        event = session.scalars(select(ApprovalEvent)).one()
        assert (event.by, event.limit_cents) == (second.user_id, 2_000_000)


def test_a_home_above_its_planned_cost_needs_a_reason_but_a_p1_is_never_blocked(services, actor):
    dear = referrals.ReferredOpening(
        "ranch_slider",
        "lounge slider",
        referrals.OpeningState.SECURE,
        (("broken glass", Decimal(12)),),
    )
    order_id = raised(services, actor, openings=(dear, referrals.FRONT_DOOR))
    with services.sessions.begin() as session:
        session.get(factories.AppUser, actor.user_id).raise_limit_cents = 5_000_000
        agree(session, services.cipher, actor, order_id)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        send_on(session, actor, order_id, NOW)
    assert list(caught.value.by_field()) == ["cost_reason"]
    with services.sessions.begin() as session:
        order = send_on(session, actor, order_id, NOW, cost_reason="The whole front is glass")
        assert (order.state, order.cost_reason) == ("ready", "The whole front is glass")


def test_a_p1_goes_past_consent_and_approval_with_a_logged_reason(services, actor):
    order_id = raised(services, actor, urgency="P1")
    with services.sessions() as session, pytest.raises(FaultsError):
        override(session, actor, order_id, " ", NOW)
    with services.sessions.begin() as session:
        override(session, actor, order_id, "Door kicked in, she is alone tonight", NOW)
        assert issue(session, actor, order_id, NOW).state == "issued"
    with services.sessions() as session:
        event = session.scalars(select(ApprovalEvent)).one()
        assert event.override_reason == "Door kicked in, she is alone tonight"
        logged = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "order.approval_overridden")
        ).one()
        assert logged.detail["missing"] == ["DR01", "LK03", "LK06", "LK11"]


def test_a_p2_cannot_be_overridden(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session, pytest.raises(NotPermittedError):
        override(session, actor, order_id, "in a hurry", NOW)
