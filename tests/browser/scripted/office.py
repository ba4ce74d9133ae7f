"""Coordinators at their desks: take in, agree, approve, issue, plan, tell the client, look and close."""

from __future__ import annotations

import re

from tests.browser.agreeing import agree
from tests.browser.intake import P1, fill_in, send_in
from tests.browser.scripted.parts import date_into, go
from tests.browser.small_programme import TODAY


def take_in(page):
    """An approved assessment of a home whose glass-panelled front door does not hold tonight."""
    fill_in(
        page,
        street="2/14 Canary Terrace",
        person="Hinemoa Testperson",
        phone="021 555 0142",
        urgency=P1,
        before_2000="no",
        on=TODAY,
    )
    send_in(page)


def raise_order(page):
    """The order with its agreement, sent on to the approver; gives its address."""
    page.get_by_role("button", name="Raise the works order").click()
    page.get_by_role("heading", name=re.compile("^Works order W-")).wait_for()
    address = page.url
    page.get_by_role("button", name="Ask for agreement").click()
    agree(page, how="in_person", day="24")
    page.get_by_role("link", name=re.compile("^Order W-")).click()
    page.get_by_role("button", name="Send for approval").click()
    page.get_by_text("A second person approves this order.").wait_for()
    return address


def plan(page, first_day):
    """A plan of the coming days, published."""
    go(page, "/plans/ask")
    date_into(page, "starts_on", first_day)
    page.get_by_label("Seconds to look for a better plan").fill("2")
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_role("button", name="Publish").first.wait_for(timeout=60_000)


def publish(page):
    page.get_by_role("button", name="Publish").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text(
        re.compile("(visits are held for their workers|visit is held for its worker)")
    ).wait_for()


def tell(page, picture, name):
    """Tell each client who comes, by way of the advocate; gives the code words, the next visit's first."""
    go(page, "/tell")
    words = []
    while page.get_by_role("link", name=re.compile("^Tell the client")).count():
        page.get_by_role("link", name=re.compile("^Tell the client")).first.click()
        page.get_by_label("What you need it for").fill("Telling the client who comes")
        page.get_by_role("button", name="Show the code word").click()
        words.append(page.locator("#main-content .app-figure").inner_text())
        picture(page, name)
        page.get_by_label("Told, and the visit suits").check()
        page.get_by_label("Through the advocate").check()
        page.get_by_role("button", name="Record it").click()
        page.get_by_role("heading", name="Tell clients who comes").wait_for()
    return words


def accept_work(page, order_id):
    """Accept all that waits on the order."""
    go(page, f"/dispatch/orders/{order_id}/work")
    page.get_by_role("button", name="Accept the work").click()
    page.get_by_text("Accepted.").wait_for()


def fail_inspection(page, order_id, number, measure, picture):
    """Ask for the inspection of a visit and record that one measure is not good."""
    go(page, f"/aftercare/orders/{order_id}")
    picture(page, "day-50-completion")
    page.get_by_role("button", name=f"Ask for an inspection of visit {number}").click()
    page.get_by_role("button", name="Record the inspection").wait_for()
    for line in page.locator("fieldset.app-line").all():
        bad = measure in line.locator("legend").first.inner_text()
        line.get_by_label("Not good" if bad else "Good", exact=True).check()
        if bad:
            line.get_by_text("Something is wrong with it").click()
            line.get_by_label("What is wrong").fill("The new leaf rubs on the frame")
            line.get_by_label("How bad is it?").select_option(index=2)
    picture(page, "day-51-inspecting")
    page.get_by_role("button", name="Record the inspection").click()
    page.get_by_text("What was found").first.wait_for()


def look_at_variation(page, picture, name):
    """The one change that waits."""
    go(page, "/changes/variations")
    page.get_by_role("table").get_by_role("link", name="DR08").first.click()
    page.get_by_role("heading", name="Decide").wait_for()
    picture(page, name)


def print_guide(page, order_id, answers):
    """The family's guide as PDF; gives its bytes, as they were answered to a tab of its own."""
    tab = page.context.new_page()
    go(tab, f"/aftercare/orders/{order_id}/guide")
    tab.get_by_label("For the walk-through with the family").check()
    tab.get_by_role("button", name="Make the PDF").click(no_wait_after=True)
    for _ in range(100):
        printed = [body for _, path, kind, body in answers if kind == "application/pdf" and "guide" in path]
        if printed:
            tab.close()
            return printed[-1]
        tab.wait_for_timeout(100)
    raise AssertionError("no guide was printed")
