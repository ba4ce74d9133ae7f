"""The specifications beside PINT A-NZ: each is read under its own rules, tax scheme and names of rules."""

import pytest

from tests.gateways.ubl import allowance, invoice, line, tax_row
from worksorders.gateways.einvoice import Kind, read, summary

EN = "urn:cen.eu:en16931:2017"
A_NZ = (
    f"{EN}#conformant#urn:fdc:peppol.eu:2017:poacc:billing:international:aunz:3.0",
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
)
A_NZ_SELF = (
    f"{EN}#conformant#urn:fdc:peppol.eu:2017:poacc:selfbilling:international:aunz:3.0",
    "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0",
)
BIS = (
    f"{EN}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
)
BIS_SELF = (
    f"{EN}#compliant#urn:fdc:peppol.eu:2017:poacc:selfbilling:3.0",
    "urn:fdc:peppol.eu:2017:poacc:selfbilling:01:1.0",
)


def in_form(form, *, old=b"", new=b"", **changes):
    """A clean document in another form, with one text exchanged."""
    data = invoice(customization=form[0], profile=form[1], **changes)
    if "#compliant" in form[0]:
        data = data.replace(b"<cbc:ID>GST</cbc:ID>", b"<cbc:ID>VAT</cbc:ID>").replace(b"49-091", b"NZ49-091")
        data = data.replace(b"35-901", b"NZ35-901")
    assert old in data
    return data.replace(old, new) if old else data


def rules(data):
    return [fault.rule_id for fault in read(data).faults]


@pytest.mark.parametrize("form", [A_NZ, BIS])
def test_the_older_peppol_forms_are_read_as_they_come(form):
    found = read(in_form(form))
    assert found.faults == ()
    assert found.supplier.gst_number.endswith("49-091-850")
    assert summary(found)["tax_rates"] == ["15"]


@pytest.mark.parametrize(
    ("form", "code", "kind", "faults"),
    [
        (A_NZ_SELF, "389", Kind.SELF_BILLED_INVOICE, []),
        (A_NZ_SELF, "380", Kind.INVOICE, ["PEPPOL-EN16931-P0100-AUNZ-SB"]),
        (A_NZ, "389", Kind.SELF_BILLED_INVOICE, ["PEPPOL-EN16931-P0100"]),
        (BIS_SELF, "389", Kind.SELF_BILLED_INVOICE, []),
        (BIS_SELF, "527", Kind.SELF_BILLED_INVOICE, []),
        (BIS, "384", Kind.INVOICE, ["PEPPOL-EN16931-P0112"]),
    ],
)
def test_each_form_has_its_own_types_of_document(form, code, kind, faults):
    data = in_form(form, code=code)
    assert read(data).kind is kind
    assert rules(data) == faults


def test_a_process_of_another_form_is_told_under_the_form_s_own_name():
    assert rules(in_form((A_NZ_SELF[0], A_NZ[1]), code="389")) == ["PEPPOL-EN16931-R007-AUNZ-SB"]
    assert rules(in_form((BIS[0], "urn:peppol:bis:billing_with_response"))) == []


def test_a_rule_has_the_name_that_its_own_specification_gives_it():
    assert rules(in_form(BIS, line_total="700.01")) == ["BR-CO-10", "BR-CO-13"]
    assert rules(in_form(A_NZ, line_total="700.01")) == ["BR-CO-10", "BR-CO-13-AUNZ"]
    assert rules(invoice(line_total="700.01")) == ["ibr-co-10", "ibr-co-13"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"NZ49-091-850", b"49-091-850", "BR-CO-09"),
        (b">30</cbc:PaymentMeansCode>", b">49</cbc:PaymentMeansCode>", "PEPPOL-EN16931-R061"),
        (b'schemeID="0088">9429039501974', b'schemeID="0208">0202239952', "PEPPOL-COMMON-R043"),
        (b'schemeID="0088">9429039501974', b'schemeID="0192">974760674', "PEPPOL-COMMON-R041"),
        (b'schemeID="0088">9429039501974', b'schemeID="0007">2120000788', "PEPPOL-COMMON-R049"),
        (b'schemeID="0088">9429039501974', b'schemeID="0184">DK1234567', "PEPPOL-COMMON-R042"),
    ],
)
def test_peppol_asks_more_of_numbers_and_payment(old, new, rule):
    assert set(rules(in_form(BIS, old=old, new=new))) == {rule}


