"""As many seeds of the fault harness as fit in a short while lose and double nothing, and planted mistakes are found."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SEEDS, SEEDS_SECONDS, PATIENCE_SECONDS = 60, 18, 240
LINE = re.compile(r"^seed +\d+ ", re.MULTILINE)


def run(*words):
    """Run the harness in a process of its own, as `make faults` does; gives its exit code and what it said."""
    command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "tests.faults.harness", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        try:
            said, _ = running.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGTERM)
            said, _ = running.communicate()
    return running.returncode, said.decode()


def test_seeds_lose_and_double_nothing_and_planted_mistakes_are_found():
    code, said = run(str(SEEDS), "--seconds", str(SEEDS_SECONDS), "--prove")
    assert code == 0, said
    assert "VIOLATED" not in said
    assert LINE.search(said), said
    assert said.count("planted: ") == 3
