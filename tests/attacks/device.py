"""A passkey made of software: answers challenges as an authenticator does, or as one that cheats."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

HERE = 0x05
"""Somebody is there (1) and was made sure of (4)."""


class Device:
    """One key for one site."""

    def __init__(self, host, origin):
        self.host, self.origin, self.count = host, origin, 0
        self.id, self.key = secrets.token_bytes(16), ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self):
        """As WebAuthn hands it over (COSE)."""
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})

    def answer(self, options, *, flags=HERE, count=None, kind="webauthn.get", **other):
        """What the browser would send; `host`, `origin`, `key`, `challenge` and `id` may be others than they should."""
        self.count = self.count + 1 if count is None else count
        seen = json.dumps(
            {
                "type": kind,
                "challenge": other.get("challenge", options["challenge"]),
                "origin": other.get("origin", self.origin),
            }
        ).encode()
        host = hashlib.sha256(other.get("host", self.host).encode()).digest()
        about = host + struct.pack(">BI", flags, self.count)
        signed = about + hashlib.sha256(seen).digest()
        signature = other.get("key", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        key_id = bytes_to_base64url(other.get("id", self.id))
        parts = {"clientDataJSON": seen, "authenticatorData": about, "signature": signature}
        response = {name: bytes_to_base64url(value) for name, value in parts.items()}
        return {"id": key_id, "rawId": key_id, "type": "public-key", "response": response}
