"""Self-billed documents: written, read back, and matched without an exception."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.finance import world
from worksorders.domain.errors import FaultsError
from worksorders.domain.finance.decision import decide
from worksorders.domain.finance.reconcile import reconcile
from worksorders.gateways.einvoice import (
    EParty,
    Kind,
    SelfBilled,
    SelfBilledLine,
    read,
    to_facts,
    write_self_billed,
)

D = Decimal
SUPPLIER = EParty(
    name="Harakeke Locks Limited", trading_name="Ngā Raka", legal_id="9429039501974", gst_number="49-091-850", country="NZ"
)  # fmt: skip
BUYER = EParty(
    name="National Home Safety Service", legal_id="9429033591476", gst_number="35-901-981", country="NZ"
)
LINE = SelfBilledLine(1, "LK01", "Lock work", D(10), "each", D("70.0000"))


def billed(*lines, **changes):
    document = SelfBilled(
        "SB-0001", date(2026, 11, 23), date(2026, 11, 30), "WO-7K2M", SUPPLIER, BUYER, "01-0242-0100194-00",
        lines or (LINE,),
    )  # fmt: skip
    return replace(document, **changes)


def test_a_self_billed_invoice_reads_back_without_a_fault():
    found = read(write_self_billed(billed()))
    assert found.faults == ()
    assert found.kind is Kind.SELF_BILLED_INVOICE
    assert (found.number, found.order_code, found.net, found.tax, found.payable) == (
        "SB-0001", "WO-7K2M", D("700.00"), D("105.00"), D("805.00"),
    )  # fmt: skip
    assert found.supplier.trading_name == "Ngā Raka"


def test_a_self_billed_credit_note_names_its_invoice():
    found = read(
        write_self_billed(billed(number="SC-1", credits_number="SB-0001", credits_on=date(2026, 11, 23)))
    )
    assert found.faults == ()
    assert (found.kind, found.credits_number, found.due_on) == (
        Kind.SELF_BILLED_CREDIT_NOTE, "SB-0001", date(2026, 11, 30),
    )  # fmt: skip


def test_it_matches_the_accepted_work_without_an_exception():
    data = write_self_billed(billed())
    document = to_facts(
        read(data),
        data,
        invoice_id="i-1",
        supplier_id="firm-1",
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    facts = world.facts(agreements=(world.agreement(self_billing=True),))
    match = reconcile(document, facts)
    assert match.exceptions == ()
    assert decide(match).accepted_cents == 80500


lines = st.lists(
    st.builds(
        SelfBilledLine,
        st.integers(1, 99),
        st.just("LK01"),
        st.sampled_from(["Lock work", "Mahi raka ā-whare", "Glass & <glazing>"]),
        st.integers(1, 10**6).map(lambda at: D(at) / 10**3),
        st.sampled_from(["each", "m2", "hour", "door"]),
        st.integers(0, 10**8).map(lambda at: D(at) / 10**4),
    ),
    min_size=1,
    max_size=6,
)


@given(lines)
def test_whatever_is_billed_is_read_back_to_the_cent(some):
    document = billed(*some)
    found = read(write_self_billed(document))
    assert found.faults == ()
    assert found.net * 100 == document.net_cents
    assert found.tax * 100 == document.gst_cents
    assert [line.quantity for line in found.lines] == [line.quantity for line in some]
    assert [line.name for line in found.lines] == [line.name for line in some]


def test_the_same_document_gives_the_same_bytes():
    assert write_self_billed(billed()) == write_self_billed(billed())


def test_everything_missing_is_told_at_once():
    bad = billed(
        replace(LINE, quantity=D(0), name=""),
        supplier=replace(SUPPLIER, legal_id="9429039501976", gst_number="", name=""),
        order_code="",
        account="01-0242-0100195-00",
    )
    with pytest.raises(FaultsError) as refused:
        write_self_billed(bad)
    assert set(refused.value.by_field()) == {
        "supplier-name", "supplier-nzbn", "supplier-gst_number", "order_code", "account",
        "lines-0-quantity", "lines-0-name",
    }  # fmt: skip
    with pytest.raises(FaultsError, match="no accepted line"):
        write_self_billed(replace(billed(), lines=()))
