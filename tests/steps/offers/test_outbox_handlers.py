"""Plans and urgent orders become offers, and offers lapse, by way of the outbox and the worker's own code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from tests import dispatching as world
from web.jobs import deliver
from worksorders.steps import outbox
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.offers import Offer


def run_due(services):
    """Deliver everything that is due, as relay and worker would; returns how many rows were done."""
    with services.sessions.begin() as session:
        due = outbox.take_due(session)
    return sum(deliver(services, delivery) for delivery in due)


def later(session, order):
    """Move the order's times to this year's clock, by which the worker lives."""
    start_at = (datetime.now(UTC) + timedelta(days=2)).replace(hour=22, minute=0, second=0, microsecond=0)
    for visit in order.visits:
        visit.due_at = start_at + timedelta(days=5)
    return start_at


def test_a_published_plan_is_offered_once_and_an_unanswered_offer_lapses(services):
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session)
        order = world.issued_order(session, [firm])
        plan = world.publish(session, order, firm, start_at=later(session, order))
        outbox.send(session, "plan.published", {"plan_id": str(plan.id)})
    assert run_due(services) == 1
    with services.sessions.begin() as session:
        offer = session.scalars(select(Offer)).one()
        assert offer.state == "open"
        offer.expires_at = datetime.now(UTC)
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.kind == "offer.lapse")
            .values(due_at=datetime.now(UTC), wanted_at=datetime.now(UTC))
        )
    assert run_due(services) == 1
    with services.sessions() as session:
        assert session.scalars(select(Offer.state)).one() == "lapsed"


def test_an_issued_p1_order_is_offered_without_a_plan(services):
    with services.sessions.begin() as session:
        firm = world.cleared_firm(session, on_call=True)
        order = world.issued_order(session, [firm], urgency="P1", interim=True)
        later(session, order)
        outbox.send(session, "order.issued", {"order_id": str(order.id)})
    assert run_due(services) == 1
    with services.sessions() as session:
        assert session.scalars(select(Offer.urgent)).all() == [True]
