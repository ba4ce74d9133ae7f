"""Agreements and rate cards: days that never overlap, and pasts that never change."""

from __future__ import annotations

import itertools
import uuid
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests import factories
from worksorders.domain.errors import FaultsError
from worksorders.steps.admin import agreements, catalogue
from worksorders.steps.admin.files import BrokenFilesError
from worksorders.store.tables.firms.contractors import Agreement, RateCard, RateLine

NOW = factories.NOW
TODAY = date(2026, 11, 24)
HEADER = "code,unit,rate_nzd_ex_gst\n"
CARD = HEADER + "LK01,visit,140.00\nLK03,each,72.5\n"


@pytest.fixture
def agreement(session):
    catalogue.load_starting(session, None, TODAY, NOW)
    firm = factories.make_firm(session)
    return session.query(Agreement).filter_by(firm_id=firm.id).one()


def add(session, agreement, valid_from, valid_to=None, data=CARD):
    return agreements.add_rate_card(
        session, None, agreement.id, data, valid_from=valid_from, valid_to=valid_to, now=NOW
    )


def days(session, agreement):
    session.expire_all()
    return [agreements.first_and_last(card) for card in agreements.cards_of(session, agreement.id)]


def test_a_next_version_ends_the_open_one_on_the_day_before(session, agreement):
    add(session, agreement, date(2026, 7, 1))
    add(session, agreement, date(2026, 12, 1), data=CARD.replace("140.00", "151.00"))
    assert days(session, agreement) == [
        (date(2026, 7, 1), date(2026, 11, 30)),
        (date(2026, 12, 1), None),
    ]
    old = session.query(RateLine).join(RateCard, RateCard.id == RateLine.rate_card_id)
    rates = [str(line.rate) for line in old.filter(RateLine.item_code == "LK01").order_by(RateCard.version)]
    assert rates == ["140.0000", "151.0000"]


def test_days_that_have_passed_keep_their_rates(session, agreement):
    add(session, agreement, date(2026, 7, 1))
    with pytest.raises(FaultsError, match="start on 2026-11-24 or later"):
        add(session, agreement, date(2026, 11, 23))


def test_an_overlap_is_refused_in_words(session, agreement):
    add(session, agreement, date(2026, 12, 1), date(2026, 12, 31))
    with pytest.raises(FaultsError, match=r"Version 1 is in force from 2026-12-01 to 2026-12-31"):
        add(session, agreement, date(2026, 12, 31))
    add(session, agreement, date(2027, 1, 1))
    assert len(days(session, agreement)) == 2


def test_a_card_before_the_first_needs_a_last_day(session, agreement):
    add(session, agreement, date(2026, 12, 1))
    with pytest.raises(FaultsError, match="further notice"):
        add(session, agreement, date(2026, 7, 1))
    add(session, agreement, date(2026, 7, 1), date(2026, 11, 30))
    assert len(days(session, agreement)) == 2


def test_a_card_lies_inside_its_agreement(session, agreement):
    agreement.valid_to = date(2027, 6, 30)
    with pytest.raises(FaultsError, match="begins on 2026-01-01"):
        add(session, agreement, date(2025, 12, 31))
    with pytest.raises(FaultsError, match="ends on 2027-06-30"):
        add(session, agreement, date(2027, 1, 1), date(2027, 7, 1))


def test_a_broken_rate_card_is_refused_with_every_fault(session, agreement):
    with pytest.raises(BrokenFilesError) as caught:
        add(session, agreement, TODAY, data=HEADER + "ZZ99,each,1\nLK03,visit,-3\n")
    places = {(fault.line, fault.column) for _, fault in caught.value.faults}
    assert places == {(2, "code"), (3, "unit"), (3, "rate_nzd_ex_gst")}
    assert agreements.cards_of(session, agreement.id) == []


def test_two_terms_of_one_firm_do_not_overlap(session, agreement):
    with pytest.raises(FaultsError, match=f"has agreement {agreement.code}"):
        agreements.add_agreement(session, None, agreement.firm_id, valid_from=date(2027, 1, 1))
    actor = factories.actor_of(factories.make_user(session, "administrator"))
    agreements.end_agreement(session, actor, agreement.id, date(2026, 12, 31), TODAY)
    later = agreements.add_agreement(session, None, agreement.firm_id, valid_from=date(2027, 1, 1))
    assert later.code != agreement.code


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE rate_card SET valid = daterange('2026-07-01', '2026-08-01')",
        "UPDATE rate_card SET valid = daterange('2026-06-01', NULL)",
        "UPDATE rate_card SET valid = 'empty'",
        "UPDATE rate_card SET version = 9",
        "DELETE FROM rate_card",
        "UPDATE rate_line SET rate = 1",
    ],
)
def test_the_database_refuses_every_other_change_of_a_card(session, database, agreement, change):
    add(session, agreement, date(2026, 7, 1))
    add(session, agreement, date(2026, 12, 1), date(2026, 12, 31))
    session.commit()
    with (
        database.connect("works_owner") as owner,
        pytest.raises(Exception, match=r"rate card only|insert only"),
    ):
        owner.execute(change)
    with pytest.raises(DBAPIError):
        session.execute(text(change))
    session.rollback()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(
    wanted=st.lists(
        st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 20))), min_size=1, max_size=6
    )
)
def test_whatever_is_asked_for_no_two_cards_share_a_day(session, agreement, wanted):
    with session.begin_nested() as savepoint:
        mine = Agreement(
            id=uuid.uuid4(), firm_id=agreement.firm_id, code=uuid.uuid4().hex, valid_from=date(2026, 1, 1)
        )
        session.add(mine)
        session.flush()
        taken, refusals = 0, []
        for start, length in wanted:
            first = TODAY + timedelta(days=start)
            last = None if length is None else first + timedelta(days=length)
            try:
                add(session, mine, first, last)
                taken += 1
            except FaultsError as refusal:
                refusals.append(refusal.faults[0].field)
        found = sorted(days(session, mine))
        assert len(found) == taken == len(wanted) - len(refusals) >= 1
        assert set(refusals) <= {"valid_from"}
        for (_, last), (first, _) in itertools.pairwise(found):
            assert last is not None
            assert last < first
        savepoint.rollback()
