"""The database that is backed up or restored, as libpq's programs and psycopg both reach it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from web.embedded.confine import EngineError, confinement

NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class RecoveryError(Exception):
    """Why there is no backup or no restore, in one sentence with what to do."""


@dataclass(frozen=True)
class Target:
    """How to reach one database; the password goes to programs by their environment, never by their arguments."""

    values: Mapping[str, str] = field(repr=False)

    @property
    def database(self) -> str:
        """The database's name."""
        return self.values["dbname"]

    def other(self, database: str) -> Target:
        """Another database of the same server."""
        return replace(self, values={**self.values, "dbname": database})

    def connect(self, *, autocommit: bool = True) -> psycopg.Connection:
        """Open a connection; raises RecoveryError where the server does not let us in."""
        try:
            return psycopg.connect(**self.values, autocommit=autocommit, application_name="works-recovery")  # type: ignore[arg-type]
        except psycopg.OperationalError as error:
            last = str(error).strip().splitlines()[-1]
            raise RecoveryError(f"PostgreSQL does not let us into {self.database}: {last}") from error

    def run(self, command: Sequence[str]) -> None:
        """Run one of PostgreSQL's programs against this database; raises RecoveryError with its last words."""
        name, *arguments = command
        environment = {key: value for key, value in os.environ.items() if key not in NAMES.values()}
        environment |= {NAMES[key]: value for key, value in self.values.items()}
        done = subprocess.run(  # noqa: S603 -- a program of PostgreSQL with arguments of our own.
            [program(name), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            said = [line for line in done.stderr.strip().splitlines() if "error:" in line] or [
                done.stderr[-300:]
            ]
            raise RecoveryError(f"{name} failed: {said[0].strip()}")


def program(name: str) -> str:
    """A program of PostgreSQL: from `POSTGRES_PROGRAMS` if that names a folder, else of the wheel, else on the path."""
    named = os.environ.get("POSTGRES_PROGRAMS")
    if named:
        return str(Path(named) / name)
    try:
        return str(confinement().programs / name)
    except EngineError:
        return shutil.which(name) or name


def target_from(environment: Mapping[str, str]) -> Target:
    """The database of `BACKUP_URL`, else of libpq's own names (`PGHOST` …, which `web.embedded exec` sets)."""
    url = environment.get("BACKUP_URL", "").replace("postgresql+psycopg://", "postgresql://", 1)
    if url:
        try:
            found = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        except psycopg.ProgrammingError as error:
            raise RecoveryError(
                "BACKUP_URL cannot be read: write it like postgresql://works_backup@host/works."
            ) from error
    else:
        found = {key: environment[name] for key, name in NAMES.items() if environment.get(name)}
    if "dbname" not in found:
        raise RecoveryError(
            "No database is named: set BACKUP_URL, or use `make backup` and `make restore` for the one of `make run`."
        )
    return Target({key: value for key, value in found.items() if key in NAMES})


def private_file(path: Path, content: bytes) -> None:
    """Write a new file of mode 600 and wait until the disk has all of it; where it has no room nothing is left."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
