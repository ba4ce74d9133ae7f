"""The pages on which e-invoices are handed in, made for firms, taken back and answered."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from sqlalchemy import select

from tests.steps.finance.test_billing import OURS
from tests.steps.finance.test_incoming import Desk
from worksorders.gateways.einvoice import read
from worksorders.steps.finance.billing.own_details import save_own_details
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice

UPLOAD = "/finance/invoices/upload"


class Page:
    """A browser of finance with a firm's right invoice at hand."""

    def __init__(self, browser, services):
        self.browser, self.services = browser, services
        with services.sessions.begin() as session:
            save_own_details(session, None, OURS)
            desk = Desk(session, services.cipher)
            self.right, self.other, self.order_id = desk.xml(), desk.xml(payable="1.00"), desk.order.id
            self.firm_id, self.account = desk.firm.id, desk.account

    def upload(self, *contents):
        files = [(io.BytesIO(content), f"{at}.xml") for at, content in enumerate(contents)]
        key = re.search(r'name="form_uuid"[^>]*value="([^"]+)"', self.browser.get(UPLOAD).text)
        return self.browser.post(
            UPLOAD,
            {"files": files, "form_uuid": key[1] if key else str(uuid.uuid4())},
            page=UPLOAD,
            content_type="multipart/form-data",
            follow_redirects=True,
        )


@pytest.fixture
def page(signed_in, services):
    browser, _ = signed_in("finance")
    return Page(browser, services)


def test_one_right_file_leads_to_its_invoice_and_the_answer_for_its_sender(page):
    shown = page.upload(page.right)
    assert "Invoice <span" in shown.text
    assert "SHA-256" in shown.text
    invoice_id = re.search(r"/finance/invoices/([0-9a-f-]{36})/response.xml", shown.text)[1]
    answer = page.browser.get(f"/finance/invoices/{invoice_id}/response.xml")
    assert answer.mimetype == "application/xml"
    assert b">IP<" in answer.data


def test_several_files_at_once_are_each_told_with_place_and_remedy(page):
    shown = page.upload(b"<Invoice>", page.right, page.other)
    assert "2 of 3 files are received" in shown.text
    assert "Refused: 0.xml (9 bytes)." in shown.text
    assert "Send the whole file again" in shown.text
    assert "ibr-co-16" in shown.text
    assert "Choose at least one file" in page.upload().text


def test_an_invoice_is_made_under_self_billing_written_and_taken_back(page):
    with page.services.sessions.begin() as session:
        session.get(Firm, page.firm_id).agreements[0].self_billing = True
    listed = page.browser.get("/finance/self-billing").text
    action = f"/finance/self-billing/{page.order_id}/{page.firm_id}"
    assert action in listed
    key = re.search(rf'action="{action}".*?name="form_uuid"[^>]*value="([^"]+)"', listed, re.DOTALL)[1]
    made = page.browser.post(
        action, {"form_uuid": key}, page="/finance/self-billing", follow_redirects=True
    ).text
    invoice_id = re.search(r"/finance/invoices/([0-9a-f-]{36})/self-billed.xml", made)[1]
    xml = page.browser.get(f"/finance/invoices/{invoice_id}/self-billed.xml")
    assert read(xml.data).faults == ()
    address = f"/finance/invoices/{invoice_id}/credit"
    form = page.browser.get(address).text
    key = re.search(r'name="form_uuid"[^>]*value="([^"]+)"', form)[1]
    back = page.browser.post(
        address, {"form_uuid": key, "number": "SB-C1"}, page=address, follow_redirects=True
    )
    assert "Credit note <span" in back.text
    with page.services.sessions() as session:
        totals = session.scalars(select(Invoice.payable_cents)).all()
    assert sum(totals) == 0
    assert len(totals) == 2
