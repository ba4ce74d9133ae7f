"""Each import contract is seen to fail: a forbidden import is planted in a copy of the packages, the linter must name it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("web", "worksorders", "scheduler", "catalogue")

PLANTED = [
    ("web knows worksorders", "worksorders/steps/audit.py", "import web.edge"),
    ("web knows worksorders", "scheduler/problem.py", "import worksorders.domain.errors"),
    ("steps use store and gateways", "worksorders/store/vault.py", "import worksorders.steps.audit"),
    ("steps use store and gateways", "worksorders/domain/money.py", "import worksorders.gateways.cipher"),
    ("are pure", "worksorders/domain/money.py", "import sqlalchemy"),
    ("are pure", "catalogue/item.py", "import flask"),
    ("only the solver modules import ortools", "worksorders/steps/audit.py", "import ortools"),
    ("only the solver modules import ortools", "scheduler/problem.py", "import ortools"),
    ("pages go through steps", "web/planning/plans.py", "import sqlalchemy"),
    ("each audience stand alone", "web/planning/plans.py", "import web.portal"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The packages' Python files and the contracts, to be spoiled at will."""
    home = tmp_path_factory.mktemp("layers")
    only_code = shutil.ignore_patterns("__pycache__", "static", "templates", "*.csv", "*.geojson")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, home / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", home)
    return home


def lint(home):
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_the_packages_keep_every_contract(copy):
    answer = lint(copy)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "module", "statement"), PLANTED)
def test_a_forbidden_import_breaks_its_contract(copy, contract, module, statement):
    spoiled = copy / module
    clean = spoiled.read_text()
    spoiled.write_text(f"{clean}\n{statement}\n")
    try:
        answer = lint(copy)
    finally:
        spoiled.write_text(clean)
    assert answer.returncode == 1
    broken = [line for line in answer.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(contract in line for line in broken), answer.stdout
