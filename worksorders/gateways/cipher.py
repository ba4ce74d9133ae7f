"""Seals protected values with AES-256-GCM under a key per case, and hashes look-ups with a key.

The master key lives outside the database (a file or the environment) and wraps one random key per case. The
additional data of each sealed value binds it to its table, case, subject and kind, so that a value moved to
another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
RETIRED = "-"


class SealError(Exception):
    """A sealed value that does not open: wrong key, wrong place or changed bytes."""


@dataclass(frozen=True)
class WrappedKey:
    """A case's key as the database keeps it: wrapped by one version of the master key."""

    case_id: uuid.UUID
    wrapped: bytes = field(repr=False)
    version: int


@dataclass(frozen=True)
class Cipher:
    """The master keys by version (the highest seals new cases) and the key of the look-up hashes.

    A version that is not known yet is looked for in the key file again, so that keys change while the service runs.
    """

    masters: dict[int, bytes] = field(repr=False)
    look_up_key: bytes = field(repr=False)
    path: Path | None = field(default=None, repr=False)

    @property
    def newest(self) -> int:
        """The version of the master key that wraps new case keys."""
        return max(self.masters)

    def new_case_key(self, case_id: uuid.UUID) -> bytes:
        """A random case key, wrapped by the newest master key."""
        return _seal(self.masters[self.newest], os.urandom(KEY_BYTES), _about("vault.case_key", case_id))

    def seal(self, key: WrappedKey, subject_id: uuid.UUID, kind: str, value: str) -> bytes:
        """Seal one value for its one place."""
        return _seal(self._unwrap(key), value.encode(), _about("vault.sealed", key.case_id, subject_id, kind))

    def open(self, key: WrappedKey, subject_id: uuid.UUID, kind: str, sealed: bytes) -> str:
        """Open one value; raises SealError when it is not the one that was sealed for this place."""
        return _open(
            self._unwrap(key), sealed, _about("vault.sealed", key.case_id, subject_id, kind)
        ).decode()

    def seal_alone(self, subject_id: uuid.UUID, kind: str, value: str) -> bytes:
        """Seal a value that belongs to no case (an account's secret) under the newest master key, for its one place."""
        sealed = _seal(self.masters[self.newest], value.encode(), _about(kind, subject_id))
        return self.newest.to_bytes(2, "big") + sealed

    def open_alone(self, subject_id: uuid.UUID, kind: str, sealed: bytes) -> str:
        """Open such a value; raises SealError when it is not the one that was sealed for this place."""
        version = int.from_bytes(sealed[:2], "big")
        return _open(self._master(version), sealed[2:], _about(kind, subject_id)).decode()

    def look_up(self, kind: str, normalised: str) -> bytes:
        """HMAC-SHA-256 of a normalised value, so that equality can be asked without keeping the value."""
        return hmac.new(self.look_up_key, f"{kind}|{normalised}".encode(), hashlib.sha256).digest()

    def _unwrap(self, key: WrappedKey) -> bytes:
        return _open(self._master(key.version), key.wrapped, _about("vault.case_key", key.case_id))

    def rewrap(self, key: WrappedKey) -> WrappedKey:
        """The same case key under the newest master key."""
        plain = self._unwrap(key)
        wrapped = _seal(self.masters[self.newest], plain, _about("vault.case_key", key.case_id))
        return WrappedKey(key.case_id, wrapped, self.newest)

    def fingerprint(self, version: int) -> str:
        """Sixteen hex digits by which people tell master keys apart, which say nothing of the key."""
        return hmac.new(self._master(version), b"fingerprint", hashlib.sha256).hexdigest()[:16]

    def read_again(self) -> None:
        """Take in master keys that were added to the key file since."""
        if self.path is not None:
            self.masters.update(load_cipher(self.path).masters)

    def _master(self, version: int) -> bytes:
        if version not in self.masters:
            self.read_again()
        if version not in self.masters:
            raise SealError(
                f"Master key version {version} is not in the key file; restore it from the key backup."
            )
        return self.masters[version]


def _about(*parts: object) -> bytes:
    return "|".join(str(part) for part in parts).encode()


def _seal(key: bytes, value: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, about)


def _open(key: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)
    except (InvalidTag, ValueError) as error:
        raise SealError(
            "A sealed value does not open: its key, its place or its bytes have changed."
        ) from error


def cipher_from_text(text: str) -> Cipher:
    """Read a key file: one base64 master key a line, oldest first; the first also derives the look-up key.

    A line of a single dash stands for a key that was taken out of use and destroyed, so that versions keep their
    numbers; the first cannot be one.
    """
    keys: list[bytes | None] = []
    for number, line in enumerate(text.split(), start=1):
        if line == RETIRED and keys:
            keys.append(None)
            continue
        try:
            key = base64.b64decode(line, validate=True)
        except binascii.Error as error:
            raise SealError(f"Line {number} of the vault's key file is not base64.") from error
        if len(key) != KEY_BYTES:
            raise SealError(
                f"Line {number} of the vault's key file holds {len(key)} bytes; a key has {KEY_BYTES}."
            )
        keys.append(key)
    if not keys or keys[0] is None:
        raise SealError("The vault's key file is empty; restore it from the key backup.")
    look_up_key = hmac.new(keys[0], b"look-up", hashlib.sha256).digest()
    return Cipher({version: key for version, key in enumerate(keys, start=1) if key}, look_up_key)


def load_cipher(path: Path) -> Cipher:
    """Read the vault's key file; raises SealError with the remedy when it is missing or damaged."""
    try:
        return replace(cipher_from_text(path.read_text()), path=path)
    except FileNotFoundError as error:
        raise SealError(
            f"The vault's key file {path.name} is missing; restore it from the key backup."
        ) from error
