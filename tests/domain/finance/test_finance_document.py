"""Steps 0-3, 6 and 8, on the document as a whole: each code fires, and stays silent next to it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.finance.world import (
    D,
    agreement,
    facts,
    invoice,
    invoice_line,
    order,
    order_line,
    supplier,
)
from worksorders.domain.finance.checks.intake import find_protected
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.facts import (
    EarlierClaim,
    EarlierLine,
    IntakeFacts,
    IntakeFault,
    InvoiceKind,
    InvoiceSource,
    RetentionFacts,
    SharedDetail,
)
from worksorders.domain.finance.history import as_earlier
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Gross, Net, round_cents


def codes(document, world=None):
    return reconcile(document, world or facts()).codes()


def with_tax(document, **changes):
    return replace(document, tax=replace(document.tax, **changes))


def with_bank(**changes):
    return facts(suppliers=(supplier(bank=replace(supplier().bank, **changes)),))


def earlier(number="INV-99", **changes):
    claim = EarlierClaim(
        f"earlier-{number}",
        "firm-1",
        "firm-1",
        number,
        InvoiceKind.INVOICE,
        date(2026, 11, 15),
        80500,
        f"sha-{number}",
    )
    return replace(claim, **changes)


def test_i01_and_i02_name_the_place_the_rule_and_the_remedy():
    cut = IntakeFault("line 3", "the file ends inside an element", "Send the whole file.")
    rule = IntakeFault("/Invoice/cbc:ID", "no invoice number", "Give a number.", "BR-02")
    match = reconcile(invoice(intake=IntakeFacts(faults=(cut, rule))), facts())
    assert [one.code for one in match.exceptions] == ["I01", "I02"]
    assert match.exceptions[1].evidence == ("BR-02", "/Invoice/cbc:ID")
    assert match.exceptions[0].expected == "Send the whole file."
    assert codes(invoice()) == ()


def test_i03_a_typed_invoice_only_warns():
    typed = invoice(source=InvoiceSource.TYPED)
    assert codes(typed) == ("I03",)
    assert decide(reconcile(typed, facts())).accepted_cents == 80500


def test_i04_protected_text_blocks_and_shows_only_the_field():
    leaky = invoice(intake=IntakeFacts(protected_fields=("line 1 description",)))
    match = reconcile(leaky, facts())
    assert match.codes() == ("I04",)
    assert match.exceptions[0].about == "line 1 description"


@pytest.mark.parametrize(
    "text",
    ["Job at 12 Kowhai St.", "12 KŌWHAI  ST", "12, kōwhai-st (rear)", "ring 021-555 0199", "+64 21 555 0199"],
)
def test_protected_values_are_found_however_they_are_written(text):
    assert find_protected({"note": text, "clean": "lock work"}, ["12 Kōwhai St", "021 555 0199"]) == ("note",)


@pytest.mark.parametrize(
    "text", ["112 Kowhai Street north", "Order WO-7K2M, 3 locks", "", "020 555 0199", "Tui"]
)
def test_other_text_is_left_alone(text):
    assert find_protected({"note": text}, ["12 Kōwhai St", "021 555 0199", "7", "Tū"]) == ()


def test_g01_the_least_that_every_invoice_states():
    assert codes(with_tax(invoice(), supplier_name=" ")) == ("G01",)
    assert codes(invoice(issued_on=None)) == ("G01",)
    assert codes(invoice(invoice_line(description=""))) == ("G01",)
    assert codes(invoice()) == ()


def small(cents):
    """An invoice of so many cents with GST, all of it on one accepted line."""
    net = round_cents(D(cents) / D("1.15"))
    line = order_line(rate=D(net) / 100, ordered=1)
    document = invoice(invoice_line(quantity=1, rate=D(net) / 100), gst=cents - net)
    return document, facts(order(line))


@pytest.mark.parametrize(("cents", "expected"), [(20000, ()), (20001, ("G02",))])
def test_g02_begins_above_200_dollars(cents, expected):
    document, world = small(cents)
    assert document.total == Gross(cents)
    assert codes(with_tax(document, supplier_gst_number=""), world) == expected
    assert codes(with_tax(document, gst_stated=False), world) == expected


@pytest.mark.parametrize(("cents", "expected"), [(100000, ()), (100001, ("G03",))])
def test_g03_begins_above_1000_dollars(cents, expected):
    document, world = small(cents)
    for nameless in (with_tax(document, buyer_name=""), with_tax(document, buyer_contacts=())):
        assert tuple(code for code in codes(nameless, world) if code != "G06") == expected
    assert "G03" not in codes(document, world)


def test_g04_gst_from_a_supplier_without_registration():
    unregistered = facts(suppliers=(supplier(gst_number=""),))
    charged = with_tax(invoice(), supplier_gst_number="")
    assert codes(charged, unregistered) == ("G02", "G04")
    assert decide(reconcile(charged, unregistered)).accepted_cents == 0
    free = with_tax(invoice(gst=0), supplier_gst_number="")
    assert codes(free, unregistered) == ()


def test_g05_a_gst_number_with_a_bad_check_digit_or_of_another():
    assert codes(with_tax(invoice(), supplier_gst_number="49-091-851")) == ("G05",)
    assert codes(with_tax(invoice(), supplier_gst_number="35901981")) == ("G05",)
    assert codes(with_tax(invoice(), supplier_gst_number="049091850")) == ()


def test_g06_any_amount_but_the_four_allowed_ones():
    assert codes(invoice(gst=10501)) == ("G06",)
    assert codes(invoice(gst=10499)) == ("G06",)
    assert codes(invoice(gst=10590)) == ("G06",)
    lines = [invoice_line(at, 1, "0.1000", item_code="", order_line_id=str(at)) for at in (1, 2, 3)]
    world = facts(order(*(order_line(at, 1, "0.1000") for at in (1, 2, 3))))
    assert [codes(invoice(*lines, gst=gst), world) for gst in range(2, 8)] == [
        ("G06",),
        (),
        (),
        (),
        (),
        ("G06",),
    ]


def test_g06_the_difference_is_to_the_nearest_allowed_amount():
    (found,) = reconcile(invoice(gst=10590), facts()).exceptions
    assert (found.expected, found.actual, found.difference_cents) == ("$105.00", "$105.90", 90)


def credit(*lines, **changes):
    lines = lines or (invoice_line(quantity=-10),)
    return invoice(
        *lines, **{"number": "CN-1", "kind": InvoiceKind.CREDIT_NOTE, "credits_number": "INV-100", **changes}
    )


def credited():
    match = reconcile(invoice(), facts())
    return as_earlier(match, decide(match))


def test_g07_a_credit_note_names_its_invoice():
    world = facts(order(order_line(invoiced_quantity=D(10), invoiced_cents=70000)), earlier=(credited(),))
    assert codes(credit(), world) == ()
    assert decide(reconcile(credit(), world)).accepted_cents == -80500
    assert codes(credit(credits_number="INV-777"), world) == ("G07",)
    assert codes(credit(credits_number=""), world) == ("G07",)


def test_g07_a_credit_note_takes_back_no_more_than_was_claimed():
    world = facts(earlier=(credited(),))
    match = reconcile(credit(invoice_line(quantity=-11)), world)
    assert match.codes() == ("G07",)
    portion = decide(match).lines[0].portion
    assert (portion.accepted_cents, portion.held_cents) == (-70000, -7000)


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


RETAINED = (agreement(retention=D("0.05")),)


def kept(**changes):
    record = replace(RetentionFacts("AG-1", 3500, "trust-1", date(2027, 5, 12)), **changes)
    return facts(agreements=RETAINED, retentions={"id-INV-100": record})


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
