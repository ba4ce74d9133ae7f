"""Steps 6 and 8, the totals and what is kept back: each code fires, and stays silent next to it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance.documents import (
    RETAINED,
    codes,
    kept,
)
from tests.domain.finance.world import (
    facts,
    invoice,
    invoice_line,
    order,
    order_line,
)
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Gross, Net


def test_h01_lines_allowances_and_charges_make_the_net():
    match = reconcile(invoice(net=70010), facts())
    assert "H01" in match.codes()
    assert decide(match).accepted_cents == 0
    assert codes(invoice(allowance=Net(1000))) == ()


def test_an_allowance_on_the_document_is_shared_by_its_lines():
    lines = (invoice_line(1, 5), invoice_line(2, 5))
    world = facts(order(order_line(1, 5), order_line(2, 5)))
    decision = decide(reconcile(invoice(*lines, allowance=Net(1001)), world))
    assert [line.portion.accepted_cents for line in decision.lines] == [34499, 34500]
    assert decision.accepted_cents == decision.claimed_cents


def test_h02_net_and_gst_make_the_total():
    match = reconcile(invoice(total=80501), facts())
    assert match.codes() == ("H02",)
    decision = decide(match)
    assert (decision.claimed_cents, decision.disputed_cents) == (80501, 80501)
    assert codes(invoice()) == ()


def test_h03_what_was_prepaid_must_be_ours():
    prepaid = invoice(prepaid=Gross(10000))
    assert codes(prepaid) == ("H03",)
    known = facts(prepaid_cents=10000)
    assert codes(prepaid, known) == ()
    assert decide(reconcile(prepaid, known)).payable_cents == 70500


def test_h03_a_credit_line_on_an_invoice_needs_a_credit_note():
    sneaky = invoice(invoice_line(1, 10), invoice_line(2, -1, item_code="LK01"))
    match = reconcile(sneaky, facts())
    assert "H03" in match.codes()
    assert decide(match).accepted_cents == 0


def test_h04_other_currencies_are_read_and_then_stopped():
    aud = invoice(invoice_line(net=70000), total=80500)
    foreign = replace(aud, total=Gross(80500, "AUD"))
    assert codes(foreign) == ("H04",)
    assert decide(reconcile(foreign, facts())).accepted_cents == 0


def test_retention_is_off_unless_the_agreement_says_so():
    assert decide(reconcile(invoice(), facts())).retention_cents == 0
    decision = decide(reconcile(invoice(), facts(agreements=RETAINED)))
    assert (decision.retention_cents, decision.payable_cents) == (3500, 77000)


def test_t01_the_contract_s_share_exactly():
    assert codes(invoice(), kept(withheld_cents=3499)) == ("T01",)
    assert codes(invoice(), kept()) == ()


def test_t02_needs_a_trust_posting():
    assert codes(invoice(), kept(trust_posting="")) == ("T02",)


@pytest.mark.parametrize(
    ("on", "expected"), [(date(2027, 5, 11), ("T03",)), (date(2027, 5, 12), ()), (None, ("T03",))]
)
def test_t03_released_early(on, expected):
    assert codes(invoice(), kept(released_cents=3500, released_on=on)) == expected


@pytest.mark.parametrize(("used", "expected"), [(date(2026, 11, 13), ("T04",)), (date(2026, 11, 16), ())])
def test_t04_used_without_ten_working_days_notice(used, expected):
    used_up = kept(used_cents=100, notice_given_on=date(2026, 11, 2), used_on=used)
    assert codes(invoice(), used_up) == expected
    assert codes(invoice(), kept(used_cents=100)) == ("T04",)
