"""What comes with the visits of a draft follows its other lines, unless somebody changed it by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests import factories, referrals
from web.services import make_services
from worksorders.domain.errors import RefusedError
from worksorders.steps.ordering.edit_lines import add_line, change_quantity, remove_line
from worksorders.steps.ordering.raise_order import raise_order
from worksorders.store.tables.work.orders import WorksOrder

NOW = factories.NOW


@pytest.fixture(scope="module")
def raised(new_database, vault_key_file):
    """A draft with a door, two window stays and an alarm, committed once for this file."""
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        with services.sessions.begin() as session:
            referrals.load_starting_catalogue(session)
            referrals.firm_with_rates(session)
            actor = factories.actor_of(factories.make_user(session))
        made = referrals.taken_in(services, actor)
        with services.sessions.begin() as session:
            order_id = raise_order(session, actor, made.assessment_id, NOW).id
        yield services, actor, order_id
        services.engine.dispose()


@pytest.fixture
def draft(raised):
    services, actor, order_id = raised
    with services.sessions() as session:
        yield session, actor, session.get(WorksOrder, order_id)


def live(order, *codes):
    return [line for line in order.lines if line.removed_at is None and line.item_code in codes]


def locksmith_visits(order):
    return [visit for visit in order.visits if visit.trade == "locksmith"]


def take_out_locksmith(session, actor, order):
    for line in list(order.lines):
        if line.removed_at is None and line.trade == "locksmith" and line.kind == "work":
            remove_line(session, actor, order.id, line.id, NOW)
            session.flush()


def test_there_is_a_call_out_for_each_visit_that_only_a_locksmith_makes(draft):
    _, _, order = draft
    assert len(live(order, "LK01")) == len(locksmith_visits(order)) > 0
    assert len(live(order, "SV05")) == 1


def test_without_the_locksmiths_work_the_call_out_goes_and_comes_back_with_it(draft):
    session, actor, order = draft
    before = len(live(order, "LK01"))
    take_out_locksmith(session, actor, order)
    assert not live(order, "LK01")
    assert not locksmith_visits(order)
    opening = order.assessment.openings[0].id
    add_line(session, actor, order.id, opening_id=opening, item_code="LK06", quantity=Decimal(1), now=NOW)
    assert len(live(order, "LK01")) == len(locksmith_visits(order)) == 1 <= before
    assert live(order, "LK01")[0].visit_id == locksmith_visits(order)[0].id


def test_what_was_changed_by_hand_stays_as_it_was_left(draft):
    session, actor, order = draft
    (call_out, *_) = live(order, "LK01")
    change_quantity(session, actor, order.id, call_out.id, Decimal(2))
    take_out_locksmith(session, actor, order)
    assert call_out.id in {line.id for line in live(order, "LK01")}
    assert call_out.quantity == 2


def test_what_was_taken_out_by_hand_does_not_come_back(draft):
    session, actor, order = draft
    for line in live(order, "SV05"):
        remove_line(session, actor, order.id, line.id, NOW)
    opening = order.assessment.openings[0].id
    add_line(session, actor, order.id, opening_id=opening, item_code="LK06", quantity=Decimal(1), now=NOW)
    assert not live(order, "SV05")


def test_the_last_line_of_real_work_cannot_go(draft):
    session, actor, order = draft
    real = [line for line in order.lines if line.because != "comes with the visits"]
    for line in real[:-1]:
        remove_line(session, actor, order.id, line.id, NOW)
    with pytest.raises(RefusedError, match="only line"):
        remove_line(session, actor, order.id, real[-1].id, NOW)
