"""Relay and workers as real processes on a Valkey of the test's own, to be killed, stopped and started again."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis

from web.embedded.engines import start_valkey
from web.embedded.process import kill_session, session_members, spawn

ROOT = Path(__file__).parents[2]
COMMANDS = {
    "relay": ("-m", "web.relay"),
    "planning": ("-m", "web.worker", "planning"),
    "second planning": ("-m", "web.worker", "planning"),
}
RECOVERED_SECONDS = 60.0


def wait_for(condition, what, seconds=RECOVERED_SECONDS):
    """Wait until a condition is true and give what it gave; nothing may take longer than a minute."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)
    return found


class Product:
    """The background processes of one installation, by name."""

    def __init__(self, environment, folder):
        self.environment = environment
        self.folder = folder
        self.running = {}
        self.valkey = start_valkey(folder, log=folder / "valkey.log")

    @property
    def connection(self):
        return redis.Redis.from_url(self.valkey.url)

    def start(self, *names):
        """Start parts that stand still."""
        for name in names:
            with (self.folder / "log").open("ab") as output:
                self.running[name] = spawn(
                    [sys.executable, *COMMANDS[name]],
                    on_parent_death=signal.SIGKILL,
                    output=output,
                    environment=self.environment,
                    folder=ROOT,
                )

    def horses(self, name):
        """Process ids of the work horses of a worker."""
        worker = self.running[name].pid
        return [pid for pid in session_members(worker) if pid != worker]

    def kill(self, name):
        """Kill -9 one part alone, not what it started."""
        self.running[name].kill()
        self.running.pop(name).wait(10)

    def restart_valkey(self):
        """Kill -9 Valkey and start an empty one at the same place."""
        self.valkey.process.send_signal(signal.SIGKILL)
        self.valkey.process.wait(10)
        self.valkey = start_valkey(self.folder, log=self.folder / "valkey.log")

    def end(self):
        for process in self.running.values():
            process.kill()
            process.wait(10)
            kill_session(process.pid)
        self.valkey.stop()

    @property
    def said(self):
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def product(database, vault_key_file):
    """The installation of one test; nothing is started yet but its Valkey."""
    folder = Path(tempfile.mkdtemp(prefix="hsw-faults-"))
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "NUMBA_CACHE_DIR") if name in os.environ
    }
    environment |= {
        "DATABASE_URL": database.app_url,
        "VAULT_KEY_FILE": str(vault_key_file),
        "REDIS_URL": f"unix://{folder}/valkey.sock?db=0",
        "SECRET_KEY": "x" * 40,
        "PYTHONUNBUFFERED": "1",
    }
    made = Product(environment, folder)
    yield made
    made.end()
    sys.stdout.write(made.said)
    shutil.rmtree(folder)
