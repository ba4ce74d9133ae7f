"""The private engines really run, really stop, and let in whom they should."""

import signal
import socket
import subprocess
import sys

import psycopg
import pytest
import redis

from web.embedded.process import session_members, spawn, stop
from web.embedded.roles import prepare


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


def test_network_is_blocked():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_a_session_ends_with_its_children_in_groups_of_their_own():
    program = "import os, time; os.fork() or os.setpgrp(); print('x', flush=True); time.sleep(1000)"
    process = spawn([sys.executable, "-c", program], on_parent_death=signal.SIGKILL, output=subprocess.PIPE)
    with process.stdout:
        assert process.stdout.read(4) == b"x\nx\n"
        assert len(session_members(process.pid)) == 2
        stop(process, [(signal.SIGTERM, 5)])
    assert session_members(process.pid) == []
