"""Route by method by person by own, other, walled and unknown: what a walled user or another firm gets is what an unknown id gets."""

from __future__ import annotations

import re
import uuid
from types import SimpleNamespace

import pytest
from sqlalchemy import inspect, text

from tests import factories
from tests.browser.test_pages import OF_ARGUMENT
from tests.web.access_world import world
from tests.web.conftest import Browser
from tests.web.test_access import PEOPLE, TOKEN, address, ask, routes
from web import access, create_app
from web.access import SIGNED_IN
from worksorders.domain.roles import Role
from worksorders.store.scope import Scope, narrow
from worksorders.store.tables.confidential.walls import Wall

__all__ = ["world"]
WALLED = ("coordinator", "administrator", "finance", "auditor")
HIDDEN_TABLES = ("case_file", "works_order", "visit", "works_line", "offer", "assessment", "opening")
FORM = re.compile(r'(name="(?:form_uuid|[a-z_-]*key)"[^>]*value=")[^"]+')


@pytest.fixture(scope="module")
def walls(world):
    """A user of each role of the office who is walled off from every case, and the ids that are hidden so."""
    with world.services.sessions.begin() as session:
        officer = factories.make_user(session, "privacy_officer")
        users = {role: factories.make_user(session, role) for role in WALLED}
        cases = session.scalars(text("SELECT id FROM case_file ORDER BY id")).all()
        session.add_all(
            Wall(
                id=uuid.uuid4(), case_id=case, user_id=user.id, raised_at=factories.NOW, raised_by=officer.id
            )
            for user in users.values()
            for case in cases
        )
        names = {role: user.sign_in_name for role, user in users.items()}
        walled_id = users["coordinator"].id
    hidden = hidden_ids(world.services, walled_id)
    browsers = {}
    for role, name in names.items():
        browsers[role] = Browser(world.app)
        assert browsers[role].sign_in(name).status_code == 303
    return SimpleNamespace(browsers=browsers, hidden=hidden)


def hidden_ids(services, user_id):
    """Ids that the house has and the walled user has not, by table: what a wall hides, as the database says."""
    with services.sessions() as session:
        tables = [
            name
            for name in inspect(session.connection()).get_table_names(schema="public")
            if any(c["name"] == "id" for c in inspect(session.connection()).get_columns(name))
        ]
        query = {name: text(f'SELECT id::text FROM "{name}"') for name in tables}
        house = {name: set(session.scalars(query[name])) for name in tables}
        session.rollback()
        narrow(session, Scope("staff", user_id))
        return {name: sorted(house[name] - set(session.scalars(query[name]))) for name in tables}


def test_a_wall_hides_all_that_hangs_on_a_case(walls):
    assert [name for name in HIDDEN_TABLES if not walls.hidden[name]] == []
    assert walls.hidden["firm"] == walls.hidden["worker"] == walls.hidden["app_user"] == []


def candidates(walls, argument):
    """Hidden ids that an argument could name: of its own table, and an order's and a case's in its place."""
    table = OF_ARGUMENT.get(argument, argument.removesuffix("_id"))
    table = "case_file" if table == "case" else table
    own = walls.hidden.get(table, [])[:2]
    return own or walls.hidden["works_order"][:1]


def masked(answer):
    body = FORM.sub(r"\1", TOKEN.sub("token", answer.get_data(as_text=True)))
    return answer.status_code, answer.headers.get("Location"), body


def differences(app, walls, role):
    """Routes on which a walled user of a role sees a difference between a hidden id and nobody's, and how many were asked."""
    browser, found, asked = walls.browsers[role], [], []
    token = browser.token("/unlock")

    def answer(method, path):
        if method == "GET":
            return masked(browser.client.get(path))
        sent = {"csrf_token": token, "form_uuid": str(uuid.uuid4())}
        return masked(browser.client.open(path, method=method, data=sent))

    for rule, method in routes(app):
        declared = access.rule_of(app, rule.endpoint)
        if declared.public or declared.scope or Role(role) not in declared.roles or "<uuid:" not in rule.rule:
            continue
        nobody = answer(method, address(app, rule))
        for name in re.findall(r"<uuid:(\w+)>", rule.rule):
            for key in candidates(walls, name):
                asked.append((rule.endpoint, method, role, name, "walled"))
                if answer(method, address(app, rule, {name: key})) != nobody:
                    found.append(f"{method} {address(app, rule, {name: key})}")
    return found, asked


