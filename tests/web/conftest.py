"""The application on this test's database, with a clock that tests move."""

from __future__ import annotations

import re

import pytest

from tests import factories
from web import create_app


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = factories.NOW

    def __call__(self):
        return self.now


class Browser:
    """A test client that signs in and carries the CSRF token along."""

    def __init__(self, app):
        self.client = app.test_client()

    def token(self, path="/sign-in"):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(path).text)
        return found.group(1)

    def sign_in(self, name, password=factories.PASSWORD, **kwargs):
        data = {"name": name, "password": password, "csrf_token": self.token()}
        return self.client.post("/sign-in", data=data, **kwargs)

    def get(self, path, **kwargs):
        return self.client.get(path, **kwargs)

    def post(self, path, data=None, *, page="/unlock", **kwargs):
        """Send a form with a fresh CSRF token; `page` is any page that holds one."""
        return self.client.post(path, data={"csrf_token": self.token(page)} | (data or {}), **kwargs)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def one_app():
    """The application of the whole run: building one for each test would take longer than most tests."""
    return create_app({"SECRET_KEY": "x" * 40, "TESTING": True})


@pytest.fixture
def app(one_app, services, clock):
    one_app.config.update(SERVICES=services, CLOCK=clock)
    one_app.extensions["services"] = services
    return one_app


@pytest.fixture
def browser(app):
    """Somebody who has not signed in yet."""
    return Browser(app)


@pytest.fixture
def signed_in(app, services):
    """Make an account of a role and sign it in: `browser, actor = signed_in("coordinator")`."""

    def make(role="coordinator", **values):
        with services.sessions.begin() as session:
            user = factories.make_user(session, role, **values)
        browser = Browser(app)
        assert browser.sign_in(user.sign_in_name).status_code == 303
        return browser, factories.actor_of(user)

    return make
