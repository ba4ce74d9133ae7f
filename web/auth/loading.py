"""Finds the session behind the cookie before each request, and keeps it in use."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g, request, session

from web import access, disclosing, edge
from web.extensions import request_now
from web.services import services
from worksorders.steps import sign_in

COOKIE_KEY = "token"


def _load() -> None:
    g.user, g.locked, g.must_choose_password, g.must_enrol = None, False, False, False
    token = session.get(COOKIE_KEY)
    if token is None or request.endpoint == "static":
        return
    now = request_now()
    with services().sessions.begin() as database:
        found = sign_in.find_session(database, token, now)
        if found is None:
            session.clear()
            return
        g.user, g.locked = found.actor, found.locked
        g.must_choose_password, g.must_enrol = found.must_choose_password, found.must_enrol
        background = "X-Background" in request.headers
        if not background and not found.locked and now - found.last_seen_at > timedelta(minutes=1):
            sign_in.touch(database, found.actor, now)


def init_app(app: Flask) -> None:
    """Load who it is, then ask the access table, then let the page work inside one transaction."""
    app.before_request(_load)
    access.init_app(app)
    disclosing.init_app(app)
    edge.init_app(app)
