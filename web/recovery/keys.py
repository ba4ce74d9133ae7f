"""Copies keys to a file of their own, under a passphrase, and gives them back: never beside the dump."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from web.recovery.target import RecoveryError, private_file

FORMAT = 1
SHORTEST = 16
# scrypt's cost: about 0.3 s and 128 MB a guess.
COST = {"n": 2**17, "r": 8, "p": 1}
ABOUT = b"works key backup 1"
NAMES = frozenset({"vault.key", "secrets"})


def save(files: Mapping[str, bytes], passphrase: str, path: Path) -> None:
    """Write a new file with the keys under the passphrase (AES-256-GCM, key by scrypt)."""
    if len(passphrase) < SHORTEST:
        raise RecoveryError(
            f"The passphrase has {len(passphrase)} characters, {SHORTEST} at the least: it guards every name and address."
        )
    salt, nonce = os.urandom(16), os.urandom(12)
    plain = json.dumps({name: _text(content) for name, content in files.items()}).encode()
    sealed = AESGCM(_key(passphrase, salt, COST)).encrypt(nonce, plain, ABOUT)
    found = {
        "format": FORMAT,
        "scrypt": COST,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "sealed": _text(sealed),
    }
    try:
        private_file(path, (json.dumps(found, indent=1) + "\n").encode())
    except FileExistsError as error:
        raise RecoveryError(f"{path} is there already: name a new file.") from error


def give_back(path: Path, passphrase: str, folder: Path) -> list[str]:
    """Write the keys into a folder, each with mode 600, and none over one that is there; gives their names."""
    try:
        found = json.loads(path.read_text("ascii"))
        if found["format"] != FORMAT or found["scrypt"] != COST:
            raise RecoveryError(
                f"{path} has another format than this version reads: use the one that made it."
            )
        salt, nonce, sealed = (
            base64.b64decode(found[name], validate=True) for name in ("salt", "nonce", "sealed")
        )
        plain = AESGCM(_key(passphrase, salt, COST)).decrypt(nonce, sealed, ABOUT)
    except InvalidTag as error:
        raise RecoveryError("The passphrase is not the one, or the file was changed.") from error
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise RecoveryError(f"{path} is no key backup.") from error
    files = {name: base64.b64decode(content) for name, content in json.loads(plain).items() if name in NAMES}
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise RecoveryError(f"{folder} holds {', '.join(sorted(there))} already: choose an empty folder.")
    for name, content in files.items():
        private_file(folder / name, content)
    return sorted(files)


def _key(passphrase: str, salt: bytes, cost: Mapping[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(passphrase.encode())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
