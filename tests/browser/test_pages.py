"""Every page that the URL map has, as each role sees it: accessible and no wider than the screen, light and dark."""

from __future__ import annotations

import itertools
import re
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import inspect, text

from tests import factories
from tests.browser.conftest import RULES
from tests.browser.every_state import fill
from tests.browser.small_programme import Clock, enter
from web import access, create_app
from web.services import make_services
from worksorders.domain.roles import USER_ROLES, Role

pytestmark = pytest.mark.browser
NOW = factories.NOW
AXE = Axe().axe_script
LOOK = "only => axe.run({runOnly: only, resultTypes: ['violations'], selectors: false})"
SIGN_INS = {
    "coordinator": "mere",
    "finance": "sione",
    "administrator": "aroha",
    "auditor": "li",
    "privacy_officer": "hana",
    "contractor": "hemi",
}
# Pieces of a page that its script fetches, files that other tests read, and endpoints that show somebody signed in no page of their own.
NO_PAGES = {
    "auth.sign_in",
    "auth.code",
    "auth.home",
    "calendars.file",
    "lists.lists",
    "public.healthz",
    "public.leave",
    "planning.progress",
    "portal.remittance",
    "static",
    "watch.metrics",
    "watch.readyz",
}
OF_ARGUMENT = {
    "account_id": "bank_account",
    "alert_id": "duty_alert",
    "card_id": "rate_card",
    "check_id": "vetting_check",
    "draft_id": "catalogue_draft",
    "event_id": "approval_event",
    "line_id": "works_line",
    "exception_id": "invoice_exception",
    "file_id": "pay_run_file",
    "finding_id": "pattern_finding",
    "key_id": "key_entry",
    "kind_id": "check_kind",
    "paper_id": "line_paper",
    "order_id": "works_order",
    "request_id": "firm_request",
    "rates_id": "rate_card_draft",
    "run_id": "import_run",
    "schedule_id": "payment_schedule",
    "task_id": "call_task",
    "token_id": "api_token",
    "user_id": "app_user",
    "year_id": "contract_year",
}
WORDS = {
    "name": ("offers", "planning", "ordering", "items", "orders", "invoices"),
    "code": ("E8", "NHSS-1"),
    "key": ("2026-11",),
    "number": ("1",),
    "kind": ("workers", "assessments"),
    "part": ("items", "findings"),
    "place": ("0",),
    "token": ("some-link",),
}


def pages_of(app, role):
    """GET rules that a role may open, without those that look the same to an earlier role."""
    earlier = list(USER_ROLES)[: list(USER_ROLES).index(role)] if role is not Role.CONTRACTOR else []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        declared = access.rule_of(app, rule.endpoint)
        if "GET" not in rule.methods or declared is None or rule.endpoint in NO_PAGES:
            continue
        seen = any(one in declared.roles for one in earlier if one is not Role.CONTRACTOR)
        if (role in declared.roles and not seen) or (declared.public and role is Role.COORDINATOR):
            yield rule


class Addresses:
    """Addresses of a rule with ids that the database has."""

    def __init__(self, app, services):
        self.app = app
        with services.sessions() as session:
            tables = inspect(session.connection()).get_table_names()
            self.ids = {
                table: [str(key) for (key,) in session.execute(text(f'select id from "{table}"'))]
                for table in tables
                if any(column["name"] == "id" for column in inspect(session.connection()).get_columns(table))
            }

    def values(self, name):
        if name == "photo_id":
            return [*self.ids["photo"], *self.ids["inspection_photo"]]
        return WORDS.get(name) or self.ids[OF_ARGUMENT.get(name, name.removesuffix("_id"))]

    def of(self, rule, most=400):
        """Addresses to try, at most so many."""
        names, adapter = sorted(rule.arguments), self.app.url_map.bind("localhost")
        for values in itertools.islice(itertools.product(*map(self.values, names)), most):
            typed = {
                name: int(value) if value.isdecimal() else (value if name in WORDS else uuid.UUID(value))
                for name, value in zip(names, values, strict=True)
            }
            yield adapter.build(rule.endpoint, typed)


@pytest.fixture(scope="module")
def filled(new_database, vault_key_file):
    """One database for all roles: pages are only looked at."""
    with new_database() as database:
        services = make_services(database.app_url, vault_key_file)
        try:
            fill(services)
            yield services
        finally:
            services.engine.dispose()


@pytest.fixture
def app(filled):
    return create_app({"SECRET_KEY": "x" * 40, "SERVICES": filled, "CLOCK": Clock()})


def opened(page, addresses):
    """Open the first address that answers with a page; gives it, or None. A file counts, but is not looked at."""
    for address in addresses:
        answer = page.request.get(address, max_redirects=0)
        assert answer.status < 500, address
        if answer.status == 200 and "text/html" not in answer.headers["content-type"]:
            return "file"
        if answer.status == 200:
            page.goto(address)
            return address
    return None


def faults_of(page):
    """What breaks a rule, wide and light, then narrow and dark; colours alone depend on the scheme.

    What holds is not listed and nothing gets a selector: with them each look would take twice as long.
    """
    found = []
    page.evaluate(AXE)
    for width, scheme in ((1280, "light"), (320, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        only = (
            {"type": "tag", "values": RULES}
            if scheme == "light"
            else {"type": "rule", "values": ["color-contrast"]}
        )
        results = page.evaluate(LOOK, only)["violations"]
        found += [
            f"{width} {scheme} {broken['id']}: {node['html'][:160]}"
            for broken in results
            for node in broken["nodes"]
        ]
        wide, shown = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if wide > shown:
            found.append(f"{width} {scheme}: the page is {wide} px wide")
        yield width, scheme, found


@pytest.mark.parametrize("role", USER_ROLES, ids=str)
def test_every_page_is_accessible_and_fits(app, filled, serve, open_context, picture, role):
    addresses, faults, missing, seen = Addresses(app, filled), {}, [], 0
    names = [SIGN_INS[role.value], *(["office"] if role is Role.CONTRACTOR else [])]
    origin = serve(app)
    pages = [enter(open_context, origin, name) for name in names]
    for rule in pages_of(app, role):
        found_by = ((page, opened(page, addresses.of(rule))) for page in pages)
        page, address = next((pair for pair in found_by if pair[1]), (pages[0], None))
        if address is None:
            missing.append(rule.rule)
        elif address != "file":
            seen += 1
            name = re.sub(r"[^a-z]+", "-", rule.endpoint)
            for width, scheme, found in faults_of(page):
                picture(page, f"page-{role.value}-{name}-{width}-{scheme}")
                if found:
                    faults[rule.rule] = found
    assert faults == {}
    assert missing == []
    assert seen >= 1


def test_the_sign_in_page_is_accessible_and_fits(app, serve, open_context, picture):
    page = open_context(serve(app)).new_page()
    page.goto("/sign-in")
    for width, scheme, found in faults_of(page):
        picture(page, f"page-sign-in-{width}-{scheme}")
        assert found == []
