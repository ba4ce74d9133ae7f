"""Postings: every event moves cents between accounts and loses none."""

from datetime import date

import pytest

from worksorders.domain.finance import ledger
from worksorders.domain.finance.ledger import Account, At, Entry, Event, balances, budget_identity
from worksorders.domain.money import MoneyError


def at(key, line="WL-1", year="Year 1", category=""):
    return At(key, date(2026, 11, 23), year, "WO-7K2M", line, category=category)


def opened(*entries):
    return balances([ledger.set_budget(at("b"), 100_000), *entries])


def standing(totals):
    return {
        account.value: cents for account, cents in totals.items() if cents and account is not Account.BUDGET
    }


def test_an_order_runs_from_budget_to_payment():
    steps = [
        (ledger.commit(at("c"), 70_000), {"uncommitted": 30_000, "committed": 70_000}),
        (ledger.accept(at("a"), 70_000), {"uncommitted": 30_000, "accrued": 70_000}),
        (ledger.match_line(at("m"), 70_000, 70_000), {"uncommitted": 30_000, "invoiced": 70_000}),
        (ledger.retain(at("r"), 3_500), {"uncommitted": 30_000, "invoiced": 66_500, "retention": 3_500}),
        (ledger.pay(at("p"), 66_500), {"uncommitted": 30_000, "retention": 3_500, "paid": 66_500}),
        (
            ledger.release_retention(at("l"), 3_500),
            {"uncommitted": 30_000, "invoiced": 3_500, "paid": 66_500},
        ),
        (ledger.pay(at("q"), 3_500), {"uncommitted": 30_000, "paid": 70_000}),
    ]
    done = []
    for entry, expected in steps:
        done.append(entry)
        totals = opened(*done)
        assert standing(totals) == expected
        assert sum(totals.values()) == 0
        assert budget_identity(totals).holds


def test_acceptance_by_a_firm_with_another_rate_adjusts_the_commitment():
    totals = opened(ledger.commit(at("c"), 70_000), ledger.recommit(at("x"), 70_000, 76_000))
    assert standing(totals) == {"uncommitted": 24_000, "committed": 76_000}


def test_variations_go_both_ways_and_cancelling_gives_the_rest_back():
    entries = [
        ledger.commit(at("c"), 70_000),
        ledger.recommit(at("v"), 0, 14_000),
        ledger.recommit(at("w"), 14_000, 10_000),
    ]
    assert standing(opened(*entries)) == {"uncommitted": 20_000, "committed": 80_000}
    assert standing(opened(*entries, ledger.cancel(at("k"), 80_000))) == {"uncommitted": 100_000}


def test_a_lower_claim_gives_the_rest_of_its_accrual_back():
    entries = [
        ledger.commit(at("c"), 70_000),
        ledger.accept(at("a"), 70_000),
        ledger.match_line(at("m"), 70_000, 65_000),
    ]
    assert standing(opened(*entries)) == {"uncommitted": 35_000, "invoiced": 65_000}
    entries.append(ledger.match_line(at("n"), -70_000, -65_000))
    assert standing(opened(*entries)) == {"uncommitted": 30_000, "accrued": 70_000}


def test_a_credit_on_paid_work_is_refunded():
    entries = [
        ledger.commit(at("c"), 70_000),
        ledger.accept(at("a"), 70_000),
        ledger.match_line(at("m"), 70_000, 70_000),
        ledger.pay(at("p"), 70_000),
        ledger.match_line(at("n"), -70_000, -70_000),
        ledger.refund(at("r"), 70_000),
    ]
    assert standing(opened(*entries)) == {"uncommitted": 30_000, "accrued": 70_000}


def test_an_entry_that_does_not_sum_to_zero_cannot_be_made():
    with pytest.raises(MoneyError, match="5 cents"):
        Entry(Event.PAID, at("p"), ((Account.INVOICED, -5), (Account.PAID, 10)))
    with pytest.raises(MoneyError, match="twice"):
        Entry(Event.PAID, at("p"), ((Account.PAID, -5), (Account.PAID, 5)))


def test_nothing_moved_is_no_movement():
    assert ledger.pay(at("p"), 0).movements == ()


def test_balances_are_told_by_any_key():
    entries = [ledger.commit(at("c"), 70), ledger.commit(at("d", year="Year 2"), 30)]
    by_year = ledger.balances_by(entries, lambda where: where.contract_year)
    assert {year: totals[Account.COMMITTED] for year, totals in by_year.items()} == {
        "Year 1": 70,
        "Year 2": 30,
    }
