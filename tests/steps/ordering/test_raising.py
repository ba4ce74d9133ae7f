"""An order is raised from an assessment, its lines are edited, and bad ones are refused at their field."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import factories, referrals
from tests.steps.ordering.parts import NOW, TODAY, codes, raised
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.steps.ordering.edit_lines import add_line, change_quantity, remove_line
from worksorders.steps.ordering.raise_order import raise_order
from worksorders.steps.ordering.rates import totals
from worksorders.store.tables.work.orders import (
    Visit,
    VisitDependency,
    WorksLine,
    WorksOrder,
)


def test_raising_fills_lines_from_findings_and_splits_them_into_visits(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session:
        order = session.get(WorksOrder, order_id)
        assert order.state == "draft"
        assert {
            "DR04",
            "DR01",
            "LK03",
            "LK06",
            "LK11",
            "WN01",
            "AL01",
            "AL02",
            "SV04",
            "LK01",
            "SV05",
        } <= set(codes(order))
        assert order.assessment.state == "ordered"
        interim = next(line for line in order.lines if line.item_code == "DR04")
        assert (interim.interim, interim.interim_for) == (True, "DR01")
        assert interim.visit.interim
        assert order.make_safe_due_at == NOW + timedelta(hours=24)
        visits = order.visits
        assert [visit.position for visit in visits] == list(range(1, len(visits) + 1))
        worked = [line for line in order.lines if line.kind in {"work", "check"}]
        assert all(line.visit_id for line in worked)
        sums = totals(order.lines, TODAY)
        assert sums.gross_cents == sums.net_cents + round(sums.net_cents * 0.15)


def test_the_alarm_waits_for_everything_and_the_door_for_the_laboratory(services, actor):
    order_id = raised(services, actor)
    with services.sessions() as session:
        order = session.get(WorksOrder, order_id)
        visit_of = {line.item_code: line.visit for line in order.lines if line.visit_id}
        rows = session.scalars(select(VisitDependency)).all()
        before = {(row.before_id, row.after_id): row for row in rows}
        gap = before[visit_of["SV04"].id, visit_of["DR01"].id]
        assert gap.least_gap_minutes == 4 * 24 * 60
        assert visit_of["DR01"].ready_on > visit_of["SV04"].ready_on
        assert visit_of["AL01"].position > visit_of["DR01"].position


def test_raising_twice_or_on_an_ineligible_assessment_is_refused(services, actor):
    made = referrals.taken_in(services, actor)
    with services.sessions.begin() as session:
        raise_order(session, actor, made.assessment_id, NOW)
    with services.sessions() as session, pytest.raises(RefusedError):
        raise_order(session, actor, made.assessment_id, NOW)
    home = referrals.ReferredHome("1 Other Street", referrals.TOWN, built_before_2000=False)
    person = referrals.ReferredPerson("Nobody Else", "+64275550111")
    not_eligible = referrals.taken_in(
        services,
        actor,
        home=home,
        person=person,
        answers=referrals.answers(lives_apart=False),
        advocate="Aroha",
    )
    with services.sessions() as session, pytest.raises(RefusedError):
        raise_order(session, actor, not_eligible.assessment_id, NOW)


def test_a_second_order_for_a_home_with_a_live_one_must_be_meant(services, actor):
    raised(services, actor)
    again = referrals.taken_in(services, actor)
    assert len(again.joined.live_orders) == 1
    with services.sessions() as session, pytest.raises(RefusedError, match="already has the live order"):
        raise_order(session, actor, again.assessment_id, NOW)
    with services.sessions.begin() as session:
        assert raise_order(session, actor, again.assessment_id, NOW, beside_live=True).state == "draft"


def test_editing_lines_changes_totals_and_visits(services, actor):
    order_id = raised(services, actor)
    with services.sessions.begin() as session:
        order = session.get(WorksOrder, order_id)
        before = totals(order.lines, TODAY).net_cents
        line = next(line for line in order.lines if line.item_code == "WN01")
        change_quantity(session, actor, order_id, line.id, Decimal(5))
        assert totals(order.lines, TODAY).net_cents == before + 3 * 4200
        glass = order.assessment.openings[1].id
        add_line(session, actor, order_id, opening_id=glass, item_code="gl03", quantity=Decimal(1), now=NOW)
        assert any(visit.trade == "glazier" for visit in order.visits)
        remove_line(
            session, actor, order_id, next(one.id for one in order.lines if one.item_code == "GL03"), NOW
        )
        assert not any(visit.trade == "glazier" for visit in order.visits)
    with services.sessions() as session:
        orphans = session.scalar(
            select(func.count())
            .select_from(WorksLine)
            .where(WorksLine.visit_id.not_in(select(Visit.id)), WorksLine.visit_id.is_not(None))
        )
        assert orphans == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"item_code": "ZZ99"}, "item_code"),
        ({"quantity": Decimal(-1)}, "quantity"),
        ({"quantity": Decimal("0.00001")}, "quantity"),
        ({"opening_id": factories.uuid.UUID(int=7)}, "opening_id"),
    ],
)
def test_a_bad_line_is_refused_at_its_field(services, actor, values, field):
    order_id = raised(services, actor)
    with services.sessions() as session, pytest.raises(FaultsError) as caught:
        add_line(
            session,
            actor,
            order_id,
            **({"opening_id": None, "item_code": "AL03", "quantity": Decimal(1), "now": NOW} | values),
        )
    assert list(caught.value.by_field()) == [field]
