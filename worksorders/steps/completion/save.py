"""Keeps what a worker entered for a line: quantity, serials, keys, papers and the live test."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from worksorders.domain.completion.needs import Asked, PaperRule
from worksorders.domain.local_time import local_day
from worksorders.domain.workdays import add_working_days
from worksorders.gateways.cipher import Cipher
from worksorders.steps import audit, disclose
from worksorders.steps.actor import Actor
from worksorders.steps.completion.entry import AlarmTest, LineEntry, PaperGiven, instant_of
from worksorders.steps.completion.files import read_paper
from worksorders.store.tables.work.completion import KeyEntry, LinePaper, LiveTest
from worksorders.store.tables.work.offers import LineDone
from worksorders.store.tables.work.orders import Visit

PAPER_FILE = "line.paper"


def keep_entry(
    session: Session,
    actor: Actor,
    visit: Visit,
    row: LineDone | None,
    entry: LineEntry,
    asked: Asked,
    now: datetime,
    *,
    cipher: Cipher | None,
) -> None:
    """Keep one checked entry; a line without a quantity is left open, its keys and papers are kept all the same."""
    if entry.done_quantity is not None:
        _keep_quantity(session, actor, visit, row, entry, now)
    if asked.keys:
        _keep_keys(session, actor, visit, entry, now)
    for rule in asked.papers:
        given = entry.papers.get(rule.kind)
        if given is not None:
            keep_paper(session, actor, (entry.line_id, visit), rule, given, now, cipher=cipher)
    test = entry.live_test
    if asked.live_test and test is not None and test.passed is not None:
        _keep_test(session, actor, visit, entry.line_id, test, now)


def _keep_quantity(
    session: Session, actor: Actor, visit: Visit, row: LineDone | None, entry: LineEntry, now: datetime
) -> None:
    if row is None:
        row = LineDone(line_id=entry.line_id, visit_id=visit.id, firm_id=actor.require_firm())
        session.add(row)
    before = (row.done_quantity, row.measured_quantity)
    row.done_quantity = entry.done_quantity or Decimal(0)
    row.measured_quantity = entry.measured_quantity
    row.done_at, row.done_by = now, actor.user_id
    row.serial_numbers = entry.serial_numbers.strip()
    row.no_photo_reason = entry.no_photo_reason
    if before != (row.done_quantity, row.measured_quantity):
        measured = row.measured_quantity
        audit.record(
            session,
            actor,
            "line.done",
            ("works_line", entry.line_id),
            detail={"visit": str(visit.id), "quantity": str(row.done_quantity)}
            | ({} if measured is None else {"measured": str(measured)}),
        )


def _keep_keys(session: Session, actor: Actor, visit: Visit, entry: LineEntry, now: datetime) -> None:
    """The register as it is entered now; while the worker is on site a wrong row is simply put right."""
    own = (
        KeyEntry.line_id == entry.line_id,
        KeyEntry.visit_id == visit.id,
        KeyEntry.firm_id == actor.require_firm(),
    )
    held = session.execute(
        select(KeyEntry.key_number, KeyEntry.copies, KeyEntry.holder)
        .where(*own)
        .order_by(KeyEntry.key_number, KeyEntry.holder, KeyEntry.copies)
    ).all()
    given = sorted(
        ((key.number.strip(), key.copies or 0, key.holder) for key in entry.keys),
        key=lambda key: (key[0], key[2], key[1]),
    )
    if [tuple(row) for row in held] == given:
        return
    session.execute(delete(KeyEntry).where(*own))
    session.add_all(
        KeyEntry(
            line_id=entry.line_id,
            visit_id=visit.id,
            firm_id=actor.require_firm(),
            key_number=number,
            copies=copies,
            holder=holder,
            recorded_at=now,
            recorded_by=actor.user_id,
        )
        for number, copies, holder in given
    )
    audit.record(
        session,
        actor,
        "keys.registered",
        ("works_line", entry.line_id),
        detail={"visit": str(visit.id), "keys": sum(copies for _, copies, _ in given)},
    )


def keep_paper(
    session: Session,
    actor: Actor,
    of: tuple[uuid.UUID, Visit],
    rule: PaperRule,
    given: PaperGiven,
    now: datetime,
    *,
    cipher: Cipher | None,
) -> LinePaper | None:
    """Keep a paper of the line and visit `of`, or the promise of it; without either there is none any more.

    Its file goes into the vault, so a file needs the cipher. The promise is counted in working days from today, and only once: saving again puts nothing off.
    """
    line_id, visit = of
    row = session.scalar(
        select(LinePaper).where(
            LinePaper.line_id == line_id,
            LinePaper.visit_id == visit.id,
            LinePaper.firm_id == actor.require_firm(),
            LinePaper.kind == rule.kind.value,
        )
    )
    number = given.number.strip()
    later = given.later and rule.may_come_later
    if not (number or later):
        if row is not None:
            session.delete(row)
            session.flush()
        return None
    if row is None:
        row = LinePaper(
            line_id=line_id, visit_id=visit.id, firm_id=actor.require_firm(), kind=rule.kind.value
        )
        session.add(row)
    promised_by = row.promised_by or add_working_days(local_day(now), rule.later_working_days)
    row.promised_by = promised_by if later else None
    row.number, row.issued_on = number, given.issued_on
    row.stored_at, row.stored_by = now, actor.user_id
    session.flush()
    if given.file is not None:
        _seal(session, cipher, visit, row, given.file)
    what = "paper.promised" if row.promised_by else "paper.stored"
    audit.record(
        session,
        actor,
        what,
        ("works_line", line_id),
        detail={"visit": str(visit.id), "kind": rule.kind.value},
    )
    return row


def _seal(session: Session, cipher: Cipher | None, visit: Visit, row: LinePaper, uploaded: bytes) -> None:
    if cipher is None:
        raise ValueError("A file of a paper is kept in the vault: give the cipher.")
    kept = read_paper(uploaded)
    row.media_type, row.sha256 = kept.media_type, kept.sha256
    sealed = {PAPER_FILE: base64.b64encode(kept.content).decode()}
    disclose.protect(session, cipher, visit.order.case_id, row.id, sealed)
    session.flush()


def _keep_test(
    session: Session, actor: Actor, visit: Visit, line_id: uuid.UUID, test: AlarmTest, now: datetime
) -> None:
    row = session.scalar(
        select(LiveTest).where(
            LiveTest.line_id == line_id,
            LiveTest.visit_id == visit.id,
            LiveTest.firm_id == actor.require_firm(),
        )
    )
    if row is None:
        row = LiveTest(line_id=line_id, visit_id=visit.id, firm_id=actor.require_firm())
        session.add(row)
    assert test.at is not None
    assert test.passed is not None
    row.tested_at, row.reference, row.passed = instant_of(test.at, now), test.reference.strip(), test.passed
    row.recorded_at, row.recorded_by = now, actor.user_id
    audit.record(
        session,
        actor,
        "alarm.tested",
        ("works_line", line_id),
        detail={"visit": str(visit.id), "passed": test.passed},
    )
