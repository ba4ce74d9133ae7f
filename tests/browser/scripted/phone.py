"""Contractors on their phones: answer offers, set out, find nobody, ask for a change, do the work."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import factories
from tests.browser.scripted.parts import go, photo


def open_offer(page):
    """The one offer that waits for this firm."""
    go(page, "/portal/offers")
    page.get_by_role("button", name="Look and answer").click()
    page.get_by_role("button", name="Accept").wait_for()


def accept(page):
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("Your firm accepted this offer.").wait_for()


def decline(page, reason):
    page.get_by_text("Decline this offer").click()
    page.get_by_label(reason).check()
    page.get_by_role("button", name="Decline", exact=True).click()
    page.get_by_text("declined").first.wait_for()


def set_out(page, word, picture, name):
    """Start the next visit, read the address once and the word for the door."""
    go(page, "/portal/today")
    page.get_by_role("button", name="Start the next visit").click()
    page.get_by_role("button", name="I have arrived").wait_for()
    page.locator("#main-content").get_by_label("Your password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Show the address").click()
    page.get_by_text("2/14 Canary Terrace").wait_for()
    page.get_by_role("link", name="Hide it").click()
    page.get_by_role("button", name="Show the code word").click()
    expect(page.locator("#main-content .app-figure")).to_have_text(word)
    picture(page, name)
    page.get_by_role("link", name="Hide it").click()


def arrive(page):
    page.get_by_role("button", name="I have arrived").click()
    page.get_by_role("button", name="Finish the visit").wait_for()


def no_access(page, reason, picture):
    page.get_by_role("button", name="No access, or the work cannot be done").click()
    page.get_by_label(reason).check()
    picture(page, "day-30-no-access-390")
    page.get_by_role("button", name="Report and end the visit").click()
    page.get_by_text("is over for you").wait_for()


def ask_for(page, item, why, picture):
    """Ask for one more item at the front door, with a photo; back on the visit's page."""
    page.get_by_role("button", name="Something has to change").click()
    page.get_by_role("button", name="Add something else").click()
    page.get_by_label("What has to be added?").select_option(item)
    page.get_by_label("Where?").select_option(label="front door")
    page.get_by_label("How many?").fill("1")
    page.get_by_label("Why?").fill(why)
    page.locator('input[type="file"]').set_input_files([photo("maroon")])
    picture(page, "day-40-asking-390")
    page.get_by_role("button", name="Ask for this change").click()
    page.get_by_text("Sent to the office.").wait_for()
    picture(page, "day-41-asked-390")


def do_work(page, opening):
    """Every line with its evidence, then the opening as it is left."""
    if page.get_by_role("button", name="May I begin now?").count():
        page.get_by_role("button", name="May I begin now?").click()
    lines = page.locator("details.app-step")
    for count in range(1, lines.count() + 1):
        card = page.locator("details.app-step[open]")
        if card.locator('input[type="file"]').count():
            card.locator('input[type="file"]').first.set_input_files([photo()])
        card.get_by_role("button", name="All done: save").click()
        expect(page.locator("#progress")).to_contain_text(f"{count} of ")
    for state in page.get_by_label(opening, exact=True).all():
        state.check()
    for opens in page.get_by_label("Yes, without a key").all():
        opens.check()


def leave(page):
    page.get_by_role("button", name="Finish the visit").click()
    page.get_by_text("is done. The address is closed.").wait_for()
