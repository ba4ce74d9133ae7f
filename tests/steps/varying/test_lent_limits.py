"""Limits lent from day to day: who may lend what to whom, and what can be approved with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from tests import factories
from tests.varying import AT, events
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import NotFoundError
from worksorders.steps.limits.delegations import Loan, delegate, find_delegations, revoke
from worksorders.steps.ordering.approve import approve
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.orders import ApprovalEvent
from worksorders.store.tables.work.variations import ApprovalDelegation

TODAY = local_day(AT)


def person(session, role="coordinator", **values):
    return factories.actor_of(factories.make_user(session, role, **values))


@pytest.fixture
def lender(session, scene):
    return person(session, raise_limit_cents=900_000)


@pytest.fixture
def borrower(session, scene):
    return person(session, raise_limit_cents=0, vary_limit_cents=0)


def lend(session, actor, to, **values):
    given = {"from_on": TODAY, "to_on": TODAY, "limit_cents": 500_000, "reason": "On leave"} | values
    given.setdefault("from_user_id", actor.user_id)
    return delegate(session, actor, Loan(to_user_id=to.user_id if to else None, **given), AT)


def waiting_for_approval(session, scene, raised_by):
    scene.order.state, scene.order.raised_by = "approval_pending", raised_by.user_id
    session.flush()
    return scene.order


def test_an_order_is_approved_with_lent_limits_and_the_trail_names_both(session, scene, lender, borrower):
    order = waiting_for_approval(session, scene, person(session))
    with pytest.raises(NotPermittedError):
        approve(session, borrower, order.id, AT)
    row = lend(session, lender, borrower)
    approve(session, borrower, order.id, AT)
    session.flush()
    event = session.scalars(select(ApprovalEvent).where(ApprovalEvent.order_id == order.id)).one()
    assert (event.how, event.delegation_id, event.by) == ("delegated", row.id, borrower.user_id)
    trail = session.scalars(select(AuditEvent).where(AuditEvent.action == "order.approved")).one()
    assert trail.detail["lent_by"] == str(lender.user_id)
    assert events(session, order, "order.approved") == ["order.approved"]


def test_what_either_of_the_two_raised_is_not_approved_with_them(session, scene, lender, borrower):
    lend(session, lender, borrower)
    for raised_by in (lender, borrower):
        order = waiting_for_approval(session, scene, raised_by)
        with pytest.raises(NotPermittedError):
            approve(session, borrower, order.id, AT)


def test_nobody_who_left_lends_anything(session, scene, lender, borrower):
    lend(session, lender, borrower)
    order = waiting_for_approval(session, scene, person(session))
    session.execute(update(AppUser).where(AppUser.id == lender.user_id).values(disabled_at=AT))
    with pytest.raises(NotPermittedError):
        approve(session, borrower, order.id, AT)


def test_every_fault_is_told_at_once(session, lender, borrower):
    with pytest.raises(FaultsError) as raised:
        lend(session, lender, None, from_on=TODAY - timedelta(days=1), to_on=None, limit_cents=0, reason=" ")
    assert {fault.field for fault in raised.value.faults} == {
        "to_user",
        "from_on",
        "to_on",
        "limit",
        "reason",
    }
    for wrong, field in (
        ({"limit_cents": 900_001}, "limit"),
        ({"to_on": TODAY + timedelta(days=93)}, "to_on"),
        ({"to_on": TODAY - timedelta(days=1)}, "to_on"),
    ):
        with pytest.raises(FaultsError) as raised:
            lend(session, lender, borrower, **wrong)
        assert [fault.field for fault in raised.value.faults] == [field]
    with pytest.raises(FaultsError):
        lend(session, lender, person(session, "finance"))


def test_nobody_lends_anothers_limits_alone(session, lender, borrower):
    with pytest.raises(NotPermittedError):
        lend(session, borrower, person(session), from_user_id=lender.user_id)
    with pytest.raises(NotPermittedError, match="second person"):
        lend(session, person(session, "administrator"), borrower, from_user_id=lender.user_id)


def test_a_loan_is_seen_by_the_two_and_ended_once_by_its_giver(session, lender, borrower):
    row = lend(session, lender, borrower, to_on=TODAY + timedelta(days=3))
    stranger = person(session)
    assert [one.state for one in find_delegations(session, borrower, AT)] == ["in force"]
    assert find_delegations(session, stranger, AT) == []
    for actor in (stranger, borrower):
        with pytest.raises(NotFoundError):
            revoke(session, actor, row.id, AT)
    revoke(session, lender, row.id, AT)
    with pytest.raises(RefusedError):
        revoke(session, lender, row.id, AT)
    assert [one.state for one in find_delegations(session, lender, AT)] == ["revoked"]


def test_a_loan_is_never_changed_but_revoked(session, lender, borrower):
    lend(session, lender, borrower)
    with pytest.raises(DBAPIError, match="only ever revoked"), session.begin_nested():
        session.execute(update(ApprovalDelegation).values(limit_cents=1))
