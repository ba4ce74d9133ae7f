"""An accepted visit that can no longer be made is found before it is late, with the reason."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event, select

from tests import dispatching as world
from tests import factories
from worksorders.steps.offers.published import offer_published_visits
from worksorders.steps.offers.respond import accept
from worksorders.steps.people.never_send import add
from worksorders.steps.site.find.cannot import cannot_be_made
from worksorders.store.tables.firms.contractors import Absence, VettingCheck
from worksorders.store.tables.work.offers import Offer

NOW = world.NOW
VISIT_ON = date(2026, 11, 25)


def accepted(session, firm):
    order = world.issued_order(session, [firm])
    plan = world.publish(session, order, firm)
    offer_published_visits(session, plan.id, NOW)
    offer_id = session.scalars(select(Offer.id).where(Offer.order_id == order.id)).one()
    accept(session, world.account(session, firm), offer_id, NOW)
    return order


def stopped(session, _order, worker):
    worker.active = False


def absent(session, _order, worker):
    session.add(Absence(worker_id=worker.id, from_on=VISIT_ON, to_on=VISIT_ON))


def lapsed(session, _order, worker):
    for check in session.scalars(select(VettingCheck).where(VettingCheck.worker_id == worker.id)):
        check.expires_on = date(2026, 11, 24)


def barred(session, order, worker):
    coordinator = factories.actor_of(factories.make_user(session, "coordinator"))
    add(session, coordinator, order.case_id, worker_id=worker.id, now=NOW)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (stopped, "does not work for the service any more"),
        (absent, "is not at work on that day"),
        (lapsed, "a check is not valid on that day"),
        (barred, "is barred from the case"),
    ],
)
def test_a_visit_that_nobody_of_its_crew_can_make_is_found_with_the_reason(session, happens, why):
    firm = world.cleared_firm(session)
    order = accepted(session, firm)
    assert cannot_be_made(session, NOW) == []
    happens(session, order, firm.workers[0])
    session.flush()
    (row,) = cannot_be_made(session, NOW)
    assert (row.code, row.order_code) == (order.visits[0].code, order.code)
    assert row.reasons == (f"{firm.workers[0].first_name}: {why}",)


def test_the_number_of_queries_does_not_grow_with_the_visits(session):
    def queries():
        session.flush()
        seen = []
        listen = lambda *args: seen.append(args[2])
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        rows = cannot_be_made(session, NOW)
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        return len(rows), len(seen)

    def add_one():
        firm = world.cleared_firm(session)
        accepted(session, firm)
        firm.workers[0].active = False

    add_one()
    one = queries()
    add_one()
    add_one()
    assert one[0] == 1
    assert queries() == (3, one[1])
