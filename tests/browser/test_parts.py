"""Each part of a page works by mouse, keyboard and screen reader, at every width and in both colour schemes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.kit import PASSWORD, make_app

pytestmark = pytest.mark.browser
WIDTHS = [320, 390, 1280]
SCHEMES = ["light", "dark"]


@pytest.mark.parametrize("path", ["/help", "/kit", "/kit/portal", "/nowhere"])
def test_a_page_is_accessible_and_fits_at_every_width_and_in_both_schemes(
    serve, open_context, axe, fits, picture, path
):
    page = open_context(serve(make_app())).new_page()
    page.goto(path)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            axe(page)
            fits(page)
            picture(page, f"{path.strip('/').replace('/', '-')}-{width}-{scheme}")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_errors_take_the_focus_and_lead_to_their_field(serve, open_context, axe, fits, picture, scheme):
    page = open_context(serve(make_app()), width=390, scheme=scheme).new_page()
    page.goto("/kit")
    page.get_by_label("Price").fill("fifty")
    page.get_by_role("button", name="Save").click()
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    axe(page)
    fits(page)
    picture(page, f"errors-390-{scheme}")
    summary.get_by_role("link", name="Enter the day of the visit.").click()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    expect(page.get_by_label("Price")).to_have_value("fifty")


def test_a_saved_form_says_so(serve, open_context):
    page = open_context(serve(make_app())).new_page()
    page.goto("/kit")
    page.get_by_label("Name of the firm").fill("Tāwhai Joinery")
    for part, value in (("Day", "21"), ("Month", "11"), ("Year", "2026")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_label("Price").fill("$1,234.50")
    page.get_by_label("Yes").check()
    page.get_by_label("Trade").select_option("joiner")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="The order is saved.")).to_be_visible()


def test_progress_asks_again_until_it_is_done(serve, open_context):
    page = open_context(serve(make_app())).new_page()
    page.goto("/kit")
    expect(page.get_by_text("24 of 40 visits placed")).to_be_visible(timeout=4000)
    expect(page.get_by_text("All 40 visits placed")).to_be_visible(timeout=4000)
    expect(page.locator("#progress")).not_to_have_attribute("hx-get", re.compile("."))


def test_a_dialog_opens_by_keyboard_and_gives_the_focus_back(serve, open_context, axe, picture):
    page = open_context(serve(make_app()), width=390).new_page()
    page.goto("/kit")
    button = page.get_by_role("button", name="Cancel the order").first
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Cancel this order?")
    expect(dialog).to_be_visible()
    axe(page)
    picture(page, "dialog-390-light")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    expect(button).to_be_focused()


def test_an_idle_page_is_covered_and_keeps_what_was_entered(serve, open_context, axe, picture):
    page = open_context(serve(make_app()), width=390).new_page()
    page.clock.install()
    page.goto("/kit")
    expect(page.get_by_text("All 40 visits placed")).to_be_visible()  # a question under way would time out
    page.get_by_label("Name of the firm").fill("Tāwhai Joinery")
    page.clock.fast_forward("14:30")
    cover = page.get_by_role("dialog", name="Works orders is locked")
    expect(cover).not_to_be_visible()
    page.clock.fast_forward("01:00")
    expect(cover).to_be_visible()
    expect(page.get_by_role("heading", name="Every part of a page")).not_to_be_visible()
    expect(page).to_have_title("…")
    axe(page)
    picture(page, "idle-390-light")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    field = cover.get_by_label("Password of Mere Aroha")
    field.fill("wrong")
    page.keyboard.press("Enter")
    expect(cover.get_by_text("That is not the password.")).to_be_visible()
    field.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(cover).not_to_be_visible()
    expect(page.get_by_label("Name of the firm")).to_have_value("Tāwhai Joinery")


def test_a_failed_background_request_is_said_in_words(serve, open_context):
    page = open_context(serve(make_app())).new_page()
    page.goto("/kit")
    page.evaluate("htmx.ajax('GET', '/kit/broken', {target: '#progress'})")
    expect(page.locator("[data-app-alert]")).to_contain_text("Somebody changed this first.")
    expect(page.locator("#progress")).to_be_visible()


@pytest.mark.parametrize("way", ["button", "keys"])
def test_the_quick_exit_leaves_for_a_weather_page_and_is_not_in_the_history(serve, open_context, way):
    context = open_context(serve(make_app()), width=390)
    page = context.new_page()
    page.goto("/nowhere")
    page.goto("/help")
    if way == "button":
        page.get_by_role("link", name="Exit this page").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_timeout(500)
    assert context.watch.off_origin == ["https://www.metservice.com/"]
    context.watch.off_origin.clear()
    context.watch.problems.clear()
    page.go_back()
    assert not page.url.endswith("/help")


def test_a_printed_page_is_plain_and_has_no_buttons(serve, open_context, picture):
    page = open_context(serve(make_app()), width=700, scheme="dark").new_page()
    page.goto("/kit")
    page.emulate_media(media="print", color_scheme="dark")
    for gone in (".app-header", ".app-footer", ".app-filter", ".govuk-pagination", ".govuk-button >> nth=0"):
        expect(page.locator(gone)).not_to_be_visible()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    picture(page, "print-700")


def test_the_first_key_skips_to_the_content(serve, open_context):
    page = open_context(serve(make_app())).new_page()
    page.goto("/kit")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
