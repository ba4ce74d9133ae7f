"""E-invoices by file: matched like any other, kept sealed, refused whole where they cannot be kept, and credited."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests import factories, pdfs
from tests.gateways.ubl import invoice, line, party, tax_row
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, codes, document, typed_line
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.domain.money import gst_cents, plain_cents
from worksorders.steps import disclose
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import clear
from worksorders.steps.finance.billing.claims import claims_of
from worksorders.steps.finance.incoming import files
from worksorders.steps.finance.incoming.files import Incoming
from worksorders.steps.finance.incoming.ubl import receive_file
from worksorders.steps.finance.match import match_invoice
from worksorders.steps.finance.receive import receive_typed
from worksorders.steps.free_text import tell
from worksorders.store.tables.money.finance import FundingContract, Invoice
from worksorders.store.tables.money.invoice_files import InvoiceFile
from worksorders.store.tables.trail import AuditEvent

NZBN = "9429039501974"


class Desk:
    """A firm with an order of one line, two units at $70.00 done and accepted."""

    def __init__(self, session, cipher):
        self.session, self.cipher = session, cipher
        self.firm = paying.paid_firm(session)
        self.firm.nzbn = NZBN
        self.order = paying.worked_order(session, self.firm)
        self.line = self.order.lines[0]
        disclose.open_case(session, cipher, self.order.case_id)
        self.finance = paying.finance(session)
        account = session.scalar(select(paying.BankAccount).where(paying.BankAccount.firm_id == self.firm.id))
        self.account = account.number

    def xml(self, kind="Invoice", quantity=2, net=14_000, **changes):
        gst = gst_cents(net, Decimal("0.15"))
        given = {
            "kind": kind, "order": self.order.code, "account": self.account, "issued": paying.TODAY.isoformat(),
            "lines": line(quantity=str(quantity), net=plain_cents(net), item=self.line.item_code, kind=kind,
                          counted="Credited" if kind == "CreditNote" else "Invoiced"),
            "line_total": plain_cents(net), "net": plain_cents(net), "tax": plain_cents(gst),
            "gross": plain_cents(net + gst), "payable": plain_cents(net + gst),
            "taxes": tax_row(plain_cents(net), plain_cents(gst)), **changes,
        }  # fmt: skip
        return invoice(**given)

    def receive(self, data, **values):
        return receive_file(self.session, self.cipher, self.finance, Incoming(data), NOW, **values)


@pytest.fixture
def desk(session, services):
    return Desk(session, services.cipher)


def crediting(number):
    return (
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{number}</cbc:ID>"
        "</cac:InvoiceDocumentReference></cac:BillingReference>"
    )


def test_a_right_file_matches_clean_and_is_kept_sealed_with_its_hash(desk):
    data = desk.xml()
    received = desk.receive(data)
    assert codes(received.outcome) == set()
    assert received.outcome.invoice.payable_cents == 16_100
    kept = received.file
    assert kept.sha256 == hashlib.sha256(data).hexdigest() == received.outcome.invoice.file_sha256
    assert (kept.case_id, kept.content, kept.faults) == (desk.order.case_id, None, [])


def test_a_file_that_cannot_be_kept_as_an_invoice_leaves_nothing_but_itself(desk):
    before = desk.session.scalar(select(func.count()).select_from(Invoice))
    for data, what in (
        (b"<Invoice>", "not well-formed"),
        (b"%PDF-1.7", "is a PDF"),
        (desk.xml(issued="2031-01-01"), "future"),
        (desk.xml(number=""), "no number"),
        (desk.xml(code="389"), "self-billed"),
        (desk.xml(supplier=party("AccountingSupplierParty", "Nobody", "9429033821733", "136-410-132")), "no firm"),
    ):  # fmt: skip
        received = desk.receive(data)
        assert received.outcome is None
        assert any(what in fault.what for fault in received.faults), what
        assert all(fault.where and fault.remedy for fault in received.faults)
        assert files.open_alone(desk.cipher, received.file) == data
    assert desk.session.scalar(select(func.count()).select_from(Invoice)) == before
    unread = select(func.count()).select_from(InvoiceFile).where(InvoiceFile.invoice_id.is_(None))
    assert desk.session.scalar(unread) == 6


def test_the_firm_may_be_chosen_where_the_document_does_not_say(desk):
    unnamed = desk.xml(supplier=party("AccountingSupplierParty", "Nobody", "9429033821733", "136-410-132"))
    outcome = desk.receive(unnamed, firm_id=desk.firm.id).outcome
    assert {"P02", "G05"} <= codes(outcome)
    assert outcome.invoice.payable_cents == 0


def test_rules_broken_and_other_currencies_stop_the_invoice_and_are_told(desk):
    broken = desk.receive(desk.xml(payable="161.01"))
    assert "I02" in codes(broken.outcome)
    foreign = desk.receive(desk.xml(number="INV-101", currency="AUD").replace(b'"NZD"', b'"AUD"'))
    assert "H04" in codes(foreign.outcome)
    assert foreign.outcome.invoice.payable_cents == 0


def test_d04_the_same_file_again_and_not_another(desk):
    desk.receive(desk.xml())
    assert "D04" in codes(desk.receive(desk.xml()).outcome)
    assert "D04" not in codes(desk.receive(desk.xml(number="INV-200")).outcome)


def test_d06_a_supplier_under_self_billing_may_not_send_its_own(desk):
    desk.firm.agreements[0].self_billing = True
    desk.session.flush()
    assert "D06" in codes(desk.receive(desk.xml()).outcome)


def test_i04_text_that_repeats_a_protected_value_blocks_and_is_not_taken_over(desk):
    for kind, form in (
        (disclose.PERSON_NAME, "mere tuhoe"),
        (disclose.HOME_ADDRESS, "12 kowhai street otaki"),
    ):
        disclose.remember(desk.session, desk.cipher, desk.order.case_id, kind, form)
    for note in ("Job for Mere Tūhoe", "at 12 Kōwhai St, Ōtaki today"):
        received = desk.receive(desk.xml(number=f"INV-{len(note)}", note=f"<cbc:Note>{note}</cbc:Note>"))
        assert received.outcome.invoice.intake["protected_fields"] == ["note"]
        assert "I04" in codes(received.outcome)
    clean = desk.receive(desk.xml(number="INV-9", note="<cbc:Note>Two locks fitted</cbc:Note>"))
    assert "I04" not in codes(clean.outcome)
    named = desk.receive(desk.xml(number="MERE TUHOE"))
    assert named.outcome is None
    assert "tuhoe" not in str(named.file.faults).lower()
    # Each answer confirms a guess: it is on record, and after a few there is none.
    noted = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == tell.REFUSED)
    assert desk.session.scalar(noted.where(AuditEvent.subject_id == desk.order.case_id)) == 3
    for number in range(3, tell.MOST):
        desk.receive(desk.xml(number=f"GUESS-{number}", note="<cbc:Note>Mere Tuhoe</cbc:Note>"))
    with pytest.raises(RefusedError, match="these tries are reviewed"):
        desk.receive(desk.xml(number="GUESS-99"))


def test_an_invoice_and_its_full_credit_note_make_zero_everywhere(desk):
    first = desk.receive(desk.xml()).outcome.invoice
    credit = desk.receive(desk.xml("CreditNote", number="CN-1", reference=crediting("INV-100"))).outcome
    assert codes(credit) == set()
    assert (credit.invoice.kind, credit.invoice.state) == ("credit_note", "matched")
    assert credit.invoice.payable_cents == -first.payable_cents == -16_100
    assert paying.balances(desk.session, line_id=desk.line.id).get("invoiced", 0) == 0
    (claim,) = claims_of(desk.session, desk.firm, [desk.order.id], NOW)
    assert claim.net_cents == 14_000
    again = desk.receive(desk.xml(number="RE-77810")).outcome
    assert (codes(again), again.invoice.payable_cents) == (set(), 16_100)


def test_g07_a_credit_note_without_its_invoice_or_beyond_it(desk):
    lost = desk.receive(desk.xml("CreditNote", number="LOST-77", reference=crediting("INV-7"))).outcome
    assert "G07" in codes(lost)
    desk.receive(desk.xml())
    desk.receive(desk.xml("CreditNote", number="CN-2", reference=crediting("INV-100")))
    twice = desk.receive(desk.xml("CreditNote", number="XR-9001", reference=crediting("INV-100"))).outcome
    assert "G07" in codes(twice)
    assert twice.invoice.payable_cents == 0


def test_a_typed_credit_note_takes_back_what_it_names(desk):
    session, finance = desk.session, desk.finance
    typed = document(desk.firm, typed_line(desk.line, desk.order.code))
    receive_typed(session, finance, typed, NOW)
    half = document(desk.firm, typed_line(desk.line, desk.order.code, quantity=1), number="CN-5")
    outcome = receive_typed(session, finance, replace(half, credits_number="INV-100"), NOW)
    assert outcome.invoice.payable_cents == -8_050
    assert codes(outcome) <= {"I03"}
    other = paying.finance(session)
    approved = clear.approve(session, other, outcome.invoice.id, NOW)
    assert approved.invoice.state == "approved"
    assert match_invoice(session, None, outcome.invoice.id, NOW).decision.payable_cents == -8_050


def test_the_pdf_behind_a_typed_invoice_is_kept_and_anything_else_refused(desk):
    typed = document(desk.firm, typed_line(desk.line, desk.order.code))
    with pytest.raises(FaultsError, match="no PDF"):
        receive_typed(desk.session, desk.finance, typed, NOW, pdf=b"GIF89a", cipher=desk.cipher)
    outcome = receive_typed(desk.session, desk.finance, typed, NOW, pdf=pdfs.plain(), cipher=desk.cipher)
    row = files.file_of(desk.session, outcome.invoice.id)
    assert (row.media_type, row.sha256) == ("application/pdf", outcome.invoice.file_sha256)


def test_nobody_but_finance_hands_files_in(desk):
    coordinator = factories.actor_of(factories.make_user(desk.session))
    with pytest.raises(NotFoundError):
        receive_file(desk.session, desk.cipher, coordinator, Incoming(desk.xml()), NOW)
    assert desk.session.scalar(select(func.count()).select_from(InvoiceFile)) == 0


def test_a_file_that_names_another_contract_is_blocked_and_its_own_or_an_unknown_one_is_not(desk):
    own, other = desk.firm.agreements[0].code, paying.paid_firm(desk.session).agreements[0].code
    ours = desk.session.scalar(select(FundingContract.code))
    for number, (named, expected) in enumerate(
        ((own.lower(), False), ("PO 7 of March", False), (ours, False), (other, True))
    ):
        reference = f"<cac:ContractDocumentReference><cbc:ID>{named}</cbc:ID></cac:ContractDocumentReference>"
        data = desk.xml(number=f"INV{'ABCD'[number] * 5}").replace(
            b"</cac:OrderReference>", b"</cac:OrderReference>" + reference.encode()
        )
        received = desk.receive(data)
        assert ("M04" in codes(received.outcome)) is expected, named
