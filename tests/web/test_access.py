"""Who may open what: every route of the URL map, every method, every kind of person; new routes are covered by themselves.

The guard is asked with every view replaced by one word, so that a cell tells of the guard alone; the real pages are
asked with ids of nobody and of another firm, which must read the same.
"""

from __future__ import annotations

import re
import uuid

import pytest

from tests.browser.test_pages import OF_ARGUMENT
from tests.web.access_world import REACHED, guard_of, world
from web import access, create_app
from worksorders.domain.roles import USER_ROLES, Role

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
__all__ = ["world"]

ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")
NOBODY = "00000000-0000-4000-8000-000000000000"
TOKEN = re.compile(r"Im[\w-]{20,}\.[\w-]+\.[\w-]+")
SAMPLES = {"int": "4711", "path": "nothing/here", "uuid": NOBODY}
PEOPLE = ("anonymous", "disabled", "locked", "invited", *(role.value for role in USER_ROLES))


def routes(app):
    """(rule, method) of every route; HEAD and OPTIONS are Flask's own."""
    return [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in ASKED
        if method in rule.methods and rule.endpoint != "static"
    ]


def undeclared(app):
    return sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if not access.rule_of(app, rule.endpoint)}
    )


def address(app, rule, values=None):
    """The address of a route, its arguments being nobody's unless they are given."""
    chosen = {}
    for name in rule.arguments:
        converter = re.search(rf"<(?:(\w+)(?:\([^)]*\))?:)?{name}>", rule.rule).group(1)
        chosen[name] = (values or {}).get(name, SAMPLES.get(converter or "string", "nothing"))
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        return adapter.build(rule.endpoint, {k: _typed(v) for k, v in chosen.items()}, append_unknown=False)


def _typed(value):
    try:
        return uuid.UUID(value)
    except ValueError:
        return int(value) if value.isdecimal() else value


def is_token_api(app, rule):
    """Routes that take a token instead of a cookie carry no CSRF token; they live under /api/."""
    view = app.view_functions[rule.endpoint]
    return f"{view.__module__}.{view.__name__}" in app.extensions["csrf"]._exempt_views or (
        rule.endpoint.split(".")[0] in {b.name for b in app.extensions["csrf"]._exempt_blueprints}
    )


def ask(app, browser, method, path, **data):
    client = app.test_client()
    cookie = browser.client.get_cookie("session")
    if cookie is not None:
        client.set_cookie("session", cookie.value)
    return client.open(path, method=method, data=data or None)


def expected(rule, person):
    """What the declared rule says: reached, the sign-in page, a token asked for, something to do first (unlock, choose a password), or nothing."""
    if rule.public:
        return "reached"
    if rule.scope:
        return "no token"
    if person in {"anonymous", "disabled"}:
        return "sign in"
    held_up = person in {"locked", "invited"}
    role = Role.ADMINISTRATOR if held_up else Role(person)
    if role not in rule.roles:
        return "nothing"
    return "first" if held_up and not rule.while_locked else "reached"


def told(answer, method):
    if answer.status_code == 200 and answer.text == REACHED:
        return "reached"
    if answer.status_code == 404:
        return "nothing"
    if answer.status_code == 401 and answer.headers.get("WWW-Authenticate") == "Bearer":
        return "no token"
    location = answer.headers.get("Location", "")
    if answer.status_code == 303 and location.startswith("/sign-in"):
        return "sign in"
    if answer.status_code == 401 and method != "GET":
        return "first"
    held_up = answer.status_code == 303 and location.startswith(("/unlock", "/password"))
    return "first" if held_up else answer.status


def test_every_route_has_a_declared_rule(world):
    assert undeclared(world.app) == []


def test_no_rule_is_left_of_a_route_that_is_gone(world):
    declared = set(world.app.extensions["access"])
    assert sorted(declared - set(world.app.view_functions)) == []


def test_a_planted_route_without_a_rule_is_found_and_answers_nobody(world):
    planted = guard_of(world.app)
    planted.add_url_rule("/planted", endpoint="planted", view_func=lambda: REACHED)
    assert undeclared(planted) == ["planted"]
    for browser in world.browsers.values():
        assert ask(planted, browser, "GET", "/planted").status_code == 404


@pytest.mark.parametrize("person", PEOPLE)
def test_every_route_and_method_answers_as_its_rule_says(world, person):
    browser, wrong = world.browsers[person], []
    for rule, method in routes(world.app):
        path = address(world.app, rule)
        answer = told(ask(world.guard, browser, method, path), method)
        wanted = expected(access.rule_of(world.app, rule.endpoint), person)
        if answer != wanted:
            wrong.append(f"{method} {path}: {wanted}, but {answer}")
    assert wrong == []


