"""Reading PINT A-NZ: what is said, every rule that is broken, and hostile files refused."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateways.ubl import RULES, UBL, allowance, invoice, line, tax_row
from worksorders.domain.finance.facts import InvoiceKind, InvoiceSource
from worksorders.gateways.einvoice import Kind, read, summary, to_facts
from worksorders.gateways.einvoice.safe_xml import MAX_BYTES

D = Decimal
CLEAN = invoice(lines=line(base='<cbc:BaseQuantity unitCode="EA">1</cbc:BaseQuantity>'))
VALUES = [
    (b'unitCode="EA">', b"10"),
    (b'BaseQuantity unitCode="EA">', b"1"),
    (b'PriceAmount currencyID="NZD">', b"70.00"),
    (b'LineExtensionAmount currencyID="NZD">', b"700.00"),
    (b"Percent>", b"15"),
    (b'TaxAmount currencyID="NZD">', b"105.00"),
    (b"IssueDate>", b"2026-11-16"),
]


def rules(data):
    return [fault.rule_id for fault in read(data).faults]


def test_a_clean_invoice_says_what_it_says_and_has_no_fault():
    found = read(invoice())
    assert found.faults == ()
    assert (found.kind, found.number, found.currency, found.order_code) == (
        Kind.INVOICE,
        "INV-100",
        "NZD",
        "WO-7K2M",
    )
    assert (found.issued_on, found.due_on) == (date(2026, 11, 16), date(2026, 11, 30))
    assert (found.net, found.tax, found.gross, found.payable) == (
        D("700.00"),
        D("105.00"),
        D("805.00"),
        D("805.00"),
    )
    assert (found.supplier.name, found.supplier.gst_number) == ("Harakeke Locks Limited", "49-091-850")
    assert found.account == "01-0242-0100194-00"
    (only,) = found.lines
    assert (only.quantity, only.unit, only.unit_rate, only.order_line, only.buyer_item) == (
        10,
        "EA",
        70,
        "1",
        "LK01",
    )


def test_the_four_kinds_are_told_apart():
    sb = {"customization": RULES["selfbilling"], "profile": "urn:peppol:bis:selfbilling"}
    assert read(invoice("CreditNote")).kind is Kind.CREDIT_NOTE
    assert read(invoice(code="389", **sb)).kind is Kind.SELF_BILLED_INVOICE
    assert read(invoice("CreditNote", code="261", **sb)).kind is Kind.SELF_BILLED_CREDIT_NOTE
    for data in (invoice("CreditNote"), invoice(code="389", **sb), invoice("CreditNote", code="261", **sb)):
        assert rules(data) == []


def test_several_tax_rows_allowances_charges_and_prepayments():
    data = invoice(
        lines=line() + line(2, "1", "50.00", "50.00", category="Z", percent="0", order_line="2"),
        allowances=allowance("20.00") + allowance("5.00", "true"),
        taxes=tax_row("685.00", "102.75") + tax_row("50.00", "0.00", "Z", "0"),
        tax="102.75", line_total="750.00", net="735.00", gross="837.75",
        more_totals='<cbc:AllowanceTotalAmount currencyID="NZD">20.00</cbc:AllowanceTotalAmount>'
        '<cbc:ChargeTotalAmount currencyID="NZD">5.00</cbc:ChargeTotalAmount>'
        '<cbc:PrepaidAmount currencyID="NZD">37.75</cbc:PrepaidAmount>',
        payable="800.00",
    )  # fmt: skip
    found = read(data)
    assert found.faults == ()
    assert (found.prepaid, found.allowance_total, found.charge_total) == (D("37.75"), D(20), D(5))
    assert summary(found)["tax_rates"] == ["0", "15"]


def test_a_price_for_several_units_and_charges_on_a_line():
    extra = (
        "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator><cbc:AllowanceChargeReason>after hours"
        '</cbc:AllowanceChargeReason><cbc:Amount currencyID="NZD">70.00</cbc:Amount></cac:AllowanceCharge>'
    )
    base = '<cbc:BaseQuantity unitCode="EA">5</cbc:BaseQuantity>'
    data = invoice(lines=line(price="315.00", base=base, extra=extra))
    found = read(data)
    assert found.faults == ()
    assert (found.lines[0].unit_rate, found.lines[0].charges_total) == (D(63), D(70))
    facts = to_facts(
        found, data, invoice_id="i", supplier_id="s", received_at=datetime(2026, 11, 16, tzinfo=UTC)
    )
    assert (facts.lines[0].unit_rate, facts.lines[0].uplift.cents) == (D(63), 7000)


def test_other_currencies_are_read():
    found = read(invoice(currency="AUD"))
    assert found.faults == ()
    assert found.currency == "AUD"
    data = invoice(currency="AUD")
    facts = to_facts(
        found, data, invoice_id="i", supplier_id="s", received_at=datetime(2026, 11, 16, tzinfo=UTC)
    )
    assert facts.total.currency == "AUD"


def test_the_tax_in_the_accounting_currency_is_not_taken_for_the_tax():
    second = '<cbc:TaxAmount currencyID="AUD">97.00</cbc:TaxAmount></cac:TaxTotal><cac:TaxTotal>'
    data = invoice().replace(
        b'<cac:TaxTotal><cbc:TaxAmount currencyID="NZD">',
        b"<cac:TaxTotal>" + second.encode() + b'<cbc:TaxAmount currencyID="NZD">',
    )
    assert read(data).tax == D("105.00")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"number": " "}, "ibr-002"),
        ({"issued": ""}, "ibr-003"),
        ({"order": ""}, "aligned-ibrp-003"),
        ({"customization": "urn:example:own"}, "aligned-ibrp-001-aunz"),
        ({"profile": "urn:other"}, "aligned-ibrp-002-aunz"),
        ({"code": "999"}, "ibr-cl-01"),
        ({"currency": "nzd"}, "ibr-cl-04"),
        ({"supplier": ""}, "ibr-006"),
        ({"buyer": ""}, "ibr-007"),
        ({"lines": ""}, "ibr-016"),
        ({"due": ""}, "aligned-ibrp-061"),
        ({"account": ""}, "aligned-ibrp-018"),
        ({"line_total": "700.01"}, "ibr-co-10"),
        ({"net": "700.01"}, "ibr-co-13"),
        ({"gross": "805.01"}, "ibr-co-15"),
        ({"payable": "800.00"}, "ibr-co-16"),
        ({"tax": "105.01", "gross": "805.01", "payable": "805.01"}, "ibr-co-14"),
        ({"taxes": tax_row("700.00", "107.00"), "tax": "107.00"}, "aligned-ibrp-051-aunz"),
        ({"taxes": tax_row("600.00", "105.00")}, "aligned-ibrp-s-08-aunz"),
        ({"taxes": tax_row("700.00", "105.00", "Q")}, "aligned-ibrp-cl-01-aunz"),
        ({"taxes": ""}, "aligned-ibrp-s-01-aunz"),
        ({"net": "700.001"}, "aligned-ibrp-005"),
        ({"lines": line(net="699.00")}, "aligned-ibrp-053"),
        ({"lines": line(name="")}, "ibr-025"),
        ({"lines": line(unit="")}, "ibr-023"),
        ({"lines": line(quantity="")}, "ibr-022"),
        ({"lines": line(price="")}, "ibr-026"),
        ({"lines": line(price="-70.00")}, "ibr-027"),
        ({"lines": line(percent="0")}, "aligned-ibrp-s-05-aunz"),
        ({"lines": line(category="Z")}, "aligned-ibrp-z-05-aunz"),
        ({"lines": line() + line()}, "ibr-021"),
        ({"lines": line(base="<cbc:BaseQuantity>0</cbc:BaseQuantity>")}, "ibr-087"),
        ({"allowances": allowance("5.00", category="")}, "aligned-ibrp-032-aunz"),
        ({"note": "<cbc:Note/>"}, "ibr-079"),
    ],
)
def test_each_broken_rule_is_named(changes, rule):
    assert rule in rules(invoice(**changes))
    assert rule not in rules(invoice())


def test_a_bad_check_digit_of_the_business_number_is_a_fault():
    assert "ibr-068" in rules(invoice().replace(b"9429039501974", b"9429039501976"))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"issued": "16/11/2026"}, "not a date"),
        ({"net": "1e3"}, "not a number"),
        ({"net": "NaN"}, "not a number"),
        ({"net": "700,00"}, "not a number"),
        ({"net": "0" * 41}, "too long"),
        ({"net": "9" * 13}, "too long"),
    ],
)
def test_values_that_are_none_are_named_with_their_place(changes, what):
    fault = read(invoice(**changes)).faults[0]
    assert what in fault.what
    assert fault.where.startswith("line ")
    assert fault.remedy.endswith(".")


def refused(data, what):
    found = read(data)
    assert not found.readable
    (fault,) = found.faults
    assert fault.rule_id == ""
    assert what in fault.what
    return fault


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;&lol;&lol;&lol;">
<!ENTITY l3 "&l2;&l2;&l2;&l2;&l2;">]><Invoice>&l3;</Invoice>"""


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<!DOCTYPE x SYSTEM "http://example.invalid/x.dtd"><x/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
    ],
)
def test_document_types_and_entities_are_refused_unread(data):
    refused(data, "document type or entities")


