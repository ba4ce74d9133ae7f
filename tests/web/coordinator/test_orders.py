"""From an assessment to an issued order through the browser, and the order's page in every state."""

from __future__ import annotations

import io
import re
import threading
import uuid
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import event, func, select

from tests import factories, referrals
from tests.web.conftest import Browser
from tests.web.coordinator import intake_pages as pages
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.trail import OutboxMessage
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksLine, WorksOrder


@pytest.fixture
def world(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)


@pytest.fixture
def coordinator(world, signed_in):
    return signed_in("coordinator")[0]


@pytest.fixture
def order_id(coordinator):
    return pages.raise_order(coordinator, pages.take_in(coordinator))


def state_of(services, order_id):
    with services.sessions() as session:
        return session.get(WorksOrder, uuid.UUID(order_id)).state


def first_line(services, order_id, code="WN01"):
    with services.sessions() as session:
        return session.scalars(
            select(WorksLine).where(WorksLine.order_id == uuid.UUID(order_id), WorksLine.item_code == code)
        ).one()


def test_an_order_for_a_home_without_a_point_says_that_its_place_is_estimated(
    services, coordinator, order_id
):
    assert "place estimated" in coordinator.get(f"/orders/{order_id}").text
    with services.sessions.begin() as session:
        order = session.get_one(WorksOrder, uuid.UUID(order_id))
        session.get_one(CaseFile, order.case_id).point_estimated = False
    assert "place estimated" not in coordinator.get(f"/orders/{order_id}").text


def test_one_click_raises_an_order_with_lines_visits_and_totals(coordinator, order_id):
    page = coordinator.get(f"/orders/{order_id}").text
    for words in (
        "Solid wood door leaf",
        "Ply over glazed panel (interim)",
        "Asbestos sample and laboratory",
        "Total with GST",
        "Ask for agreement",
        "makes safe",
        "Order raised",
    ):
        assert words in page, words
    for hidden in ("Hinemoa", "Example Road", "555 0199"):
        assert hidden not in page


def test_an_order_goes_from_draft_to_issued_in_the_browser(coordinator, services, order_id):
    assert coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on")).status_code == 303
    assert "wait for an agreement" in coordinator.get(f"/orders/{order_id}").text
    pages.agree(coordinator, order_id)
    coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on"))
    assert state_of(services, order_id) == "ready"
    answer = coordinator.post(f"/orders/{order_id}/issue", pages.action())
    page = coordinator.get(answer.headers["Location"]).text
    assert "Its rates are frozen" in page
    assert "Issued, rates frozen" in page
    assert state_of(services, order_id) == "issued"


def test_a_double_click_issues_once(coordinator, app, services, order_id):
    pages.agree(coordinator, order_id)
    coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on"))
    form = pages.action() | {"csrf_token": coordinator.token("/unlock")}
    cookie = coordinator.client.get_cookie("session").value
    barrier, found = threading.Barrier(2), []

    def send():
        other = Browser(app)
        other.client.set_cookie("session", cookie)
        barrier.wait()
        found.append(other.client.post(f"/orders/{order_id}/issue", data=form).status_code)

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [303, 303]
    with services.sessions() as session:
        sent = session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "order.issued")
        )
    assert sent == 1
    assert coordinator.post(f"/orders/{order_id}/issue", pages.action()).status_code == 409


def test_a_quantity_is_changed_and_a_line_removed(coordinator, services, order_id):
    line = first_line(services, order_id)
    name = f"line-{line.id}"
    address = f"/orders/{order_id}/lines/{line.id}"
    assert coordinator.post(address, pages.action(name, quantity="4")).status_code == 303
    assert first_line(services, order_id).quantity == 4
    bad = coordinator.post(address, pages.action(name, quantity="-1"))
    assert bad.status_code == 422
    assert f'href="#{name}-quantity"' in bad.text
    assert f'id="{name}-quantity"' in bad.text
    zero = coordinator.post(address, pages.action(name, quantity="0"))
    assert "is not above 0" in zero.text
    assert coordinator.post(address, pages.action(name, quantity="x") | {"remove": "yes"}).status_code == 303
    assert str(line.id) not in coordinator.get(f"/orders/{order_id}").text


def test_a_line_is_added_with_faults_at_its_fields(coordinator, services, order_id):
    address = f"/orders/{order_id}/lines"
    bad = coordinator.post(address, pages.action("line", opening_id="", item_code="", quantity="0"))
    assert bad.status_code == 422
    assert 'href="#line-item_code"' in bad.text
    assert 'href="#line-quantity"' in bad.text
    good = pages.action("line", opening_id="", item_code="AL03", quantity="1")
    assert coordinator.post(address, good).status_code == 303
    assert "Extra or mobile pendant" in coordinator.get(f"/orders/{order_id}").text


