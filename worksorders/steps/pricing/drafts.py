"""Drafts of a catalogue version: rows are written one at a time, may be wrong for a while, and count only once handed in.

A draft is kept as the two files that it will become, so nothing is lost or changed on the way.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalogue import compare
from catalogue.faults import FileFault, FileFaultsError
from catalogue.load import CATALOGUE_COLUMNS, FINDINGS_COLUMNS, load_catalogue, load_findings
from worksorders.domain.errors import Fault, Faults, FaultsError, RefusedError
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin import catalogue
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.steps.pricing.open_draft import open_draft
from worksorders.store.tables.exchange import CatalogueDraft
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.catalogue import CatalogueVersion

Cells = Mapping[str, str]
ITEMS, FINDINGS = "items", "findings"
COLUMNS: Mapping[str, Sequence[str]] = {ITEMS: CATALOGUE_COLUMNS, FINDINGS: FINDINGS_COLUMNS}
FIRST_ROW = 2
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with its rows as cells and its faults, each as (items or findings, row from 0, the fault)."""

    draft: CatalogueDraft
    items: tuple[Cells, ...]
    findings: tuple[Cells, ...]
    faults: tuple[tuple[str, int, FileFault], ...]


def begin(session: Session, actor: Actor, name: str, base_number: int, now: datetime) -> CatalogueDraft:
    """Begin a draft as a copy of a version; raises FaultsError without a name, NotFoundError without the version."""
    faults = Faults()
    faults.require(name.strip(), "name", "Give the draft a name, such as “Prices of July”.")
    faults.require(len(name) <= LONGEST_NAME, "name", f"A name has at most {LONGEST_NAME} characters.")
    faults.raise_if_any()
    base = catalogue.version(session, base_number)
    row = CatalogueDraft(
        id=uuid.uuid4(),
        name=name.strip(),
        base_number=base_number,
        items_csv=compare.catalogue_csv(base.items),
        findings_csv=compare.findings_csv(base.rules),
        state="open",
        created_at=now,
        created_by=actor.user_id,
        changed_at=now,
        changed_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    _note(session, actor, "catalogue_draft.begun", row)
    return row


def find_all(session: Session) -> Sequence[tuple[CatalogueDraft, str]]:
    """Open drafts with who changed each last, the latest first."""
    rows = session.execute(
        select(CatalogueDraft, AppUser.display_name)
        .join(AppUser, AppUser.id == CatalogueDraft.changed_by)
        .where(CatalogueDraft.state == "open")
        .order_by(CatalogueDraft.changed_at.desc(), CatalogueDraft.id)
    )
    return [(draft, name) for draft, name in rows]


def find(session: Session, draft_id: uuid.UUID) -> DraftView:
    """A draft with its rows and its faults; raises NotFoundError."""
    row = session.get(CatalogueDraft, draft_id)
    if row is None:
        raise NotFoundError("There is no such draft.")
    items, findings = _rows(row.items_csv), _rows(row.findings_csv)
    return DraftView(row, items, findings, _faults(row))


def set_row(
    session: Session,
    actor: Actor,
    draft_id: uuid.UUID,
    part: str,
    place: int | None,
    cells: Cells,
    now: datetime,
) -> CatalogueDraft:
    """Write a row of a part (items or findings) at its place, or at the end; raises FaultsError for that row's faults.

    Faults of other rows do not stand in the way: they are told on the draft's page until they are mended.
    """
    row = open_draft(session, CatalogueDraft, draft_id)
    written = list(_rows(_text(row, part)))
    wanted = {name: " ".join(cells.get(name, "").split()) for name in COLUMNS[part]}
    if place is None:
        written.append(wanted)
        place = len(written) - 1
    elif 0 <= place < len(written):
        written[place] = wanted
    else:
        raise NotFoundError("There is no such row.")
    _write(row, part, written)
    own = [fault for name, at, fault in _faults(row) if (name, at) == (part, place)]
    if own:
        session.expire(row)
        raise FaultsError(Fault(fault.column, fault.message) for fault in own)
    _changed(session, actor, row, now, part, "written")
    return row


def remove_row(
    session: Session, actor: Actor, draft_id: uuid.UUID, part: str, place: int, now: datetime
) -> CatalogueDraft:
    """Take a row out; raises NotFoundError for a place that there is not."""
    row = open_draft(session, CatalogueDraft, draft_id)
    written = list(_rows(_text(row, part)))
    if not 0 <= place < len(written):
        raise NotFoundError("There is no such row.")
    del written[place]
    _write(row, part, written)
    _changed(session, actor, row, now, part, "removed")
    return row


def as_catalogue(session: Session, view: DraftView) -> Catalogue:
    """The draft as a catalogue, to be compared; raises RefusedError while it has faults."""
    if view.faults:
        count = len(view.faults)
        raise RefusedError(
            f"The draft has {count} {'fault' if count == 1 else 'faults'}: mend them first.",
            state="open",
            action="compare",
        )
    items, rules = catalogue.check(view.draft.items_csv, view.draft.findings_csv)
    base = session.scalar(select(CatalogueVersion).where(CatalogueVersion.number == view.draft.base_number))
    valid_from = base.valid_from if base else view.draft.created_at.date()
    return Catalogue(view.draft.id, view.draft.base_number, valid_from, items, rules)


def hand_in(
    session: Session, actor: Actor, draft_id: uuid.UUID, valid_from: date, now: datetime
) -> CatalogueVersion:
    """Make the draft a version from a day on; raises RefusedError while it has faults, FaultsError at the day."""
    row = open_draft(session, CatalogueDraft, draft_id)
    as_catalogue(session, find(session, draft_id))
    try:
        version = catalogue.load(session, actor, row.items_csv, row.findings_csv, valid_from, now)
    except catalogue.TooFarAheadError as error:
        raise FaultsError([Fault("valid_from", str(error))]) from None
    row.state, row.version_id = "handed_in", version.id
    _note(session, actor, "catalogue_draft.handed_in", row)
    return version


def discard(session: Session, actor: Actor, draft_id: uuid.UUID) -> CatalogueDraft:
    """Give a draft up."""
    row = open_draft(session, CatalogueDraft, draft_id)
    row.state = "discarded"
    _note(session, actor, "catalogue_draft.discarded", row)
    return row


def _faults(row: CatalogueDraft) -> tuple[tuple[str, int, FileFault], ...]:
    try:
        items = load_catalogue(row.items_csv)
    except FileFaultsError as error:
        return tuple((ITEMS, fault.line - FIRST_ROW, fault) for fault in error.faults)
    try:
        load_findings(row.findings_csv, items)
    except FileFaultsError as error:
        return tuple((FINDINGS, fault.line - FIRST_ROW, fault) for fault in error.faults)
    return ()


def _text(row: CatalogueDraft, part: str) -> str:
    return row.items_csv if part == ITEMS else row.findings_csv


def _rows(text: str) -> tuple[Cells, ...]:
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


def _write(row: CatalogueDraft, part: str, rows: Sequence[Cells]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS[part], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    if part == ITEMS:
        row.items_csv = out.getvalue()
    else:
        row.findings_csv = out.getvalue()


def _changed(session: Session, actor: Actor, row: CatalogueDraft, now: datetime, part: str, how: str) -> None:
    row.changed_at, row.changed_by = now, actor.user_id
    session.flush()
    audit.record(
        session,
        actor,
        "catalogue_draft.changed",
        ("catalogue_draft", row.id),
        detail={"part": part, "how": how},
    )


def _note(session: Session, actor: Actor, action: str, row: CatalogueDraft) -> None:
    audit.record(session, actor, action, ("catalogue_draft", row.id), detail={"base": row.base_number})
