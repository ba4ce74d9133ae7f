"""Imports: a file is taken in whole or not at all, every fault is told at once, and the same file counts once.

A dry run does everything and takes it back. What was in a file is never kept: only its hash, how many records it
had, the faults by place and kind, and what was made.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select, text, true
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError, Fault, FaultsError
from worksorders.domain.records import kinds
from worksorders.domain.records.table import HEADER_LINE
from worksorders.domain.roles import Role
from worksorders.gateways import places
from worksorders.steps import audit
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.exchange.handed_in import CSV, JSON, Entry, HandedIn, Told, read_file
from worksorders.steps.exchange.schemas import schema_of
from worksorders.steps.exchange.taking import TAKERS, WRITTEN_LAST, Hands
from worksorders.store.tables.exchange import ImportRun
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.cases import Assessment

MOST_FAULTS_KEPT = 500
PAGE_SIZE = 50
CHECKED, REFUSED, IMPORTED = "checked", "refused", "imported"
IMPORTERS = {
    kinds.ASSESSMENTS: frozenset({Role.COORDINATOR}),
    kinds.WORKERS: frozenset({Role.ADMINISTRATOR}),
    kinds.CHECKS: frozenset({Role.ADMINISTRATOR, Role.COORDINATOR}),
    kinds.CATALOGUE: frozenset({Role.ADMINISTRATOR}),
}
# Rules quote what they refuse; a quoted word may be a name that slipped into the wrong column.
_QUOTED = re.compile(r"“[^”]*”|'[^']*'")


@dataclass(frozen=True, slots=True)
class File:
    """What was handed in: `second` and `given` only for a catalogue in CSV (its rules, its first day)."""

    kind: str
    form: str
    data: bytes
    second: bytes = b""
    given: tuple[tuple[str, Any], ...] = ()

    @property
    def sha256(self) -> bytes:
        """The hash by which the same file is known again, with what was given beside it."""
        beside = repr(self.given).encode()
        parts = b"".join(hashlib.sha256(part).digest() for part in (self.data, self.second, beside))
        return hashlib.sha256(parts).digest()


def hand_in(
    hands: Hands, file: File, *, dry_run: bool, regions: frozenset[str] | None = None
) -> tuple[ImportRun, bool]:
    """Import a file, or only try it; the run is `imported`, `checked` or `refused` with every fault, and new or not.

    A file that was imported before answers the run of that time. Nothing of a refused or tried file is kept.
    `regions` are those in which the one who hands in may add homes (None: all).
    """
    session = hands.session
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": file.sha256.hex()})
    earlier = session.scalar(
        select(ImportRun).where(
            ImportRun.kind == file.kind, ImportRun.file_sha256 == file.sha256, ImportRun.state == IMPORTED
        )
    )
    if earlier is not None:
        return earlier, False
    of = schema_of(session, file.kind)
    handed = read_file(file.kind, of, file.form, file.data, file.second, **dict(file.given))
    faults = [*handed.faults, *_outside(handed, file.kind, regions)]
    made, faults = _take(hands, file.kind, handed.entries, faults, dry_run=dry_run)
    state = REFUSED if faults else CHECKED if dry_run else IMPORTED
    kept = made if state == IMPORTED else []
    return _keep(hands, file, state, kept, faults, len(handed.entries)), True


def _outside(handed: HandedIn, kind: str, regions: frozenset[str] | None) -> list[Told]:
    """Homes in regions that are not the sender's; a token for some regions hands in nothing but homes."""
    if regions is None:
        return []
    if kind != kinds.ASSESSMENTS:
        return [
            Told(0, "", kind, "This token is for some regions: only assessments can be handed in with it.")
        ]
    towns, path = places.towns(), "home.town"
    return [
        Told(entry.place(path).row, path, "town", "This town is in a region that the token is not for.")
        for entry in handed.entries
        if towns[entry.value["home"]["town"]].region_code not in regions
    ]


def _take(
    hands: Hands, kind: str, entries: Sequence[Entry], faults: list[Told], *, dry_run: bool
) -> tuple[list[dict[str, Any]], list[Told]]:
    """Take every record in inside one savepoint, which goes back where anything is wrong or nothing is meant."""
    made: list[dict[str, Any]] = []
    whole = hands.session.begin_nested()
    take = _at_once if kind in WRITTEN_LAST else _one_by_one
    for entry in entries:
        try:
            made.append({"row": entry.place("").row, **take(hands, kind, entry)})
        except DomainError as error:
            faults += _told(entry, error)
    if faults or dry_run:
        # The database looks at what was written, too, before it goes.
        hands.session.flush()
        whole.rollback()
    else:
        whole.commit()
    return made, sorted(faults, key=lambda told: (told.row, told.field))


