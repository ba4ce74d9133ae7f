"""A coordinator's way in a real browser: take in, raise, agree, issue, see it; small, dark and by keyboard too."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests import factories, referrals
from tests.browser.agreeing import agree
from tests.browser.intake import add_window, fill_in, send_in
from web import create_app
from worksorders.store.tables.trail import OutboxMessage

pytestmark = pytest.mark.browser


@pytest.fixture
def served(services, serve):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)
        factories.make_user(session, "coordinator", sign_in_name="mere", display_name="Mere Aroha")
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": lambda: factories.NOW})
    return serve(app)


def signed_in(open_context, origin, **options):
    page = open_context(origin, **options).new_page()
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill("mere")
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Today").wait_for()
    return page


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark")])
def test_an_assessment_becomes_an_issued_order(
    served, open_context, services, axe, fits, picture, width, scheme
):
    page = signed_in(open_context, served, width=width, scheme=scheme)
    name = f"{width}-{scheme}"

    def look(what):
        axe(page)
        fits(page)
        picture(page, f"{what}-{name}")

    look("today-empty")
    fill_in(page)
    add_window(page)
    assert page.get_by_label("Full name").input_value() == "Hinemoa Sample"
    look("take-in")
    send_in(page)
    look("assessment")
    page.get_by_role("button", name="Raise the works order").click()
    page.get_by_role("heading", name=re.compile("^Works order W-")).wait_for()
    look("order-draft")
    page.get_by_role("button", name="Ask for agreement").click()
    agree(page)
    look("agreements")
    page.get_by_role("link", name=re.compile("^Order W-")).click()
    page.get_by_role("button", name="Send for approval").click()
    page.get_by_role("button", name="Issue the order").dblclick()
    page.get_by_text("Its rates are frozen").wait_for()
    look("order-issued")
    page.goto("/orders")
    look("orders")
    page.goto("/today")
    page.get_by_text("Plan the visit, or offer it at once").wait_for()
    look("today")
    page.goto("/assessments?state=all")
    look("assessments")
    page.goto("/handovers")
    look("handovers")
    with services.sessions() as session:
        sent = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "order.issued")
        assert session.scalar(sent) == 1


def test_a_broken_form_moves_the_focus_and_each_link_leads_to_its_field(
    served, open_context, axe, fits, picture
):
    page = signed_in(open_context, served, width=390)
    page.goto("/assessments/new")
    page.get_by_role("button", name="Take in the assessment").click()
    summary = page.locator(".govuk-error-summary")
    summary.wait_for()
    assert summary.evaluate("element => element === document.activeElement")
    axe(page)
    fits(page)
    picture(page, "take-in-faults")
    links = summary.get_by_role("link")
    for index in range(links.count()):
        link = links.nth(index)
        target = link.get_attribute("href")
        link.click()
        assert page.locator(target).evaluate("element => element === document.activeElement"), target


def test_contact_and_address_are_gone_after_going_back(served, open_context, axe, fits, picture):
    page = signed_in(open_context, served)
    fill_in(page)
    page.get_by_role("button", name="Take in the assessment").click()
    page.get_by_text("Show contact and address").first.click()
    page.get_by_label("What do you need it for?").fill("Agree the day")
    page.get_by_role("button", name="Show contact and address").click()
    page.get_by_text("2/14 Example Road, Tauranga").wait_for()
    axe(page)
    fits(page)
    picture(page, "contact")
    page.go_back()
    page.get_by_role("heading", name=re.compile("^Assessment A-")).wait_for()
    assert "Example Road" not in page.content()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_form_works_without_scripts(served, open_context):
    page = signed_in(open_context, served, java_script_enabled=False)
    fill_in(page)
    page.get_by_label("Add a door, window or place").select_option("gate")
    page.get_by_role("button", name="Add it").click()
    assert page.get_by_label("Full name").input_value() == "Hinemoa Sample"
    assert page.locator('input[name="openings-1-label"]').input_value() == "gate"
    page.get_by_role("button", name="Remove gate").click()
    assert page.locator('input[name="openings-1-label"]').count() == 0
    assert page.get_by_label("glass-panelled entrance door").is_checked()
    send_in(page)
