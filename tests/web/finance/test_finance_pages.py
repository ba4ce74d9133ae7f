"""Finance's pages end to end in the test client: type, see, release, approve, pay, and watch the budget."""

from __future__ import annotations

import io
import re
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from tests import factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from worksorders.steps.finance.payout import payer
from worksorders.steps.finance.receive import receive_typed
from worksorders.store.tables.money.finance import Invoice, InvoiceException
from worksorders.store.tables.work.orders import WorksOrder


def typed(world, **changes):
    line = world.lines[0]
    data = {
        "form_uuid": str(uuid.uuid4()), "firm_id": str(world.firm.id), "number": "P-1", "issued_on": ["24", "11", "2026"], "gst_number": paying.GST_NUMBER, "names_buyer": "y",
        "lines-0-order_code": world.order.code, "lines-0-item_code": line.item_code, "lines-0-quantity": "2",
        "lines-0-unit": "ea", "lines-0-rate": "70.00", "lines-0-amount": "140.00", "net": "140.00", "gst": "21.00",
        "total": "161.00",
    }  # fmt: skip
    return data | changes


def act(browser, invoice_id, name, **values):
    data = {f"{name}-{field}": value for field, value in values.items()}
    data[f"{name}-form_uuid"] = str(uuid.uuid4())
    return browser.post(f"/finance/invoices/{invoice_id}/{name.replace('_', '-')}", data)


def test_a_typed_invoice_is_received_once_and_shown_side_by_side(world, signed_in):
    browser, _ = signed_in("finance")
    data = typed(world)
    first, again = browser.post("/finance/invoices/new", data), browser.post("/finance/invoices/new", data)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert world.one(select(func.count()).select_from(Invoice)) == 1
    page = browser.get(first.location).text
    for words in (
        "Order, done, accepted, invoiced",
        world.order.code,
        "$140.00",
        "Why $140.00 of line 1 is payable",
    ):
        assert words in page


def test_lines_come_and_go_without_keeping_anything(world, signed_in):
    browser, _ = signed_in("finance")
    page = browser.post("/finance/invoices/new", typed(world) | {"add_line": "yes"})
    assert "Line 2" in page.text
    assert world.one(select(func.count()).select_from(Invoice)) == 0


def test_what_cannot_be_read_is_said_at_its_field(world, signed_in):
    browser, _ = signed_in("finance")
    page = browser.post(
        "/finance/invoices/new", typed(world, gst="abc", number="", **{"lines-0-quantity": "x"})
    )
    assert page.status_code == 422
    for words in ("Enter the number on the invoice", "GST must be an amount", "Quantity must be a number"):
        assert words in page.text
    page = browser.post("/finance/invoices/new", typed(world, **{"lines-0-order_line": "9"}))
    assert "has no line 9: it has 1, 2" in page.text


def test_the_queue_filters_counts_by_code_and_shows_no_protected_field(world, signed_in):
    right, wrong = world.receive("GOOD-1"), world.receive("BAD-2", rate="71.00")
    browser, _ = signed_in("finance")
    page = browser.get("/finance").text
    assert page.index("GOOD-1") < page.index("BAD-2")
    assert "Rate above the card" in page
    only = browser.get("/finance?code=R01").text
    assert ("BAD-2" in only, "GOOD-1" in only) == (True, False)
    assert "GOOD-1" in browser.get("/finance?state=matched").text
    assert "No invoice fits" in browser.get("/finance?q=nothing-like-it").text
    every = (
        page + browser.get(f"/finance/invoices/{right}").text + browser.get(f"/finance/invoices/{wrong}").text
    )
    for canary in ("Canary", "Nowhere", "Front door"):
        assert canary not in every


