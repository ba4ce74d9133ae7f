"""Administration in Chromium: every page is accessible, fits a narrow phone, and its dialogs and errors work."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import dispatching, factories
from tests.web.conftest import Clock
from web import create_app
from worksorders.steps.admin import agreements, catalogue
from worksorders.steps.people import bank_accounts, workers

pytestmark = pytest.mark.browser
TODAY = date(2026, 11, 24)
RATES = "code,unit,rate_nzd_ex_gst\nLK01,visit,{}\nLK03,each,72.5\n"


@pytest.fixture
def world(services):
    """People, firms with checks, rates, a bank account and two versions of the catalogue."""
    now = factories.NOW
    with services.sessions.begin() as session:
        catalogue.load_starting(session, None, TODAY, now)
        items, findings = catalogue.starting_files()
        aroha = factories.make_user(
            session, "administrator", sign_in_name="aroha", display_name="Aroha Ngata"
        )
        catalogue.load(
            session, factories.actor_of(aroha), items.replace(",140.00,", ",152.00,", 1), findings, TODAY, now
        )
        tane = factories.make_user(session, "auditor", sign_in_name="tane", display_name="Tāne Rewi")
        mere = factories.make_user(session, "coordinator", sign_in_name="mere", display_name="Mere Pōtae")
        firms = [dispatching.cleared_firm(session, workers=2) for _ in range(3)]
        firm = firms[0]
        dispatching.add_check(
            session,
            "insurance",
            expires_on=TODAY + timedelta(days=5),
            firm_id=factories.make_firm(session).id,
        )
        workers.add_absence(session, None, firm.workers[0].id, TODAY, TODAY + timedelta(days=3), note="Leave")
        fresh = factories.make_firm(session, region="F1")
        agreement = fresh.agreements[0]
        agreements.add_rate_card(
            session, None, agreement.id, RATES.format("140"), valid_from=date(2026, 7, 1), now=now
        )
        card = agreements.add_rate_card(
            session, None, agreement.id, RATES.format("152"), valid_from=date(2026, 12, 1), now=now
        )
        account = bank_accounts.enter(session, factories.actor_of(mere), firm.id, "01-0242-0100194-00", now)
        case = factories.make_case(session)
        return {
            "user": mere.id,
            "self": aroha.id,
            "firm": firm.id,
            "worker": firm.workers[0].id,
            "agreement": agreement.id,
            "card": card.id,
            "account": account.id,
            "case": case.code,
            "auditor": tane.id,
        }


@pytest.fixture
def origin(services, serve, world):
    return serve(
        create_app({"SECRET_KEY": "x" * 40, "SERVICES": services, "CLOCK": Clock(), "TESTING": True})
    )


def enter(context, name):
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "sign-in" not in url)
    return page


ADMIN_PAGES = {
    "users": "/admin/users",
    "invite": "/admin/users/new",
    "user": "/admin/users/{user}",
    "own": "/admin/users/{self}",
    "change-user": "/admin/users/{user}/change",
    "firms": "/admin/firms",
    "add-firm": "/admin/firms/new",
    "firm": "/admin/firms/{firm}",
    "worker": "/admin/workers/{worker}",
    "hours": "/admin/workers/{worker}/hours",
    "record-check": "/admin/workers/{worker}/checks/new",
    "agreement": "/admin/agreements/{agreement}",
    "upload-rates": "/admin/agreements/{agreement}/rate-cards/new",
    "rate-card": "/admin/rate-cards/{card}",
    "bank-accounts": "/admin/bank-accounts",
    "verify": "/admin/bank-accounts/{account}/verify",
    "vetting": "/admin/vetting",
    "cover": "/admin/vetting/cover?region=E7&trade=glazier",
    "catalogue": "/admin/catalogue",
    "catalogue-version": "/admin/catalogue/2",
    "catalogue-changes": "/admin/catalogue/changes?before=1&after=2",
    "upload-catalogue": "/admin/catalogue/upload",
    "settings": "/admin/settings",
    "regions": "/admin/settings/regions",
    "change-settings": "/admin/settings/offers",
}
AUDIT_PAGES = {"audit": "/admin/audit", "readings": "/admin/readings?case={case}"}


@pytest.mark.parametrize("width", [390])
def test_every_page_is_accessible_and_no_wider_than_the_screen(
    origin, world, open_context, axe, fits, picture, width
):
    for name, pages in (("aroha", ADMIN_PAGES), ("tane", AUDIT_PAGES)):
        page = enter(open_context(origin, width=width), name)
        for title, path in pages.items():
            answer = page.goto(path.format(**world))
            assert answer.status == 200, path
            picture(page, f"admin-{title}-{width}")
            if width != 390:
                axe(page)
            fits(page)


def test_a_page_with_errors_moves_the_focus_to_their_summary(origin, world, open_context, axe, fits, picture):
    page = enter(open_context(origin), "aroha")
    page.goto("/admin/firms/new")
    page.get_by_role("button", name="Add the firm").click()
    page.get_by_role("alert").get_by_text("There is a problem").wait_for()
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="Enter the firm's name.").click()
    assert page.evaluate("document.activeElement.id") == "name"
    picture(page, "admin-errors-1280")
    axe(page)


def test_a_password_is_renewed_by_two_who_are_each_shown_one_part_once(
    origin, world, services, open_context, axe, picture
):
    with services.sessions.begin() as session:
        factories.make_user(session, "privacy_officer", sign_in_name="hana", display_name="Hana Suppose")
    page = enter(open_context(origin), "aroha")
    page.goto(f"/admin/users/{world['user']}")
    page.get_by_role("button", name="Reset the password").click()
    page.get_by_label("Why, and how do you know that they ask?").fill("Forgot it, called back")
    page.get_by_role("button", name="Ask for a new password").click()
    page.get_by_role("heading", name="Keep the first part of the password").wait_for()
    axe(page)
    page.get_by_role("main").get_by_role("link", name="Accounts to confirm").click()
    page.get_by_role("heading", name="Accounts to confirm").wait_for()
    axe(page)
    picture(page, "admin-waiting-1280")
    officer = enter(open_context(origin), "hana")
    officer.goto("/accounts")
    officer.get_by_role("button", name="Confirm").click()
    officer.get_by_role("heading", name="Hand over the second part of the password").wait_for()
    picture(officer, "admin-password-1280")
    axe(officer)


def test_a_broken_file_shows_every_fault_by_line_and_column(origin, world, open_context, axe, fits, picture):
    page = enter(open_context(origin), "aroha")
    page.goto(f"/admin/agreements/{world['agreement']}/rate-cards/new")
    broken = {"name": "rates.csv", "mimeType": "text/csv", "buffer": RATES.format("cheap").encode()}
    page.get_by_label("Rates (CSV)").set_input_files(broken)
    for box, text in (("Day", "1"), ("Month", "1"), ("Year", "2027")):
        page.get_by_label(box, exact=True).first.fill(text)
    page.get_by_role("button", name="Make the version").click()
    page.get_by_role("table", name="What to correct").wait_for()
    assert page.get_by_text("'cheap' is not a number").count() == 1
    picture(page, "admin-faults-1280")
    axe(page)
