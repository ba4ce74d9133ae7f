"""`make run` with small stand-ins: starts, heals what is killed, and leaves nothing running."""

import contextlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, str(Path(__file__).with_name("embedded_standin.py"))]


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)
    return found


def marked(folder):
    """Living processes whose environment names the installation's folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                ours = (
                    str(folder).encode()
                    in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                )
                if ours and (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


class Running:
    """One start of the stand-in installation."""

    def __init__(self, folder, *, command=None, **environment):
        self.folder = folder
        self.process = subprocess.Popen(
            command or [*PROGRAM, str(folder)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def said(self):
        return "".join(self.lines)

    def port(self):
        return int(wait_for(lambda: re.search(r"Ready: http://localhost:(\d+)", self.said))[1])

    def healthy(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port(), timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(60)
        self.reader.join(5)
        self.process.stdout.close()
        return self.process.returncode

    def pids(self, words):
        return [pid for pid, command in marked(self.folder).items() if words in command]


@pytest.fixture(scope="module")
def folder():
    made = Path(tempfile.mkdtemp(prefix="hsw-run-"))
    yield made
    for pid in marked(made):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def running(folder):
    started = Running(folder)
    started.port()
    yield started
    if started.process.poll() is None:
        started.end()


@pytest.fixture
def stopped(running, folder):
    """The folder of an installation that has data and stands still."""
    if running.process.poll() is None:
        running.end()
    return folder


def test_a_first_start_migrates_loads_the_demo_and_tells_the_address(running):
    words = ("migrated", "demo loaded", "Ready: http://localhost:", "people Hana Tama")
    wait_for(lambda: words[-1] in running.said)
    places = [running.said.find(word) for word in words]
    assert -1 not in places
    assert places == sorted(places)
    assert running.healthy()


def test_files_are_closed_to_others(running):
    for name, mode in (("", 0o700), ("secrets", 0o600), ("vault.key", 0o600), ("lock", 0o600)):
        assert (running.folder / name).stat().st_mode & 0o777 == mode


def test_a_second_start_beside_it_says_one_clear_line(running):
    second = Running(running.folder)
    assert second.process.wait(20) == 1
    second.reader.join(5)
    second.process.stdout.close()
    assert second.said.splitlines() == ["Already running here: the tests. Stop that one first."]
    assert running.healthy()


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("serve_forever", 1),
        ("stand-in-worker", 2),
        ("sleep 1000", 1),
        ("valkey-server", 1),
        ("postgres -D", 1),
    ],
)
def test_what_is_killed_is_started_again(running, words, count):
    before = wait_for(lambda: len(found := running.pids(words)) == count and found)
    os.kill(min(before), signal.SIGKILL)
    wait_for(lambda: len(now := running.pids(words)) == count and not set(now) & set(before))
    wait_for(running.healthy)


@pytest.mark.slow
def test_term_stops_everything_in_order_and_a_second_start_keeps_the_data(running, folder):
    assert running.end() == 0
    assert running.said.splitlines()[-1] == "Stopped; nothing is left running."
    assert marked(folder) == {}
    began = time.monotonic()
    second = Running(folder)
    second.port()
    assert time.monotonic() - began < 10
    assert "demo loaded" not in second.said
    wait_for(lambda: "people Hana Tama" in second.said)
    assert second.end(signal.SIGINT) == 0
    assert marked(folder) == {}


@pytest.mark.slow
def test_nothing_outlives_a_killed_supervisor(stopped):
    first = Running(stopped)
    first.port()
    first.end(signal.SIGKILL)
    wait_for(lambda: marked(stopped) == {})
    second = Running(stopped)
    second.port()
    wait_for(lambda: "people Hana Tama" in second.said)
    assert second.end() == 0


def test_in_the_background_of_a_script_it_still_heeds_an_interrupt(stopped):
    words = '"$@" & wait $!; echo "ended with $?"'
    script = Running(stopped, command=["sh", "-c", words, "sh", *PROGRAM, str(stopped)])
    script.port()
    inner = [pid for pid in script.pids("embedded_standin.py") if pid != script.process.pid]
    os.kill(inner[0], signal.SIGINT)
    assert script.process.wait(30) == 0
    script.reader.join(5)
    script.process.stdout.close()
    assert "ended with 0" in script.said
    assert marked(stopped) == {}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_to_make_alone_ends_everything(stopped, tmp_path, number):
    words = " ".join(["exec setpriv --pdeathsig TERM --", *PROGRAM, str(stopped)])
    (tmp_path / "Makefile").write_text(f"run:\n\t@{words}\n")
    make = Running(stopped, command=["env", "--default-signal=INT", "make", "-f", str(tmp_path / "Makefile")])
    make.port()
    make.end(number)
    wait_for(lambda: marked(stopped) == {})
    assert "Stopped; nothing is left running." in make.said


@pytest.mark.slow
def test_a_demo_that_was_cut_short_is_made_anew():
    short = Path(tempfile.mkdtemp(prefix="hsw-demo-"))
    first = Running(short, SLOW_DEMO="1")
    wait_for(lambda: "half a demo" in first.said)
    first.end(signal.SIGKILL)
    wait_for(lambda: marked(short) == {})
    second = Running(short)
    wait_for(lambda: "people Hana Tama" in second.said)
    assert second.end() == 0
    assert "demo loaded" in second.said
    assert not (short / "demo-unfinished").exists()
    shutil.rmtree(short)
