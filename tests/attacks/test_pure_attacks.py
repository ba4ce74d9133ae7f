"""Attacks that need no database, each by its name, and each family seen to fail under a weakness."""

from __future__ import annotations

import pytest

from tests.attacks.pure import FAMILIES

CASES = [(family, case) for family, (cases, _, _) in FAMILIES.items() for case in cases]


@pytest.mark.parametrize(
    ("family", "case"), CASES, ids=[f"{f}-{number}" for number, (f, _) in enumerate(CASES)]
)
def test_an_attack_gets_nothing(family, case):
    assert FAMILIES[family][1](case) == []


@pytest.mark.parametrize("family", FAMILIES)
def test_a_weakness_is_noticed_by_its_family(family, monkeypatch):
    cases, faults, weaken = FAMILIES[family]
    weaken(monkeypatch)
    assert [case for case in cases if faults(case)] != []


def test_there_are_many_and_none_twice():
    assert len(CASES) == len(set(CASES)) >= 150