def test_the_matrix_is_large_and_has_every_outcome(world):
    cells = [
        expected(access.rule_of(world.app, rule.endpoint), person)
        for rule, _ in routes(world.app)
        for person in PEOPLE
    ]
    assert len(cells) >= 600
    assert set(cells) == {"reached", "sign in", "nothing", "first", "no token"}


def test_a_form_without_its_csrf_token_is_refused_everywhere(world):
    browser = world.browsers["administrator"]
    asked = 0
    for rule, method in routes(world.app):
        if method not in UNSAFE or is_token_api(world.app, rule):
            continue
        path = address(world.app, rule)
        answer = ask(world.app, browser, method, path, form_uuid=NOBODY)
        assert answer.status_code == 400, f"{method} {path} took a form without a token: {answer.status}"
        asked += 1
    assert asked >= 20


def test_only_token_routes_go_without_csrf(world):
    for rule, method in routes(world.app):
        if method in UNSAFE and is_token_api(world.app, rule):
            assert rule.rule.startswith("/api/"), f"{rule.rule} is not a token route"


@pytest.mark.parametrize("role", [role.value for role in USER_ROLES])
def test_a_page_of_another_role_reads_like_a_page_that_does_not_exist(world, role):
    browser = world.browsers[role]
    nothing = main_of(browser.get("/there/is/no/such/page"))
    for rule, method in routes(world.app):
        declared = access.rule_of(world.app, rule.endpoint)
        if (
            method != "GET"
            or declared.public
            or Role(role) in declared.roles
            or rule.rule.startswith("/api/")
        ):
            continue
        answer = browser.get(address(world.app, rule))
        assert (answer.status_code, main_of(answer)) == (404, nothing), rule.rule


@pytest.mark.parametrize("role", [role.value for role in USER_ROLES])
def test_an_id_of_nobody_finds_nothing(world, role):
    browser = world.browsers[role]
    token = browser.token("/unlock")
    for rule, method in routes(world.app):
        declared = access.rule_of(world.app, rule.endpoint)
        if declared.public or Role(role) not in declared.roles or "<uuid:" not in rule.rule:
            continue
        path = address(world.app, rule)
        answer = browser.client.open(
            path, method=method, data={"csrf_token": token, "form_uuid": str(uuid.uuid4())}
        )
        assert answer.status_code == 404, f"{method} {path}: {answer.status}"


def theirs_for(world, name):
    """Ids to try for an argument: every one of the table that it names, and one of each other."""
    own = OF_ARGUMENT.get(name, name.removesuffix("_id"))
    return [key for table, keys in world.foreign.ids.items() for key in (keys if table == own else keys[:1])]


def leaks(app, world, endpoints=None):
    """Routes on which the contractor sees a difference between another firm's id and nobody's."""
    browser, found, asked = world.browsers["contractor"], [], 0
    token = browser.token("/unlock")

    def answer(method, path):
        data = {"csrf_token": token, "form_uuid": str(uuid.uuid4())} if method != "GET" else {}
        given = ask(app, browser, method, path, **data)
        return given.status_code, TOKEN.sub("token", given.text)

    for rule, method in routes(app):
        declared = access.rule_of(app, rule.endpoint)
        if declared.public or Role.CONTRACTOR not in declared.roles or not rule.arguments:
            continue
        if endpoints is not None and rule.endpoint not in endpoints:
            continue
        nobody = answer(method, address(app, rule))
        if nobody[0] != 404:
            found.append(f"{method} {rule.rule} answers {nobody[0]} for an id of nobody")
        for name in rule.arguments:
            theirs = theirs_for(world, name) if f"<uuid:{name}>" in rule.rule else world.foreign.codes
            asked += len(theirs)
            paths = [address(app, rule, {name: key}) for key in theirs]
            found += [f"{method} {path}" for path in paths if answer(method, path) != nobody]
    return found, asked


def test_an_id_of_another_firm_reads_like_an_id_of_nobody(world):
    found, asked = leaks(world.app, world)
    assert found == []
    assert asked >= 500


def test_a_planted_page_that_tells_of_another_firm_is_found(world):
    planted = create_app({name: world.app.config[name] for name in ("SECRET_KEY", "SERVICES", "CLOCK")})
    secret = world.foreign.ids["works_order"][0]
    view = lambda key: ("theirs", 200) if str(key) == secret else ("none", 404)
    planted.add_url_rule("/planted/<uuid:key>", endpoint="planted", view_func=view)
    access.declare(planted, "", {"planted": access.allow(Role.CONTRACTOR)})
    assert leaks(planted, world, {"planted"})[0] == [f"GET /planted/{secret}"]


def main_of(answer):
    """The main part of a page: the navigation around it marks where in the site one is."""
    return TOKEN.sub("token", re.search(r"<main.*</main>", answer.text, re.DOTALL).group(0))