def test_a_file_of_fifty_megabytes_is_refused_at_once():
    refused(b"<x>" + b"a" * 50_000_000 + b"</x>", f"more than {MAX_BYTES:,}")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xff", "is a PDF"),
        (b"<Invoice>", "not well-formed"),
        (b"<a/><b/>", "not well-formed"),
        (b"<x>\x00</x>", "not well-formed"),
        (b"<html/>", "root element is html"),
        (b"<Invoice/>", "root element is Invoice"),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><x/>', "encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><x/>', "encoding"),
        (b'<?xml version="1.0" encoding="UTF-16"?><x/>', "byte order mark"),
        (b"<x>\xff\xfe</x>", "not utf-8"),
        (b"\xff\xfe<\x00x", "not utf-16"),
        (b"<x>" + b"<y>" * 300 + b"</y>" * 300 + b"</x>", "not well-formed"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_a_reason(data, what):
    refused(data, what)


def test_the_cut_off_end_of_a_file_is_told_with_its_line():
    assert refused(invoice()[:-200], "not well-formed").where.startswith("line ")


def test_macrons_stay_whole_in_every_accepted_encoding():
    name = "Ngā Raka o Ōtaki"
    plain = invoice(lines=line(name=name))
    decomposed = plain.decode().replace("ā", "ā").encode()
    utf16 = plain.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    marked = b"\xef\xbb\xbf" + plain
    for data in (plain, decomposed, utf16, marked):
        found = read(data)
        assert found.lines[0].name == name
        assert found.faults == ()


def test_latin_letters_in_a_declared_latin_file_are_read_right():
    text = invoice(lines=line(name="Café lock")).decode().replace("UTF-8", "ISO-8859-1")
    assert read(text.encode("latin-1")).lines[0].name == "Café lock"
    assert not read(invoice(lines=line(name="Café lock")).decode().encode("latin-1")).readable


def test_a_comment_cannot_cut_a_value_short():
    found = read(invoice(number="INV-<!-- x -->100"))
    assert found.number == "INV-100"
    assert read(invoice(gross="8<?x y?>05.00")).gross == D("805.00")


def test_an_included_file_is_never_fetched():
    xinclude = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/hostname" parse="text"/>'
    )
    found = read(invoice(note=f"<cbc:Note>{xinclude}</cbc:Note>"))
    assert found.note == ""


