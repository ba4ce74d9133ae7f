"""Draws visits for inspection, takes requests, and records what an inspection found."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.trade import parse_trade
from worksorders.domain.codes import LEAST_BYTES, new_code
from worksorders.domain.completion.sampling import is_drawn, percent_of
from worksorders.domain.completion.warranty import SEVERITIES
from worksorders.domain.errors import Faults, RefusedError
from worksorders.domain.lifecycle.aftercare import INSPECTION
from worksorders.domain.lifecycle.machine import move
from worksorders.domain.local_time import local_day
from worksorders.domain.workdays import add_working_days
from worksorders.gateways.confined import repaint
from worksorders.steps import audit, jobs
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.aftercare.defects import FAILED, report_defect
from worksorders.steps.aftercare.settings import load_settings
from worksorders.steps.finance.follow import order_changed
from worksorders.steps.ordering.moves import lock_order
from worksorders.steps.site.accept_work import close_if_complete
from worksorders.steps.site.checklist import checklist_lines
from worksorders.steps.site.leave import DRAW_INSPECTION
from worksorders.store.tables.work.aftercare import (
    Inspection,
    InspectionLine,
    InspectionPhoto,
    InspectionRate,
)
from worksorders.store.tables.work.orders import Visit

LOOK_UP = "inspection.sample"
PASS, FAIL, NOT_SEEN = "pass", "fail", "not_seen"
RESULTS: Mapping[str, str] = {PASS: "Good", FAIL: "Not good", NOT_SEEN: "Not seen"}
LONGEST_NOTE = 500
MOST_PHOTOS = 40


@dataclass(frozen=True)
class LineFound:
    """What an inspector says of one line; a failed one names what is wrong and how bad it is."""

    line_id: uuid.UUID
    result: str
    note: str = ""
    severity: str = ""
    photos: tuple[bytes, ...] = ()


@jobs.handles(DRAW_INSPECTION)
def draw(job: jobs.Job) -> jobs.Effect:
    """Decide for a finished visit whether it is in the sample; the digest is keyed, so that nobody can foresee it."""
    visit_id = uuid.UUID(job.payload["visit_id"])
    digest = job.cipher.look_up(LOOK_UP, str(visit_id))

    def effect(session: Session, now: datetime) -> None:
        visit = session.get(Visit, visit_id)
        if visit is not None and visit.state == "done" and is_drawn(digest, share_of(session, visit)):
            _ask(session, None, visit, "sample", now)

    return effect


def share_of(session: Session, visit: Visit) -> int:
    """The share in percent with which a visit is inspected."""
    assert visit.firm_id is not None
    made = session.scalar(
        select(func.count())
        .select_from(Visit)
        .where(Visit.firm_id == visit.firm_id, Visit.state == "done", Visit.id != visit.id)
    )
    own = session.get(InspectionRate, visit.firm_id)
    return percent_of(
        parse_trade(visit.trade).trades,
        made or 0,
        load_settings(session).shares,
        firm_percent=own.percent if own else None,
    )


def _ask(session: Session, actor: Actor | None, visit: Visit, why: str, now: datetime) -> Inspection:
    days = load_settings(session).inspect_within_days
    row = Inspection(
        id=uuid.uuid4(),
        code=new_code("I", secrets.token_bytes(LEAST_BYTES)),
        visit_id=visit.id,
        firm_id=visit.firm_id,
        why=why,
        state=INSPECTION.initial,
        due_on=add_working_days(local_day(now), days),
        asked_at=now,
        asked_by=actor.user_id if actor else None,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "inspection.asked",
        ("visit", visit.id),
        moved=(None, row.state),
        reason=why,
        detail={"inspection": row.code},
    )
    return row


def request_inspection(session: Session, actor: Actor, visit_id: uuid.UUID, now: datetime) -> Inspection:
    """Ask for the inspection of a visit that is done; raises NotFoundError, RefusedError while one is due."""
    visit = session.scalar(select(Visit).where(Visit.id == visit_id).with_for_update(of=Visit))
    if visit is None:
        raise NotFoundError("There is no such visit.")
    due = session.scalar(
        select(Inspection.code).where(Inspection.visit_id == visit_id, Inspection.state == "due")
    )
    if visit.state != "done" or due is not None:
        why = f"inspection {due} of it is due already" if due else "its work is not done yet"
        raise RefusedError(
            f"Visit {visit.code} cannot be inspected: {why}.", state=visit.state, action="inspect"
        )
    return _ask(session, actor, visit, "requested", now)


def lock_inspection(session: Session, inspection_id: uuid.UUID) -> Inspection:
    """The inspection as it is now, locked; raises NotFoundError."""
    row = session.scalar(
        select(Inspection)
        .where(Inspection.id == inspection_id)
        .with_for_update(of=Inspection)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError("There is no such inspection.")
    return row


def _lock_order_of(session: Session, inspection_id: uuid.UUID) -> None:
    """Orders are locked before what hangs on them, by everybody."""
    order_id = session.scalar(
        select(Visit.order_id)
        .join(Inspection, Inspection.visit_id == Visit.id)
        .where(Inspection.id == inspection_id)
    )
    if order_id is not None:
        lock_order(session, order_id)


def record_inspection(
    session: Session,
    actor: Actor,
    inspection_id: uuid.UUID,
    found: Sequence[LineFound],
    *,
    note: str = "",
    now: datetime,
) -> Inspection:
    """Record the result; each line that is not good becomes a defect and goes back to the firm that did it.

    Raises FaultsError at `line-<id>-<field>` with everything that is missing, PhotoError for what is no picture.
    """
    _lock_order_of(session, inspection_id)
    row = lock_inspection(session, inspection_id)
    by_line = {one.line_id: one for one in found}
    lines = checklist_lines(row.visit)
    faults = Faults()
    for line_id, line in lines.items():
        _check(by_line.get(line_id), f"line-{line_id}", line.measure, faults)
    faults.require(
        len(note) <= LONGEST_NOTE, "note", f"This has {len(note)} characters: {LONGEST_NOTE} at the most."
    )
    faults.raise_if_any()
    wrong = [by_line[line_id] for line_id in lines if by_line[line_id].result == FAIL]
    _move(session, actor, row, "fail" if wrong else "pass")
    row.inspected_at, row.inspected_by, row.note = now, actor.user_id, note.strip()
    for line_id in lines:
        _keep(session, actor, row, by_line[line_id], now)
    session.flush()
    for one in wrong:
        report_defect(
            session,
            actor,
            one.line_id,
            severity=one.severity,
            what=one.note,
            inspection=row,
            reopen_because=FAILED,
            now=now,
        )
    return _close_if_complete(session, actor, row, now)


def _close_if_complete(session: Session, actor: Actor, row: Inspection, now: datetime) -> Inspection:
    order = lock_order(session, row.visit.order_id)
    if close_if_complete(session, actor, order, now):
        order_changed(session, actor, order.id, now)
    return row


def _check(one: LineFound | None, at: str, measure: str, faults: Faults) -> None:
    if one is None or one.result not in RESULTS:
        faults.add(f"{at}-result", f"Say how “{measure}” was found.")
        return
    faults.require(
        len(one.note) <= LONGEST_NOTE,
        f"{at}-note",
        f"This has {len(one.note)} characters: {LONGEST_NOTE} at the most.",
    )
    if one.result == FAIL:
        faults.require(one.note.strip(), f"{at}-note", f"Say what is wrong with “{measure}”.")
        faults.require(one.severity in SEVERITIES, f"{at}-severity", "Choose how bad it is.")


def _keep(session: Session, actor: Actor, row: Inspection, one: LineFound, now: datetime) -> None:
    session.add(
        InspectionLine(inspection_id=row.id, line_id=one.line_id, result=one.result, note=one.note.strip())
    )
    for uploaded in one.photos[:MOST_PHOTOS]:
        fresh = repaint(uploaded)
        session.add(
            InspectionPhoto(
                inspection_id=row.id,
                line_id=one.line_id,
                sha256=sha256(fresh.content).digest(),
                content=fresh.content,
                stored_at=now,
                stored_by=actor.user_id,
            )
        )


def withdraw_inspection(
    session: Session, actor: Actor, inspection_id: uuid.UUID, reason: str, now: datetime
) -> Inspection:
    """Give up an inspection that is due; FaultsError at `reason` where none is given."""
    _lock_order_of(session, inspection_id)
    row = lock_inspection(session, inspection_id)
    faults = Faults()
    faults.require(reason.strip(), "reason", "Say why the work is not inspected.")
    faults.raise_if_any()
    _move(session, actor, row, "withdraw", reason.strip())
    return _close_if_complete(session, actor, row, now)


def _move(session: Session, actor: Actor, row: Inspection, action: str, note: str | None = None) -> None:
    before, row.state = row.state, move(INSPECTION, row.state, action, actor.role)
    audit.record(
        session,
        actor,
        f"inspection.{row.state}",
        ("visit", row.visit_id),
        moved=(before, row.state),
        reason=note,
        detail={"inspection": row.code},
    )


def set_rate(
    session: Session, actor: Actor, firm_id: uuid.UUID, percent: int | None, reason: str, now: datetime
) -> None:
    """Give a firm a share of its own, or (None) that of its trades again; FaultsError at `percent` or `reason`."""
    faults = Faults()
    faults.require(
        percent is None or 0 <= percent <= 100, "percent", f"{percent} is no share: give 0 to 100 percent."
    )
    faults.require(reason.strip(), "reason", "Say why this firm has a share of its own.")
    faults.raise_if_any()
    row = session.get(InspectionRate, firm_id, with_for_update=True)
    before = row.percent if row else None
    if percent is None:
        if row is not None:
            session.delete(row)
    else:
        if row is None:
            row = InspectionRate(firm_id=firm_id)
            session.add(row)
        row.percent, row.reason = percent, reason.strip()
        row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    audit.record(
        session, actor, "inspection.rate_set", ("firm", firm_id), detail={"before": before, "after": percent}
    )
