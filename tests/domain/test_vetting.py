from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.trade import TRADES, parse_trade
from worksorders.domain.people.vetting import (
    KINDS,
    Check,
    Cover,
    Holder,
    check_new,
    cleared_trades,
    lapse_warning,
    lapsing,
    may_attend,
    missing_checks,
    needs_of,
    uncovered,
)

DAY = date(2026, 11, 24)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def all_checks(trade, expires_on=date(2027, 6, 30)):
    return [Check(need.kinds[0], need.holder, date(2025, 1, 1), expires_on) for need in needs_of(trade)]


@pytest.mark.parametrize("trade", TRADES)
def test_all_that_a_trade_needs_clears_it_and_each_missing_check_is_named(trade):
    checks = all_checks(trade)
    assert missing_checks(trade, checks, DAY) == ()
    for left_out in checks:
        (missing,) = missing_checks(trade, [check for check in checks if check is not left_out], DAY)
        assert left_out.kind in missing.need.kinds
        assert missing.need.holder is left_out.holder
        assert missing.reason.endswith("is missing")


def test_either_vetting_will_do():
    checks = [check for check in all_checks("carpenter") if check.kind != "police_vetting"]
    checks.append(Check("criminal_record", Holder.WORKER, date(2026, 1, 1), None))
    assert missing_checks("carpenter", checks, DAY) == ()


def test_a_workers_check_does_not_stand_in_for_the_firms():
    checks = [Check(c.kind, Holder.WORKER, c.issued_on, c.expires_on) for c in all_checks("locksmith")]
    assert {missing.need.holder for missing in missing_checks("locksmith", checks, DAY)} == {Holder.FIRM}


@given(dates, dates, dates)
def test_a_check_counts_exactly_from_issue_to_expiry(issued, expires, on):
    check = Check("insurance", Holder.FIRM, issued, expires)
    assert check.valid_on(on) is (issued <= on <= expires)


def test_the_day_of_the_visit_decides():
    checks = all_checks("locksmith", expires_on=DAY)
    assert missing_checks("locksmith", checks, DAY) == ()
    lapsed = missing_checks("locksmith", checks, DAY + timedelta(days=1))
    assert (
        lapsed[0].reason
        == "Police vetting or Ministry of Justice criminal-record check lapsed on 24 November 2026"
    )
    assert lapsed[0].lapsed_on == DAY
    early = missing_checks("locksmith", checks, date(2024, 12, 31))
    assert "not valid yet" in early[0].reason


def test_a_worker_is_cleared_trade_by_trade():
    trades = {"carpenter", "locksmith"}
    checks = all_checks("carpenter")
    assert cleared_trades(trades, checks, DAY) == {"carpenter"}
    assert may_attend(parse_trade("locksmith|carpenter"), trades, checks, DAY)
    assert not may_attend(parse_trade("carpenter+locksmith"), trades, checks, DAY)
    assert may_attend(parse_trade("any"), trades, checks, DAY)
    assert not may_attend(parse_trade("any"), trades, checks[1:], DAY)


@pytest.mark.parametrize(
    ("left", "warning"), [(-1, 0), (0, 7), (7, 7), (8, 30), (30, 30), (31, 60), (60, 60), (61, None)]
)
def test_warnings_come_at_60_30_and_7_days(left, warning):
    check = Check("insurance", Holder.FIRM, date(2025, 1, 1), DAY + timedelta(days=left))
    assert lapse_warning(check, DAY) == warning


def test_a_check_that_was_renewed_is_not_warned_of():
    old = Check("insurance", Holder.FIRM, date(2025, 1, 1), DAY + timedelta(days=5))
    new = Check("insurance", Holder.FIRM, date(2026, 1, 1), DAY + timedelta(days=400))
    other = Check("induction", Holder.WORKER, date(2025, 1, 1), DAY - timedelta(days=1))
    endless = Check("photo_identity", Holder.WORKER, date(2025, 1, 1), None)
    assert lapsing([old, new, other, endless], DAY) == ((other, 0),)
    assert lapsing([old], DAY) == ((old, 7),)


def test_gaps_in_cover_are_named_by_trade_region_and_day():
    tuesday, wednesday = DAY, DAY + timedelta(days=1)
    worker = Cover(
        frozenset({"GIS"}), frozenset({"locksmith"}), tuple(all_checks("locksmith")), frozenset({tuesday})
    )
    assert uncovered(["locksmith"], ["GIS", "NSN"], [worker], [tuesday, wednesday]) == (
        ("locksmith", "GIS", tuesday),
        ("locksmith", "NSN", tuesday),
        ("locksmith", "NSN", wednesday),
    )


def test_a_new_check_is_judged_field_by_field():
    assert check_new("insurance", "P-1", "An insurer", DAY, None) == ()
    faults = check_new("luck", " ", "", DAY, DAY - timedelta(days=1))
    assert [field for field, _ in faults] == ["kind", "number", "issuer", "expires_on"]


def test_every_need_names_a_known_kind():
    for trade in TRADES:
        for need in needs_of(trade):
            assert set(need.kinds) <= set(KINDS)
