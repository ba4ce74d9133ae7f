"""The page on which a second person signs readings."""

from __future__ import annotations

import re

import pytest

from tests import factories
from worksorders.steps import disclose

PAGE = "/privacy/readings"


def form(page, **values):
    return {"form_uuid": re.search(r'name="form_uuid"[^>]*value="([^"]+)"', page)[1]} | values


@pytest.fixture
def read_once(services):
    with services.sessions.begin() as session:
        case = factories.make_case(session)
        disclose.open_case(session, services.cipher, case.id)
        reader = factories.actor_of(factories.make_user(session, "coordinator", display_name="Mere"))
    disclose.read(
        services.sessions,
        services.cipher,
        reader,
        case_ids=[case.id],
        kinds=[disclose.PERSON_NAME],
        purpose="Call",
    )
    return case


def test_readings_are_signed_on_the_page(read_once, signed_in):
    browser, _ = signed_in("privacy_officer")
    page = browser.get(PAGE).text
    assert "1 reading waits" in page
    assert read_once.code in page
    value = re.search(r'name="readings" value="([\d-]+)"', page)[1]
    refused = browser.post(PAGE, form(page, readings=value, finding="breach", note=""), page=PAGE)
    assert refused.status_code == 422
    assert "Write what you asked" in refused.text
    taken = browser.post(PAGE, form(page, readings=value, finding="in_order", note=""), page=PAGE)
    assert taken.status_code == 303
    assert "Every reading has been looked over" in browser.get(PAGE).text


def test_without_a_choice_it_says_so(read_once, signed_in):
    browser, _ = signed_in("auditor")
    answer = browser.post(PAGE, form(browser.get(PAGE).text, finding="in_order"), page=PAGE)
    assert answer.status_code == 422
    assert "Choose at least one reading" in answer.text
