"""A passkey is made, signs in without a name, and shows a worker the address: with Chromium's own authenticator."""

from __future__ import annotations

import pytest

from tests import factories
from web import create_app
from web.services import make_services

pytestmark = pytest.mark.browser


@pytest.fixture
def site(new_database, vault_key_file, serve):
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        with services.sessions.begin() as session:
            factories.make_user(
                session, "coordinator", sign_in_name="mere", display_name="Mere Tauira", is_demo=False
            )
        app = create_app({"SECRET_KEY": "x" * 40, "SERVICES": services})
        yield serve(app).replace("127.0.0.1", "localhost")
        services.engine.dispose()


def add_authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, made["authenticatorId"]


def test_a_passkey_is_made_and_then_signs_in_alone(site, open_context):
    context = open_context(site, width=1280)
    page = context.new_page()
    device, authenticator = add_authenticator(page)
    page.goto(f"{site}/sign-in")
    page.get_by_label("Sign-in name").fill("mere")
    page.get_by_role("textbox", name="Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account**")
    page.get_by_label("Name of this device").fill("My phone")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("The passkey has been added.").wait_for()
    page.get_by_role("rowheader", name="My phone").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_label("Sign-in name").fill("mere")
    page.get_by_role("textbox", name="Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("This account signs in with its passkey.").first.wait_for()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/today")
    device.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
