"""The private engines really run, really stop, and let in whom they should."""

import socket

import psycopg
import pytest
import redis

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
