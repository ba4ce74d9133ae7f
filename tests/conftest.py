"""A real PostgreSQL and a real Valkey for the tests, and a guard that keeps them off the network."""

import contextlib
import functools
import ipaddress
import itertools
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import psycopg
import pytest
import redis
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from psycopg import sql

from scheduler.__main__ import find_compiled
from web.embedded.confine import confinement
from web.embedded.engines import APP_ROLE, OWNER_ROLE, Postgres, start_postgres, start_valkey
from web.embedded.keys import Secrets, ensure_vault_key
from web.embedded.roles import close_to_others, prepare

find_compiled()

TEMPLATE = "works_template"
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2_000_000_000
WATCHED = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}


def _is_local(host: object) -> bool:
    if host in {None, "", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _guard(event: str, arguments: tuple) -> None:
    """Refuse every address that is neither a unix socket nor the loopback."""
    if event not in WATCHED:
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        own, address = arguments[0], arguments[1]
        if own.family not in {socket.AF_INET, socket.AF_INET6} or not address:
            return
        host = address[0]
    if not _is_local(host):
        raise RuntimeError(f"{event} to {host!r}: tests reach this machine alone")


sys.addaudithook(_guard)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first: at the end of the run no worker shall stand idle while another does one of them."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


# On a busy machine a slow example says nothing of the code.
hypothesis.settings.register_profile(
    "product", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("product")


class TemplateMemory(BytecodeCache):
    """Compiled templates, kept over all applications of the run: compiling them is half of a page's test."""

    def __init__(self):
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": TemplateMemory()}


@dataclass(frozen=True)
class Database:
    """An empty, migrated database of one test and the ways into it."""

    name: str
    owner_url: str
    app_url: str
    server: Postgres

    def connect(self, role: str = APP_ROLE) -> psycopg.Connection:
        """Open a plain psycopg connection in autocommit mode as works_app, works_owner or postgres."""
        return psycopg.connect(self.server.url(role, self.name).replace("+psycopg", "", 1), autocommit=True)


def _quick_folder() -> Path | None:
    """Memory where there is plenty: making and dropping a database is several times as quick there."""
    with contextlib.suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
            return MEMORY
    return None


@pytest.fixture(scope="session")
def engine_home() -> Iterator[Path]:
    """A short folder for data and sockets, removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="hsw-", dir=_quick_folder()))
    yield confinement().own(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(engine_home: Path) -> Iterator[Postgres]:
    """One PostgreSQL for the whole run of this process, fast instead of safe."""
    server = start_postgres(
        engine_home / "pg",
        engine_home / "run",
        secrets=Secrets.random(),
        log=engine_home / "pg.log",
        fast=True,
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> str:
    """Name of the migrated database that every test's own is copied from."""
    from worksorders.store import migrate  # noqa: PLC0415

    prepare(postgres, TEMPLATE)
    migrate.upgrade(postgres.url(OWNER_ROLE, TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def new_database(
    postgres: Postgres, template: str
) -> Iterator[Callable[[], AbstractContextManager[Database]]]:
    """Make a migrated database that lives as long as its ``with`` block, for fixtures of wider scope.

    Names are used again, so that what an engine has compiled for one test serves the next.
    """
    numbers, free = itertools.count(1), []
    create = "create database {} template {} strategy file_copy owner {}"

    @contextlib.contextmanager
    def make() -> Iterator[Database]:
        name = free.pop() if free else f"works_{next(numbers)}"
        connection.execute(sql.SQL(create).format(*map(sql.Identifier, (name, template, OWNER_ROLE))))
        close_to_others(connection, name)
        yield Database(name, postgres.url(OWNER_ROLE, name), postgres.url(APP_ROLE, name), postgres)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        free.append(name)

    with postgres.connect() as connection:
        yield make


@pytest.fixture
def database(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Database]:
    """A migrated database of this test's own."""
    with new_database() as made:
        yield made


@pytest.fixture(scope="session")
def valkey_server(engine_home: Path) -> Iterator[str]:
    """Address of one Valkey for the whole run of this process."""
    run_dir = engine_home / "valkey"
    run_dir.mkdir(mode=0o700)
    server = start_valkey(run_dir, log=engine_home / "valkey.log")
    yield server.url
    server.stop()


@pytest.fixture
def valkey(valkey_server: str) -> str:
    """Address of an empty Valkey."""
    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server


@pytest.fixture(scope="session")
def vault_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key for the vault tables, drawn for this run."""
    return ensure_vault_key(tmp_path_factory.mktemp("keys") / "vault.key")


@pytest.fixture(scope="session")
def services_at(vault_key_file: Path):
    """The product's own services for an address, made once: `services_at(database.app_url)`.

    Compiling statements anew for each test's database took a sixth of the run.
    """
    from web.services import make_services  # noqa: PLC0415

    return functools.cache(lambda url: make_services(url, vault_key_file))


@pytest.fixture
def services(database: Database, services_at):
    """The product's own services, as the app role, on this test's database."""
    made = services_at(database.app_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def session(services):
    """A session as the app role that is rolled back at the end."""
    with services.sessions() as opened:
        yield opened
