"""Each code of the match fires through the steps, and beside it a document that must not fire it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, codes, document, typed_line
from worksorders.domain.errors import FaultsError
from worksorders.steps import jobs
from worksorders.steps.finance.match import MATCH, match_invoice
from worksorders.steps.finance.receive import receive_typed
from worksorders.steps.people import firms
from worksorders.store.tables.firms.contractors import BankAccount
from worksorders.store.tables.money.finance import FundingContract, InvoiceException
from worksorders.store.tables.trail import AuditEvent, OutboxMessage
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.telling import UserContact


@pytest.fixture
def desk(session):
    return Desk(session)


class Desk:
    """One firm with one order of two lines, two units of each done and accepted, and a finance user."""

    def __init__(self, session):
        self.session = session
        self.firm = paying.paid_firm(session)
        self.order = paying.worked_order(session, self.firm, visits=2, rates=("70.00", "45.50"))
        self.first, self.second = self.order.lines
        self.finance = paying.finance(session)

    def line(self, line=None, order_code=None, **values):
        return typed_line(line or self.first, order_code or self.order.code, **values)

    def receive(self, *lines, **values):
        return receive_typed(self.session, self.finance, document(self.firm, *lines, **values), NOW)


def test_a_right_document_matches_clean_and_is_explained_to_the_cent(desk):
    outcome = desk.receive(desk.line(), desk.line(desk.second))
    invoice = outcome.invoice
    assert (invoice.state, codes(outcome)) == ("matched", set())
    assert invoice.payable_cents == invoice.total_cents == 26_565
    told = [piece for line in invoice.lines for piece in line.decision.explanation]
    assert sum(piece["net_cents"] + piece["gst_cents"] for piece in told) == invoice.payable_cents
    assert desk.order.code in told[0]["words"]


def test_m01_an_order_that_does_not_exist(desk):
    outcome = desk.receive(desk.line(order_code="W-NOBODY"))
    assert "M01" in codes(outcome)
    assert outcome.match.case.lines[0].candidates == (f"{desk.order.code}/1",)
    assert outcome.invoice.payable_cents == 0
    assert "M01" not in codes(desk.receive(desk.line(), number="INV-101"))


def test_m02_an_item_that_is_not_on_the_order(desk):
    assert "M02" in codes(desk.receive(desk.line(item_code="GL01")))
    assert "M02" not in codes(desk.receive(desk.line(desk.second), number="INV-101"))


def test_m03_work_of_another_contractor(desk):
    other = paying.paid_firm(desk.session)
    stranger = receive_typed(desk.session, desk.finance, document(other, desk.line()), NOW)
    assert "M03" in codes(stranger)
    assert stranger.invoice.payable_cents == 0
    assert "M03" not in codes(desk.receive(desk.line()))


def test_m05_not_a_cent_on_a_cancelled_order(desk):
    desk.order.state = "cancelled"
    assert "M05" in codes(desk.receive(desk.line()))
    desk.order.state = "closed"
    assert "M05" not in codes(desk.receive(desk.line(), number="INV-101"))


def test_m07_nothing_accepted_yet_and_it_falls_away_with_the_acceptance(desk):
    waiting = paying.worked_order(desk.session, desk.firm, accepted=0)
    line = waiting.lines[0]
    outcome = desk.receive(typed_line(line, waiting.code))
    assert "M07" in codes(outcome)
    assert outcome.decision.held_cents == outcome.decision.claimed_cents
    paying.accept(desk.session, line, 2)
    again = match_invoice(desk.session, None, outcome.invoice.id, NOW)
    assert (codes(again), again.invoice.state) == (set(), "matched")


def test_q01_more_invoiced_than_accepted_pays_the_accepted_part(desk):
    partly = paying.worked_order(desk.session, desk.firm, accepted=1)
    line = partly.lines[0]
    outcome = desk.receive(typed_line(line, partly.code))
    assert "Q01" in codes(outcome)
    assert outcome.decision.accepted_net_cents == 7_000
    assert outcome.invoice.payable_cents == 8_050
    row = outcome.invoice.lines[0].decision
    assert (row.accepted_cents, row.held_cents, row.disputed_cents) == (7_000, 0, 7_000)
    assert "Q01" not in codes(desk.receive(desk.line(quantity=2), number="INV-101"))


def test_q03_more_than_was_measured_on_site_is_held(desk):
    done = desk.session.scalars(select(LineDone).where(LineDone.line_id == desk.first.id)).one()
    done.measured_quantity = Decimal("1.6")
    desk.session.flush()
    outcome = desk.receive(desk.line(quantity=2), desk.line(desk.second))
    assert codes(outcome) == {"Q03"}
    first, second = (line.decision for line in outcome.invoice.lines)
    assert (first.accepted_cents, first.held_cents, second.held_cents) == (11_200, 2_800, 0)
    done.measured_quantity = Decimal(2)
    desk.session.flush()
    assert codes(match_invoice(desk.session, None, outcome.invoice.id, NOW)) == set()


def test_p07_falls_away_with_the_declaration(desk):
    admin = factories.actor_of(factories.make_user(desk.session, "administrator"))

    def record(tax):
        details = firms.FirmDetails(desk.firm.name, gst_number=paying.GST_NUMBER, tax=tax)
        firms.change_firm(desk.session, admin, desk.firm.id, details, ["E7"], NOW)

    clean = desk.receive(desk.line())
    assert codes(clean) == set()
    record(firms.SchedularTax(True))
    outcome = desk.receive(desk.line(desk.second), number="KX-7750")
    assert codes(outcome) == {"P07"}
    assert outcome.decision.held_cents == outcome.decision.claimed_cents
    record(firms.SchedularTax(True, paying.TODAY))
    record(firms.SchedularTax(True, paying.TODAY))
    rows = desk.session.scalars(select(AuditEvent).where(AuditEvent.action == firms.TAX_CHANGED)).all()
    days = [row.detail["declaration_on"] for row in rows]
    assert sorted(days, key=str) == [paying.TODAY.isoformat(), None]
    sent = desk.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == firms.TAX_CHANGED)).all()
    assert len(sent) == len(rows)
    job = jobs.Job(sent[0].id, 1, sent[0].payload, None, None, lambda: NOW, lambda: True)
    jobs.handler_of(firms.TAX_CHANGED)(job)(desk.session, NOW)
    asked = desk.session.scalars(select(OutboxMessage.payload).where(OutboxMessage.kind == MATCH)).all()
    waiting = {str(one.invoice.id) for one in (clean, outcome)}
    assert waiting <= {payload["invoice_id"] for payload in asked}
    again = match_invoice(desk.session, None, outcome.invoice.id, NOW)
    assert (codes(again), again.invoice.state) == (set(), "matched")


def test_r01_a_rate_above_the_card_of_the_day_of_issue(desk):
    outcome = desk.receive(desk.line(quantity=1, rate="71.00"))
    assert "R01" in codes(outcome)
    assert outcome.decision.accepted_net_cents == 7_000
    found = next(one for one in outcome.decision.exceptions if one.code == "R01")
    assert (found.difference_cents, "$70.00" in found.expected, found.actual) == (100, True, "$71.00")
    assert "R01" not in codes(desk.receive(desk.line(quantity=1, rate="70.00"), number="INV-101"))


def test_r02_a_rate_below_it_only_warns(desk):
    outcome = desk.receive(desk.line(rate="69.00"))
    assert (codes(outcome), outcome.invoice.state) == ({"R02"}, "matched")


def test_r04_a_line_that_does_not_multiply_out(desk):
    outcome = desk.receive(desk.line(quantity=1, amount=7_001))
    assert "R04" in codes(outcome)
    assert outcome.decision.accepted_net_cents == 7_000
    assert "R04" not in codes(desk.receive(desk.line(quantity=1), number="INV-101"))


@pytest.mark.parametrize("number", ["inv 100", "INV-0100", "lNV-1O0", "INV-100 COPY"])
def test_d01_the_same_number_however_it_is_written(desk, number):
    desk.receive(desk.line(quantity=1))
    outcome = desk.receive(desk.line(desk.second), number=number)
    assert "D01" in codes(outcome)
    assert outcome.invoice.payable_cents == 0
    assert outcome.invoice.duplicate_of_id is not None
    assert "D01" not in codes(desk.receive(desk.line(desk.second), number="INV-200"))


def test_d01_does_not_fall_on_the_first_of_the_two(desk):
    first = desk.receive(desk.line())
    desk.receive(desk.line(desk.second))
    again = match_invoice(desk.session, None, first.invoice.id, NOW)
    assert (codes(again), again.invoice.state) == (set(), "matched")


@pytest.mark.parametrize(("gst", "fires"), [(2_100, False), (2_101, True), (0, True)])
def test_g06_gst_that_is_none_of_the_allowed_amounts(desk, gst, fires):
    outcome = desk.receive(desk.line(), gst_cents=gst)
    assert ("G06" in codes(outcome)) is fires


@pytest.mark.parametrize(("quantity", "gst"), [("1", 683), ("1", 682)])
def test_g06_lets_half_a_cent_go_either_way(desk, quantity, gst):
    outcome = desk.receive(desk.line(desk.second, quantity=quantity), gst_cents=gst)
    assert "G06" not in codes(outcome)
    assert outcome.invoice.state == "matched"


@pytest.mark.parametrize(("net", "fires"), [(14_000, False), (14_010, True)])
def test_h01_lines_that_do_not_add_up_to_the_net_amount(desk, net, fires):
    outcome = desk.receive(desk.line(), net_cents=net, gst_cents=2_100)
    assert ("H01" in codes(outcome)) is fires


@pytest.mark.parametrize(("total", "fires"), [(16_100, False), (16_200, True)])
def test_h02_net_and_gst_that_do_not_add_up_to_the_total(desk, total, fires):
    outcome = desk.receive(desk.line(), total_cents=total)
    assert ("H02" in codes(outcome)) is fires
    assert outcome.decision.claimed_cents == total


def test_c01_invoices_above_the_order_in_all(desk):
    desk.receive(desk.line(), desk.line(desk.second))
    outcome = desk.receive(desk.line(quantity=1), number="INV-101")
    assert {"C01", "Q01"} <= codes(outcome)
    assert outcome.invoice.payable_cents == 0


def test_c01_is_silent_up_to_the_order(desk):
    assert "C01" not in codes(desk.receive(desk.line()))
    assert "C01" not in codes(desk.receive(desk.line(desk.second), number="INV-101"))


def test_an_item_on_two_lines_is_never_guessed_but_a_person_may_choose(desk):
    desk.second.item_code = desk.first.item_code
    desk.session.flush()
    unbound = desk.receive(desk.line(quantity=1))
    assert "M02" in codes(unbound)
    assert unbound.match.case.lines[0].candidates == (f"{desk.order.code}/1", f"{desk.order.code}/2")
    chosen = desk.receive(desk.line(quantity=1, order_line=1), number="A-7")
    assert codes(chosen) == set()


def test_exceptions_are_kept_in_words_with_expected_actual_and_difference(desk):
    outcome = desk.receive(desk.line(quantity=1, rate="71.00"))
    row = desk.session.scalars(select(InvoiceException).where(InvoiceException.code == "R01")).one()
    assert row.message == (
        "Rate above the card: expected $70.00 each (rate card 1), found $71.00. Difference $1.00."
    )
    assert (row.severity, row.state, row.difference_cents) == ("B", "open", 100)
    assert row.invoice_line_id == outcome.invoice.lines[0].id


def test_matching_again_keeps_what_stands_and_supersedes_what_is_gone(desk):
    outcome = desk.receive(desk.line(quantity=1, rate="71.00"))
    before = {row.id for row in outcome.invoice.exceptions}
    again = match_invoice(desk.session, None, outcome.invoice.id, NOW)
    assert {row.id for row in again.invoice.exceptions} == before
    desk.first.rate = Decimal("71.00")
    desk.session.flush()
    better = match_invoice(desk.session, None, outcome.invoice.id, NOW)
    states = {row.code: row.state for row in better.invoice.exceptions}
    assert (states["R01"], better.invoice.state) == ("superseded", "matched")


def test_what_cannot_be_kept_is_refused_with_every_fault(desk):
    wrong = replace(document(desk.firm, desk.line(order_line=9)), number=" ")
    with pytest.raises(FaultsError) as caught:
        receive_typed(desk.session, desk.finance, wrong, NOW)
    assert set(caught.value.by_field()) == {"number", "lines-0-order_line"}
    assert "it has 1, 2" in caught.value.by_field()["lines-0-order_line"][0]


def test_g01_to_g03_on_the_boundaries_of_their_bands(desk):
    def at(total, **values):
        net = total * 20 // 23
        made = document(desk.firm, desk.line(quantity=1, amount=net), number=f"B-{total}", net_cents=net,
                        gst_cents=total - net, total_cents=total)  # fmt: skip
        return codes(receive_typed(desk.session, desk.finance, replace(made, **values), NOW))

    assert "G02" not in at(20_000, gst_number="")
    assert "G02" in at(20_001, gst_number="")
    assert "G03" not in at(100_000, names_buyer=False)
    assert "G03" in at(100_001, names_buyer=False)


def test_p03_and_p04_the_account_that_is_stated_and_the_one_that_changed(desk):
    assert "P03" in codes(desk.receive(desk.line(), bank_account="01-902-0068389-00"))
    account = desk.session.scalar(select(BankAccount).where(BankAccount.firm_id == desk.firm.id))
    right = desk.receive(desk.line(), number="ZB-7", bank_account=account.number)
    assert {"P03", "P04"} & codes(right) == set()
    desk.session.add(
        BankAccount(
            firm_id=desk.firm.id, number=paying.ACCOUNTS[-1], entered_at=NOW - timedelta(days=3),
            entered_by=account.entered_by, verified_at=NOW - timedelta(days=2), verified_by=account.verified_by,
        )
    )  # fmt: skip
    desk.session.flush()
    assert "P04" in codes(desk.receive(desk.line(desk.second), number="Q-800"))


def test_p01_d05_firms_that_are_inactive_or_two_records_of_one(desk):
    other = paying.paid_firm(desk.session)
    assert "D05" not in codes(desk.receive(desk.line()))
    desk.firm.nzbn = other.nzbn = "9429039501974"
    assert {"D05"} <= codes(desk.receive(desk.line(desk.second), number="Q-800"))
    desk.firm.active = False
    desk.session.flush()
    assert "P01" in codes(desk.receive(desk.line(), number="R-9000"))


def test_d02_nearly_the_same_number_and_the_same_amount_within_days(desk):
    first = desk.receive(desk.line(quantity=1), number="INV-100").invoice
    assert "D02" in codes(desk.receive(desk.line(quantity=1), number="INV-101"))
    assert "D02" not in codes(desk.receive(desk.line(quantity=1), number="KX-7750"))
    assert first.state == "matched"


def test_c02_and_c03_the_year_and_the_whole_contract_are_never_passed(desk):
    contract = desk.session.scalars(select(FundingContract)).first()
    year = next(one for one in contract.years if one.starts_on <= desk.order.issued_on <= one.ends_on)
    year.budget_cents = 14_000
    outcome = desk.receive(desk.line(), desk.line(desk.second))
    assert "C02" in codes(outcome)
    assert outcome.decision.accepted_net_cents == 14_000
    year.budget_cents, contract.total_cents = 90_000_000, 14_000
    desk.session.flush()
    again = match_invoice(desk.session, None, outcome.invoice.id, NOW)
    assert codes(again) == {"C03"}
    assert again.decision.accepted_net_cents == 14_000
    contract.total_cents = 360_000_000
    desk.session.flush()
    assert codes(match_invoice(desk.session, None, outcome.invoice.id, NOW)) == set()


def test_a_firm_that_shares_a_detail_with_another_or_with_our_staff_is_held(session):
    firm, other = paying.paid_firm(session), paying.paid_firm(session)
    order = paying.worked_order(session, firm)
    paper = paying.document(firm, paying.typed_line(order.lines[0], order.code))
    invoice = receive_typed(session, paying.finance(session), paper, paying.NOW).invoice
    firm.phone, other.phone = "+64 9 555 0101", "+64 9 555 0199"
    firm.email, other.email = "office@rimu.example", "office@miro.example"
    session.flush()

    def found():
        outcome = match_invoice(session, None, invoice.id, paying.NOW)
        return sorted(one.actual for one in outcome.match.exceptions if one.code == "P06")

    assert found() == []
    other.phone = "09 5550101"
    session.flush()
    assert found() == [f"the same phone as {other.code}"]
    other.phone, other.email = None, "OFFICE@rimu.example"
    session.flush()
    assert found() == [f"the same mail address as {other.code}"]
    other.email = None
    clerk = paying.finance(session)
    session.add(
        UserContact(
            user_id=clerk.user_id, mobile="+6495550101", changed_at=paying.NOW, changed_by=clerk.user_id
        )
    )
    session.flush()
    assert found() == ["the same phone as a person of our own staff"]
    firm.phone = None
    former = session.scalar(select(paying.BankAccount.number).where(paying.BankAccount.firm_id == firm.id))
    session.add(
        paying.BankAccount(
            firm_id=other.id,
            number=former,
            entered_at=paying.NOW - timedelta(days=400),
            entered_by=clerk.user_id,
        )
    )
    session.flush()
    assert found() == [f"the same account as {other.code}"]