@pytest.mark.parametrize("number", [b'0208">0202239951', b'0192">974760673', b'0007">2120000787'])
def test_numbers_of_other_registers_with_right_digits_are_taken(number):
    assert rules(in_form(BIS, old=b'0088">9429039501974', new=number)) == []


def test_a_seller_without_any_tax_number_charges_no_vat():
    number = b"<cac:PartyTaxScheme><cbc:CompanyID>NZ49-091-850</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    assert rules(in_form(BIS, old=number)) == ["BR-S-02"]


def test_pint_of_another_country_is_read_with_its_own_tax_and_only_the_shared_rules():
    data = invoice(customization="urn:peppol:pint:billing-1@jp-1", profile="urn:peppol:bis:billing")
    data = data.replace(b"<cbc:ID>GST</cbc:ID>", b"<cbc:ID>VAT</cbc:ID>")
    found = read(data)
    assert found.faults == ()
    assert summary(found)["tax_rates"] == ["15"]
    assert rules(data.replace(b">805.00</cbc:PayableAmount>", b">806.00</cbc:PayableAmount>")) == [
        "ibr-co-16"
    ]


def test_a_form_that_nobody_knows_is_read_all_the_same():
    found = read(invoice(customization="urn:example:invoice").replace(b">GST<", b">VAT<"))
    assert [fault.rule_id for fault in found.faults] == ["aligned-ibrp-001-aunz"]
    assert [row.rate for row in found.taxes] == [15]


RECEIVER = (
    "<cac:Delivery><cbc:ActualDeliveryDate>2026-11-10</cbc:ActualDeliveryDate><cac:DeliveryParty>"
    "<cac:PartyName><cbc:Name>Depot</cbc:Name></cac:PartyName><cac:Contact><cbc:Name>Desk</cbc:Name>"
    "</cac:Contact></cac:DeliveryParty></cac:Delivery><cac:PaymentMeans>"
)


def test_elements_of_ubl_that_nothing_is_read_from_are_taken_as_they_come():
    for text, faults in ((RECEIVER, []), (RECEIVER.replace("Desk", ""), ["ibr-079"])):
        assert rules(invoice().replace(b"<cac:PaymentMeans>", text.encode(), 1)) == faults


@pytest.mark.parametrize("unit", ["QQ", "EACH", "ea", "X1Z"])
def test_a_unit_is_one_of_the_recommendation(unit):
    assert rules(invoice(lines=line(unit=unit))) == ["ibr-cl-23"]


def test_a_total_of_charges_that_is_left_out_is_told_where_there_are_some():
    data = invoice(
        allowances=allowance("20.00", charge="true"),
        taxes=tax_row("720.00", "108.00"), tax="108.00", net="720.00", gross="828.00", payable="828.00",
    )  # fmt: skip
    assert rules(data) == ["ibr-co-12"]


def test_a_breakdown_in_the_tax_currency_is_not_added_to_ours():
    second = '<cac:TaxTotal><cbc:TaxAmount currencyID="JPY">9450</cbc:TaxAmount>{}</cac:TaxTotal><cac:LegalMonetaryTotal>'
    row = tax_row("63000", "9450", currency="JPY")
    found = read(invoice().replace(b"<cac:LegalMonetaryTotal>", second.format(row).encode()))
    assert summary(found)["tax"] == "105.00"
    assert "ibr-co-14" not in {fault.rule_id for fault in found.faults}
