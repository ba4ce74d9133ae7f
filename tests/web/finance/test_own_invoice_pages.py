"""A firm makes its invoices of accepted work on the portal, takes them back, and sees its own alone."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from tests import dispatching
from tests.steps.finance import paying
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.money.finance import Invoice


def test_a_firm_invoices_in_one_click_and_sees_only_its_own(world, signed_in):
    browser, _ = signed_in("contractor", firm_id=world.firm.id)
    page = browser.get("/portal/invoices").text
    assert "$265.65" in page
    path = f"/portal/invoices/orders/{world.order.id}"
    assert f'value="{world.order.code}-1"' in browser.get(path).text
    form = {"form_uuid": str(uuid.uuid4()), "number": f"{world.order.code}-1"}
    first, again = browser.post(path, form), browser.post(path, form)
    assert first.status_code == 303
    assert first.location == again.location
    assert world.one(select(func.count()).select_from(Invoice)) == 1
    assert "Being checked" in browser.get(first.location).text
    with world.services.sessions.begin() as session:
        stranger_firm = dispatching.cleared_firm(session)
    stranger, _ = signed_in("contractor", firm_id=stranger_firm.id)
    assert stranger.get(first.location).status_code == 404
    assert stranger.get(path).status_code == 404
    assert world.order.code not in stranger.get("/portal/invoices").text


def test_a_firm_takes_its_invoice_back_once_and_nobody_elses(world, signed_in):
    browser, _ = signed_in("contractor", firm_id=world.firm.id)
    form = {"form_uuid": str(uuid.uuid4()), "number": "INV-1"}
    sent = browser.post(f"/portal/invoices/orders/{world.order.id}", form).location
    path = f"{sent}/credit"
    assert path in browser.get(sent).text
    assert 'value="INV-1-C"' in browser.get(path).text
    assert "used before" in browser.post(path, form | {"form_uuid": str(uuid.uuid4())}).text
    note = browser.post(path, {"form_uuid": str(uuid.uuid4()), "number": "INV-1-C"}).location
    assert "It takes invoice INV-1 back" in browser.get(note).text
    page = browser.get(sent).text
    assert "Taken back by credit note INV-1-C" in page
    assert path not in page
    assert browser.get(f"{note}/credit").status_code == 404
    typed = world.receive()
    assert browser.get(f"/portal/invoices/{typed}/credit").status_code == 404
    with world.services.sessions.begin() as session:
        stranger_firm = dispatching.cleared_firm(session)
    stranger, _ = signed_in("contractor", firm_id=stranger_firm.id)
    assert stranger.get(path).status_code == 404
    finance, _ = signed_in("finance")
    assert finance.get(f"/finance/invoices/{typed}/credit").status_code == 404


def test_a_firm_whose_invoices_we_make_sends_none(world, signed_in):
    with world.services.sessions.begin() as session:
        session.get(Firm, world.firm.id).agreements[0].self_billing = True
    browser, _ = signed_in("contractor", firm_id=world.firm.id)
    assert "We make this invoice for you" in browser.get("/portal/invoices").text
    path = f"/portal/invoices/orders/{world.order.id}"
    answer = browser.post(path, {"form_uuid": str(uuid.uuid4()), "number": "INV-1"})
    assert answer.status_code == 422
    assert "Your agreement says that we make your invoices" in answer.text
    assert world.one(select(func.count()).select_from(Invoice)) == 0


def test_a_number_used_twice_is_refused_at_its_field(world, signed_in, services):
    with services.sessions.begin() as session:
        other = paying.worked_order(session, session.merge(world.firm))
        order_id = other.id
    browser, _ = signed_in("contractor", firm_id=world.firm.id)
    numbers = {"number": "INV-1"}
    sent = browser.post(
        f"/portal/invoices/orders/{world.order.id}", numbers | {"form_uuid": str(uuid.uuid4())}
    )
    assert sent.status_code == 303
    page = browser.post(f"/portal/invoices/orders/{order_id}", numbers | {"form_uuid": str(uuid.uuid4())})
    assert page.status_code == 422
    assert "You have used the number INV-1 before" in page.text
