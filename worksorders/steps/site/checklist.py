"""Keeps what was done of each line, for as long as the worker is on site."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.gateways.cipher import Cipher
from worksorders.steps.actor import Actor
from worksorders.steps.completion.entry import LineEntry, check_entry
from worksorders.steps.completion.proof import asked_of
from worksorders.steps.completion.save import keep_entry
from worksorders.steps.safety.barrier import refuse_ticks
from worksorders.steps.site.own_visit import named_visit
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit, WorksLine

__all__ = ["LineEntry", "checklist_lines", "is_on_checklist", "lines_done", "on_site_visit", "save_checklist"]


def is_on_checklist(line: WorksLine) -> bool:
    """Work and checks are ticked off by the worker; charges follow the visit."""
    return line.removed_at is None and line.kind in {"work", "check"}


def on_site_visit(session: Session, actor: Actor, visit_id: uuid.UUID, action: str) -> Visit:
    """The visit, locked, while its named worker is in the home; a pause of the order does not keep them there."""
    visit = named_visit(session, actor, visit_id)
    if visit.state != "on_site":
        raise RefusedError(
            f"This visit is {words(visit.state)}: arrive first.", state=visit.state, action=action
        )
    return visit


def checklist_lines(visit: Visit) -> dict[uuid.UUID, WorksLine]:
    """The lines that the worker ticks off, in their order."""
    return {line.id: line for line in visit.lines if is_on_checklist(line)}


def lines_done(session: Session, visit: Visit) -> dict[uuid.UUID, LineDone]:
    """What the firm that holds the visit has entered so far, by line; another firm's earlier work is not in it."""
    rows = session.scalars(
        select(LineDone).where(LineDone.visit_id == visit.id, LineDone.firm_id == visit.firm_id)
    )
    return {row.line_id: row for row in rows}


def save_checklist(
    session: Session,
    actor: Actor,
    visit_id: uuid.UUID,
    entries: Iterable[LineEntry],
    now: datetime,
    *,
    cipher: Cipher | None = None,
) -> None:
    """Keep the entries (files of papers need the cipher); raises FaultsError at `line-<id>-<field>` with every fault, and then keeps none."""
    visit = on_site_visit(session, actor, visit_id, "checklist")
    lines, done = checklist_lines(visit), lines_done(session, visit)
    faults = Faults()
    known = [(entry, lines[entry.line_id]) for entry in entries if entry.line_id in lines]
    for entry, line in known:
        check_entry(entry, line, asked_of(line), visit, now, faults)
    faults.raise_if_any()
    refuse_ticks(session, visit, [entry.line_id for entry, _ in known if entry.done_quantity], now)
    for entry, line in known:
        keep_entry(session, actor, visit, done.get(line.id), entry, asked_of(line), now, cipher=cipher)
    session.flush()
