"""What routes show nothing without, held against a list written apart from the table: no field can be lost or added unseen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Flask, g, render_template_string, request

from web import disclosing
from worksorders.domain.disclosure.policy import shown_to
from worksorders.domain.roles import USER_ROLES, Role

# Looked over by hand; the fields of a package hold for each of its routes, beside those that the route names itself.
HELD = """
admin.audit: audit_trail
admin.audit_csv: audit_trail
admin.readings: audit_trail
aftercare: code measures
aftercare.photo: photos
calendars.feed: code visit_window
changes: amounts code
changes.photo: photos
changes.variation: item_codes measures
changes.variations: item_codes measures
consents: code consent
consents.agreements: legal_basis never_send
consents.confirm_basis: legal_basis
consents.propose_basis: legal_basis
consents.withdraw_basis: legal_basis
coordinator: code state
coordinator.bar: never_send
coordinator.insecure: opening_labels secure_state
coordinator.never_send: never_send
coordinator.opening: opening_labels secure_state
coordinator.order_pdf: amounts area deadlines item_codes measures
coordinator.orders: deadlines region
coordinator.today: deadlines region secure_state
coordinator.unbar: never_send
dispatch: code state
dispatch.offers: firm_price visit_window
dispatch.photo: photos
dispatch.visits: visit_window
dispatch.work: item_codes measures photos
dispatch.works: visit_window
duty: code
finance: amounts code
finance.invoice: item_codes region
ownfirm.other_time: code visit_window
planning: area code visit_window
portal: code
portal.changes: item_codes measures
portal.invoices: firm_price
portal.line: item_codes measures
portal.offer: area firm_price offer_names visit_window
portal.offers: area firm_price offer_names visit_window
portal.photo: photos
portal.today: area visit_window
portal.variations: item_codes measures
privacy: code
privacy.reviews: audit_trail
privacy.sign: audit_trail
safety: code deadlines opening_labels secure_state
safety.hazards: hazards
search: code
settling: code
supply.proposals: visit_window
telling: code
"""
PACKAGE_AND_ROUTE = {
    "coordinator.order_pdf": "amounts area code deadlines item_codes measures state",
    "coordinator.order": "code state",
    "portal.today": "area code visit_window",
    "calendars.feed": "code visit_window",
    "calendars.file": "",
    "auth.home": "",
    "today": "",
}


def written():
    rows = (line.split(":") for line in HELD.strip().splitlines())
    return {name: frozenset(fields.split()) for name, fields in rows}


def words(fields):
    return frozenset(field.value for field in fields)


def test_each_route_holds_what_the_list_says():
    assert {name: words(fields) for name, fields in disclosing.HOLDS.items()} == written()


@pytest.mark.parametrize("endpoint", PACKAGE_AND_ROUTE)
def test_a_route_holds_what_its_package_and_itself_name(endpoint):
    assert words(disclosing.held_by(endpoint)) == frozenset(PACKAGE_AND_ROUTE[endpoint].split())


@pytest.fixture(scope="module")
def app():
    made = Flask(__name__, static_folder=None)

    @made.before_request
    def somebody():
        if "Who" in request.headers:
            g.user = SimpleNamespace(role=Role(request.headers["Who"]))

    asked = "{{ sees('amounts') }} {{ sees('amounts', 'address') }} {{ sees() }}"
    made.add_url_rule("/", "start", lambda: render_template_string(asked))
    for name in written():
        made.add_url_rule(f"/at/{name}", name if "." in name else f"{name}.one", lambda: "reached")
    disclosing.init_app(made)
    return made.test_client()


@pytest.mark.parametrize("role", list(USER_ROLES))
def test_a_route_is_there_for_whoever_may_see_all_that_it_holds(app, role):
    seen = words(shown_to(role))
    for name, own in written().items():
        held = own | written().get(name.partition(".")[0], frozenset())
        status = app.get(f"/at/{name}", headers={"Who": role.value}).status_code
        assert status == (200 if held <= seen else 404), name
    assert app.get("/nowhere", headers={"Who": role.value}).status_code == 404


def test_what_somebody_without_an_account_is_shown_is_the_guards_affair_and_no_field_is_theirs(app):
    assert app.get("/at/admin.audit").text == "reached"
    assert app.get("/").text == "False False False"


def test_templates_ask_for_all_the_fields_that_they_name(app):
    answers = {role: app.get("/", headers={"Who": role.value}).text for role in USER_ROLES}
    wanted = {
        role: f"{'amounts' in words(shown_to(role))} {words(shown_to(role)) >= {'amounts', 'address'}} True"
        for role in USER_ROLES
    }
    assert answers == wanted
    assert len(set(answers.values())) >= 2


@pytest.mark.parametrize("role", list(USER_ROLES))
def test_whoever_is_shown_a_field_sees_it_and_all_of_theirs_at_once(app, role):
    with app.application.test_request_context():
        g.user = SimpleNamespace(role=role)
        assert disclosing.sees(*words(shown_to(role)))
        assert not disclosing.sees(
            *(words(shown_to(role)) | {"audit_trail" if role is Role.CONTRACTOR else "address"})
        )


def test_a_field_that_there_is_not_is_no_answer(app):
    with app.application.test_request_context():
        g.user = SimpleNamespace(role=Role.COORDINATOR)
        with pytest.raises(ValueError, match="nothing of ours"):
            disclosing.sees("nothing of ours")
