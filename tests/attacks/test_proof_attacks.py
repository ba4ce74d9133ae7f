"""Attacks on sign-in, recovery and broken glass, and two who act at once; each family seen to fail under a weakness."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import DBAPIError

from tests.attacks import glasses, pairs, proofs, races
from worksorders.domain.errors import DomainError
from worksorders.steps import sign_in

FAMILIES = proofs.FAMILIES | glasses.FAMILIES | pairs.FAMILIES
CASES = [(family, case) for family, (cases, _) in FAMILIES.items() for case in cases]


@pytest.fixture(scope="module", autouse=True)
def _quick_hashes():
    """New passwords are hashed as ever, in less time: how long it takes is no part of these attacks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def world(new_database, services_at):
    """Accounts, a case in a region that one of them looks after, and the services on one database."""
    with new_database() as database:
        services = services_at(database.app_url)
        with services.sessions.begin() as session:
            made = proofs.people(session, services.cipher)
            made.case_id, made.case_code = glasses.case(session, services.cipher, made)
        made.services, made.cipher = services, services.cipher
        yield made
        services.engine.dispose()


def faults(world, family, case):
    """Whether an attack goes through; what it did is taken back."""
    with world.services.sessions() as session:
        attempt = FAMILIES[family][0][case](world, session)
        try:
            attempt()
        except (DomainError, DBAPIError):
            return []
    return [f"{case} goes through"]


@pytest.mark.parametrize(("family", "case"), CASES, ids=[f"{f}: {case}" for f, case in CASES])
def test_an_attack_gets_nothing(world, family, case):
    assert faults(world, family, case) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_weakness_is_noticed_by_its_family(world, family, monkeypatch):
    cases, weaken = FAMILIES[family]
    weaken(monkeypatch)
    assert any(faults(world, family, case) for case in cases)


def test_what_is_right_goes_through_so_that_no_refusal_is_for_another_reason(world):
    with world.services.sessions() as session:
        proofs.entering(world, session, proofs.code(proofs.NOW))()
        proofs.showing(world, session)()
        proofs.stepped(world, session)()
        assert proofs.deciding(world, session, "wiremu")()
    with world.services.sessions() as session:
        glasses.opened(world, session)()
    with world.services.sessions() as session:
        pairs.Handed(world, session).whole()()
        pairs.calling(session, pairs.given(world, session))()
        pairs.deciding(world, session, "hana", pairs.loan(world, session))()
        pairs.lent(world, session, "tama")()
        pairs.deciding(world, session, "hana", pairs.asked_higher(world, session))()
        pairs.deciding(world, session, "hana", pairs.loosened(world, session))()
        pairs.changing(world, session, {"address_window_hours": 12, "area_dwellings": 3_000})()


@pytest.mark.parametrize("name", races.RACES)
def test_of_two_at_once_exactly_one_gets_through(world, name):
    assert races.winners(world, name) == 1


@pytest.mark.parametrize("name", races.RACES)
def test_a_lost_lock_would_be_noticed(world, name, monkeypatch):
    races.WEAKNESSES[name](monkeypatch)
    assert races.winners(world, name) == 2
