"""Replacing an order by a new one, cancelling one, and overriding for a P1: what each does to all that hangs on it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from tests import factories, referrals
from tests.varying import AT, events, more
from worksorders.domain.errors import FaultsError, NotPermittedError, RefusedError
from worksorders.domain.lifecycle.reasons import CANCEL
from worksorders.domain.local_time import start_of_day
from worksorders.steps.actor import NotFoundError
from worksorders.steps.limits.overrides import find_overrides, review
from worksorders.steps.ordering.approve import override
from worksorders.steps.ordering.find.today import find_today
from worksorders.steps.ordering.pause import cancel, hold, resume
from worksorders.steps.site.own_visit import own_visit
from worksorders.steps.varying.ask import ask
from worksorders.steps.varying.find_links import find_links
from worksorders.steps.varying.hold_review import REVIEW, warn
from worksorders.steps.varying.supersede import supersede
from worksorders.store.tables.money.finance import LedgerEntry
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.offers import LineDone, Offer
from worksorders.store.tables.work.orders import WorksOrder
from worksorders.store.tables.work.variations import OverrideReview


@pytest.fixture
def accepted(session, scene):
    """The scene before the worker set out."""
    scene.visit.state, scene.visit.arrived_at = "accepted", None
    session.flush()
    return scene


def balance(session, order, account):
    cents = session.scalar(
        select(func.sum(LedgerEntry.amount_cents)).where(
            LedgerEntry.order_id == order.id, LedgerEntry.account == account
        )
    )
    return int(cents or 0)


def nothing_is_left_of(session, scene):
    session.flush()
    assert {visit.state for visit in scene.order.visits} == {"cancelled"}
    assert set(session.scalars(select(Booking.state))) == {"released"}
    assert set(session.scalars(select(Offer.state))) == {"withdrawn"}
    assert balance(session, scene.order, "committed") == 0
    with pytest.raises(NotFoundError):
        own_visit(session, scene.worker, scene.visit.id)


def test_an_order_is_replaced_with_its_lines_and_nothing_is_left_of_the_old_one(session, accepted):
    old = accepted.order
    due = old.permanent_due_at
    new = supersede(session, accepted.coordinator, old.id, reason="The door is wider", now=AT)
    assert (old.state, old.superseded_by_id, new.state, new.kind) == ("superseded", new.id, "draft", "first")
    assert [(line.item_code, line.quantity) for line in new.lines] == [("LK03", 2)]
    assert (new.permanent_due_at, new.raised_at) == (due, old.raised_at)
    assert [visit.state for visit in new.visits] == ["unplanned"]
    nothing_is_left_of(session, accepted)
    assert [link.what for link in find_links(session, old)] == ["Replaced by"]
    assert [(link.what, link.code) for link in find_links(session, new)] == [("Takes the place of", old.code)]
    assert events(session, old, "order")[-1:] == ["order.superseded"]
    assert events(session, new, "order") == ["order.raised"]


def test_replacing_needs_a_reason_nobody_in_the_home_and_no_work_done(session, scene):
    with pytest.raises(FaultsError, match="Say why"):
        supersede(session, scene.coordinator, scene.order.id, reason=" ", now=AT)
    with pytest.raises(RefusedError, match="in the home now"):
        supersede(session, scene.coordinator, scene.order.id, reason="x", now=AT)
    session.rollback()
    session.add(
        LineDone(
            line_id=scene.line.id, visit_id=scene.visit.id, firm_id=scene.firm.id, done_quantity=1, done_at=AT,
            done_by=scene.worker.user_id,
        )
    )  # fmt: skip
    session.flush()
    with pytest.raises(RefusedError, match="follow-on order"):
        supersede(session, scene.coordinator, scene.order.id, reason="x", now=AT)


def test_an_open_variation_is_declined_with_the_order(session, scene):
    asked = ask(session, scene.worker, scene.visit.id, more(scene, "9"), AT)
    scene.visit.state = "aborted"
    session.flush()
    cancel(session, scene.coordinator, scene.order.id, reason="client_moved", now=AT)
    assert (asked.state, asked.decision_note) == ("declined", "The order was cancelled.")
    assert scene.order.state == "cancelled"


@pytest.mark.parametrize("reason", [code for code, _ in CANCEL.choices()])
def test_each_reason_of_the_list_cancels_with_all_that_hangs_on_it(session, accepted, reason):
    cancel(session, accepted.coordinator, accepted.order.id, reason=reason, now=AT)
    assert (accepted.order.state, accepted.order.state_reason) == ("cancelled", reason)
    nothing_is_left_of(session, accepted)
    assert accepted.order.assessment.state == "waiting"


def test_a_hold_comes_back_on_its_day_and_is_overdue_after_it(session, accepted):
    day = AT.date() + timedelta(days=3)
    hold(session, accepted.coordinator, accepted.order.id, reason="awaiting_material", review_on=day, now=AT)
    session.flush()
    assert not find_today(session, AT).reviews
    on_the_day = find_today(session, AT + timedelta(days=2)).reviews
    assert [(row.code, row.overdue_days) for row in on_the_day] == [(accepted.order.code, 0)]
    assert find_today(session, AT + timedelta(days=5)).reviews[0].overdue_days == 3


def test_an_override_is_never_blocked_is_logged_and_looked_over_by_somebody_else(session, scene):
    boss = factories.actor_of(factories.make_user(session, "administrator"))
    clerk = factories.make_user(session, raise_limit_cents=0)
    order = referrals.bare_order(session, clerk)
    order.urgency = "P1"
    session.add(
        type(scene.line)(
            order_id=order.id, position=1, item_code="LK03", measure="Rekey", offer_name="Lock work", kind="work",
            quantity=2, unit="each", rate=70, minutes=20, trade="locksmith", crew=1, lead_working_days=0,
            consent_group="none", evidence="photo",
        )
    )  # fmt: skip
    session.flush()
    session.refresh(order)
    with pytest.raises(FaultsError, match="cannot wait"):
        override(session, factories.actor_of(clerk), order.id, " ", AT)
    session.refresh(order)
    override(session, factories.actor_of(clerk), order.id, "The door is off", AT)
    session.flush()
    (row,) = find_overrides(session)
    assert (row.order_code, row.reason, row.limit_cents, row.reviewed_at) == (
        order.code, "The door is off", 0, None,
    )  # fmt: skip
    with pytest.raises(NotFoundError):
        review(session, scene.coordinator, row.id, "fine", AT)
    with pytest.raises(FaultsError):
        review(session, boss, row.id, " ", AT)
    review(session, boss, row.id, "It was right", AT)
    assert [one.reviewed_at for one in find_overrides(session)] == [AT]
    with pytest.raises(RefusedError):
        review(session, boss, row.id, "again", AT)
    with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
        session.execute(update(OverrideReview).values(note="other"))


def test_nobody_looks_over_their_own_override(session, scene):
    boss = factories.make_user(session, "administrator")
    coordinator = factories.actor_of(boss)
    session.execute(
        update(WorksOrder)
        .where(WorksOrder.id == scene.order.id)
        .values(urgency="P1", state="approval_pending")
    )
    session.expire_all()
    own = coordinator.__class__(boss.id, scene.coordinator.role, boss.display_name, "test")
    override(session, own, scene.order.id, "The door is off", AT)
    session.flush()
    with pytest.raises(NotPermittedError):
        review(session, coordinator, find_overrides(session)[0].id, "fine", AT)


def test_the_morning_of_the_review_warns_whoever_held_the_order_and_not_once_it_goes_on(session, accepted):
    day = AT.date() + timedelta(days=3)
    hold(session, accepted.coordinator, accepted.order.id, reason="awaiting_material", review_on=day, now=AT)
    timer = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == REVIEW)).one()
    assert timer.wanted_at == start_of_day(day) + timedelta(hours=8)
    effect = warn(SimpleNamespace(payload=timer.payload))
    effect(session, timer.wanted_at - timedelta(days=1))
    assert events(session, accepted.order, "order.hold_review") == []
    effect(session, timer.wanted_at)
    assert events(session, accepted.order, "order.hold_review") == ["order.hold_review_due"]
    resume(session, accepted.coordinator, accepted.order.id)
    effect(session, timer.wanted_at)
    assert len(events(session, accepted.order, "order.hold_review")) == 1