def _at_once(hands: Hands, kind: str, entry: Entry) -> dict[str, Any]:
    """Rows are written together at the end, which takes a tenth of the time."""
    with hands.session.no_autoflush:
        return TAKERS[kind](hands, entry.value)


def _one_by_one(hands: Hands, kind: str, entry: Entry) -> dict[str, Any]:
    """Each in a savepoint of its own, so that nothing of one with faults stays."""
    with hands.session.begin_nested():
        made = TAKERS[kind](hands, entry.value)
        hands.session.flush()
    return made


def _told(entry: Entry, error: DomainError) -> list[Told]:
    found = error.faults if isinstance(error, FaultsError) else (Fault("", str(error)),)
    told = []
    for fault in found:
        at = entry.place(_path(fault.field))
        told.append(
            Told(at.row, at.field, "a value that a rule refuses", _QUOTED.sub("this value", fault.message))
        )
    return told


def _path(field: str) -> str:
    """The name of a form's field as a path of the record."""
    path = field.replace("-", ".")
    if path.startswith("answers.") and path.endswith(".given_by"):
        return "answers_given_by"
    return "safe_times" if path == "safe_windows" else path


def _keep(
    hands: Hands, file: File, state: str, made: list[dict[str, Any]], faults: list[Told], good: int
) -> ImportRun:
    rows = {told.row for told in faults} - ({0, HEADER_LINE} if file.form == CSV else {0})
    row = ImportRun(
        id=uuid.uuid4(),
        kind=file.kind,
        format=file.form,
        file_sha256=file.sha256,
        state=state,
        records=len(made) if state == IMPORTED else max(good, len(rows)),
        faults=[told.as_json() for told in faults[:MOST_FAULTS_KEPT]],
        made=made,
        at=hands.now,
        by=hands.actor.user_id,
    )
    hands.session.add(row)
    hands.session.flush()
    detail = {"kind": row.kind, "records": row.records, "faults": len(faults)}
    audit.record(hands.session, hands.actor, f"import.{state}", ("import_run", row.id), detail=detail)
    return row


def importable(role: Role) -> tuple[str, ...]:
    """The kinds of file that a role may hand in."""
    return tuple(kind for kind, roles in IMPORTERS.items() if role in roles)


def require_importer(actor: Actor, kind: str) -> None:
    """The kind does not exist for a role that may not hand it in."""
    if actor.role not in IMPORTERS.get(kind, frozenset()):
        raise NotFoundError("There is no such import.")


@dataclass(frozen=True, slots=True)
class Found:
    """A run with the name of who handed it in, and of what it made all that its reader may see."""

    run: ImportRun
    who: str
    made: Sequence[dict[str, Any]]

    @property
    def records(self) -> int:
        """How many records there were; of those that were made only the ones that the reader may see."""
        return len(self.made) if self.run.state == IMPORTED and self.run.made else self.run.records


def find_run(session: Session, actor: Actor, run_id: uuid.UUID) -> Found:
    """A run; raises NotFoundError, also for kinds that are not the actor's."""
    found = _found(session, actor, ImportRun.id == run_id)
    if not found:
        raise NotFoundError("There is no such import.")
    return found[0]


def find_runs(session: Session, actor: Actor) -> Sequence[Found]:
    """The latest runs of the actor's kinds, newest first."""
    return _found(session, actor, true())


def _found(session: Session, actor: Actor, which: ColumnElement[bool]) -> list[Found]:
    rows = session.execute(
        select(ImportRun, AppUser.display_name)
        .join(AppUser, AppUser.id == ImportRun.by)
        .where(which, ImportRun.kind.in_(importable(actor.role)))
        .order_by(ImportRun.at.desc(), ImportRun.id)
        .limit(PAGE_SIZE)
    ).all()
    ids = {uuid.UUID(one["id"]) for run, _ in rows if run.kind == kinds.ASSESSMENTS for one in run.made}
    seen = set(session.scalars(select(Assessment.id).where(Assessment.id.in_(ids)))) if ids else set()
    found = [
        Found(
            run,
            name,
            [one for one in run.made if run.kind != kinds.ASSESSMENTS or uuid.UUID(one["id"]) in seen],
        )
        for run, name in rows
    ]
    return [one for one in found if one.made or not one.run.made]


def of_body(kind: str, body: bytes) -> File:
    """What a call of the API sent."""
    return File(kind, JSON, body)
