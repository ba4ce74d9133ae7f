"""A form that is sent with a protected value in its free text refuses at the field and keeps nothing."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from flask import g

import web
from tests import factories, referrals
from web.coordinator.forms import ContactForm
from web.forms.base import Form
from web.forms.free_text import MESSAGE
from worksorders.steps import disclose
from worksorders.steps.intake import keep
from worksorders.store.tables.confidential.walls import BreakGlass
from worksorders.store.tables.work.safety import Suspension

NAME = "Hinemoa Canary"


@pytest.fixture
def world(services, signed_in):
    browser, actor = signed_in()
    with services.sessions.begin() as session:
        user = factories.make_user(session)
        order = referrals.bare_order(session, user)
        order.code = keep.fresh_code("W")
        disclose.open_case(session, services.cipher, order.case_id)
        disclose.protect(session, services.cipher, order.case_id, order.case_id, {disclose.PERSON_NAME: NAME})
        return browser, order.id, order.code, actor


def test_a_form_of_an_order_refuses_at_the_field_without_repeating_it(world, services):
    browser, order_id, code, _ = world
    answer = browser.post(
        "/privacy/glass", {"code": code, "reason": "hinemoa rang", "form_uuid": str(order_id)}
    )
    assert answer.status_code == 422
    assert "repeats something protected" in answer.text
    assert 'id="reason-error"' in answer.text
    with services.sessions() as session:
        assert session.query(BreakGlass).count() == session.query(Suspension).count() == 0


def test_the_case_is_known_from_the_address_too(world, app):
    _, order_id, _, actor = world
    for purpose, allowed in (("To ring HINEMOA back", False), ("To tell the client the day", True)):
        data = {"contact-purpose": purpose}
        with app.test_request_context(f"/orders/{order_id}/contact", method="POST", data=data):
            g.user = actor
            form = ContactForm(meta={"csrf": False})
            assert form.validate() is allowed
            assert (MESSAGE in form.purpose.errors) is not allowed


def test_the_hashes_of_a_database_from_before_are_made_by_a_command(world, app, services, database):
    with database.connect("works_owner") as owner:
        owner.execute("DELETE FROM vault.look_up WHERE kind LIKE 'text:%'")
        owner.commit()
    with services.sessions.begin() as session:
        keeper = factories.make_user(session, "administrator").sign_in_name
        clerk = factories.make_user(session, "coordinator").sign_in_name
    run = app.test_cli_runner().invoke
    assert "administrator or privacy officer" in run(args=["vault", "learn", "--as", clerk]).output
    answer = run(args=["vault", "learn", "--as", keeper])
    assert answer.output.splitlines() == ["1 cases wait.", "1 cases learned."]
    sent = {"code": world[2], "reason": "hinemoa rang", "form_uuid": str(world[1])}
    assert world[0].post("/privacy/glass", sent).status_code == 422


# Fields whose words go into the vault, and nowhere else.
SEALED = {
    "web.aftercare.forms.KeyForm": {"name"},
    "web.consents.forms.PersonForm": {"mail", "person_name", "post"},
    "web.safety.forms.AlarmForm": {"reference", "words"},
    "web.telling.forms.SafeChannelForm": {"mail"},
}


def test_every_form_looks_over_its_text_but_for_what_goes_into_the_vault():
    forms = set()
    for module in pkgutil.walk_packages(web.__path__, "web."):
        if "embedded" not in module.name:
            found = vars(importlib.import_module(module.name)).values()
            forms |= {one for one in found if inspect.isclass(one) and issubclass(one, Form)}
    assert len(forms) > 80
    sealed = {
        f"{one.__module__}.{one.__name__}": set(one.sealed_fields) for one in forms if one.sealed_fields
    }
    assert sealed == SEALED
    own = {one.__name__ for one in forms if one.validate is not Form.validate and "super" not in one.validate.__code__.co_names}  # fmt: skip
    assert not own, "a form that validates itself without the base looks nothing over"
