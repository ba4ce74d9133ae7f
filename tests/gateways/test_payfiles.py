"""Bank file, Xero bills, remittance and CSV that runs no formula."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.payment import Payment, hash_total
from worksorders.gateways.csv_safe import plain_cell, read_csv, safe_cell, write_csv
from worksorders.gateways.payfiles import (
    XERO_COLUMNS,
    Payer,
    XeroBill,
    XeroBillLine,
    read_pain001,
    read_xero_totals,
    remittance_text,
    totals_of,
    write_pain001,
    write_xero_bills,
)
from worksorders.gateways.payfiles.pain001 import NAMESPACE, bank_text

PAYER = Payer("National Home Safety Service", "01-0242-0100194-00")
PAY_ON = date(2026, 11, 24)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def payment(cents=80500, account="01-902-0068389-00", **changes):
    facts = Payment("firm-1", "Ngā Raka & Co", account, cents, "WO-7K2M", ("i-1",), ("INV-100",))
    return replace(facts, **changes)


def written(*payments, **changes):
    return write_pain001(changes.get("run_id", "RUN-1"), payments or (payment(),), PAYER, PAY_ON, NOW)


def test_a_payment_file_in_the_order_of_its_schema():
    root = etree.fromstring(written())
    message = root[0]
    assert root.tag == f"{{{NAMESPACE}}}Document"
    assert [etree.QName(node).localname for node in message] == ["GrpHdr", "PmtInf"]
    assert [etree.QName(node).localname for node in message[0]] == [
        "MsgId",
        "CreDtTm",
        "NbOfTxs",
        "CtrlSum",
        "InitgPty",
    ]
    assert [etree.QName(node).localname for node in message[1]] == [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt",
        "CdtTrfTxInf",
    ]  # fmt: skip
    assert [etree.QName(node).localname for node in message[1][-1]] == [
        "PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "RmtInf",
    ]  # fmt: skip


def test_the_same_run_gives_the_same_bytes():
    assert written() == written()


accounts = st.sampled_from(["01-902-0068389-00", "01-0242-0100194-00"])


@given(st.lists(st.builds(payment, st.integers(1, 10**9), accounts), min_size=1, max_size=8))
def test_13_a_bank_file_read_back_has_the_same_totals_and_hash_total(payments):
    found = read_pain001(written(*payments))
    assert (found.message_id, found.pay_on, found.count) == ("RUN-1", PAY_ON, len(payments))
    assert found.total_cents == sum(one.amount_cents for one in payments)
    assert found.hash_total == hash_total(payments)
    assert [cents for _, cents, _ in found.payments] == [one.amount_cents for one in payments]


def test_a_bank_file_is_refused_with_every_fault():
    bad = payment(0, "01-0242-0100195-00", reference="12 Kowhai St")
    with pytest.raises(FaultsError) as refused:
        written(bad, run_id="run one")
    assert set(refused.value.by_field()) == {
        "run_id", "payments-0-account", "payments-0-amount", "payments-0-reference",
    }  # fmt: skip
    with pytest.raises(FaultsError, match="nothing to pay"):
        write_pain001("RUN-1", (), PAYER, PAY_ON, NOW)


def test_names_are_written_in_the_letters_of_banks():
    assert bank_text("Ngā Raka & Co <Ōtaki>") == "Nga Raka Co Otaki"
    assert bank_text("") == "-"
    assert len(bank_text("a" * 99)) == 70


def bill(number="INV-100", *cents, **changes):
    lines = tuple(XeroBillLine("WO-7K2M", "LK01", net, gst) for net, gst in cents or ((70000, 10500),))
    facts = XeroBill("Ngā Raka", number, date(2026, 11, 16), date(2026, 12, 1), lines, "429", "AUK", "Year 1")
    return replace(facts, **changes)


def test_a_bill_has_the_columns_and_dates_of_xero():
    (data,) = write_xero_bills([bill()])
    text = data.decode("utf-8-sig")
    header, row, _ = text.split("\r\n")
    assert header == (
        "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,"
        "POPostalCode,POCountry,*InvoiceNumber,*InvoiceDate,*DueDate,Total,InventoryItemCode,Description,*Quantity,"
        "*UnitAmount,*AccountCode,*TaxType,TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency"
    )
    assert row == (
        "Ngā Raka,,,,,,,,,,INV-100,16/11/2026,01/12/2026,805.00,,WO-7K2M LK01,1,700.00,429,"
        "15% GST on Expenses,105.00,Region,AUK,Contract year,Year 1,NZD"
    )
    assert len(XERO_COLUMNS) == 26


def test_a_file_holds_at_most_500_bills():
    bills = [bill(f"INV-{at}") for at in range(1001)]
    files = write_xero_bills(bills)
    assert [read_xero_totals([data]).bills for data in files] == [500, 500, 1]
    assert write_xero_bills([]) == ()


def test_bills_with_faults_are_refused_all_at_once():
    with pytest.raises(FaultsError) as refused:
        write_xero_bills([bill(), bill("", supplier_name=" "), bill(lines=(), account_code="")])
    assert set(refused.value.by_field()) == {
        "bills-1-number", "bills-1-supplier_name", "bills-2-lines", "bills-2-account_code",
    }  # fmt: skip


amounts = st.tuples(st.integers(-(10**8), 10**8), st.integers(-(10**6), 10**6))


@given(
    st.lists(st.lists(amounts, min_size=1, max_size=4), max_size=6),
    st.sampled_from(["INV", "=1+1", "-5", "@x"]),
)
def test_13_bills_read_back_have_the_same_totals_and_hash_total(some, prefix):
    bills = [bill(f"{prefix}{at}", *cents) for at, cents in enumerate(some)]
    assert read_xero_totals(write_xero_bills(bills)) == totals_of(bills)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1-1x", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|x", "=cmd|' /C'!A0", "\ufeff=1"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"
    assert plain_cell(safe_cell(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("plain", "plain"), (-5, "-5"), (Decimal("-5.10"), "-5.10"), ("-5.10", "-5.10"), (None, ""), ("", ""),
     (date(2026, 11, 21), "2026-11-21"), ("it's = fine", "it's = fine"), ("'quoted'", "'quoted'")],
)  # fmt: skip
def test_everything_else_stays_as_it_is(value, text):
    assert safe_cell(value) == text


def test_a_float_or_a_crooked_row_is_an_error():
    with pytest.raises(TypeError):
        safe_cell(1.5)
    with pytest.raises(ValueError, match="2 columns"):
        write_csv(["a", "b"], [["only one"]])


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r"), max_size=12),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_written_is_read_back(cells):
    header = [f"c{at}" for at in range(len(cells))]
    for bom in (True, False):
        (row,) = read_csv(write_csv(header, [cells], bom=bom)) if any(cells) else (dict.fromkeys(header, ""),)
        assert list(row.values()) == cells


def test_a_remittance_explains_the_whole_payment_and_names_no_place():
    text = remittance_text(
        [("INV-100", 80500), ("INV-100-C", -500)],
        reference="WO-7K2M", account="01-902-0068389-00", pay_on=PAY_ON,
    )  # fmt: skip
    assert text == (
        "Payment of $800.00 on 24 November 2026\nReference WO-7K2M, to account …389-000\n"
        "INV-100: $805.00\nINV-100-C: -$5.00\n"
    )
