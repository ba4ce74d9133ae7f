"""Every code of steps 0 to 8: one document that fires it and one next to it that must not, and no code without both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance import documents
from tests.domain.finance.test_finance_lines import variation
from tests.domain.finance.world import (
    D,
    agreement,
    contract,
    facts,
    invoice,
    invoice_line,
    order,
    order_line,
    supplier,
)
from worksorders.domain.finance.codes import CODES
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.exceptions import Release
from worksorders.domain.finance.facts import (
    IntakeFacts,
    IntakeFault,
    InvoiceSource,
    SharedDetail,
    UpliftTerm,
    YearCap,
)
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Gross, Net

SPECIFIED = {
    "B": "I01 I02 I04 G04 G05 P01 P02 P03 D01 D03 D04 D06 M01 M02 M03 M04 M05 M06 Q01 Q02 R01 R03 R05"
    " H01 H02 H03 H04 C01 C02 C03 C04 T01 T02 T03 T04",
    "H": "G06 G07 P04 P06 P07 D02 D05 M07 M08 M09 Q03 R04",
    "W": "I03 R02",
}
"""The codes of the specification by severity, those of step 1's bands aside, whose severity it leaves open."""
BANDS = ("G01", "G02", "G03")
EVERY = tuple(code for codes in SPECIFIED.values() for code in codes.split()) + BANDS
FAULT = IntakeFault("line 3", "it is cut off", "Send it again.")


def taxed(document, **changes):
    return replace(document, tax=replace(document.tax, **changes))


def line_of(**changes):
    return facts(order(order_line(**changes)))


def paid_by(**changes):
    return facts(suppliers=(supplier(**changes),))


def capped(cap, **changes):
    year = YearCap("Year 1", date(2026, 7, 1), date(2027, 6, 30), cap)
    return facts(contracts=(contract(gst_inclusive=False, **({"years": (year,)} | changes)),))


def over(cents, **changes):
    """A document of so many cents with GST."""
    net = cents * 20 // 23
    return taxed(invoice(invoice_line(net=net), gst=cents - net), **changes)


