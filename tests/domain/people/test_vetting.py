"""Which checks let a worker of a firm into a home, on which day and for which trade."""

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.trade import TRADES, parse_trade
from worksorders.domain.people import vetting
from worksorders.domain.people.check_kinds import (
    STARTING_KINDS,
    CheckKind,
    check_kind_faults,
    last_day,
    register_of,
    starting_register,
)
from worksorders.domain.people.vetting import Check, Holder, lapse_warning, lapsing

DAY = date(2026, 11, 24)
REGISTER = starting_register()
missing_checks = partial(vetting.missing_checks, REGISTER)
cleared_trades = partial(vetting.cleared_trades, REGISTER)
may_attend = partial(vetting.may_attend, REGISTER)


def needs_of(trade, on=DAY):
    return REGISTER.needs_of(trade, on)


dates = st.integers(0, 729).map(lambda days: date(2026, 1, 1) + timedelta(days=days))


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


def judged(register=REGISTER, holder=Holder.FIRM, kind="insurance", issued_on=DAY, expires_on=None, **words):
    new = Check(kind, holder, issued_on, expires_on)
    return vetting.check_new(
        register, holder, new, today=DAY, **({"number": "P-1", "issuer": "An insurer"} | words)
    )


def test_a_new_check_is_judged_field_by_field():
    assert judged() == ()
    faults = judged(
        kind="luck",
        number=" ",
        issuer="",
        issued_on=DAY + timedelta(days=1),
        expires_on=DAY - timedelta(days=1),
    )
    assert [field for field, _ in faults] == ["kind", "number", "issuer", "issued_on", "expires_on"]


def test_a_kind_belongs_to_its_holder():
    assert [field for field, _ in judged(holder=Holder.WORKER)] == ["kind"]


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 1, 15), 12, date(2027, 1, 14)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_check_counts_whole_months(issued, months, last):
    assert last_day(issued, months) == last


def test_a_kind_that_lasts_so_long_ends_a_check_by_itself():
    register = register_of((CheckKind("induction", "Induction", Holder.WORKER, months=12),))
    new = Check("induction", Holder.WORKER, DAY, None)
    assert vetting.counts_until(register, Holder.WORKER, new, DAY) == date(2027, 11, 23)
    late = judged(register, Holder.WORKER, "induction", expires_on=date(2027, 11, 24))
    assert [field for field, _ in late] == ["expires_on"]
    assert judged(register, Holder.WORKER, "induction", expires_on=date(2027, 11, 23)) == ()


def test_a_kind_is_asked_from_its_first_day_to_its_last():
    course = CheckKind(
        "asbestos_course",
        "Asbestos course",
        Holder.WORKER,
        trades=frozenset({"carpenter"}),
        first_on=DAY,
        last_on=DAY + timedelta(days=6),
    )
    register = register_of((*STARTING_KINDS, course))

    def asked(trade, on):
        return "asbestos_course" in {kind for need in register.needs_of(trade, on) for kind in need.kinds}

    assert not asked("carpenter", DAY - timedelta(days=1))
    assert asked("carpenter", DAY)
    assert asked("carpenter", DAY + timedelta(days=6))
    assert not asked("carpenter", DAY + timedelta(days=7))
    assert not asked("locksmith", DAY)


def test_every_fault_of_a_new_kind_is_named():
    kind = CheckKind(
        "a b", " ", Holder.FIRM, trades=frozenset({"wizard"}), months=0, first_on=date(2020, 1, 1)
    )
    faults = check_kind_faults(kind, TRADES, DAY)
    assert [field for field, _ in faults] == ["code", "label", "months", "trades", "first_on"]


def test_every_need_names_a_known_kind():
    for trade in TRADES:
        for need in needs_of(trade):
            assert set(need.kinds) <= {kind.code for kind in STARTING_KINDS}
