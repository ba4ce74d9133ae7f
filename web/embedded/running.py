"""The whole of `make run`: engines, migrations, demo, then the product, until somebody ends it."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from web.embedded.confine import EngineError
from web.embedded.engines import start_postgres, start_valkey
from web.embedded.installation import Installation
from web.embedded.parts import ROOT, Commands, engine_parts, product_parts
from web.embedded.process import interrupted_make, spawn
from web.embedded.roles import discard, prepare
from web.embedded.supervisor import StoppedError, Supervisor

PATIENCE_SECONDS = 60.0


def run(
    installation: Installation, commands: Commands, listener: socket.socket, say: Callable[[str], None]
) -> int:
    """Start everything, keep it running until SIGINT or SIGTERM, stop everything; gives the exit code."""
    supervisor = Supervisor(say)
    supervisor.listen()
    try:
        _start_engines(installation, supervisor)
        _prepare_database(installation, commands, supervisor, say)
        supervisor.start_first_to_last(product_parts(installation, commands, listener.fileno()))
        announce = Announcement(installation, commands, listener.getsockname()[1], supervisor, say)
        supervisor.watch(announce.beat)
    except StoppedError:
        pass
    except EngineError as error:
        say(str(error))
        return 1
    finally:
        supervisor.stop_all()
    say("Stopped; nothing is left running.")
    return 0


def run_alone(installation: Installation, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run one command beside our own PostgreSQL while the product stands still; gives its exit code."""
    supervisor = Supervisor(lambda _line: None)
    supervisor.listen()
    try:
        _start_engines(installation, supervisor)
        return supervisor.once(_child(command, environment, Path.cwd()))
    except StoppedError:
        return 1
    finally:
        supervisor.stop_all()


def _start_engines(installation: Installation, supervisor: Supervisor) -> None:
    """Start what is ours and wait until it answers."""
    parts = engine_parts(installation)
    if "postgres" in parts:
        server = start_postgres(
            installation.data_dir,
            installation.run_dir,
            secrets=installation.secrets,
            log=installation.log("postgres"),
        )
        supervisor.adopt(parts["postgres"], server.process)
        if installation.demo_unfinished.exists():
            discard(server)
        prepare(server)
    if "valkey" in parts:
        supervisor.adopt(
            parts["valkey"], start_valkey(installation.run_dir, log=installation.log("valkey")).process
        )


def _prepare_database(
    installation: Installation, commands: Commands, supervisor: Supervisor, say: Callable[[str], None]
) -> None:
    """Bring the schema up to date as the owner, and load the demo into a database without users."""
    environment = installation.environment()
    owner = installation.migration_url()
    if owner is None:
        say("MIGRATION_URL is not set: the database is taken as migrated already.")
    elif supervisor.once(_child(commands.migrate, environment | {"MIGRATION_URL": owner})) != 0:
        msg = "The migrations failed; their message stands above."
        raise EngineError(msg)
    if not has_users(environment["DATABASE_URL"]):
        say("The database is empty: loading the demo programme.")
        _load_demo(installation, commands, supervisor)


def _load_demo(installation: Installation, commands: Commands, supervisor: Supervisor) -> None:
    """Load the demo; a note is left until it is whole, so that a half one is not taken for data."""
    environment = installation.environment()
    if installation.own_postgres:
        installation.demo_unfinished.touch()
        environment["PGOPTIONS"] = "-c synchronous_commit=off"
    if supervisor.once(_child(commands.load_demo, environment)) != 0:
        msg = "The demo programme could not be loaded; the message stands above."
        raise EngineError(msg)
    installation.demo_unfinished.unlink(missing_ok=True)


def has_users(database_url: str) -> bool:
    """Whether anybody can sign in yet: a database without users is an empty one."""
    try:
        with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
            row = connection.execute("select exists (select from app_user)").fetchone()
    except psycopg.Error as error:
        msg = f"The database cannot be asked for its users: {str(error).strip().splitlines()[0]}"
        raise EngineError(msg) from error
    return bool(row and row[0])


def _child(
    command: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT
) -> Callable[[], subprocess.Popen[bytes]]:
    """A child that speaks on our own output."""
    return lambda: spawn(command, on_parent_death=signal.SIGTERM, environment=environment, folder=folder)


@dataclass(slots=True)
class Announcement:
    """Tell the address once the product answers, or once that it takes too long."""

    installation: Installation
    commands: Commands
    port: int
    supervisor: Supervisor
    say: Callable[[str], None]
    began: float = 0.0
    told: bool = False
    worried: bool = False

    def beat(self) -> None:
        """Ask whether the product is ready, as long as it has not been told."""
        self.began = self.began or time.monotonic()
        if interrupted_make(os.getppid()):
            self.supervisor.ending.set()
        if self.told:
            return
        if answers(self.port):
            self.told = True
            environment = self.installation.environment()
            address = environment.get("PUBLIC_URL") or f"http://localhost:{self.port}"
            self.say(f"Ready: {address}  (Ctrl-C stops it)")
            self.supervisor.once(_child(self.commands.show_people, environment))
        elif not self.worried and time.monotonic() - self.began > PATIENCE_SECONDS:
            self.worried = True
            self.say(f"Still not ready after {PATIENCE_SECONDS:g} s: see {self.installation.folder / 'logs'}")


def answers(port: int) -> bool:
    """Whether /healthz says 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