PLAIN = (invoice(), facts())
TWIN = supplier(supplier_id="firm-2", bank=replace(supplier().bank, account="01-902-0068389-00"))
STRANGER = replace(TWIN, nzbn="9429033591476")
UPLIFTED = invoice(invoice_line(net=73500, uplift=Net(3500)))
PAIRS = {
    "I01": ((invoice(intake=IntakeFacts(faults=(FAULT,))), facts()), PLAIN),
    "I02": ((invoice(intake=IntakeFacts(faults=(replace(FAULT, rule_id="ibr-002"),))), facts()), PLAIN),
    "I03": ((invoice(source=InvoiceSource.TYPED), facts()), PLAIN),
    "I04": ((invoice(intake=IntakeFacts(protected_fields=("note",))), facts()), PLAIN),
    "G01": ((taxed(invoice(), supplier_name=" "), facts()), PLAIN),
    "G02": ((over(20_001, supplier_gst_number=""), facts()), (over(20_000, supplier_gst_number=""), facts())),
    "G03": ((over(100_001, buyer_name=""), facts()), (over(100_000, buyer_name=""), facts())),
    "G04": ((invoice(), paid_by(gst_number="")), (invoice(gst=0), paid_by(gst_number=""))),
    "G05": ((taxed(invoice(), supplier_gst_number="136410133"), facts()), PLAIN),
    "G06": ((invoice(gst=10_502), facts()), (invoice(gst=10_500), facts())),
    "G07": (
        (documents.credit(credits_number="INV-777"), facts(earlier=(documents.credited(),))),
        (documents.credit(), facts(earlier=(documents.credited(),))),
    ),
    "P01": ((invoice(), paid_by(active=False)), PLAIN),
    "P02": ((taxed(invoice(), supplier_nzbn="9429033591476"), facts()), (taxed(invoice(), supplier_nzbn=""), facts())),
    "P03": ((taxed(invoice(), bank_account="01-902-0068389-00"), facts()), PLAIN),
    "P04": (
        (invoice(), documents.with_bank(changed_on=date(2026, 10, 25))),
        (invoice(), documents.with_bank(changed_on=date(2026, 10, 24))),
    ),
    "P06": ((invoice(), paid_by(shared=(SharedDetail("phone", "employee E-7"),))), PLAIN),
    "P07": (
        (invoice(), paid_by(schedular=True)),
        (invoice(), paid_by(schedular=True, declaration_on=date(2026, 7, 1))),
    ),
    "D01": (
        (invoice(), facts(earlier=(documents.earlier("1NV 1OO"),))),
        (invoice(), facts(earlier=(documents.earlier("INV-1000", gross_cents=1),))),
    ),
    "D02": (
        (invoice(), facts(earlier=(documents.earlier("INV-102", issued_on=date(2026, 11, 13)),))),
        (invoice(), facts(earlier=(documents.earlier("INV-102", issued_on=date(2026, 11, 12)),))),
    ),
    "D03": ((invoice(invoice_line(), invoice_line(2, item_code="LK01")), facts()), PLAIN),
    "D04": (
        (invoice(), facts(earlier=(documents.earlier("ZZ-1", file_sha256="sha-INV-100"),))),
        (invoice(), facts(earlier=(documents.earlier("ZZ-1"),))),
    ),
    "D05": (
        (invoice(), facts(suppliers=(supplier(), TWIN))),
        (invoice(), facts(suppliers=(supplier(), STRANGER))),
    ),
    "D06": (
        (invoice(), facts(agreements=(agreement(self_billing=True),))),
        (invoice(source=InvoiceSource.SELF_BILLED), facts(agreements=(agreement(self_billing=True),))),
    ),
    "M01": ((invoice(order_code="WO-NONE"), facts()), PLAIN),
    "M02": ((invoice(invoice_line(item_code="GL01")), facts()), PLAIN),
    "M03": ((invoice(), line_of(supplier_id="firm-2")), PLAIN),
    "M04": ((invoice(contract_code="NHSS-2"), facts()), (invoice(contract_code="NHSS-1"), facts())),
    "M05": ((invoice(), facts(order(state="cancelled"))), (invoice(), facts(order(state="closed")))),
    "M06": ((invoice(), line_of(no_access=True)), (invoice(), line_of(no_access=True, call_out=True))),
    "M07": ((invoice(), line_of(taken=0)), PLAIN),
    "M08": ((invoice(), line_of(evidence_missing=("photo",))), PLAIN),
    "M09": ((invoice(issued_on=date(2026, 11, 11)), facts()), (invoice(issued_on=date(2026, 11, 12)), facts())),
    "Q01": ((invoice(), line_of(taken=9)), (invoice(invoice_line(quantity=9)), line_of(taken=9))),
    "Q02": (
        (invoice(), line_of(ordered=9, done=10)),
        (invoice(), line_of(ordered=9, done=10, variations=(variation(1, 7000),))),
    ),
    "Q03": (
        (invoice(), line_of(measured_quantity=D(9))),
        (invoice(invoice_line(quantity=9)), line_of(measured_quantity=D(9))),
    ),
    "R01": ((invoice(invoice_line(rate="70.0001")), facts()), PLAIN),
    "R02": ((invoice(invoice_line(rate="69.9999")), facts()), PLAIN),
    "R03": ((invoice(invoice_line(unit="m2")), facts()), (invoice(invoice_line(unit="EA")), facts())),
    "R04": ((invoice(invoice_line(net=70_001)), facts()), PLAIN),
    "R05": (
        (UPLIFTED, facts(order(approved_cents=90_000))),
        (
            UPLIFTED,
            facts(order(approved_cents=90_000), agreements=(agreement(uplifts=(UpliftTerm("after hours", D("0.05")),)),)),
        ),
    ),
    "H01": ((invoice(net=70_001), facts()), PLAIN),
    "H02": ((invoice(total=80_501), facts()), PLAIN),
    "H03": ((invoice(prepaid=Gross(100)), facts()), (invoice(prepaid=Gross(100)), facts(prepaid_cents=100))),
    "H04": ((replace(invoice(), total=Gross(80_500, "AUD")), facts()), PLAIN),
    "C01": ((invoice(), facts(order(approved_cents=69_999))), (invoice(), facts(order(approved_cents=70_000)))),
    "C02": ((invoice(), capped(69_999)), (invoice(), capped(70_000))),
    "C03": ((invoice(), capped(0, years=(), cap_cents=69_999)), (invoice(), capped(0, years=(), cap_cents=70_000))),
    "C04": (
        (invoice(), line_of(ordered=8, done=10, variations=(variation(2, 14_000, 13_999),))),
        (invoice(), line_of(ordered=8, done=10, variations=(variation(2, 14_000, 14_000),))),
    ),
    "T01": ((invoice(), documents.kept(withheld_cents=3499)), (invoice(), documents.kept())),
    "T02": ((invoice(), documents.kept(trust_posting="")), (invoice(), documents.kept())),
    "T03": (
        (invoice(), documents.kept(released_cents=3500, released_on=date(2027, 5, 11))),
        (invoice(), documents.kept(released_cents=3500, released_on=date(2027, 5, 12))),
    ),
    "T04": (
        (invoice(), documents.kept(used_cents=100)),
        (
            invoice(),
            documents.kept(used_cents=100, notice_given_on=date(2026, 11, 2), used_on=date(2026, 11, 16)),
        ),
    ),
}  # fmt: skip


