"""Documents that we make for a firm: invoiced from accepted work, written as e-invoices, and taken back in full."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, codes
from worksorders.domain.errors import FaultsError, RefusedError
from worksorders.gateways.einvoice import read, write_self_billed
from worksorders.steps.actor import NotFoundError
from worksorders.steps.finance import own_invoice
from worksorders.steps.finance.billing.claims import claims_of
from worksorders.steps.finance.billing.credit import credit_in_full
from worksorders.steps.finance.billing.document import find_document
from worksorders.steps.finance.billing.make import self_bill
from worksorders.steps.finance.billing.own_details import OwnDetails, save_own_details

OURS = OwnDetails("National Home Safety Service", "9429033591476", "35901981")


@pytest.fixture
def desk(session):
    return Desk(session)


class Desk:
    """A firm under self-billing with an order of two lines, two units of each accepted."""

    def __init__(self, session):
        self.session = session
        self.firm = paying.paid_firm(session)
        self.firm.nzbn = "9429039501974"
        self.firm.agreements[0].self_billing = True
        self.order = paying.worked_order(session, self.firm, visits=2, rates=("70.00", "45.5050"))
        self.finance = paying.finance(session)
        save_own_details(session, None, OURS)

    def bill(self):
        return self_bill(self.session, self.finance, self.order.id, self.firm.id, NOW)

    def find(self, code, **values):
        return find_document(self.session, code, NOW, **values)


def test_what_is_accepted_is_billed_clean_and_written_without_a_fault(desk):
    before = desk.find(desk.order.code)
    assert "not made yet" in before.notes[0]
    outcome = desk.bill()
    assert codes(outcome) == set()
    written = desk.find(desk.order.code)
    assert written.notes == ()
    assert written.document == replace(before.document, number=written.document.number)
    xml = write_self_billed(written.document)
    found = read(xml)
    assert found.faults == ()
    assert found.gross * 100 == outcome.invoice.total_cents == outcome.invoice.payable_cents
    assert (found.number, found.order_code) == (outcome.invoice.number, desk.order.code)
    assert write_self_billed(desk.find(outcome.invoice.number).document) == xml


def test_a_self_billed_invoice_and_its_credit_note_make_zero(desk):
    made = desk.bill().invoice
    credit = credit_in_full(desk.session, desk.finance, made.id, "SB-CN-1", NOW)
    assert codes(credit) == set()
    assert credit.invoice.payable_cents == -made.payable_cents
    found = read(write_self_billed(desk.find("SB-CN-1").document))
    assert (found.faults, found.kind.is_credit, found.credits_number) == ((), True, made.number)
    with pytest.raises(FaultsError, match="several self-billed documents"):
        desk.find(desk.order.code)
    with pytest.raises(RefusedError, match="credited by SB-CN-1"):
        credit_in_full(desk.session, desk.finance, made.id, "SB-CN-2", NOW)


def test_a_firm_takes_its_own_portal_invoice_back_and_no_others(desk):
    session = desk.session
    desk.firm.agreements[0].self_billing = False
    contractor = factories.actor_of(factories.make_user(session, "contractor", firm_id=desk.firm.id))
    invoice = own_invoice.submit(session, contractor, desk.order.id, "INV-1", NOW).invoice
    stranger = factories.actor_of(
        factories.make_user(session, "contractor", firm_id=paying.paid_firm(session).id)
    )
    for actor in (stranger, desk.finance):
        with pytest.raises(NotFoundError):
            credit_in_full(session, actor, invoice.id, "CN-1", NOW)
    with pytest.raises(FaultsError, match="used before"):
        credit_in_full(session, contractor, invoice.id, "inv-1", NOW)
    credit = credit_in_full(session, contractor, invoice.id, "CN-1", NOW)
    assert credit.invoice.payable_cents == -invoice.payable_cents
    assert own_invoice.find_claim(session, contractor, desk.order.id, NOW).net_cents == 23_101


def test_there_is_a_clear_word_when_nothing_can_be_written(desk):
    with pytest.raises(NotFoundError, match="neither an order nor a self-billed invoice"):
        desk.find("W-NOBODY")
    empty = paying.worked_order(desk.session, desk.firm, accepted=0)
    with pytest.raises(RefusedError, match="nothing to write for order"):
        desk.find(empty.code)
    desk.bill()
    with pytest.raises(RefusedError, match="nothing to write"):
        desk.bill()


def test_without_self_billing_in_the_agreement_nothing_is_made_and_the_print_says_so(desk):
    desk.firm.agreements[0].self_billing = False
    desk.session.flush()
    with pytest.raises(RefusedError, match="no self-billing"):
        desk.bill()
    assert "agree it before" in desk.find(desk.order.code).notes[1]


def test_our_own_numbers_must_pass_their_check_digits(desk):
    with pytest.raises(FaultsError) as raised:
        save_own_details(desk.session, None, OwnDetails("Us", "9429039501976", "136410133"))
    assert [fault.field for fault in raised.value.faults] == ["nzbn", "gst_number"]


def test_a_subscription_is_invoiced_by_the_firm_that_fitted_the_alarm(desk):
    session = desk.session
    alarm, monitoring = desk.order.lines
    alarm.evidence = "live test reference"
    monitoring.kind, monitoring.item_code, monitoring.visit_id = "subscription", "AL02", None
    session.flush()
    session.expire_all()
    other = paying.paid_firm(session)
    lines = {line.number: line for line in claims_of(session, desk.firm, [desk.order.id], NOW)[0].lines}
    assert (lines[2].item_code, lines[2].quantity) == ("AL02", 2)
    assert claims_of(session, other, [desk.order.id], NOW) == []
    outcome = desk.bill()
    assert "M03" not in codes(outcome)
    # The alarm itself waits for its live test; the monitoring is payable.
    assert [line.portion.accepted_cents for line in outcome.decision.lines] == [0, 9_101]