def test_a_second_person_approves_above_the_limit(coordinator, signed_in, services, order_id):
    with services.sessions.begin() as session:
        for user in session.scalars(select(AppUser)):
            user.raise_limit_cents = 1000
    pages.agree(coordinator, order_id)
    coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on"))
    assert state_of(services, order_id) == "approval_pending"
    page = coordinator.get(f"/orders/{order_id}").text
    assert "A second person approves this order." in page
    assert "Approve the order" not in page
    refused = coordinator.post(f"/orders/{order_id}/approve", pages.action())
    assert refused.status_code == 403
    assert "above your limit of $10.00" in refused.text
    other, _ = signed_in("administrator", raise_limit_cents=1_000_000)
    shown, full = other.get(f"/orders/{order_id}").text, coordinator.get(f"/orders/{order_id}").text
    assert "Approve the order" in shown
    # What an approver is shown of a home is what the table of disclosure gives to administrators.
    for words in (">Area<", "Safe times for a visit", ">Opening<", ">Visits<", ">Agreements<", ">History<"):
        assert (words in shown, words in full) == (False, True), words
    pdf = f"/orders/{order_id}/order.pdf"
    assert (other.get(pdf).status_code, coordinator.get(pdf).status_code) == (404, 200)
    assert other.post(f"/orders/{order_id}/approve", pages.action()).status_code == 303
    assert state_of(services, order_id) == "ready"


def test_a_p1_goes_ahead_at_once_with_a_reason(coordinator, services):
    order_id = pages.raise_order(coordinator, pages.take_in(coordinator, urgency="P1"))
    assert "P1: go ahead" in coordinator.get(f"/orders/{order_id}").text
    empty = coordinator.post(f"/orders/{order_id}/override", pages.action("override"))
    assert empty.status_code == 422
    assert 'href="#override-reason"' in empty.text
    form = pages.action("override", reason="Door kicked in")
    assert coordinator.post(f"/orders/{order_id}/override", form).status_code == 303
    assert coordinator.post(f"/orders/{order_id}/issue", pages.action()).status_code == 303
    assert "Door kicked in" in coordinator.get(f"/orders/{order_id}").text


def test_an_order_without_a_rate_is_refused_in_words(coordinator, services, order_id):
    pages.agree(coordinator, order_id)
    coordinator.post(f"/orders/{order_id}/send-on", pages.action("send_on"))
    with services.sessions.begin() as session:
        for firm in session.scalars(select(referrals.factories.Firm)):
            firm.active = False
        referrals.firm_with_rates(session, without=("LK03", "WN01"))
    answer = coordinator.post(f"/orders/{order_id}/issue", pages.action())
    assert answer.status_code == 422
    assert "WN01 (Security window stay) has no rate in force on 24/11/2026" in answer.text
    assert state_of(services, order_id) == "ready"


def test_hold_resume_and_cancel(coordinator, services, order_id):
    form = pages.action("hold", reason="client_asked", review_on=["1", "12", "2026"])
    assert coordinator.post(f"/orders/{order_id}/hold", form).status_code == 303
    assert "1 December 2026" in coordinator.get(f"/orders/{order_id}").text
    assert coordinator.post(f"/orders/{order_id}/resume", pages.action()).status_code == 303
    assert state_of(services, order_id) == "draft"
    empty = coordinator.post(f"/orders/{order_id}/cancel", pages.action("cancel"))
    assert 'href="#cancel-reason"' in empty.text
    form = pages.action("cancel", reason="client_moved", advocate="Aroha Advocate")
    assert coordinator.post(f"/orders/{order_id}/cancel", form).status_code == 303
    assert state_of(services, order_id) == "cancelled"
    assert "Aroha Advocate" in coordinator.get("/handovers").text


def test_who_saw_the_address_is_in_the_trail_and_not_in_the_history(coordinator, order_id):
    answer = coordinator.post(f"/orders/{order_id}/contact", {"contact-purpose": "Tell her who comes"})
    assert "Example Road" in answer.text
    page = coordinator.get(f"/orders/{order_id}").text
    assert "Order raised" in page
    assert "rotected details" not in page
    assert "Tell her who comes" not in page
    assert "Example Road" not in page


def test_the_pdf_is_tagged_neutral_and_without_person_or_place(coordinator, order_id):
    answer = coordinator.get(f"/orders/{order_id}/order.pdf")
    assert answer.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.data))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Works order W-" in text
    assert "Total with GST" in text
    hidden = (
        "Hinemoa",
        "Example",
        "555",
        "violence",
        "panic",
        "safe room",
        "Refuge",
        "glass",
        "Tauranga Road",
    )
    for word in hidden:
        assert word.lower() not in text.lower(), word
        assert word.lower() not in str(reader.metadata).lower()


