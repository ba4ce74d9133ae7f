"""Walks the whole chain and names the first row that is not what it was when it was sealed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from worksorders.domain.audit_chain import Head, first_link, next_link
from worksorders.steps.sealing.seal import as_sealed, chain_id
from worksorders.store.tables.confidential.seals import AuditSeal
from worksorders.store.tables.trail import AuditEvent

SEALED_WITHIN = timedelta(seconds=60)
AT_A_TIME = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the walk found: how many links hold, and the first break in words, or none."""

    links: int
    heads: int
    waiting: int
    broken: str | None

    @property
    def holds(self) -> bool:
        return self.broken is None


def verify(session: Session, published: Sequence[Head]) -> Verdict:
    """Walk the chain from its start against every published head; reads the trail in pieces.

    Finds an edited event, a removed event or link, a chain that was written anew, a tail that was cut off after
    its head was published, and an event that was never sealed.
    """
    chain = chain_id(session)
    heads = {head.number: head.digest for head in published if head.chain_id == chain}
    waiting = session.scalar(select(func.count()).select_from(_unsealed().subquery())) or 0
    links, broken = _walk(session, first_link(chain), heads)
    broken = broken or _other_chain(published, chain.hex) or _tail(links, heads) or _never_sealed(session)
    return Verdict(links, len(heads), waiting, broken)


def _walk(session: Session, link: bytes, heads: dict[int, bytes]) -> tuple[int, str | None]:
    number = 0
    query = (
        select(AuditSeal.number, AuditSeal.event_id, AuditSeal.digest, AuditEvent)
        .outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        .order_by(AuditSeal.number)
        .execution_options(yield_per=AT_A_TIME)
    )
    with closing(session.execute(query)) as rows:
        for seal_number, event_id, digest, found in rows:
            event: AuditEvent | None = found
            if seal_number != number + 1:
                return number, f"Link {number + 1} of the chain is missing."
            if event is None:
                return number, f"Event {event_id} was removed: link {seal_number} has nothing to hold."
            if next_link(link, as_sealed(event)) != digest:
                return number, f"Event {event_id} ({event.action}) or its link {seal_number} was changed."
            if heads.get(seal_number, digest) != digest:
                return number, f"The chain was written anew: its head {seal_number} is not the one published."
            number, link = seal_number, digest
    return number, None


def _other_chain(published: Sequence[Head], own: str) -> str | None:
    if published and published[-1].chain_id.hex != own:
        return f"The newest published head is of another chain ({published[-1].chain_id}): the trail was replaced."
    return None


def _tail(links: int, heads: dict[int, bytes]) -> str | None:
    newest = max(heads, default=0)
    if newest > links:
        return f"The tail was cut off: link {newest} was published, and the chain ends at {links}."
    return None


def _never_sealed(session: Session) -> str | None:
    late = session.execute(
        _unsealed()
        .where(AuditEvent.at < func.clock_timestamp() - SEALED_WITHIN)
        .order_by(AuditEvent.id)
        .limit(1)
    ).one_or_none()
    return f"Event {late.id} ({late.action}) waits for its seal for over a minute." if late else None


def _unsealed() -> Select[int, str]:
    return select(AuditEvent.id, AuditEvent.action).where(
        ~select(AuditSeal.number).where(AuditSeal.event_id == AuditEvent.id).exists()
    )
