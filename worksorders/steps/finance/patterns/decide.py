"""Somebody confirms a pattern or dismisses it, with a reason, and nobody judges what they had a hand in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, NotPermittedError, RefusedError
from worksorders.domain.roles import Role
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.finance.clear import SHORTEST_REASON
from worksorders.store.tables.money.books import PatternFinding
from worksorders.store.tables.money.finance import Invoice, InvoiceException
from worksorders.store.tables.work.orders import WorksOrder

READERS = frozenset({Role.FINANCE, Role.AUDITOR})
VERDICTS = ("confirmed", "dismissed")
CODES = ("F01", "F02", "F04", "F05", "F06", "F08", "F09", "F10")
PAGE_SIZE = 50
_IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def find_patterns(
    session: Session, actor: Actor, *, state: str = "open", code: str = "", page: int = 1
) -> tuple[Sequence[PatternFinding], int]:
    """A page of findings, the newest first, and how many there are."""
    if actor.role not in READERS:
        raise NotFoundError("There is no such page.")
    where: list[ColumnElement[bool]] = [PatternFinding.code.in_([code] if code in CODES else CODES)]
    if state in {"open", *VERDICTS}:
        where.append(PatternFinding.state == state)
    count = session.scalar(select(func.count()).select_from(PatternFinding).where(*where)) or 0
    rows = session.scalars(
        select(PatternFinding)
        .where(*where)
        .order_by(PatternFinding.found_at.desc(), PatternFinding.code, PatternFinding.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return rows, count


def find_pattern(session: Session, actor: Actor, finding_id: uuid.UUID) -> PatternFinding:
    """One finding; raises NotFoundError."""
    row = session.get(PatternFinding, finding_id) if actor.role in READERS else None
    if row is None:
        raise NotFoundError("There is no such finding.")
    return row


def decide(
    session: Session, actor: Actor, finding_id: uuid.UUID, *, verdict: str, reason: str, now: datetime
) -> PatternFinding:
    """Confirm or dismiss an open finding; FaultsError at `verdict` or `reason`.

    NotPermittedError for whoever raised one of its orders, released what it is about, or is named by it.
    """
    row = find_pattern(session, actor, finding_id)
    if actor.role is not Role.FINANCE:
        raise NotFoundError("There is no such page.")
    session.refresh(row, with_for_update=True)
    if row.state != "open":
        raise RefusedError(f"This finding is {row.state} already.", state=row.state, action="decide")
    faults = Faults()
    faults.require(verdict in VERDICTS, "verdict", "Choose whether it is confirmed or dismissed.")
    faults.require(
        len(reason.strip()) >= SHORTEST_REASON,
        "reason",
        "Say what you found, so that an auditor understands it.",
    )
    faults.raise_if_any()
    if actor.user_id in _involved(session, row):
        raise NotPermittedError("You had a part in what this is about: another person judges it.")
    row.state, row.decided_at, row.decided_by, row.reason = verdict, now, actor.user_id, reason.strip()
    session.flush()
    audit.record(
        session,
        actor,
        f"pattern.{verdict}",
        ("pattern_finding", row.id),
        moved=("open", verdict),
        reason=reason.strip(),
        detail={"code": row.code},
    )
    return row


def _involved(session: Session, row: PatternFinding) -> set[uuid.UUID]:
    """Who raised its orders, whom it names itself, and who released what it is about."""
    raisers = set(session.scalars(select(WorksOrder.raised_by).where(WorksOrder.id.in_(row.order_ids))))
    raisers |= {uuid.UUID(one) for one in _IDS.findall(row.finding_key)}
    if row.code != "F10":
        return raisers
    releasers = session.scalars(
        select(InvoiceException.released_by)
        .join(Invoice, Invoice.id == InvoiceException.invoice_id)
        .where(Invoice.number.in_(row.evidence), InvoiceException.released_by.is_not(None))
    )
    return raisers | {one for one in releasers if one is not None}
