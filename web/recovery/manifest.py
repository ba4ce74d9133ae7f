"""The manifest beside a dump: what it must hold, its hash, and a keyed hash that only the vault's key can make."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from web.recovery.contents import Contents
from web.recovery.target import RecoveryError
from worksorders.gateways.cipher import Cipher

FORMAT = 1
DUMP, MANIFEST, MAC = "database.dump", "manifest.json", "manifest.mac"
KIND = "backup.manifest"


@dataclass(frozen=True)
class Manifest:
    """What is known of a backup without opening it; `fingerprints` name the master keys that it needs."""

    made_at: str
    server: int
    contents: Contents
    fingerprints: dict[str, str]
    sha256: str
    bytes: int

    def text(self) -> str:
        """The manifest as it is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True) + "\n"


def make(made_at: datetime, server: int, contents: Contents, cipher: Cipher, dump: Path) -> Manifest:
    """The manifest of a dump that was just made."""
    fingerprints = {str(version): cipher.fingerprint(version) for version in sorted(cipher.masters)}
    return Manifest(made_at.isoformat(), server, contents, fingerprints, sha256_of(dump), dump.stat().st_size)


def seal(text: str, cipher: Cipher) -> str:
    """Keyed hash of a manifest, under a key made from the first master key."""
    return cipher.look_up(KIND, text).hex()


def read(folder: Path, cipher: Cipher | None) -> Manifest:
    """The manifest of a backup whose files are as they were made; raises RecoveryError naming what is not.

    Without a cipher nobody can tell whether the manifest itself was changed.
    """
    try:
        text = (folder / MANIFEST).read_text("utf-8")
        found: dict[str, Any] = json.loads(text)
        manifest = _manifest(found)
    except OSError as error:
        raise RecoveryError(f"{folder} holds no backup: {error.filename} cannot be read.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecoveryError(f"{folder / MANIFEST} is damaged: take another backup.") from error
    if cipher is not None:
        _check_seal(folder, text, cipher)
    dump = folder / DUMP
    if not dump.exists() or dump.stat().st_size != manifest.bytes or sha256_of(dump) != manifest.sha256:
        raise RecoveryError(
            f"{dump} is not the file that was backed up: it is missing, cut or changed. Take another backup."
        )
    return manifest


def _manifest(found: dict[str, Any]) -> Manifest:
    if found["format"] != FORMAT:
        raise RecoveryError(
            f"The backup has format {found['format']}, this version reads {FORMAT}: use the version that made it."
        )
    return Manifest(
        made_at=found["made_at"],
        server=int(found["server"]),
        contents=Contents(**found["contents"]),
        fingerprints=dict(found["fingerprints"]),
        sha256=found["sha256"],
        bytes=int(found["bytes"]),
    )


def _check_seal(folder: Path, text: str, cipher: Cipher) -> None:
    try:
        given = (folder / MAC).read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise RecoveryError(f"{folder / MAC} is missing or damaged: take another backup.") from error
    if not hmac.compare_digest(given, seal(text, cipher)):
        raise RecoveryError(
            f"{folder / MANIFEST} was changed, or the vault's key is not the one of this backup: put the right key "
            "file in VAULT_KEY_FILE, or take another backup."
        )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
