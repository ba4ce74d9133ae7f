"""Finance closes a month on its pages: clocks, schedule, patterns, report, retention, and the month itself."""

from __future__ import annotations

import io
import re
import uuid
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from worksorders.domain.finance.months import Month
from worksorders.steps.finance.nightly import _night
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.books import PatternFinding
from worksorders.store.tables.money.finance import ContractYear
from worksorders.store.tables.money.payouts import ClaimWarning, PaymentSchedule


class World:
    """A firm whose invoice is one dollar a unit too dear, and work that nobody accepted yet."""

    def __init__(self, services):
        self.services = services
        with services.sessions.begin() as session:
            self.firm = paying.paid_firm(session)
            order = paying.worked_order(session, self.firm, visits=2, rates=("70.00", "45.50"), accepted=1)
            self.code, self.agreement = order.code, self.firm.agreements[0].id
            line = typed_line(order.lines[0], order.code, quantity=1, rate="71.00")
            paper = document(self.firm, line, number="DEAR-1")
            self.invoice = receive_typed(session, paying.finance(session), paper, NOW).invoice.id
            self.year = session.scalars(select(ContractYear.id).order_by(ContractYear.starts_on)).first()

    def one(self, query):
        with self.services.sessions() as session:
            return session.scalar(query)


@pytest.fixture
def world(services):
    return World(services)


def form(**values):
    return {"form_uuid": str(uuid.uuid4())} | values


def day(on):
    return [str(on.day), str(on.month), str(on.year)]


def text_of(pdf):
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", words)


def test_a_month_is_closed_and_opened_again_without_a_spreadsheet(world, signed_in, clock, services):
    browser, _ = signed_in("finance")
    assert "It ends on 30 November 2026." in browser.get("/finance/months/2026-11").text
    refused = browser.post("/finance/months/2026-11", form())
    assert (refused.status_code, "cannot be closed yet" in refused.text) == (409, True)
    clock.now = NOW + timedelta(days=40)
    browser, _ = signed_in("finance")
    page = browser.get("/finance/clocks").text
    assert "Run out" in page
    assert "past 20 working days" in browser.get("/finance/months/2026-11").text
    with services.sessions.begin() as session:
        _night(None)(session, clock.now)
        _night(None)(session, clock.now)
        steps = session.scalars(select(ClaimWarning.working_days).order_by(ClaimWarning.working_days)).all()
    assert steps == [10, 15, 18, 20]
    written = browser.post(f"/finance/invoices/{world.invoice}/schedule", form())
    assert written.status_code == 303
    assert "Schedule 1 (PDF)" in browser.get(written.location).text
    again = browser.post(f"/finance/invoices/{world.invoice}/schedule", form())
    assert (again.status_code, "says the same already" in again.text) == (409, True)
    schedule = text_of(browser.get(f"/finance/schedules/{world.one(select(PaymentSchedule.id))}.pdf").data)
    for words in ("DEAR-1", world.code, "Rate above the card", "$81.65", "$80.50", "24 November 2026"):
        assert words in schedule
    firm, _ = signed_in("contractor", firm_id=world.firm.id)
    assert "Payment schedule (PDF)" in firm.get(f"/portal/invoices/{world.invoice}").text
    assert "DEAR-1" in text_of(firm.get(f"/portal/invoices/{world.invoice}/schedule.pdf").data)
    page = browser.get("/finance/months/2026-11").text
    assert "Blocks closing" not in page
    assert "Accrued on the last day and reversed on the next: $115.50, 2 lines" in page
    assert browser.post("/finance/months/2026-11", form()).status_code == 303
    page = browser.get("/finance/months/2026-11").text
    assert "Its postings are those that were closed." in page
    assert "Month accrued" in page
    journal = browser.get("/finance/months/2026-11/journal.csv").data.decode("utf-8-sig")
    assert journal.count("month accrued") == 4
    assert browser.post("/finance/months/2026-11/reopen", form(reason="")).status_code == 422
    assert browser.post("/finance/months/2026-11/reopen", form(reason="A visit was late")).status_code == 303
    assert browser.post("/finance/months/2026-11/agree", form()).status_code == 403
    other, _ = signed_in("finance")
    assert "A visit was late" in other.get("/finance/months/2026-11").text
    assert other.post("/finance/months/2026-11/agree", form()).status_code == 303
    assert "Opened again by" in other.get("/finance/months/2026-11").text
    assert other.get("/finance/months/nonsense").status_code == 404
    assert Month(2026, 11).name in other.get("/finance/months").text


