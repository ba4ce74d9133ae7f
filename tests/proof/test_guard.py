"""The guard on its own, without a database: every kind of rule for every kind of person, and where each is sent."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import pytest
from flask import Flask, g, request

from web import access
from web.access import PUBLIC, SIGNED_IN, Rule, allow
from worksorders.domain.roles import USER_ROLES, Role

STATES = ("ready", "locked", "invited", "enrolling", "locked+invited", "invited+enrolling")
RULES = {
    "public": PUBLIC,
    "signed_in": SIGNED_IN,
    "locked_too": Rule(SIGNED_IN.roles, while_locked=True),
    "enrolling_too": Rule(SIGNED_IN.roles, while_enrolling=True),
    "coordinators": allow(Role.COORDINATOR),
    "two": allow(Role.FINANCE, Role.AUDITOR),
    "nobody": Rule(),
    "token": Rule(scope="orders:read"),
    "none": None,
}

EVERYBODY = {"coordinator", "contractor", "finance", "administrator", "auditor", "privacy_officer"}
ALLOWED = {
    "signed_in": EVERYBODY, "locked_too": EVERYBODY, "enrolling_too": EVERYBODY, "coordinators": {"coordinator"},
    "two": {"finance", "auditor"}, "nobody": set(),
}  # fmt: skip


@pytest.fixture(scope="module")
def app():
    made, asked = Flask(__name__, static_folder=None), []
    made.extensions["token_reader"] = asked.append
    made.asked = asked

    @made.before_request
    def somebody():
        who = request.headers.get("Who")
        if who:
            role, state = who.split("/")
            g.user = SimpleNamespace(role=Role(role))
            marks = {"locked": "locked", "invited": "must_choose_password", "enrolling": "must_enrol"}
            for word in set(marks) & set(state.split("+")):
                setattr(g, marks[word], True)

    for name in ("sign_in", "unlock", "password", "account"):
        made.add_url_rule(f"/{name}", f"auth.{name}", lambda: "door", methods=["GET", "POST"])
    for name in RULES:
        made.add_url_rule(f"/at/{name}", name, lambda: "reached", methods=["GET", "POST", "PUT"])
    made.add_url_rule("/", "start", lambda: "reached", methods=["GET", "POST"])
    made.add_url_rule("/static/<path:filename>", "static", lambda filename: "file")
    access.init_app(made)
    access.declare(made, "", {name: rule for name, rule in RULES.items() if rule})
    access.declare(made, "", {"start": SIGNED_IN})
    access.declare(made, "auth", dict.fromkeys(("sign_in", "unlock", "password", "account"), PUBLIC))
    return made


def ask(app, name, role=None, state="ready", method="GET", hx=False, path=None):
    headers = {"Who": f"{role}/{state}"} if role else {}
    headers |= {"HX-Request": "true"} if hx else {}
    answer = app.test_client().open(path or f"/at/{name}", method=method, headers=headers)
    if answer.status_code == 303:
        return answer.headers["Location"]
    return answer.text if answer.status_code == 200 else answer.status_code


def wanted(name, role, state, method, hx):
    """What the words of safety.md ask for: the door, what comes first, nothing at all, or the page."""
    if name == "none":
        return 404
    if name in ("public", "token"):
        return "reached"
    here = f"?next=/at/{name}" if method == "GET" else ""
    if role is None:
        return 401 if hx else f"/sign_in{here}"
    if role not in ALLOWED[name]:
        return 404
    if name == "locked_too" or state == "ready":
        return "reached"
    if "locked" in state:
        first = "/unlock"
    elif "invited" in state:
        first = "/password"
    else:
        first = None if name == "enrolling_too" else "/account"
    if first is None:
        return "reached"
    return 401 if hx or method != "GET" else f"{first}{here}"


@pytest.mark.parametrize("name", RULES)
def test_each_kind_of_rule_answers_each_kind_of_person(app, name):
    asked = 0
    people = [(None, "ready"), *itertools.product([role.value for role in USER_ROLES], STATES)]
    for (role, state), method, hx in itertools.product(people, ("GET", "POST", "PUT"), (False, True)):
        asked += 1
        found = ask(app, name, role, state, method, hx)
        assert found == wanted(name, role, state, method, hx), (name, role, state, method, hx)
    assert asked == 222


def test_a_token_route_asks_for_its_scope_and_no_cookie_helps(app):
    app.asked.clear()
    ask(app, "token")
    ask(app, "token", "administrator")
    assert app.asked == ["orders:read", "orders:read"]


def test_the_way_back_never_holds_a_query_and_never_the_start_page(app):
    assert ask(app, "", path="/at/coordinators?name=somebody") == "/sign_in?next=/at/coordinators"
    assert ask(app, "", path="/") == "/sign_in"


def test_an_unknown_address_and_files_ask_no_rule(app):
    assert ask(app, "", path="/nowhere") == 404
    assert ask(app, "", path="/static/a.css") == "file"
    assert ask(app, "public", method="DELETE") == 405


def test_a_rule_is_found_under_the_name_of_its_blueprint(app):
    assert access.rule_of(app, "auth.sign_in") is PUBLIC
    assert access.rule_of(app, "sign_in") is None
    assert access.rule_of(Flask(__name__), "anything") is None


def test_public_routes_stay_open_to_a_locked_session():
    assert PUBLIC.public
    assert PUBLIC.while_locked
    assert not SIGNED_IN.while_locked
    assert SIGNED_IN.roles == frozenset(USER_ROLES)
    assert Role.SYSTEM not in SIGNED_IN.roles
    with pytest.raises(AttributeError):
        PUBLIC.public = False
