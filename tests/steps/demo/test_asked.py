"""The demo leaves something on each desk that answers firms."""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import select

from tests import dispatching as world
from tests import factories
from worksorders.steps.demo.asked import leave_asked
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.firms import Made
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.firms.contractors import VettingCheck
from worksorders.store.tables.firms.vetting import FirmRequest, TimeProposal

NOW = world.NOW


def test_a_check_two_requests_and_another_time_wait(services):
    with services.sessions.begin() as session:
        firms = [world.cleared_firm(session) for _ in range(4)]
        order = world.issued_order(session, firms)
        plan = world.publish(session, order, firms[0])
        offer_published_visits(session, plan.id, NOW)
        offices = {firm.id: world.account(session, firm) for firm in firms}
        aroha = factories.actor_of(factories.make_user(session, "administrator"))
        made = [Made(firm.id, "lock", "E7", tuple(one.id for one in firm.workers)) for firm in firms]
    past = Past(services.sessions, SimpleNamespace(), NOW)
    leave_asked(past, made, offices, aroha)
    with services.sessions() as session:
        assert session.scalars(select(VettingCheck.number).where(VettingCheck.state == "entered")).all() == [
            "IN700700"
        ]
        assert set(session.scalars(select(FirmRequest.kind))) == {"regions", "trades"}
        assert session.scalars(select(TimeProposal.state)).all() == ["open"]