def test_a_pattern_is_judged_once_by_somebody_without_a_part_in_it(world, signed_in, services):
    browser, _ = signed_in("finance")
    assert browser.post("/finance/patterns/look", form()).status_code == 303
    with services.sessions.begin() as session:
        order_id = session.scalar(text("select id from works_order"))
        row = PatternFinding(
            code="F01", finding_key="k", found_at=NOW, expected="one order", actual="two orders",
            evidence=[world.code], order_ids=[order_id], state="open",
        )  # fmt: skip
        session.add(row)
        session.flush()
        path = f"/finance/patterns/{row.id}"
    assert world.code in browser.get("/finance/patterns?code=F01").text
    wrong = browser.post(path, form(verdict="confirmed", reason=""))
    assert (wrong.status_code, "Say what you found" in wrong.text) == (422, True)
    auditor, _ = signed_in("auditor")
    assert "Keep the verdict" not in auditor.get(path).text
    assert auditor.post(path, form(verdict="confirmed", reason="It is one")).status_code == 200
    verdict = form(verdict="dismissed", reason="Two homes of one street")
    for _ in range(2):
        assert browser.post(path, verdict).status_code == 303
    assert browser.post(path, form(verdict="confirmed", reason="Looked again")).status_code == 409
    assert "Two homes of one street" in browser.get(path).text


def test_the_report_leaves_small_counts_out_in_every_file(world, signed_in, services):
    with services.sessions.begin() as session:
        session.execute(text("update works_order set state = 'closed', closed_at = :at"), {"at": NOW})
    browser, _ = signed_in("auditor")
    page = browser.get("/finance/contract/NHSS-1/report").text
    csv = browser.get("/finance/contract/NHSS-1/report.csv").data.decode("utf-8-sig")
    pdf = text_of(browser.get("/finance/contract/NHSS-1/report.pdf").data)
    drawdown = browser.get("/finance/contract.csv").data.decode("utf-8-sig")
    for file in (page, csv, pdf, drawdown):
        assert "left out" in file
    assert "Homes,All years,All regions,Count,left out" in csv
    for words in ("Homes by region", "R01 Rate above the card", "3,600,000.00"):
        assert words in pdf
    assert browser.get("/finance/contract/NONE/report").status_code == 404


def test_a_category_has_its_cap_and_faults_are_said_at_once(world, signed_in):
    browser, _ = signed_in("finance")
    path = f"/finance/contract/NHSS-1/categories/{world.year}"
    wrong = browser.post(path, form(name="Locks", cap="1.00", item_groups="LK"))
    assert (wrong.status_code, "is bound under it already" in wrong.text) == (422, True)
    assert browser.post(path, form(name="Locks", cap="5000.00", item_groups="lk, DR01")).status_code == 303
    page = browser.get("/finance/contract/NHSS-1/report").text
    assert "DR01, LK" in page
    again = browser.post(path, form(name="locks", cap="9999999.00", item_groups="LK03"))
    for words in ("has a category", "belongs to “Locks” already", "above its"):
        assert words in again.text


def test_retention_terms_and_moves_have_pages(world, signed_in):
    browser, _ = signed_in("finance")
    assert "nothing" in browser.get("/finance/retention").text
    path = f"/finance/agreements/{world.agreement}/retention"
    wrong = browser.post(
        path, form(percent="11", kept_months="3", in_force_from=day(NOW.date() - timedelta(days=9)))
    )
    for words in ("11 % cannot be kept back", "today or later"):
        assert words in wrong.text
    sent = browser.post(path, form(percent="5", kept_months="3", in_force_from=day(NOW.date())))
    assert sent.status_code == 422
    today = NOW.date() + timedelta(days=1)
    assert browser.post(path, form(percent="5", kept_months="3", in_force_from=day(today))).status_code == 303
    assert "5 %" in browser.get("/finance/retention").text
    for name in ("withhold", "retention/notice", "retention/use"):
        assert browser.get(f"/finance/invoices/{world.invoice}/{name}").status_code == 200
    keep = f"/finance/invoices/{world.invoice}/withhold"
    assert "Keep back $3.50" in browser.get(keep).text
    assert browser.post(keep, form(reference="T-1")).status_code == 303
    again = browser.post(keep, form(reference="T-2"))
    assert (again.status_code, "posted already" in again.text) == (409, True)
    assert "T-1" in browser.get("/finance/retention").text
    early = browser.post(f"/finance/invoices/{world.invoice}/retention/release", form())
    assert (early.status_code, "is not paid yet" in early.text) == (409, True)


def test_the_account_that_we_pay_from_takes_two_people(world, signed_in):
    browser, _ = signed_in("finance")
    assert "Enter it" in browser.get("/finance/payments").text
    wrong = browser.post("/finance/payer/new", form(name="", number="01-0242-0100195-00"))
    assert wrong.status_code == 422
    assert (
        browser.post("/finance/payer/new", form(name="Safety", number="01-902-0068389-00")).status_code == 303
    )
    page = browser.get("/finance/payer").text
    assert "You entered this account" in page
    other, _ = signed_in("finance")
    path = re.findall(r'action="(/finance/payer/[^"]+/verify)"', other.get("/finance/payer").text)[0]
    assert browser.post(path, form()).status_code == 403
    assert other.post(path, form()).status_code == 303