def test_a_document_in_another_currency_is_read_and_then_faulted():
    told = summary(read(invoice(currency="AUD")))
    assert (told["currency"], told["net"]) == ("AUD", "700.00")
    assert [fault["rule"] for fault in told["faults"]] == ["H04"]


def test_the_summary_is_one_line_of_json_with_exact_amounts():
    found = summary(read(invoice(payable="800.00")))
    text = json.dumps(found)
    assert "\n" not in text
    assert found["net"] == "700.00"
    assert found["lines"] == 1
    assert found["faults"][0]["rule"] == "ibr-co-16"
    empty = summary(read(b""))
    assert (empty["kind"], empty["number"], empty["payable"], empty["prepaid"]) == (
        "unknown",
        None,
        None,
        None,
    )


def facts_of(data, **changes):
    return to_facts(
        read(data), data, invoice_id="i-1", supplier_id="firm-1",
        received_at=datetime(2026, 11, 16, tzinfo=UTC), **changes,
    )  # fmt: skip


def test_facts_for_the_match_carry_cents_hash_and_tax_information():
    facts = facts_of(invoice())
    assert (facts.kind, facts.source, facts.order_code) == (InvoiceKind.INVOICE, InvoiceSource.UBL, "WO-7K2M")
    assert (facts.net.cents, facts.gst.cents, facts.total.cents) == (70000, 10500, 80500)
    assert facts.tax.supplier_nzbn == "9429039501974"
    assert set(facts.tax.buyer_contacts) == {"address", "email", "trading name", "NZBN"}
    assert len(facts.intake.file_sha256) == 64
    assert (facts.lines[0].order_line_id, facts.lines[0].net.cents, facts.lines[0].item_code) == (
        "1",
        70000,
        "LK01",
    )


