"""An address is found by keyboard while it is typed, is told to a screen reader, and is in no URL."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories, referrals
from tests.browser.test_coordinator import signed_in
from web import create_app
from worksorders.steps.addresses.load import load

pytestmark = pytest.mark.browser
LIST = (
    "address_id,full_address_number,full_road_name,address_number,suburb_locality,town_city,gd2000_xcoord,gd2000_ycoord\n"
    + "".join(
        f"{number},{number}A,Kōwhai Slate Street,{number},,Whangārei,174.32{number:02},-35.7317\n"
        for number in range(10, 30)
    )
)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark")])
def test_an_address_is_chosen_by_keyboard_and_let_go_when_it_is_changed(
    serve,
    services,
    open_context,
    axe,
    fits,
    picture,
    tmp_path,
    width,
    scheme,
):
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        factories.make_user(session, "coordinator", sign_in_name="mere", display_name="Mere Aroha")
        load(session, path, factories.NOW)
    app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": lambda: factories.NOW})
    page = signed_in(open_context, serve(app), width=width, scheme=scheme)
    page.goto("/assessments/new")
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))
    street = page.get_by_role("combobox", name="Street address")
    street.press_sequentially("12a kowhai st", delay=5)
    options = page.locator("#address-list [role=option]")
    expect(options).to_have_count(1)
    street.fill("")
    street.press_sequentially("kowhai st whanga", delay=5)
    expect(options).to_have_count(8)
    expect(street).to_have_attribute("aria-expanded", "true")
    street.press("ArrowDown")
    street.press("ArrowDown")
    street.press("ArrowDown")
    expect(street).to_have_attribute("aria-activedescendant", "address-2")
    axe(page)
    fits(page)
    picture(page, f"address-search-{width}")
    street.press("Enter")
    expect(street).to_have_value("12A Kōwhai Slate Street")
    expect(page.get_by_label("Town")).to_have_value("whangarei")
    expect(page.locator("#home-latitude")).to_have_value("-35.731700")
    expect(page.locator("[data-address-status]")).to_contain_text("Its place is filled in")
    picture(page, f"address-chosen-{width}")
    street.press("End")
    street.press_sequentially(" x")
    expect(page.locator("#home-latitude")).to_have_value("")
    street.press("Escape")
    expect(street).to_have_attribute("aria-expanded", "false")
    assert {method for method, url in asked if url.endswith("/addresses")} == {"POST"}
    assert not any("kowhai" in url for _, url in asked)