def test_release_approve_and_pay_take_different_people(world, signed_in):
    invoice_id = world.receive(gst_cents=2_101)
    exception_id = world.one(select(InvoiceException.id).where(InvoiceException.code == "G06"))
    releaser, _ = signed_in("finance")
    path = f"/finance/exceptions/{exception_id}"
    assert "Nobody can release this" not in releaser.get(path).text
    assert releaser.post(path, {"form_uuid": str(uuid.uuid4())}).status_code == 422
    last = (NOW + timedelta(days=9)).date()
    sent = releaser.post(path, {
        "form_uuid": str(uuid.uuid4()), "reason": "Old software, checked by phone", "expires_on": [str(last.day), str(last.month), str(last.year)],
    })  # fmt: skip
    assert sent.status_code == 303
    assert act(releaser, invoice_id, "approve").status_code == 403
    approver, _ = signed_in("finance")
    assert act(approver, invoice_id, "approve").status_code == 303
    with world.services.sessions.begin() as session:
        one, other = paying.finance(session), paying.finance(session)
        account = payer.enter(session, one, name="Home Safety", number="01-902-0068389-00", now=NOW)
        payer.verify(session, other, account.id, NOW)
    nonsense = {"form_uuid": str(uuid.uuid4()), "chosen": "x", "pay_on": day_after(0)}
    assert approver.post("/finance/payments", nonsense).status_code == 422
    form = {"form_uuid": str(uuid.uuid4()), "chosen": f"{invoice_id}/invoice", "pay_on": day_after(2)}
    sent = approver.post("/finance/payments", form)
    assert sent.status_code == 303
    assert approver.post("/finance/payments", form).location == sent.location
    assert "You prepared this run" in approver.get(sent.location).text
    approval = {"form_uuid": str(uuid.uuid4())}
    assert approver.post(f"{sent.location}/approve", {"form_uuid": str(uuid.uuid4())}).status_code == 403
    assert releaser.post(f"{sent.location}/approve", {"form_uuid": str(uuid.uuid4())}).status_code == 403
    seen = releaser.get(sent.location).text
    assert "had a part in one of its accounts: another person approves it" in seen
    assert "Approve $161.00" not in seen
    second, _ = signed_in("finance")
    for _ in range(2):
        assert second.post(f"{sent.location}/approve", approval).status_code == 303
    assert world.one(select(Invoice.state)) == "paid"
    page = second.get(sent.location).text
    assert "Payment file for the bank" in page
    assert ">Paid</caption>" in second.get("/finance/payments").text
    path = re.findall(r'href="(/finance/runs/files/[^"]+)"', page)[0]
    file = second.get(path)
    assert file.mimetype == "application/xml"
    for data, words in (
        (file.data, "The file agrees"),
        (file.data.replace(b"161.00", b"162.00"), "differs"),
        (b"<x", "neither a bank file"),
    ):
        upload = {"form_uuid": str(uuid.uuid4()), "file": (io.BytesIO(data), "any.xml")}
        assert words in second.post(f"{sent.location}/compare", upload).text
    portal, _ = signed_in("contractor", firm_id=world.firm.id)
    paid = portal.get("/portal/payments").text
    assert "$161.00" in paid
    (link,) = re.findall(r'href="(/portal/payments/[^"]+)"', paid)
    assert portal.get(link).text.startswith("Payment of $161.00 on ")
    own = " ".join(portal.get(f"/portal/invoices/{invoice_id}").text.split())
    assert "by the bank on 25 November 2026" in own
    for words in ("Claimed, with GST", "$161.01", "GST held or disputed", "2 × $70.00 each on order"):
        assert words in own
    with world.services.sessions.begin() as session:
        other_id = factories.make_firm(session).id
    stranger, _ = signed_in("contractor", firm_id=other_id)
    assert stranger.get(link).status_code == 404


def day_after(days):
    on = NOW.date() + timedelta(days=days)
    return [str(on.day), str(on.month), str(on.year)]


