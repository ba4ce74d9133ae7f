"""Links rows of the audit trail into a hash chain, so that an edit, a removed row and a cut tail can be proved.

Each link is SHA-256 over the previous link and every field of the event, written as JSON with sorted keys. The
newest link (the head) is published outside the database: a tail that was cut off cannot be seen from inside.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """What a link covers: every column of an audit row."""

    id: int
    at: datetime
    actor_id: uuid.UUID | None
    action: str
    subject_table: str
    subject_id: uuid.UUID
    from_state: str | None
    to_state: str | None
    reason: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link of a chain at some time: what is published outside the database."""

    chain_id: uuid.UUID
    number: int
    digest: bytes
    at: datetime


def first_link(chain_id: uuid.UUID) -> bytes:
    """What the first event is linked to: no two databases share it."""
    return sha256(b"works-audit/1 " + chain_id.bytes).digest()


def next_link(previous: bytes, event: SealedEvent) -> bytes:
    """The link of an event: 32 bytes."""
    fields = {
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": str(event.actor_id) if event.actor_id else None,
        "action": event.action,
        "subject_table": event.subject_table,
        "subject_id": str(event.subject_id),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "reason": event.reason,
        "detail": dict(event.detail),
    }
    written = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(previous + written.encode("ascii")).digest()


def head_line(head: Head) -> str:
    """One line of the published file: chain, number, link, instant."""
    instant = head.at.astimezone(UTC).isoformat(timespec="seconds")
    return f"{head.chain_id} {head.number} {head.digest.hex()} {instant}\n"


def read_heads(lines: Iterable[str]) -> list[Head]:
    """Published heads in the order of the file; raises ValueError that names the first line that is none."""
    heads = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            chain, at_number, digest, instant = line.split()
            head = Head(
                uuid.UUID(chain), int(at_number), bytes.fromhex(digest), datetime.fromisoformat(instant)
            )
        except ValueError:
            raise ValueError(f"Line {number} of the published heads is not a head.") from None
        heads.append(head)
    return heads
