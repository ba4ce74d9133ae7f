"""A caller with a token, and the catalogue that findings are looked up in."""

from __future__ import annotations

import pytest

from tests import factories, referrals
from tests.web.api.calling import LAST, NOW, Caller
from worksorders.steps.exchange import tokens
from worksorders.steps.exchange.scopes import SCOPES
from worksorders.steps.exchange.tokens import TokenDetails


@pytest.fixture
def caller(app, services):
    """Make a token: `caller("orders:read", regions={"E8"})`."""

    def make(*scopes, calls=600, regions=(), last_on=LAST):
        with services.sessions.begin() as session:
            maker = factories.actor_of(factories.make_user(session, "administrator"))
            details = TokenDetails("Refuge", frozenset(scopes or SCOPES), last_on, frozenset(regions), calls)
            row, secret = tokens.make(session, maker, details, NOW)
            made = Caller(app, secret)
            made.token_id, made.maker = row.id, maker
            return made

    return make


@pytest.fixture
def catalogue(services):
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
