"""As many seeds of the fault harness as fit in a short while lose and double nothing, and planted mistakes are found."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.harness.kinds import every_kind
from tests.faults.harness.running.room import TIE, TIED

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SEEDS_SECONDS, LEAST, PATIENCE_SECONDS = 8, 4, 300
# What is worth most comes first; the seconds decide how far it gets, `make faults` runs them all.
FIRST_KINDS = (
    "Valkey wiped", "work horse killed", "relay killed", "PostgreSQL process killed", "Valkey killed",
    "storm of kills", "accept, reassign, cancel", "clock jumps back", "form sent twice at once", "reply lost",
    "two accepts at once", "web worker killed", "stale work horse", "PostgreSQL killed", "worker killed",
    "daylight saving begins", "daylight saving ends", "form sent twice", "web killed", "clock jumps ahead",
    "restored from backup", "relay stopped", "worker stopped", "web worker stopped", "Valkey stopped",
    "PostgreSQL stopped", "migration interrupted",
    # These start a planning worker, which takes seconds of a processor.
    "planning job killed", "planning worker killed", "planning job stopped", "wiped while planning",
)  # fmt: skip
LINE = re.compile(r"^seed +\d+ ", re.MULTILINE)


def run(*words):
    """Run the harness in a process of its own, as `make faults` does; gives its exit code and what it said."""
    command = [*TIE, sys.executable, "-m", "tests.faults.harness", *words]
    environment = os.environ | {TIED: "yes"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        try:
            said, _ = running.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGTERM)
            said, _ = running.communicate()
    return running.returncode, said.decode()


def test_seeds_lose_and_double_nothing_and_planted_mistakes_are_found():
    kinds = [word for kind in FIRST_KINDS for word in ("--kind", kind)]
    code, said = run(
        str(len(FIRST_KINDS)), "--seconds", str(SEEDS_SECONDS), "--least", str(LEAST), "--prove", *kinds
    )
    sys.stdout.write(said)
    assert code == 0, said
    assert "VIOLATED" not in said
    assert len(LINE.findall(said)) >= LEAST, said
    assert said.count("planted: ") == 3


def test_every_kind_of_fault_that_any_machine_can_do_has_its_turn():
    assert set(FIRST_KINDS) == set(every_kind()) - {"disk full"}
