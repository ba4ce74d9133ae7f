"""The folder that holds one installation's data, keys and logs, and the environment its processes get."""

import fcntl
import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from web.embedded.confine import EngineError, postgres_home, socket_folder
from web.embedded.engines import APP_ROLE, OWNER_ROLE, database_url, valkey_url
from web.embedded.keys import Secrets, ensure_vault_key, load_or_create_secrets, private_folder

LARGEST_LOG_BYTES = 5_000_000
POSTGRES_SOCKET = ".s.PGSQL.5432"
ADDRESS = re.compile(r"https?://\S+")
OWN_NAMES = ("DATABASE_URL", "MIGRATION_URL", "REDIS_URL")


@dataclass(frozen=True, slots=True)
class Installation:
    """Places and keys of one installation; the given environment decides which engines are our own."""

    folder: Path
    run_dir: Path
    data_dir: Path
    vault_key: Path
    secrets: Secrets
    given: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path, given: Mapping[str, str]) -> "Installation":
        """Make the folders and keys that are missing and read the rest."""
        folder = private_folder(folder.resolve())
        private_folder(folder / "logs")
        home = postgres_home(folder)
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        secrets_file = folder / "secrets"
        if (home / "pg").exists() and not secrets_file.exists():
            msg = f"{home / 'pg'} holds data but {secrets_file} is missing: restore it from a backup, or move the data away."
            raise EngineError(msg)
        return cls(
            folder=folder,
            run_dir=socket_folder(folder),
            data_dir=home / "pg",
            vault_key=ensure_vault_key(folder / "vault.key"),
            secrets=load_or_create_secrets(secrets_file),
            given=given,
        )

    @property
    def own_postgres(self) -> bool:
        """Whether PostgreSQL is ours to run."""
        return not self.given.get("DATABASE_URL")

    @property
    def own_valkey(self) -> bool:
        """Whether Valkey is ours to run."""
        return not self.given.get("REDIS_URL")

    def runs(self) -> bool:
        """Whether somebody listens where PostgreSQL answers while the product runs."""
        with socket.socket(socket.AF_UNIX) as caller:
            return not caller.connect_ex(str(self.run_dir / POSTGRES_SOCKET))

    def served_at(self) -> str | None:
        """Address that users type, as the product that runs here noted it; None where it never ran."""
        with suppress(FileNotFoundError):
            found = ADDRESS.search((self.folder / "lock").read_text(encoding="utf-8", errors="replace"))
            return found and found.group()
        return None

    @property
    def demo_unfinished(self) -> Path:
        """A note that is there while the demo is being loaded into a database of our own."""
        return self.folder / "demo-unfinished"

    def log(self, name: str) -> Path:
        """File for the output of a part; a large old one is moved aside once."""
        path = self.folder / "logs" / f"{name}.log"
        with suppress(FileNotFoundError):
            if path.stat().st_size > LARGEST_LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        return path

    def url(self, role: str) -> str:
        """Database address of one of our own roles."""
        return database_url(self.run_dir, self.secrets, role)

    def migration_url(self) -> str | None:
        """Database address of the owner; None where the database is not ours and none was given."""
        return self.url(OWNER_ROLE) if self.own_postgres else self.given.get("MIGRATION_URL") or None

    def environment(self) -> dict[str, str]:
        """Environment of the web and worker processes; the owner's address is never in it."""
        mine = {name: value for name, value in self.given.items() if name not in OWN_NAMES}
        mine["DATABASE_URL"] = self.url(APP_ROLE) if self.own_postgres else self.given["DATABASE_URL"]
        mine["REDIS_URL"] = valkey_url(self.run_dir) if self.own_valkey else self.given["REDIS_URL"]
        mine.setdefault("SECRET_KEY", self.secrets.secret_key)
        mine.setdefault("VAULT_KEY_FILE", str(self.vault_key))
        mine.setdefault("AUDIT_HEADS", str(self.vault_key.with_name("audit-heads")))
        mine.setdefault("NUMBA_CACHE_DIR", str(self.folder / "numba"))
        mine["PYTHONUNBUFFERED"] = "1"
        return mine


def take_lock(folder: Path, note: str) -> int:
    """Lock the installation for this process and leave a note; raise EngineError with the other's note.

    The lock goes with the process, whatever ends it. Gives the open descriptor, to be kept.
    """
    path = private_folder(folder.resolve()) / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        other = os.read(descriptor, 400).decode(errors="replace").strip()
        os.close(descriptor)
        msg = f"Already running here: {other or 'another start is under way'}. Stop that one first."
        raise EngineError(msg) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, note.encode())
    return descriptor
