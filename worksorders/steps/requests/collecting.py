"""What every collector is handed, and the shape of what it gives back: titled sections of named values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.store.tables.confidential.forgetting import PrivacyRequest

Section = tuple[str, list[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Collecting:
    """What a collector works with."""

    session: Session
    sessions: sessionmaker[Session]
    cipher: Cipher
    actor: Actor
    request: PrivacyRequest

    @property
    def purpose(self) -> str:
        """Under which purpose values are opened: the request's own code."""
        return f"Privacy Act request {self.request.code}"
