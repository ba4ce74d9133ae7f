"""Keeps what was done of each line, for as long as the worker is on site."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.lifecycle.machine import words
from worksorders.domain.lifecycle.reasons import NO_PHOTO
from worksorders.steps import audit
from worksorders.steps.actor import Actor
from worksorders.steps.site.evidence import is_on_checklist
from worksorders.steps.site.own_visit import named_visit
from worksorders.store.tables.offers import LineDone
from worksorders.store.tables.orders import Visit, WorksLine

LONGEST_TEXT = 500


@dataclass(frozen=True)
class LineEntry:
    """What the worker entered for one line; a quantity of None leaves the line open."""

    line_id: uuid.UUID
    done_quantity: Decimal | None
    serial_numbers: str = ""
    keys_note: str = ""
    certificate_number: str = ""
    no_photo_reason: str | None = None


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
    session: Session, actor: Actor, visit_id: uuid.UUID, entries: Iterable[LineEntry], now: datetime
) -> None:
    """Keep the entries; raises FaultsError at `<line id>-<field>` with every fault, and then keeps none."""
    visit = on_site_visit(session, actor, visit_id, "checklist")
    lines, done = checklist_lines(visit), lines_done(session, visit)
    faults = Faults()
    known = [entry for entry in entries if entry.line_id in lines]
    for entry in known:
        _check(entry, lines[entry.line_id], faults)
    faults.raise_if_any()
    for entry in known:
        if entry.done_quantity is not None:
            row = done.get(entry.line_id) or LineDone(
                line_id=entry.line_id, visit_id=visit_id, firm_id=actor.require_firm()
            )
            session.add(row)
            _keep(session, actor, row, entry, now)
    session.flush()


def _check(entry: LineEntry, line: WorksLine, faults: Faults) -> None:
    field = f"line-{entry.line_id}"
    quantity = entry.done_quantity
    if quantity is not None and not 0 <= quantity <= line.quantity:
        faults.add(
            f"{field}-done",
            f"{quantity.normalize():f} of {line.measure} is not possible: {line.quantity.normalize():f} were "
            "ordered. Ask for a variation if more is needed.",
        )
    faults.require(
        entry.no_photo_reason is None or NO_PHOTO.knows(entry.no_photo_reason),
        f"{field}-no_photo",
        "Choose one of the reasons shown.",
    )
    texts = (
        ("serial", entry.serial_numbers),
        ("keys", entry.keys_note),
        ("certificate", entry.certificate_number),
    )
    for name, text in texts:
        faults.require(
            len(text) <= LONGEST_TEXT,
            f"{field}-{name}",
            f"This has {len(text)} characters: {LONGEST_TEXT} at the most.",
        )


def _keep(session: Session, actor: Actor, row: LineDone, entry: LineEntry, now: datetime) -> None:
    before = row.done_quantity
    row.done_quantity = entry.done_quantity or Decimal(0)
    row.done_at, row.done_by = now, actor.user_id
    row.serial_numbers, row.keys_note = entry.serial_numbers.strip(), entry.keys_note.strip()
    row.certificate_number = entry.certificate_number.strip()
    row.no_photo_reason = entry.no_photo_reason
    if before != row.done_quantity:
        audit.record(
            session,
            actor,
            "line.done",
            ("works_line", entry.line_id),
            detail={"visit": str(row.visit_id), "quantity": str(row.done_quantity)},
        )
