"""A catalogue in force, rates, and the coordinators of these tests."""

from __future__ import annotations

import pytest

from tests import factories, referrals


@pytest.fixture
def prepared(services):
    """A catalogue in force, a firm with rates, two coordinators."""
    with services.sessions.begin() as session:
        referrals.load_starting_catalogue(session)
        referrals.firm_with_rates(session)
        first = factories.make_user(session, "coordinator")
        second = factories.make_user(session, "coordinator", raise_limit_cents=2_000_000)
        return factories.actor_of(first), factories.actor_of(second)


@pytest.fixture
def actor(prepared):
    return prepared[0]
