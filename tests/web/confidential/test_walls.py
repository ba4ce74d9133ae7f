"""For a walled user the case is nowhere: every page, list, count and export reads as if it had never been."""

from __future__ import annotations

import os
import re
import uuid

import pytest

from tests import dispatching, factories
from tests.web.conftest import Browser
from worksorders.store.tables.exchange import ImportRun
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.cases import CaseFile
from worksorders.store.tables.work.orders import WorksOrder

MASKED = re.compile(
    r'name="(csrf_token|form_uuid)"[^>]*|X-CSRFToken[^}]*|/static/[^"]*|data-token="[^"]*"|data-minutes="[^"]*"'
)


@pytest.fixture
def order(services):
    with services.sessions.begin() as session:
        firm = dispatching.cleared_firm(session)
        made = dispatching.issued_order(session, [firm], cipher=services.cipher, visits=1)
        case = session.get_one(CaseFile, made.case_id)
        return made.id, made.code, case.code


@pytest.fixture
def people(services, app):
    """A coordinator who will be walled off and one who will not, and the privacy officer."""
    with services.sessions.begin() as session:
        users = {
            name: factories.make_user(session, role, sign_in_name=name, display_name="Same Name")
            for name, role in (
                ("walled", "coordinator"),
                ("other", "coordinator"),
                ("officer", "privacy_officer"),
            )
        }
    browsers = {name: Browser(app) for name in users}
    for name, browser in browsers.items():
        assert browser.sign_in(name).status_code == 303
    return users, browsers


def raise_wall(people, code):
    users, browsers = people
    page = browsers["officer"].get("/privacy/walls").text
    key = re.search(r'name="form_uuid"[^>]*value="([^"]+)"', page)[1]
    sent = {"form_uuid": key, "code": code, "user": str(users["walled"].id)}
    assert browsers["officer"].post("/privacy/walls", sent, page="/privacy/walls").status_code == 303


LISTS = ["/today", "/orders", "/orders.csv", "/assessments", "/visits", "/offers", "/calls", "/duty"]


def shown(browser, path):
    answer = browser.get(path)
    return answer.status_code, MASKED.sub("", answer.text)


def test_every_page_of_the_case_is_the_404_of_an_unknown_one(people, order):
    order_id, _, case_code = order
    walled, other = people[1]["walled"], people[1]["other"]
    paths = [f"/orders/{order_id}", f"/orders/{order_id}/never-send"]
    before = [shown(other, path) for path in paths]
    assert 404 not in [status for status, _ in before]
    raise_wall(people, case_code)
    unknown = shown(walled, "/orders/00000000-0000-4000-8000-000000000000")
    for path in paths:
        assert shown(walled, path) == unknown, path
    assert unknown[0] == 404
    assert [shown(other, path) for path in paths] == before


def test_lists_counts_and_exports_read_as_before_the_case_came(services, people, app):
    walled = people[1]["walled"]
    paths = [path for path in LISTS if walled.get(path).status_code == 200]
    assert {"/today", "/orders"} <= set(paths)
    with services.sessions.begin() as session:
        firm_id = dispatching.cleared_firm(session).id
    before = {path: shown(walled, path) for path in paths}
    with services.sessions.begin() as session:
        firm = session.get_one(Firm, firm_id)
        made = dispatching.issued_order(session, [firm], cipher=services.cipher, visits=1)
        code, case_code = made.code, session.get_one(CaseFile, made.case_id).code
    changed = {path for path in paths if shown(walled, path) != before[path]}
    assert "/orders" in changed
    raise_wall(people, case_code)
    assert {path for path in paths if shown(walled, path) != before[path]} == set()
    for path in paths:
        assert code not in walled.get(path).text


def test_an_import_names_and_counts_no_assessment_behind_a_wall(services, people, order):
    users, browsers = people
    with services.sessions.begin() as session:
        hidden = session.get_one(WorksOrder, order[0])
        seen = dispatching.issued_order(session, [])
        rows = [{"row": 2, "id": str(one.assessment_id), "code": f"CODE-{number}"}
                for number, one in enumerate((hidden, seen))]  # fmt: skip
        runs = [ImportRun(id=uuid.uuid4(), kind="assessments", format="csv", file_sha256=os.urandom(32), by=users["other"].id,
                          state="imported", records=len(made), faults=[], made=made, at=factories.NOW)
                for made in (rows, rows[:1])]  # fmt: skip
        session.add_all(runs)
    both, alone = (f"/exchange/imports/{run.id}" for run in runs)
    assert "CODE-0" in browsers["walled"].get(both).text
    raise_wall(people, order[2])
    page = browsers["walled"].get(both).text
    assert "CODE-1" in page
    assert "CODE-0" not in page
    assert "1 record<" in page
    assert browsers["walled"].get(alone).status_code == 404
    assert alone not in browsers["walled"].get("/exchange/imports").text
    assert "CODE-0" in browsers["other"].get(alone).text


def test_asking_for_glass_tells_nothing_either(people, order):
    _, code, case_code = order
    walled = people[1]["walled"]

    def ask(wanted):
        page = walled.get("/privacy/glass").text
        key = re.search(r'name="form_uuid"[^>]*value="([^"]+)"', page)[1]
        sent = {"form_uuid": key, "code": wanted, "reason": "a good reason for it"}
        answer = walled.post("/privacy/glass", sent, page="/privacy/glass")
        return answer.status_code, MASKED.sub("", answer.text).replace(wanted, "CODE")

    raise_wall(people, case_code)
    unknown = ask("W-2222-22222")
    assert unknown[0] == 422
    assert ask(code) == unknown
    assert ask(case_code) == unknown


def test_without_the_wall_the_same_lists_do_tell(services, people, order):
    """The comparison above can fail: with no wall the order's code stands in the list."""
    with services.sessions() as session:
        code = session.get_one(WorksOrder, order[0]).code
    assert code in people[1]["walled"].get("/orders").text
