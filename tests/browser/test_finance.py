"""Finance clears a queue by keyboard, pays by a second person, and a firm invoices on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests import dispatching, factories
from tests.steps.finance import paying
from tests.steps.finance.paying import NOW, document, typed_line
from web import create_app
from worksorders.steps.finance.payout import payer
from worksorders.steps.finance.receive import receive_typed

pytestmark = pytest.mark.browser


@pytest.fixture
def served(services, serve):
    """An order to invoice, two invoices that match and two that do not; tia, rua and toru of finance, the firm's kiri."""
    with services.sessions.begin() as session:
        firm = paying.paid_firm(session)
        enterer = paying.finance(session)
        for place, (number, rate) in enumerate(
            (("RATA-10", None), ("KOWHAI-22", "71.00"), ("MIRO-37", None))
        ):
            order = paying.worked_order(session, firm, visits=2, rates=("70.00", "45.50"))
            line = typed_line(order.lines[0], order.code, rate=rate)
            receive_typed(
                session, enterer, document(firm, line, number=number), NOW + timedelta(minutes=place)
            )
        receive_typed(
            session,
            enterer,
            document(firm, typed_line(order.lines[1], order.code), number="TOTARA-48", gst_cents=1),
            NOW + timedelta(minutes=9),
        )
        for name in ("tia", "rua", "toru"):
            factories.make_user(session, "finance", sign_in_name=name, display_name=f"{name.title()} Example")
        account = payer.enter(session, enterer, name="Home Safety", number="01-902-0068389-00", now=NOW)
        payer.verify(session, paying.finance(session), account.id, NOW)
        dispatching.contractor(session, firm, sign_in_name="kiri", display_name="Kiri Example")
    clock = lambda: NOW + timedelta(hours=1)
    return serve(create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": clock}))


def enter(open_context, origin, name, path, **options):
    page = open_context(origin, **options).new_page()
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
    page.goto(path)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark")])
def test_every_page_of_finance_is_accessible_and_fits(
    served, open_context, axe, fits, picture, width, scheme
):
    page = enter(open_context, served, "tia", "/finance", width=width, scheme=scheme)

    def look(name):
        axe(page)
        fits(page)
        picture(page, f"finance-{name}-{width}-{scheme}")

    look("queue")
    for link in ("RATA-10", "KOWHAI-22", "TOTARA-48"):
        page.goto("/finance")
        with page.expect_navigation():
            page.get_by_role("link", name=link, exact=True).click()
        look(link)
    with page.expect_navigation():
        page.get_by_role("link", name="Release G06").click()
    look("release")
    for path in ("/finance/invoices/new", "/finance/payments", "/finance/contract", "/finance/contract/new"):
        page.goto(path)
        look(path.rsplit("/", 2)[-1] if not path.endswith("new") else path.split("/")[2] + "-new")


def test_a_queue_is_cleared_by_keyboard_and_paid_by_another(served, open_context, picture):
    page = enter(open_context, served, "tia", "/finance")
    page.get_by_role("link", name="RATA-10", exact=True).click()
    press(page, "a")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("KOWHAI-22")
    press(page, "n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("MIRO-37")
    press(page, "h")
    expect(page.get_by_role("dialog", name="Hold or dispute this invoice")).to_be_visible()
    other = enter(open_context, served, "rua", "/finance/payments")
    other.get_by_label("RATA-10").check()
    picture(other, "finance-pay-1280")
    other.get_by_role("button", name="Prepare the run").click()
    expect(other.get_by_text("You prepared this run: another person approves it.")).to_be_visible()
    third = enter(open_context, served, "toru", other.url)
    third.get_by_role("button", name="Approve $").click()
    expect(third.get_by_role("link", name=".xml")).to_be_visible()
    picture(third, "finance-run-1280")
    other.goto("/finance/contract")
    picture(other, "finance-contract-paid-1280")
    expect(other.get_by_role("row", name="All years").get_by_text("$140.00")).to_have_count(1)


def press(page, key):
    page.wait_for_selector("html[data-queue-keys=ready]", state="attached")
    page.keyboard.press(key)


@pytest.mark.parametrize("width", [390, 320])
def test_a_firm_invoices_on_its_phone(served, open_context, axe, fits, picture, width):
    page = enter(open_context, served, "kiri", "/portal/invoices", width=width)
    for name in ("ready", "new", "sent"):
        axe(page)
        fits(page)
        picture(page, f"portal-invoice-{name}-{width}")
        if name == "ready":
            page.get_by_role("button", name="Invoice ").first.click()
        elif name == "new":
            page.get_by_role("button", name="Send the invoice").click()
    expect(page.get_by_text("Being checked").first).to_be_visible()