def test_a_credit_note_becomes_negative():
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>INV-99</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
    )
    facts = facts_of(invoice("CreditNote", reference=reference))
    assert (facts.kind, facts.credits_number) == (InvoiceKind.CREDIT_NOTE, "INV-99")
    assert (facts.total.cents, facts.lines[0].quantity, facts.lines[0].net.cents) == (-80500, -10, -70000)


def test_a_protected_value_in_any_free_text_is_found_by_its_field():
    data = invoice(
        note="<cbc:Note>Locks at 12 Kowhai Street</cbc:Note>", lines=line(name="Lock work, 12 KŌWHAI ST")
    )
    facts = facts_of(data, protected=["12 Kōwhai Street", "12 Kōwhai St"])
    assert facts.intake.protected_fields == ("note", "line 1 name")
    assert facts_of(invoice(), protected=["12 Kōwhai Street"]).intake.protected_fields == ()


def test_a_file_in_another_ubl_document_is_refused():
    other = invoice().replace(f"{UBL}Invoice-2".encode(), f"{UBL}Order-2".encode())
    refused(other, "not a UBL 2 Invoice")


PIECES = [
    b"<",
    b">",
    b"&",
    b"&amp;",
    b"]]>",
    b"<!--",
    b"\x00",
    b"\xff",
    b"-",
    b"9" * 30,
    b"NaN",
    b"",
    b"0.0000000001",
    b"<cbc:ID/>",
]


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(0, 40), st.sampled_from(PIECES)), min_size=1, max_size=6
    )
)
def test_no_damage_to_a_file_ever_raises(damages):
    data = CLEAN
    for at, length, piece in damages:
        data = data[:at] + piece + data[at + length :]
    found = read(data)
    json.dumps(summary(found))
    facts_of(data)
    assert found.readable or found.faults


@given(
    st.sampled_from(VALUES),
    st.sampled_from(["", "-1", "1e9", "∞", "٣", "999999999999", "0", ".", "+", "0.00000000000000000001"]),
)
def test_no_value_ever_raises(path, value):
    before, after = path
    data = CLEAN.replace(before + after, before + value.encode(), 1)
    json.dumps(summary(read(data)))
    facts_of(data)