@pytest.mark.parametrize("role", WALLED)
def test_an_id_behind_a_wall_reads_like_an_id_of_nobody(world, walls, role):
    found, asked = differences(world.app, walls, role)
    assert found == []
    assert len(asked) >= {"coordinator": 120, "administrator": 40}.get(role, 1)


def test_the_same_ids_open_pages_for_who_is_not_walled(world, walls, monkeypatch):
    """The comparison above would be worth nothing if the ids led nowhere: without a wall they lead to pages."""
    monkeypatch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)  # The rows of this world are bare.
    reached = set()
    for rule, method in routes(world.app):
        declared = access.rule_of(world.app, rule.endpoint)
        names = re.findall(r"<uuid:(\w+)>", rule.rule)
        if method != "GET" or Role.COORDINATOR not in declared.roles or len(rule.arguments) != 1 or not names:
            continue
        for key in candidates(walls, names[0]):
            if (
                world.browsers["coordinator"].get(address(world.app, rule, {names[0]: key})).status_code
                != 404
            ):
                reached.add(rule.endpoint)
    assert {"coordinator.order", "coordinator.assessment", "safety.order", "consents.agreements"} <= reached
    assert len(reached) >= 12


def test_a_planted_page_that_tells_of_a_wall_is_found(world, walls):
    planted = create_app({name: world.app.config[name] for name in ("SECRET_KEY", "SERVICES", "CLOCK")})
    secret = walls.hidden["works_order"][0]
    view = lambda order_id: ("walled off", 200) if str(order_id) == secret else ("none", 404)
    planted.add_url_rule("/planted/<uuid:order_id>", endpoint="planted", view_func=view)
    access.declare(planted, "", {"planted": SIGNED_IN})
    browser = Browser(planted)
    browser.client.set_cookie("session", walls.browsers["auditor"].client.get_cookie("session").value)
    seen = SimpleNamespace(browsers={"auditor": browser}, hidden=walls.hidden)
    assert f"GET /planted/{secret}" in differences(planted, seen, "auditor")[0]


def test_lists_and_counts_of_a_walled_user_read_as_if_the_cases_were_not_there(world, walls):
    """Every page without an id: no hidden id and no code of what is hidden is on it."""
    codes = hidden_codes(world.services, walls)
    assert len(codes) >= 4
    seen = 0
    for role, browser in walls.browsers.items():
        for rule, method in routes(world.app):
            declared = access.rule_of(world.app, rule.endpoint)
            if method != "GET" or rule.arguments or Role(role) not in declared.roles:
                continue
            page = browser.get(address(world.app, rule)).get_data(as_text=True)
            seen += 1
            assert [code for code in codes if code in page] == [], (role, rule.rule)
    assert seen >= 60


def hidden_codes(services, walls):
    with services.sessions() as session:
        found = set()
        for table in ("case_file", "works_order", "visit", "offer"):
            rows = session.execute(
                text(f"SELECT code FROM {table} WHERE id::text = ANY(:ids)"), {"ids": walls.hidden[table]}
            )
            found |= {code for (code,) in rows}
        return found


def test_the_whole_matrix_has_its_cells(world, walls):
    """Counted from the URL map as it is today, so that new routes add to it by themselves."""
    cells = {
        (rule.endpoint, method, person, "unknown") for rule, method in routes(world.app) for person in PEOPLE
    }
    for rule, method in routes(world.app):
        declared = access.rule_of(world.app, rule.endpoint)
        with_ids = "<uuid:" in rule.rule and not declared.public and not declared.scope
        if with_ids and Role.CONTRACTOR in declared.roles:
            cells.add((rule.endpoint, method, "contractor", "other"))
        cells |= {
            (rule.endpoint, method, role, "walled")
            for role in WALLED
            if with_ids and Role(role) in declared.roles
        }
        cells |= {
            (rule.endpoint, method, role.value, "own")
            for role in declared.roles
            if not rule.arguments and not declared.public
        }
    assert len(cells) >= 2_500
    assert {kind for *_, kind in cells} == {"own", "other", "walled", "unknown"}


def test_a_method_that_a_route_does_not_have_reads_like_nothing(world):
    """DELETE, PUT and PATCH by header or by name change nothing, and a wrong method tells no list of methods."""
    browser = world.browsers["administrator"]
    for path in ("/admin/users", "/orders", "/admin/settings", "/help"):
        for method in ("DELETE", "PUT", "PATCH"):
            answer = ask(world.app, browser, method, path)
            assert answer.status_code in {400, 404, 405}
            assert "Allow" not in answer.headers or answer.status_code == 405