def test_the_list_filters_and_pages_in_a_total_order(coordinator, services, order_id):
    code = re.search(r"Works order (W-\S+)<", coordinator.get(f"/orders/{order_id}").text).group(1)
    assert code in coordinator.get("/orders").text
    assert code in coordinator.get("/orders?state=draft&urgency=P2&region=E8").text
    assert code not in coordinator.get("/orders?state=issued").text
    assert code not in coordinator.get("/orders?region=E7").text
    assert code in coordinator.get(f"/orders?code={code.lower().replace('-', '')}").text
    assert "No order fits" in coordinator.get("/orders?code=nothing").text
    assert coordinator.get("/orders?page=99").status_code == 200


def test_pages_of_orders_show_each_order_once(coordinator, services):
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        for _ in range(30):
            referrals.bare_order(session, user)
    seen = []
    for page in (1, 2):
        seen += re.findall(r'href="/orders/([0-9a-f-]{36})"', coordinator.get(f"/orders?page={page}").text)
    assert len(seen) == len(set(seen)) == 30


def test_the_list_and_the_page_ask_a_constant_number_of_queries(coordinator, services, order_id):
    def queries(path):
        statements = []
        listen = lambda *args: statements.append(args[2])
        event.listen(services.engine, "before_cursor_execute", listen)
        coordinator.get(path)
        event.remove(services.engine, "before_cursor_execute", listen)
        return len(statements)

    few = [queries(path) for path in ("/orders", "/today", f"/orders/{order_id}")]
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        for _ in range(12):
            referrals.bare_order(session, user, insecure=True)
    many = [queries(path) for path in ("/orders", "/today", f"/orders/{order_id}")]
    assert many == few
    assert max(many) <= 45


def test_nobody_else_sees_orders(signed_in, services, coordinator, order_id):
    for role in ("finance", "auditor", "privacy_officer"):
        browser, _ = signed_in(role)
        assert browser.get("/orders").status_code == 404
        assert browser.get(f"/orders/{order_id}").status_code == 404
    administrator, _ = signed_in("administrator")
    assert administrator.post(f"/orders/{order_id}/issue", pages.action()).status_code == 404
    assert (
        administrator.post(f"/orders/{order_id}/contact", {"contact-purpose": "just looking"}).status_code
        == 404
    )


def test_an_unknown_order_is_not_found(coordinator):
    unknown = uuid.uuid4()
    assert coordinator.get(f"/orders/{unknown}").status_code == 404
    assert coordinator.post(f"/orders/{unknown}/issue", pages.action()).status_code == 404


def test_the_page_holds_no_id_twice(coordinator, order_id):
    ids = re.findall(r'\sid="([^"]+)"', coordinator.get(f"/orders/{order_id}").text)
    twice = {one for one in ids if ids.count(one) > 1}
    assert twice == set()


def test_a_second_order_of_a_home_with_a_live_one_must_be_meant(coordinator, order_id):
    second = pages.take_in(coordinator)
    page = coordinator.get(f"/assessments/{second}").text
    assert "An order is live for this home" in page
    refused = coordinator.post(f"/assessments/{second}/order", pages.action("raise"))
    assert refused.status_code == 409
    form = pages.action("raise", beside_live="yes")
    assert coordinator.post(f"/assessments/{second}/order", form).status_code == 303


def test_deadlines_are_told_in_words(coordinator, clock, order_id):
    clock.now = factories.NOW + timedelta(minutes=1)
    assert "left" in coordinator.get(f"/orders/{order_id}").text


def test_an_insecure_opening_that_nothing_makes_safe_is_pointed_out(coordinator, services, order_id):
    assert "Nothing on this order makes" not in coordinator.get(f"/orders/{order_id}").text
    line = first_line(services, order_id, "DR04")
    coordinator.post(
        f"/orders/{order_id}/lines/{line.id}", pages.action(f"line-{line.id}", quantity="1") | {"remove": "y"}
    )
    assert "Nothing on this order makes front door safe" in coordinator.get(f"/orders/{order_id}").text


def test_an_order_without_a_line_goes_nowhere(coordinator, services):
    form = pages.take_in_form()
    form = {name: value for name, value in form.items() if "present" not in name}
    location = coordinator.post("/assessments/new", form).headers["Location"]
    empty_id = pages.raise_order(coordinator, location.rsplit("/", 1)[1])
    answer = coordinator.post(f"/orders/{empty_id}/send-on", pages.action("send_on"))
    assert answer.status_code == 422
    assert "The order has no line" in answer.text
    assert state_of(services, empty_id) == "draft"


def test_an_order_is_found_by_the_code_of_its_case_too(coordinator, order_id):
    page = coordinator.get(f"/orders/{order_id}").text
    case, code = re.search(r"Case (C-\S+)<", page).group(1), re.search(r"order (W-\S+)<", page).group(1)
    assert code in coordinator.get(f"/orders?code={case}").text
