"""Coordinators see their own regions first and those that nobody looks after; nothing insecure is out of sight."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests import factories, referrals
from worksorders.domain.errors import FaultsError
from worksorders.domain.local_time import local_day
from worksorders.steps.actor import NotFoundError
from worksorders.steps.ordering.find.orders import OrderFilter, find_orders
from worksorders.steps.ordering.find.today import find_today
from worksorders.steps.settings.coordinators import assign, coordinators, cover_of, uncovered
from worksorders.steps.settings.regions import change_term
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import AuditEvent
from worksorders.store.tables.work.cases import Assessment, CaseFile

NOW = factories.NOW
HERE = referrals.REGION
ELSEWHERE = "E7"


@pytest.fixture
def people(session):
    """An administrator and two coordinators."""
    users = [factories.make_user(session, "administrator"), *(factories.make_user(session) for _ in range(2))]
    return [factories.actor_of(user) for user in users]


def order_in(session, actor, region):
    order = referrals.bare_order(session, session.get(AppUser, actor.user_id), insecure=True)
    order.region_code = region
    session.execute(update(CaseFile).where(CaseFile.id == order.case_id).values(region_code=region))
    session.flush()
    session.expire_all()
    return order.code


def seen(session, actor, *, everything=False):
    regions = None if everything else cover_of(session, actor).shown
    found = find_today(session, NOW, regions)
    listed = {row.code for row in find_orders(session, OrderFilter(regions=regions)).rows}
    assert {row.code for row in found.due} == listed
    return listed, {home.order_code for home in found.insecure.rows}, found.elsewhere


def test_without_any_region_assigned_everybody_sees_everything(session, people):
    _, first, _ = people
    codes = {order_in(session, first, HERE), order_in(session, first, ELSEWHERE)}
    assert seen(session, first) == (codes, codes, 0)


def test_ones_own_regions_come_first_and_the_others_are_counted_and_one_click_away(session, people):
    boss, first, second = people
    here, there = order_in(session, first, HERE), order_in(session, first, ELSEWHERE)
    assign(session, boss, first.user_id, [HERE], NOW)
    assign(session, boss, second.user_id, [ELSEWHERE], NOW)
    assert seen(session, first) == ({here}, {here}, 1)
    assert seen(session, second) == ({there}, {there}, 1)
    assert seen(session, first, everything=True) == ({here, there}, {here, there}, 0)


def test_the_homes_of_a_region_that_nobody_looks_after_are_shown_to_all(session, people):
    boss, first, second = people
    here, there = order_in(session, first, HERE), order_in(session, first, ELSEWHERE)
    assign(session, boss, first.user_id, [HERE], NOW)
    assert seen(session, first) == ({here, there}, {here, there}, 0)
    assign(session, boss, second.user_id, [ELSEWHERE], NOW)
    assert seen(session, first)[0] == {here}
    session.get(AppUser, second.user_id).disabled_at = NOW
    session.flush()
    assert ELSEWHERE in uncovered(session)
    assert seen(session, first)[0] == {here, there}


def test_only_an_administrator_assigns_known_regions_to_coordinators(session, people):
    boss, first, _ = people
    with pytest.raises(NotFoundError):
        assign(session, first, first.user_id, [HERE], NOW)
    with pytest.raises(NotFoundError):
        assign(session, boss, boss.user_id, [HERE], NOW)
    with pytest.raises(FaultsError, match="not a region"):
        assign(session, boss, first.user_id, ["ZZ"], NOW)
    assign(session, boss, first.user_id, [HERE, ELSEWHERE], NOW)
    assign(session, boss, first.user_id, [ELSEWHERE], NOW)
    assert {one.regions for one in coordinators(session)} == {(ELSEWHERE,), ()}
    events = session.scalars(select(AuditEvent).where(AuditEvent.action == "user.regions_assigned")).all()
    assert [event.detail["after"] for event in events] == [[ELSEWHERE, HERE], [ELSEWHERE]]


def test_a_referral_outside_of_the_days_of_service_goes_to_an_advocate(services):
    """Answer 6 fails before the first day, after the last one, and without a first day; both days are inside."""
    today = local_day(NOW)
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        boss = factories.actor_of(factories.make_user(session, "administrator"))
        office = factories.actor_of(factories.make_user(session))
    for days in ((1, None), (-30, -1), (None, None)):
        first, last = (today + timedelta(days=one) if one is not None else None for one in days)
        with services.sessions.begin() as session:
            change_term(session, boss, HERE, first, last, now=NOW)
        with pytest.raises(FaultsError) as raised:
            referrals.taken_in(services, office)
        assert list(raised.value.by_field()) == ["advocate"]
        made = referrals.taken_in(services, office, advocate="Mere, Te Whare")
        assert [one.key for one in made.decision.failed] == ["region_available"]
        with services.sessions() as session:
            assert session.get(Assessment, made.assessment_id).state == "handed_over"
    with services.sessions.begin() as session:
        change_term(session, boss, HERE, today, today, now=NOW)
    assert referrals.taken_in(services, office).decision.eligible
