"""Who may open which route: one declared rule a route, and nothing without one.

Each package of pages has a table `POLICY` in its `policy.py`: endpoint (without the blueprint's name) to the roles
that may use it. A rule about *whose* rows may be seen is the step's: it takes the actor and finds nothing for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from worksorders.domain.roles import USER_ROLES, Role


@dataclass(frozen=True)
class Rule:
    """The roles that may use a route; `public` lets everybody in.

    `while_locked` lets in a session gone idle too, `while_enrolling` who has yet to set up a second proof. A route
    with a `scope` asks for a token that has it, and no cookie opens it.
    """

    roles: frozenset[Role] = frozenset()
    public: bool = False
    while_locked: bool = False
    while_enrolling: bool = False
    scope: str = ""


PUBLIC = Rule(public=True, while_locked=True)
SIGNED_IN = Rule(frozenset(USER_ROLES))


def allow(*roles: Role) -> Rule:
    """A rule for some roles."""
    return Rule(frozenset(roles))


def declare(app: Flask, blueprint: str, policy: Mapping[str, Rule]) -> None:
    """Add a package's table to the application's."""
    rules: dict[str, Rule] = app.extensions.setdefault("access", {})
    rules.update(
        {f"{blueprint}.{endpoint}" if blueprint else endpoint: rule for endpoint, rule in policy.items()}
    )


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The declared rule of a route, or None: then nobody may use it."""
    rules: dict[str, Rule] = app.extensions.get("access", {})
    return rules.get(endpoint)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule is None:
        abort(404)
    if rule.public:
        return None
    if rule.scope:
        current_app.extensions["token_reader"](rule.scope)
        return None
    if g.get("user") is None:
        if request.headers.get("HX-Request"):
            abort(401)
        return redirect(url_for("auth.sign_in", next=_next()), 303)
    if g.user.role not in rule.roles:
        abort(404)
    return None if rule.while_locked else _first_of_all(rule)


def _first_of_all(rule: Rule) -> Response | None:
    """Where somebody must go before anything else: to unlock, to choose a password, to set up a second proof."""
    if g.get("locked"):
        endpoint = "auth.unlock"
    elif g.get("must_choose_password"):
        endpoint = "auth.password"
    elif g.get("must_enrol") and not rule.while_enrolling:
        endpoint = "auth.account"
    else:
        return None
    if request.headers.get("HX-Request") or request.method != "GET":
        abort(401)
    return redirect(url_for(endpoint, next=_next()), 303)


def _next() -> str | None:
    """Where to go after signing in: this page's path, no query, and only for a page that can be reached by GET."""
    return request.path if request.method == "GET" and request.path != "/" else None


def init_app(app: Flask) -> None:
    """Ask the table before every request."""
    declare(app, "", {"static": PUBLIC})
    app.before_request(_guard)
