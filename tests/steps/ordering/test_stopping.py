"""An order is held, taken back or cancelled, and what hung on it is freed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from tests import factories
from tests.steps.ordering.parts import NOW, TODAY, made_ready
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.ordering.issue import issue
from worksorders.steps.ordering.pause import cancel, hold, resume
from worksorders.store.tables.firms.contractors import Worker
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment
from worksorders.store.tables.work.offers import Offer, OfferVisit
from worksorders.store.tables.work.orders import (
    Visit,
)


def test_an_order_on_hold_has_a_review_date_and_goes_back_where_it_was(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        hold(session, actor, order_id, reason="tired", review_on=date(2026, 1, 1), now=NOW)
    assert set(caught.value.by_field()) == {"reason", "review_on"}
    with services.sessions.begin() as session:
        order = hold(
            session,
            actor,
            order_id,
            reason="awaiting_landlord",
            review_on=TODAY + timedelta(days=7),
            now=NOW,
        )
        assert (order.state, order.resume_state) == ("on_hold", "ready")
    with services.sessions.begin() as session:
        assert resume(session, actor, order_id).state == "ready"


@pytest.mark.parametrize(("advocate", "state"), [("", "waiting"), ("Aroha Advocate", "handed_over")])
def test_cancelling_cancels_the_visits_and_frees_the_assessment(services, actor, advocate, state):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW)
        cancel(session, actor, order_id, reason="client_moved", advocate=advocate, now=NOW)
    with services.sessions() as session:
        assert set(session.scalars(select(Visit.state))) == {"cancelled"}
        assert session.scalars(select(Assessment.state)).one() == state


def test_each_move_leaves_one_audit_row(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW)
    with services.sessions() as session:
        moves = session.execute(
            select(AuditEvent.from_state, AuditEvent.to_state)
            .where(AuditEvent.subject_id == order_id, AuditEvent.to_state.is_not(None))
            .order_by(AuditEvent.id)
        ).all()
        assert [tuple(row) for row in moves] == [
            (None, "draft"),
            ("draft", "approval_pending"),
            ("approval_pending", "ready"),
            ("ready", "issued"),
        ]


def test_cancelling_takes_an_accepted_visit_from_its_firm_with_the_workers_time(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        order = issue(session, actor, order_id, NOW)
        visit, worker = order.visits[0], session.scalars(select(Worker)).first()
        offer = Offer(
            id=factories.uuid.uuid4(),
            code="F-TEST-00002",
            order_id=order_id,
            firm_id=worker.firm_id,
            state="accepted",
            urgent=False,
            price_cents=100,
            opened_at=NOW,
            expires_at=NOW,
        )
        session.add(offer)
        session.flush()
        session.add(OfferVisit(offer_id=offer.id, visit_id=visit.id))
        during = Range(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=1))
        session.add(
            Booking(
                worker_id=worker.id,
                firm_id=worker.firm_id,
                visit_id=visit.id,
                during=during,
                state="confirmed",
            )
        )
        visit.state, visit.firm_id, visit.start_at = "accepted", worker.firm_id, during.lower
    with services.sessions.begin() as session:
        cancel(session, actor, order_id, reason="client_withdrew", now=NOW)
    with services.sessions() as session:
        assert session.scalars(select(Offer.state)).one() == "withdrawn"
        assert session.scalars(select(Booking.state)).one() == "released"
        assert session.scalars(select(Visit.firm_id).where(Visit.firm_id.is_not(None))).all() == []


def test_an_order_is_not_cancelled_while_a_worker_is_in_the_home(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, NOW).visits[0].state = "on_site"
    with services.sessions() as session, pytest.raises(RefusedError, match="in the home now"):
        cancel(session, actor, order_id, reason="client_withdrew", now=NOW)
