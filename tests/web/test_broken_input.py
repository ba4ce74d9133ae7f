"""Whatever is written into an address or a field, the answer is a page that says so and never a failure of ours."""

from __future__ import annotations

import uuid

import pytest

from tests import factories

FAR = "99999999999999999999"
ADDRESSES = [
    ("coordinator", "/orders?code=%00"),
    ("coordinator", f"/orders?page={FAR}"),
    ("coordinator", "/orders?page=-1"),
    ("coordinator", f"/plans/?page={FAR}"),
    ("coordinator", "/plans/?page=-1"),
    ("auditor", "/admin/audit?action=%00"),
    ("auditor", "/admin/audit?from=0001-01-01"),
    ("auditor", "/admin/audit?to=9999-12-31"),
    ("auditor", "/admin/audit.csv?to=9999-12-31"),
    ("auditor", "/admin/readings?case=%00"),
    ("administrator", "/admin/firms?q=%00"),
    ("administrator", f"/admin/users?page={FAR}"),
    ("finance", f"/finance/payments?page={FAR}"),
]


@pytest.mark.parametrize(("role", "address"), ADDRESSES)
def test_a_strange_address_is_answered_with_a_page(signed_in, role, address):
    browser, _ = signed_in(role)
    assert browser.get(address).status_code in {200, 400, 422}


def test_a_nul_in_a_field_is_refused_before_anything_reads_it(browser):
    assert browser.sign_in("some\0body", factories.PASSWORD).status_code == 400


@pytest.mark.parametrize("year", ["9999", "1899", "100"])
def test_a_day_from_which_nobody_can_reckon_is_refused_at_its_field(signed_in, year):
    browser, _ = signed_in("coordinator")
    days = {"starts_on-day": "31", "starts_on-month": "12", "starts_on-year": year}
    answer = browser.post("/plans/ask", {"starts_on": ["31", "12", year]} | days, page="/plans/ask")
    assert answer.status_code == 422
    assert "too far away" in answer.text


@pytest.mark.parametrize("number", ["99999999999", "100000000", "99999999", "1e9", "NaN"])
def test_a_typed_invoice_with_an_absurd_number_is_answered_with_a_page(signed_in, services, number):
    browser, _ = signed_in("finance")
    with services.sessions.begin() as session:
        firm_id = factories.make_firm(session).id
    line = {"order_code": "W", "item_code": "LK03", "unit": "each", "amount": "1"}
    line |= {"quantity": number, "rate": number}
    sums = {"net": "1", "gst": "0", "total": "1"}
    typed = {"firm_id": str(firm_id), "number": "1", "issued_on": ["20", "11", "2026"]} | sums
    typed |= {"form_uuid": str(uuid.uuid4())} | {f"lines-0-{name}": text for name, text in line.items()}
    answer = browser.post("/finance/invoices/new", typed)
    assert answer.status_code == (303 if number == "99999999" else 422)
