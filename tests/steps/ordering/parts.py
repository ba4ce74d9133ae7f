"""Orders on their way, as the tests of this folder need them."""

from __future__ import annotations

from tests import factories, referrals
from tests.agreeing import agree
from worksorders.domain.local_time import local_day
from worksorders.steps.ordering.approve import send_on
from worksorders.steps.ordering.raise_order import raise_order

NOW = factories.NOW
TODAY = local_day(NOW)


def raised(services, actor, **values):
    made = referrals.taken_in(services, actor, **values)
    with services.sessions.begin() as session:
        return raise_order(session, actor, made.assessment_id, NOW).id


def made_ready(services, actor, **values):
    order_id = raised(services, actor, **values)
    with services.sessions.begin() as session:
        agree(session, services.cipher, actor, order_id)
        order = send_on(session, actor, order_id, NOW)
        assert order.state == "ready"
    return order_id


def codes(order):
    return sorted(line.item_code for line in order.lines if line.removed_at is None)
