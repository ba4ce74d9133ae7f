"""Each row of the threat model names tests that exist; a threat without one is no threat that is met."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| (.+) \|$", MODEL, re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/*.]+)`")


def files_of(name):
    """The files of tests that a name means: a file, a folder with all in it, or a pattern."""
    found = [ROOT / name] if (ROOT / name).exists() else sorted(ROOT.glob(f"{name.removesuffix('.py')}.py"))
    files = [one for path in found for one in (path.rglob("test_*.py") if path.is_dir() else [path])]
    return [
        path for path in files if re.search(r"^def test_", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_the_threats_are_numbered_without_a_gap_or_a_number_twice():
    assert [int(number) for number, *_ in ROWS] == list(range(1, len(ROWS) + 1))
    assert len(ROWS) >= 24


@pytest.mark.parametrize(("number", "path", "proof"), [(row[0], row[1], row[3]) for row in ROWS])
def test_every_threat_names_tests_that_exist(number, path, proof):
    named = NAMED.findall(proof)
    assert named or "make faults" in proof, f"row {number} ({path}) names no test"
    assert [name for name in named if not files_of(name)] == []


def test_every_test_named_anywhere_in_the_model_exists():
    assert [name for name in NAMED.findall(MODEL) if not files_of(name)] == []
    assert len(set(NAMED.findall(MODEL))) >= 40


def test_a_name_that_means_nothing_is_noticed():
    assert files_of("tests/web/test_nothing.py") == files_of("tests/nothing") == []
    assert files_of("tests/attacks/words.py") == []
