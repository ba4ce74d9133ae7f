"""Attacks by request, each by its name, on one application with two firms; each family seen to fail under a weakness."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.attacks import doors, words
from tests.web.access_world import world

__all__ = ["world"]
FAMILIES = doors.FAMILIES | words.FAMILIES
CASES = [(family, case) for family, (cases, _, _) in FAMILIES.items() for case in cases]


@pytest.fixture(scope="module")
def scene(world):
    """The world of the access matrix, with the few ids of the other firm that its pages are about."""

    theirs = []
    with world.services.sessions() as session:
        for table in ("offer", "visit", "works_order", "worker", "variation"):
            found = session.scalars(text(f"SELECT id::text FROM {table} ORDER BY id")).all()
            theirs += [key for key in found if key in world.foreign.ids.get(table, ())][:1]
    world.theirs, world.tokens = theirs, {}
    return world


@pytest.mark.parametrize(
    ("family", "case"), CASES, ids=[f"{f}-{number}" for number, (f, _) in enumerate(CASES)]
)
def test_an_attack_gets_nothing(scene, family, case):
    assert FAMILIES[family][1](scene, case) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_weakness_is_noticed_by_its_family(scene, family, monkeypatch):
    cases, faults, weaken = FAMILIES[family]
    weaken(scene, monkeypatch)
    assert any(faults(scene, case) for case in cases)


def test_there_are_many_and_none_twice():
    assert len(CASES) == len(set(CASES)) >= 250
