"""An order is issued once, with rates frozen and counted from that day."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from tests import factories, referrals
from tests.steps.ordering.parts import NOW, TODAY, made_ready
from worksorders.domain.errors import DomainError, FaultsError, NotPermittedError, RefusedError
from worksorders.steps.ordering.approve import send_on
from worksorders.steps.ordering.edit_lines import add_line, revise
from worksorders.steps.ordering.issue import issue
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.orders import (
    FrozenRate,
    Visit,
    WorksOrder,
)


def test_issue_freezes_each_firms_rate_and_shows_the_highest(services, actor):
    with services.sessions.begin() as session:
        dearer = referrals.firm_with_rates(session, factor=Decimal("1.25"))
        referrals.firm_with_rates(session, region="E7", factor=Decimal(3))
        referrals.firm_with_rates(session, trades=("glazier",), factor=Decimal(2))
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        order = issue(session, actor, order_id, NOW)
        assert (order.state, order.issued_on) == ("issued", TODAY)
        rekey = next(line for line in order.lines if line.item_code == "LK03")
        assert rekey.rate == Decimal("87.5")
        rates = session.scalars(select(FrozenRate).where(FrozenRate.line_id == rekey.id)).all()
        assert sorted(row.rate for row in rates) == [Decimal(70), Decimal("87.5")]
        assert dearer.id in {row.firm_id for row in rates}
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "order.issued")).one()
        assert sent.payload == {"order_id": str(order_id)}


def test_a_line_without_a_rate_in_force_is_refused_naming_item_and_date(services, prepared, session):
    first, _ = prepared
    order_id = made_ready(services, first)
    with services.sessions.begin() as own:
        own.execute(text("UPDATE firm SET active = false"))
        referrals.firm_with_rates(own, without=("LK03",))
    with services.sessions() as own, pytest.raises(FaultsError) as caught:
        issue(own, first, order_id, NOW)
    assert "LK03 (Rekey cylinder) has no rate in force on 24/11/2026" in str(caught.value)
    with services.sessions() as own:
        assert own.get(WorksOrder, order_id).state == "ready"


def test_rates_that_rose_since_approval_need_a_new_approval(services, actor):
    with services.sessions.begin() as session:
        session.get(factories.AppUser, actor.user_id).raise_limit_cents = 500_000
    order_id = made_ready(services, actor)
    with services.sessions.begin() as session:
        referrals.firm_with_rates(session, factor=Decimal(4))
    with services.sessions() as session, pytest.raises(NotPermittedError, match="risen since approval"):
        issue(session, actor, order_id, NOW)


def test_material_is_counted_from_issue_and_deadlines_from_raising(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session:
        drafted = {v.trade + str(v.interim): (v.ready_on, v.due_at) for v in session.scalars(select(Visit))}
    later = NOW + timedelta(days=3)
    with services.sessions.begin() as session:
        issue(session, actor, order_id, later)
        for visit in session.scalars(select(Visit)):
            ready_on, due_at = drafted[visit.trade + str(visit.interim)]
            assert visit.ready_on >= ready_on
            if visit.interim:
                assert visit.due_at == due_at
            else:
                assert visit.due_at >= due_at


def test_two_who_issue_at_once_issue_once(services, prepared):
    order_id = made_ready(services, prepared[0])
    barrier, outcomes = threading.Barrier(2), []

    def run(who):
        barrier.wait()
        try:
            with services.sessions.begin() as session:
                outcomes.append(issue(session, who, order_id, NOW).state)
        except DomainError as error:
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(who,)) for who in prepared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["RefusedError", "issued"]
    with services.sessions() as session:
        kinds = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.kind == "order.issued")).all()
        assert len(kinds) == 1


def test_an_order_taken_back_can_be_edited_and_is_approved_anew(services, actor):
    order_id = made_ready(services, actor)
    with services.sessions() as session, pytest.raises(RefusedError):
        add_line(session, actor, order_id, opening_id=None, item_code="AL03", quantity=Decimal(1), now=NOW)
    with services.sessions.begin() as session:
        assert revise(session, actor, order_id).approved_at is None
        add_line(session, actor, order_id, opening_id=None, item_code="AL03", quantity=Decimal(1), now=NOW)
        assert send_on(session, actor, order_id, NOW).state == "ready"


def test_without_a_funding_contract_of_the_day_nothing_is_issued(services, actor):
    order_id = made_ready(services, actor)
    long_after = NOW + timedelta(days=4 * 366)
    with services.sessions() as session, pytest.raises(NotPermittedError, match="contract"):
        issue(session, actor, order_id, long_after)
