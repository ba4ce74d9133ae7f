"""A coordinator fills in an assessment, for tests in the browser that go on from there."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import expect

from tests.browser.scripted.parts import date_into, go

ASSESSED_ON = date(2026, 11, 20)
P1, P2 = "P1: lethal risk, home insecure now", "P2: high risk, locks"
GLASS = ("glass-panelled entrance door",)


def fill_in(
    page,
    *,
    street="2/14 Example Road",
    person="Hinemoa Sample",
    phone="",
    urgency=P2,
    door="insecure",
    findings=GLASS,
    window=False,
    before_2000="yes",
    on=ASSESSED_ON,
):
    """A home in Tauranga with an adult and two children, every question answered yes, and the state of its front door.

    `window` adds one before anybody is named: the page that answers then repeats nothing protected.
    """
    go(page, "/assessments/new")
    page.get_by_label("Agency that made").fill("Te Whare Āwhina")
    date_into(page, "assessed_on", on)
    date_into(page, "answers-repeat_violence-given_on", on)
    page.get_by_label(urgency).check()
    page.get_by_label("Adults in the home").fill("1")
    page.get_by_label("Children in the home").fill("2")
    for box in page.locator('.app-answer input[value="yes"]').all():
        box.check()
    page.locator("#answers-repeat_violence-given_by").fill("Aroha, advocate")
    page.locator(f'input[name="openings-0-state"][value="{door}"]').check()
    for finding in findings:
        page.get_by_label(finding, exact=True).check()
    if window:
        add_window(page)
    page.get_by_label("Street address").fill(street)
    page.get_by_label("Town").select_option("tauranga")
    page.locator(f'input[name="home-built_before_2000"][value="{before_2000}"]').check()
    page.get_by_label("Full name").fill(person)
    page.locator("#person-phone").fill(phone)


def add_window(page):
    """Two sashes that open too far; what was typed before is still there, and the new opening has the focus."""
    page.get_by_label("Add a door, window or place").select_option("window")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#openings-1-label")).to_be_focused()
    page.get_by_label("opens far enough to climb through").check()
    page.get_by_label("Quantity (per sash)").first.fill("2")
    page.locator('input[name="openings-1-state"][value="secure"]').check()


def send_in(page):
    """Take it in, and see it."""
    page.get_by_role("button", name="Take in the assessment").click()
    page.get_by_role("heading", name=re.compile("^Assessment A-")).wait_for()
