"""What background work there is, by kind: each handler prepares outside a transaction and returns its effect."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from worksorders.gateways.cipher import Cipher
from worksorders.gateways.messages.post import Post

Effect = Callable[[Session, datetime], None]


@dataclass(frozen=True)
class Job:
    """One delivery of an outbox row, as its handler sees it.

    `keep` must be called every few seconds by long work: it puts the next sending off and answers False once
    another attempt has taken over, in which case the handler stops.
    """

    message_id: uuid.UUID
    attempt: int
    payload: Mapping[str, Any]
    sessions: sessionmaker[Session]
    cipher: Cipher
    now: Callable[[], datetime]
    keep: Callable[[], bool]
    post: Post = field(default_factory=Post)


Handler = Callable[[Job], Effect]
_HANDLERS: dict[str, Handler] = {}


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of work; a second one for the same kind is a mistake."""

    def register(handler: Handler) -> Handler:
        if kind in _HANDLERS:
            raise ValueError(f"There are two handlers for {kind!r}.")
        _HANDLERS[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Handler:
    """The handler of a kind; a KeyError names a kind that no module handles."""
    return _HANDLERS[kind]
