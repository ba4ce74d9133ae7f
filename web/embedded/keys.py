"""Random passwords and keys of one installation, kept in files that only their owner reads."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

VAULT_KEY_BYTES = 32


class KeyFileError(Exception):
    """A key file is damaged, missing or open to others; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords of the database roles and the key that signs sessions and forms."""

    postgres: str = field(repr=False)
    works_owner: str = field(repr=False)
    works_app: str = field(repr=False)
    secret_key: str = field(repr=False)

    @classmethod
    def random(cls) -> "Secrets":
        """Draw all of them anew."""
        return cls(*(secrets.token_hex(24) for _ in range(4)))


def private_folder(path: Path, owner: int | None = None) -> Path:
    """Make a folder that only its owner enters; refuse one that belongs to somebody else.

    ``owner`` is the user id that may own it beside ourselves (the user that PostgreSQL runs under).
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()
    if path.is_symlink() or status.st_uid not in {os.geteuid(), owner}:
        msg = f"{path} belongs to another user (id {status.st_uid}): remove it or run as that user."
        raise KeyFileError(msg)
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 600 whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def load_or_create_secrets(path: Path) -> Secrets:
    """Read the passwords, or draw them when the file does not exist yet."""
    if not path.exists():
        write_private(path, json.dumps(asdict(Secrets.random()), indent=1) + "\n")
    try:
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        msg = f"{path} is damaged: restore it from a backup (the database cannot be opened without it)."
        raise KeyFileError(msg) from error


def ensure_vault_key(path: Path) -> Path:
    """Make the key that encrypts addresses and names when there is none: 32 random bytes as base64."""
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(VAULT_KEY_BYTES)).decode() + "\n")
    return path