def test_hold_note_reject_and_their_faults(world, signed_in):
    invoice_id = world.receive()
    browser, _ = signed_in("finance")
    faulty = act(browser, invoice_id, "hold", reason="Look at the photos")
    assert faulty.status_code == 422
    assert re.search(r'<dialog class="app-dialog" id="hold-dialog"[^>]*data-open', faulty.text)
    assert act(browser, invoice_id, "hold", kind="held", reason="Look at the photos").status_code == 303
    assert "On hold" in browser.get("/finance?state=held").text
    assert act(browser, invoice_id, "approve").status_code == 303
    assert "This invoice is held: lift that first." in browser.get(f"/finance/invoices/{invoice_id}").text
    assert act(browser, invoice_id, "lift").status_code == 303
    assert act(browser, invoice_id, "note", text="Called them on Tuesday").status_code == 303
    assert "Called them on Tuesday" in browser.get(f"/finance/invoices/{invoice_id}").text
    assert act(browser, invoice_id, "reject", reason="x").status_code == 422
    assert act(browser, invoice_id, "reject", reason="Meant for another customer").status_code == 303
    assert world.one(select(Invoice.state)) == "rejected"


def test_an_approval_may_be_taken_back(world, signed_in):
    invoice_id = world.receive()
    browser, _ = signed_in("finance")
    assert act(browser, invoice_id, "approve").status_code == 303
    assert act(browser, invoice_id, "take_back", reason="Wrong firm chosen").status_code == 303
    assert world.one(select(Invoice.state)) == "matched"
    assert act(browser, invoice_id, "match").status_code == 303


def test_the_contract_page_and_its_file_agree(world, signed_in):
    world.receive()
    browser, _ = signed_in("finance")
    page = browser.get("/finance/contract").text
    for words in ("$3,600,000.00", "Uncommitted", "$140.00", "237", "350", "400"):
        assert words in page
    table = re.findall(
        r'<th scope="row" class="govuk-table__header">All years</th>(.*?)</tr>', page, re.DOTALL
    )[0]
    amounts = [int(text.replace(",", "").replace(".", "")) for text in re.findall(r"\$([\d,.]+)", table)]
    assert amounts[0] == sum(amounts[1:]) == 360_000_000
    chart = page[page.index("app-chart__svg") : page.index("</svg>")]
    drawn = re.findall(r'app-chart__value"[^>]*>\$([\d,.]+)', chart)
    assert [int(text.replace(",", "").replace(".", "")) for text in drawn] == amounts[1:]
    file = browser.get("/finance/contract.csv")
    assert file.mimetype == "text/csv"
    rows = file.data.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("NHSS-1,Year 1,2026-07-01,2027-06-30,864437.69,")


def test_a_contract_is_recorded_by_form(signed_in):
    browser, _ = signed_in("finance")
    assert "Without one no works order can be issued" in browser.get("/finance/contract").text
    data = {
        "form_uuid": str(uuid.uuid4()), "code": "nhss-2", "name": "Second", "starts_on": ["1", "7", "2026"], "total": "3,600,000.00", "gst_basis": "inclusive",
    }  # fmt: skip
    assert browser.post("/finance/contract/new", data | {"starts_on": ["2", "7", "2026"]}).status_code == 422
    assert browser.post("/finance/contract/new", data).status_code == 303
    assert "GST included" in browser.get("/finance/contract?code=NHSS-2").text
    other = data | {"form_uuid": str(uuid.uuid4()), "code": "nhss-3"}
    assert "pays for some of these days already" in browser.post("/finance/contract/new", other).text


@pytest.mark.parametrize("role", ["coordinator", "administrator", "privacy_officer"])
def test_others_find_no_invoices(world, signed_in, role):
    invoice_id = world.receive()
    browser, _ = signed_in(role)
    for path in ("/finance", f"/finance/invoices/{invoice_id}", "/finance/payments", "/finance/contract"):
        assert browser.get(path).status_code == 404


def test_the_queue_asks_a_constant_number_of_queries(world, signed_in, services):
    with services.sessions.begin() as session:
        order = session.get(WorksOrder, world.order.id)
        actor = paying.finance(session)
        for number in range(30):
            line = typed_line(order.lines[0], order.code, rate="71.00")
            receive_typed(session, actor, document(world.firm, line, number=f"Z{number:02}"), factories.NOW)
    browser, _ = signed_in("finance")
    counts = []
    for page in ("1", "2"):
        with _counting(services.engine) as seen:
            assert browser.get(f"/finance?page={page}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 14


@contextmanager
def _counting(engine):
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