def test_a_rate_above_the_card_is_told_on_a_line_of_nothing():
    match = reconcile(
        invoice(invoice_line(), invoice_line(2, quantity=0, rate="99.0000", item_code="LK01")), facts()
    )
    assert match.codes() == ("R01",)
    assert decide(match).accepted_cents == 80_500


def test_no_code_of_the_specification_is_without_both_documents():
    assert set(PAIRS) == set(EVERY)
    assert set(EVERY) == {code for code in CODES if not code.startswith("F")}
    for severity, codes in SPECIFIED.items():
        assert {CODES[code].severity for code in codes.split()} == {severity}


@pytest.mark.parametrize("code", EVERY)
def test_it_fires_and_next_to_it_stays_silent(code):
    fires, silent = PAIRS[code]
    assert code in reconcile(*fires).codes()
    assert code not in reconcile(*silent).codes()


@pytest.mark.parametrize("code", EVERY)
def test_each_exception_says_what_was_expected_and_found_and_splits_every_cent(code):
    match = reconcile(*PAIRS[code][0])
    for one in match.exceptions:
        assert one.expected
        assert one.actual
        assert one.expected != one.actual
        assert one.in_words().endswith(".")
    decision = decide(match)
    parts = (decision.accepted_cents, decision.held_cents, decision.disputed_cents)
    assert sum(parts) == decision.claimed_cents == match.case.invoice.total.cents
    stopping = [one for one in match.exceptions if one.code == code and one.stops != ()]
    if CODES[code].severity == "B" and stopping and not code.startswith("T"):
        assert decision.accepted_cents < decision.claimed_cents


@pytest.mark.parametrize("code", [code for code in EVERY if CODES[code].releasable])
def test_a_hold_goes_with_a_release_by_somebody_else_and_comes_back_after_its_last_day(code):
    document, world = PAIRS[code][0]
    match = reconcile(document, world)
    found = next(one for one in match.exceptions if one.code == code)

    def held(who, on):
        released = Release(
            found.key, who, "the supplier explained it", on, on, abs(found.difference_cents or 0)
        )
        return found.key not in decide(match, [released]).released

    assert not held("finance-2", world.today)
    assert held(document.entered_by, world.today)
    assert held("finance-2", date(2026, 11, 22))
