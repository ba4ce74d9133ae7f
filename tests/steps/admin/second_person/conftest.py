"""Two administrators, a privacy officer and those whom their wishes are about."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from tests import factories
from worksorders.steps import sign_in
from worksorders.store.tables.identity.people import AppUser


@pytest.fixture(scope="module", autouse=True)
def _quick_hashes():
    """New passwords are hashed as ever, in less time: how long it takes is no part of this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def world(session):
    people = {role: factories.make_user(session, role) for role in ("administrator", "privacy_officer", "coordinator", "auditor")}  # fmt: skip
    actors = {role: factories.actor_of(user) for role, user in people.items()}
    other = factories.actor_of(factories.make_user(session, "administrator"))
    session.get_one(AppUser, actors["coordinator"].user_id).raise_limit_cents = 250_000
    taker = factories.actor_of(factories.make_user(session))
    return SimpleNamespace(session=session, admin=actors["administrator"], other=other, taker=taker, **actors)
