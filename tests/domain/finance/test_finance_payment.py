"""The pay run at its gate."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.finance.world import ACCOUNT, TODAY, supplier
from worksorders.domain.finance.payment import (
    PayableNow,
    PayItem,
    PayRun,
    carried_on,
    check_run,
    hash_total,
    payments_of,
    run_hash,
)

PAY_ON = date(2026, 11, 24)
OTHER = "01-902-0068389-00"


def item(invoice_id="i-1", amount=80500, **changes):
    facts = PayItem(
        invoice_id, f"INV-{invoice_id}", "firm-1", "Harakeke Locks", amount, ACCOUNT, 2, "WO-7K2M"
    )
    return replace(facts, **changes)


def run(*items, **changes):
    items = items or (item(),)
    frozen = PayRun("RUN-1", PAY_ON, items, "finance-1", "finance-2", run_hash(items, PAY_ON))
    return replace(frozen, **changes)


def now(*items, **changes):
    bank = supplier().bank
    items = items or (item(),)
    return {
        one.invoice_id: replace(PayableNow(one.invoice_id, one.amount_cents, bank), **changes)
        for one in items
    }


def faults(pay_run, payables=None, today=TODAY):
    return [fault.code for fault in check_run(pay_run, now() if payables is None else payables, today)]


def test_a_frozen_run_of_two_people_may_be_paid():
    assert faults(run()) == []


def test_two_different_people():
    assert faults(run(approved_by="finance-1")) == ["two people"]
    assert faults(run(approved_by="")) == ["approval"]
    assert faults(run(), now(involved=frozenset({"finance-2"}))) == ["two people"]
    assert faults(run(), now(involved=frozenset({"finance-3"}))) == []


def test_a_run_changed_after_freezing_is_refused():
    changed = run()
    assert faults(replace(changed, items=(item(amount=80501),)), now(item(amount=80501))) == ["hash"]
    assert faults(replace(changed, pay_on=date(2026, 11, 25))) == ["hash"]


def test_everything_is_computed_again():
    assert faults(run(), now(item(amount=80499))) == ["amount"]
    assert faults(run(), {}) == ["unknown"]
    assert faults(run(item(amount=0)), now(item(amount=0), open_exceptions=("M08/IL-1",))) == ["exceptions"]


def test_the_account_must_still_be_the_frozen_one():
    bank = supplier().bank
    for changed in (
        replace(bank, version=3),
        replace(bank, account=OTHER),
        replace(bank, verified_by=None),
        None,
    ):
        assert faults(run(), now(bank=changed)) == ["account"]
    bad = "01-0242-0100195-00"
    pay_run = run(item(account=bad))
    assert faults(pay_run, now(bank=replace(bank, account=bad))) == ["account"]


def test_nothing_is_paid_twice():
    assert faults(run(), now(paid_in_run="RUN-0")) == ["paid"]
    assert faults(run(), now(paid_in_run="RUN-1")) == []
    assert faults(run(item(), item())) == ["twice"]


def test_a_run_is_paid_on_a_working_day_to_come():
    weekend = date(2026, 11, 28)
    assert faults(run(pay_on=weekend, frozen_hash=run_hash((item(),), weekend))) == ["date"]
    assert faults(run(), today=date(2026, 11, 25)) == ["date"]
    assert faults(run(), today=PAY_ON) == []


@pytest.mark.parametrize("reference", ["Mrs Smith", "12 Kowhai St", "", "wo-7k2m", "WO-7K2M-TOO-LONG"])
def test_a_reference_is_a_code_and_nothing_else(reference):
    assert faults(run(item(reference=reference))) == ["reference"]


def test_an_empty_run_is_refused():
    empty = replace(run(), items=(), frozen_hash=run_hash((), PAY_ON))
    assert faults(empty, {}) == ["empty"]


def test_credits_are_set_off_and_never_paid_out():
    credit = item("i-2", -20000)
    (payment,) = payments_of((item(), credit))
    assert (payment.amount_cents, payment.invoice_ids) == (60500, ("i-1", "i-2"))
    assert payments_of((credit,)) == ()
    assert faults(run(credit), now(credit)) == ["set-off"]
    assert faults(run(item(), credit), now(item(), credit)) == []
    whole = item("i-3", -80500)
    assert (payments_of((item(), whole)), carried_on((item(), whole))) == ((), frozenset())
    assert faults(run(item(), whole), now(item(), whole)) == []
    assert carried_on((item(amount=19999), credit)) == {credit.supplier_id}


def test_one_payment_for_each_supplier():
    others = (item("i-3", 100, supplier_id="firm-0", account=OTHER), item("i-2", 300))
    assert [(one.supplier_id, one.amount_cents) for one in payments_of((item(), *others))] == [
        ("firm-0", 100),
        ("firm-1", 80800),
    ]
    assert hash_total(payments_of((item(), *others))) == 2420100194 + 9020068389


@given(st.permutations([item("i-1"), item("i-2", 5), item("i-3", 7, account="0102420100194000")]))
def test_the_hash_and_the_payments_do_not_depend_on_order(items):
    fixed = [item("i-1"), item("i-2", 5), item("i-3", 7)]
    assert run_hash(items, PAY_ON) == run_hash(fixed, PAY_ON)
    assert [one.amount_cents for one in payments_of(items)] == [80512]


@pytest.mark.parametrize(
    "changes",
    [
        {"invoice_id": "i-9"},
        {"amount_cents": 1},
        {"account": OTHER},
        {"account_version": 9},
        {"reference": "X"},
    ],
)
def test_the_hash_changes_with_anything_that_matters(changes):
    assert run_hash([replace(item(), **changes)], PAY_ON) != run_hash([item()], PAY_ON)
