"""The form of e-invoices: every small damage to one is told with its place and its rule."""

import copy

import pytest
from lxml import etree

from tests.gateways.ubl import allowance, invoice, line, tax_row
from worksorders.gateways.einvoice import read

MAY_REPEAT = {"PaymentMeans", "AllowanceCharge", "TaxSubtotal", "PartyIdentification"}


def whole():
    """A document with an allowance, a charge and two tax rows, so that every branch of the tree is there."""
    return invoice(
        allowances=allowance("70.00") + allowance("20.00", charge="true", category="Z", percent="0"),
        taxes=tax_row("630.00", "94.50") + tax_row("20.00", "0.00", "Z", "0"),
        tax="94.50",
        net="650.00",
        gross="744.50",
        payable="744.50",
        more_totals='<cbc:AllowanceTotalAmount currencyID="NZD">70.00</cbc:AllowanceTotalAmount>'
        '<cbc:ChargeTotalAmount currencyID="NZD">20.00</cbc:ChargeTotalAmount>',
    )


def damaged(change):
    """The document once for each element, with that element changed."""
    root = etree.fromstring(whole())
    for at in range(1, len(list(root.iter()))):
        changed = copy.deepcopy(root)
        node = list(changed.iter())[at]
        name = etree.QName(node).localname
        if change(node, name) is not False:
            yield f"{name} ({at})", etree.tostring(changed)


def twice(node, name):
    if name in MAY_REPEAT:
        return False
    node.addnext(copy.deepcopy(node))
    return True


def renamed(node, _):
    node.tag += "s"


def emptied(node, _):
    if len(node):
        return False
    node.text = ""
    return True


def later(node, name):
    after = node.getnext()
    if after is None or etree.QName(after).localname == name or name.endswith("Line"):
        return False
    after.addnext(node)
    return True


def in_another_space(node, _):
    node.tag = "{urn:example:other}" + etree.QName(node).localname


@pytest.mark.parametrize("change", [twice, renamed, emptied, later, in_another_space])
def test_every_element_that_is_damaged_is_told_with_its_place(change):
    assert read(whole()).faults == ()
    unseen = [name for name, data in damaged(change) if not read(data).faults]
    assert unseen == []


@pytest.mark.parametrize("text", ["1e2", "NaN", "abc", "0x10", "1,00", "١٢", "INF", "--1", "1.005"])
def test_no_amount_is_read_from_what_is_none(text):
    def change(node, name):
        if "currencyID" not in node.attrib or (name == "PriceAmount" and text == "1.005"):
            return False
        node.text = text
        return True

    assert [name for name, data in damaged(change) if not read(data).faults] == []


def test_each_amount_names_the_currency_of_the_document():
    def change(node, _):
        if "currencyID" not in node.attrib:
            return False
        node.set("currencyID", "AUD")
        return True

    found = [{fault.rule_id for fault in read(data).faults} for _, data in damaged(change)]
    assert len(found) > 10
    assert all("ibr-126" in rules for rules in found)


def test_tax_under_another_scheme_is_no_gst():
    found = read(invoice().replace(b"<cbc:ID>GST</cbc:ID>", b"<cbc:ID>VAT</cbc:ID>"))
    assert {"aligned-ibrp-047-aunz", "aligned-ibrp-050-aunz"} <= {fault.rule_id for fault in found.faults}
    assert found.supplier.gst_number == ""


def test_other_prefixes_are_the_same_document():
    data = invoice().replace(b"cbc:", b"basic:").replace(b"cac:", b"a1:")
    data = data.replace(b"xmlns:cbc", b"xmlns:basic").replace(b"xmlns:cac", b"xmlns:a1")
    assert read(data) == read(invoice())


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"lines": line(extra="<cac:InvoicePeriod><cbc:StartDate>2026-11-09</cbc:StartDate>"
                              "<cbc:EndDate>2026-11-02</cbc:EndDate></cac:InvoicePeriod>")}, "UBL-2.1"),
        ({"code": "389"}, "ibr-cl-01"),
        ({"taxes": tax_row("700.00", "105.00") + tax_row("0.00", "0.00", "E", "0")}, "aligned-ibrp-e-01-aunz"),
        ({"lines": line(category="O", percent="15")}, "aligned-ibrp-o-05-aunz"),
        ({"customization": "urn:peppol:pint:billing-1@aunz-1*"}, "ibr-sr-63"),
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other_are_told(changes, rule):
    assert rule in {fault.rule_id for fault in read(invoice(**changes)).faults}


def test_an_allowance_that_is_not_its_percentage_is_told():
    whole_allowance = allowance("5.00").replace(
        '<cbc:Amount currencyID="NZD">5.00</cbc:Amount>',
        "<cbc:MultiplierFactorNumeric>10</cbc:MultiplierFactorNumeric>"
        '<cbc:Amount currencyID="NZD">5.00</cbc:Amount><cbc:BaseAmount currencyID="NZD">100.00</cbc:BaseAmount>',
    )
    assert "aligned-ibrp-054" in {fault.rule_id for fault in read(invoice(allowances=whole_allowance)).faults}


def test_a_file_in_another_encoding_than_it_says_is_refused():
    text = invoice(lines=line(name="Ngā Raka")).decode()
    for data in (text.encode("utf-16")[2:], text.replace("UTF-8", "US-ASCII").encode()):
        assert not read(data).readable
    assert read(text.replace("UTF-8", "utf8").encode()).lines[0].name == "Ngā Raka"
