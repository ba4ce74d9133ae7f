"""Steps 0 and 1, what came in and what it says of tax: each code fires, and stays silent next to it."""

import pytest

from tests.domain.finance.documents import codes, credit, credited, with_tax
from tests.domain.finance.world import (
    D,
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
    IntakeFacts,
    IntakeFault,
    InvoiceSource,
)
from worksorders.domain.finance.reconcile import reconcile
from worksorders.domain.money import Gross, round_cents


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
