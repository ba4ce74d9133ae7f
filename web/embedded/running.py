"""The whole of `make run`: engines, migrations, demo, then the product, until somebody ends it."""

import http.client
import ipaddress
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from web.embedded.confine import EngineError
from web.embedded.engines import start_postgres, start_valkey
from web.embedded.installation import Installation
from web.embedded.parts import ROOT, Commands, engine_parts, product_parts
from web.embedded.process import interrupted_make, spawn
from web.embedded.roles import discard, prepare
from web.embedded.state import has_users, newest_revision, schema_revision
from web.embedded.supervisor import Part, StoppedError, Supervisor

PATIENCE_SECONDS = 60.0
HEAD_START_SECONDS = 10.0


def run(
    installation: Installation, commands: Commands, listener: socket.socket, say: Callable[[str], None]
) -> int:
    """Start everything, keep it running until SIGINT or SIGTERM, stop everything; gives the exit code."""
    supervisor = Supervisor(say)
    supervisor.listen()
    try:
        _start_engines(installation, supervisor)
        _prepare_database(installation, commands, supervisor, say)
        web, *others = product_parts(installation, commands, listener.fileno())
        supervisor.start(web)
        announce = Announcement(installation, commands, listener, supervisor, say, others)
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
    elif schema_revision(environment["DATABASE_URL"]) != newest_revision():
        _migrate(commands, supervisor, environment | {"MIGRATION_URL": owner})
    if not has_users(environment["DATABASE_URL"]):
        say("The database is empty: loading the demo programme.")
        _load_demo(installation, commands, supervisor)


def _migrate(commands: Commands, supervisor: Supervisor, environment: Mapping[str, str]) -> None:
    """Migrate in a process of its own, the one place where the owner's address is set."""
    if supervisor.once(_child(commands.migrate, environment)) != 0:
        msg = "The migrations failed; their message stands above."
        raise EngineError(msg)


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


def _child(
    command: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT
) -> Callable[[], subprocess.Popen[bytes]]:
    """A child that speaks on our own output."""
    return lambda: spawn(command, on_parent_death=signal.SIGTERM, environment=environment, folder=folder)


@dataclass(slots=True)
class Announcement:
    """Tell the address once the product answers, or once that it takes too long.

    The other parts wait for the first answer of the web, but not for long: starting together all would be slow.
    """

    installation: Installation
    commands: Commands
    listener: socket.socket
    supervisor: Supervisor
    say: Callable[[str], None]
    waiting: list[Part]
    began: float = 0.0
    told: bool = False
    worried: bool = False

    def beat(self) -> None:
        """Ask whether the product is ready, as long as it has not been told."""
        self.began = self.began or time.monotonic()
        waited = time.monotonic() - self.began
        if interrupted_make(os.getppid()):
            self.supervisor.ending.set()
        ready = not self.told and answers(self.listener)
        if ready or waited > HEAD_START_SECONDS:
            while self.waiting:
                self.supervisor.start(self.waiting.pop(0))
        if ready:
            self._tell()
        elif not self.told and not self.worried and waited > PATIENCE_SECONDS:
            self.worried = True
            self.say(f"Still not ready after {PATIENCE_SECONDS:g} s: see {self.installation.folder / 'logs'}")

    def _tell(self) -> None:
        self.told = True
        environment = self.installation.environment()
        port = self.listener.getsockname()[1]
        self.say(f"Ready: {environment.get('PUBLIC_URL') or f'http://localhost:{port}'}  (Ctrl-C stops it)")
        self.supervisor.once(_child(self.commands.show_people, environment))


def answers(listener: socket.socket) -> bool:
    """Whether /healthz says 200 at the socket that the web serves on."""
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "::1" if listener.family == socket.AF_INET6 else "127.0.0.1"
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
