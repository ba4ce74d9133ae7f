"""Steps 2 and 3, who sent it and whether it came before: each code fires, and stays silent next to it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance.documents import (
    codes,
    earlier,
    with_bank,
    with_tax,
)
from tests.domain.finance.world import (
    D,
    agreement,
    facts,
    invoice,
    invoice_line,
    supplier,
)
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.facts import (
    EarlierLine,
    IntakeFacts,
    InvoiceKind,
    InvoiceSource,
    SharedDetail,
)
from worksorders.domain.finance.reconcile import reconcile


def test_p01_unknown_or_inactive():
    assert codes(invoice(), facts(suppliers=())) == ("P01",)
    assert codes(invoice(), facts(suppliers=(supplier(active=False),))) == ("P01",)
    assert "P01" not in codes(invoice())


def test_p02_the_business_number():
    assert codes(with_tax(invoice(), supplier_nzbn="9429033591476")) == ("P02",)
    assert codes(with_tax(invoice(), supplier_nzbn="9429039501976")) == ("P02",)
    assert codes(with_tax(invoice(), supplier_nzbn="")) == ()


def test_p03_only_the_verified_account_and_never_the_invoice_s():
    assert codes(with_tax(invoice(), bank_account="01-902-0068389-00")) == ("P03",)
    assert codes(with_tax(invoice(), bank_account="01-0242-0100195-00")) == ("P03",)
    assert codes(invoice(), facts(suppliers=(supplier(bank=None),))) == ("P03",)
    assert codes(invoice(), with_bank(verified_by=None)) == ("P03",)
    assert codes(invoice(), with_bank(verified_by="admin-1")) == ("P03",)
    assert codes(with_tax(invoice(), bank_account="")) == ()
    assert codes(with_tax(invoice(), bank_account="0102420100194000")) == ()


def test_p03_never_shows_a_whole_account():
    for found in reconcile(with_tax(invoice(), bank_account="01-902-0068389-00"), facts()).exceptions:
        assert "0068389" not in found.in_words()
        assert "0100194" not in found.in_words()


def test_p04_an_account_changed_recently_or_by_the_approver():
    assert codes(invoice(), with_bank(changed_on=date(2026, 10, 25))) == ("P04",)
    assert codes(invoice(), with_bank(changed_on=date(2026, 10, 24))) == ()
    for person in ("admin-1", "admin-2"):
        assert codes(invoice(), facts(approver=person)) == ("P04",)
    assert codes(invoice(), facts(approver="finance-1")) == ()


def test_p04_an_unknown_branch_holds_and_does_not_block():
    odd = "01-9999-0100197-00"
    unknown = facts(suppliers=(supplier(bank=replace(supplier().bank, account=odd)),))
    assert codes(with_tax(invoice(), bank_account=odd), unknown) == ("P04",)


def test_p06_shared_details_hold():
    shared = facts(suppliers=(supplier(shared=(SharedDetail("phone", "employee E-7"),)),))
    (found,) = reconcile(invoice(), shared).exceptions
    assert (found.code, found.actual) == ("P06", "the same phone as employee E-7")
    assert codes(invoice(), facts(suppliers=(supplier(shared=()),))) == ()


def test_p07_schedular_tax_without_a_declaration():
    assert codes(invoice(), facts(suppliers=(supplier(schedular=True),))) == ("P07",)
    declared = supplier(schedular=True, declaration_on=date(2026, 7, 1))
    assert codes(invoice(), facts(suppliers=(declared,))) == ()


@pytest.mark.parametrize("number", ["INV-100", "inv 100", "INV-00100", "1NV-1OO", "INV-100 COPY", "lNV.100"])
def test_d01_the_same_number_in_any_dress(number):
    assert "D01" in codes(invoice(), facts(earlier=(earlier(number, gross_cents=1),)))


def test_d01_stays_silent_for_others_and_for_what_was_rejected():
    for claim in (
        earlier("INV-100", supplier_id="firm-2", group="firm-2"),
        earlier("INV-100", standing=False),
        earlier("INV-101", gross_cents=1),
        earlier("INV-100", kind=InvoiceKind.CREDIT_NOTE),
    ):
        assert "D01" not in codes(invoice(), facts(earlier=(claim,)))


def test_d02_nearly_the_same_number_and_the_same_amount_within_days():
    assert codes(invoice(), facts(earlier=(earlier("INV-102"),))) == ("D02",)
    for claim in (
        earlier("INV-102", gross_cents=80501),
        earlier("INV-102", issued_on=date(2026, 11, 12)),
        earlier("SEP-2477"),
        earlier("INV-102", group="firm-2"),
    ):
        assert codes(invoice(), facts(earlier=(claim,))) == ()


def test_d02_reaches_over_a_group_of_suppliers():
    world = facts(
        suppliers=(supplier(group_id="group-1"),),
        earlier=(earlier("INV 100", supplier_id="firm-2", group="group-1"),),
    )
    assert codes(invoice(), world) == ("D02",)


def claimed_before(**changes):
    line = replace(EarlierLine("IL-1", "WL-1", D(5), 35000, D(5), 35000), **changes)
    return earlier("SEP-2477", lines=(line,), gross_cents=40250)


def test_d03_the_same_quantity_and_amount_of_a_line():
    half = invoice(invoice_line(quantity=5))
    world = facts(earlier=(claimed_before(),))
    match = reconcile(half, world)
    assert match.codes() == ("D03",)
    assert decide(match).accepted_cents == 0
    assert codes(invoice(invoice_line(quantity=4)), world) == ()
    assert codes(half, facts(earlier=(claimed_before(accepted_cents=0, disputed_cents=35000),))) == ()


def test_d03_further_work_of_the_same_size_cites_its_own_acceptance():
    world = facts(earlier=(claimed_before(acceptance_ids=("A-1",)),))
    further = invoice(invoice_line(quantity=5, acceptance_ids=("A-2",)))
    again = invoice(invoice_line(quantity=5, acceptance_ids=("A-1", "A-2")))
    assert codes(further, world) == ()
    assert codes(again, world) == ("D03",)


def test_d03_also_finds_a_line_twice_on_one_invoice():
    twice = invoice(invoice_line(1, 5), invoice_line(2, 5, item_code="LK01"))
    decision = decide(reconcile(twice, facts()))
    assert [line.portion.accepted_cents for line in decision.lines] == [35000, 0]


def test_d04_the_same_file_even_if_it_was_rejected():
    again = earlier("SEP-2477", file_sha256="sha-INV-100", standing=False, gross_cents=1)
    assert codes(invoice(), facts(earlier=(again,))) == ("D04",)
    assert codes(invoice(intake=IntakeFacts()), facts(earlier=(replace(again, file_sha256=""),))) == ()


def test_d05_two_records_of_one_firm():
    other_bank = replace(supplier().bank, account="01-902-0068389-00")
    twin = supplier(supplier_id="firm-2", bank=other_bank)
    assert codes(invoice(), facts(suppliers=(supplier(), twin))) == ("D05",)
    account = supplier(supplier_id="firm-2", nzbn="9429033591476")
    assert codes(invoice(), facts(suppliers=(supplier(), account))) == ("D05",)
    neither = supplier(supplier_id="firm-2", nzbn="9429033591476", bank=other_bank)
    assert codes(invoice(), facts(suppliers=(supplier(), neither))) == ()


def test_d06_no_invoice_from_the_supplier_under_self_billing():
    world = facts(agreements=(agreement(self_billing=True),))
    assert codes(invoice(), world) == ("D06",)
    assert codes(invoice(source=InvoiceSource.SELF_BILLED), world) == ()
