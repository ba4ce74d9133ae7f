"""The catalogue in force: which version counts, and how a new one takes its place.

Every version is kept for ever. One that is valid from a later day waits as a draft and takes effect by the clock.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from catalogue.faults import FileFaultsError
from catalogue.item import CatalogueItem, FindingRule
from catalogue.load import load_catalogue, load_findings
from worksorders.domain.errors import DomainError, RefusedError
from worksorders.domain.local_time import local_day, start_of_day
from worksorders.steps import audit, jobs, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.admin.files import BrokenFilesError, plain_csv
from worksorders.store.tables.work.catalogue import CatalogueVersion

ITEMS_FILE = "catalogue.csv"
FINDINGS_FILE = "findings.csv"
TAKE_EFFECT = "catalogue.take_effect"
LONGEST_AHEAD = timedelta(days=366)
KEPT_PARSED = 8

# Versions never change, so a parsed one may be kept by its id; another process parses its own.
_PARSED: OrderedDict[uuid.UUID, tuple[Mapping[str, CatalogueItem], tuple[FindingRule, ...]]] = OrderedDict()


class TooFarAheadError(DomainError):
    """The first day of a version is more than a year ahead."""


class NoCatalogueError(DomainError):
    """No catalogue is in force, so nothing can be priced or recommended."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One version, parsed: items by code in the file's order, and the rules from findings to items."""

    version_id: uuid.UUID
    number: int
    valid_from: date
    items: Mapping[str, CatalogueItem]
    rules: tuple[FindingRule, ...]


def current(session: Session) -> Catalogue:
    """The version in force; raises NoCatalogueError, with the remedy, where none was ever loaded."""
    row = session.execute(
        select(CatalogueVersion.id, CatalogueVersion.number, CatalogueVersion.valid_from).where(
            CatalogueVersion.state == "in_force"
        )
    ).one_or_none()
    if row is None:
        raise NoCatalogueError(
            "No catalogue is in force: an administrator uploads one, or `flask --app wsgi catalogue load`."
        )
    items, rules = _parsed(session, row.id)
    return Catalogue(row.id, row.number, row.valid_from, items, rules)


def version(session: Session, number: int) -> Catalogue:
    """Any version by its number, in force or not; raises NotFoundError for an unknown one."""
    row = session.scalar(select(CatalogueVersion).where(CatalogueVersion.number == number))
    if row is None:
        raise NotFoundError(f"There is no version {number} of the catalogue.")
    items, rules = _parsed(session, row.id)
    return Catalogue(row.id, row.number, row.valid_from, items, rules)


def check(
    items_csv: bytes | str, findings_csv: bytes | str
) -> tuple[Mapping[str, CatalogueItem], tuple[FindingRule, ...]]:
    """Parse both files; raises BrokenFilesError with every fault of the items, or else of the findings."""
    try:
        items = load_catalogue(items_csv)
    except FileFaultsError as error:
        raise BrokenFilesError(ITEMS_FILE, error.faults) from None
    try:
        return items, load_findings(findings_csv, items)
    except FileFaultsError as error:
        raise BrokenFilesError(FINDINGS_FILE, error.faults) from None


def load(
    session: Session,
    actor: Actor | None,
    items_csv: bytes | str,
    findings_csv: bytes | str,
    valid_from: date,
    now: datetime,
) -> CatalogueVersion:
    """Keep a new version: in force at once, or waiting as a draft where `valid_from` is a later day.

    The same two files as those in force leave everything as it is and answer that version. Raises
    BrokenFilesError for files with faults and TooFarAheadError for a day more than a year ahead.
    """
    items_csv, findings_csv = plain_csv(items_csv), plain_csv(findings_csv)
    check(items_csv, findings_csv)
    today = local_day(now)
    if valid_from > today + LONGEST_AHEAD:
        raise TooFarAheadError(
            f"{valid_from.isoformat()} is more than a year ahead; give an earlier first day."
        )
    _one_at_a_time(session)
    items_text, findings_text = _as_text(items_csv), _as_text(findings_csv)
    in_force = _in_force(session)
    if in_force and (in_force.items_csv, in_force.findings_csv) == (items_text, findings_text):
        return in_force
    row = CatalogueVersion(
        id=uuid.uuid4(),
        number=(session.scalar(select(func.max(CatalogueVersion.number))) or 0) + 1,
        state="draft",
        valid_from=valid_from,
        items_csv=items_text,
        findings_csv=findings_text,
        loaded_at=now,
        loaded_by=actor.user_id if actor else None,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor,
        "catalogue.loaded",
        _subject(row),
        moved=(None, "draft"),
        detail={"number": row.number},
    )
    if valid_from <= today:
        _put_in_force(session, actor, row)
    else:
        outbox.send(session, TAKE_EFFECT, {"version_id": str(row.id)}, at=start_of_day(valid_from))
    return row


def load_starting(session: Session, actor: Actor | None, valid_from: date, now: datetime) -> CatalogueVersion:
    """Load the product's starting data (catalogue/data)."""
    return load(session, actor, *starting_files(), valid_from, now)


def starting_files() -> tuple[str, str]:
    """The items' and the findings' CSV of the starting data."""
    folder = resources.files("catalogue") / "data"
    return (
        (folder / ITEMS_FILE).read_text(encoding="utf-8"),
        (folder / FINDINGS_FILE).read_text(encoding="utf-8"),
    )


def discard(session: Session, actor: Actor, number: int) -> CatalogueVersion:
    """Retire a draft before it takes effect; raises RefusedError for a version that is no draft."""
    _one_at_a_time(session)
    row = session.scalar(select(CatalogueVersion).where(CatalogueVersion.number == number))
    if row is None:
        raise NotFoundError(f"There is no version {number} of the catalogue.")
    if row.state != "draft":
        raise RefusedError(
            f"Version {number} is {row.state.replace('_', ' ')}: only a draft can be discarded.",
            state=row.state,
            action="discard",
        )
    _move(session, actor, row, "retired", "catalogue.discarded")
    return row


def take_effect(session: Session, version_id: uuid.UUID, now: datetime) -> None:
    """Put a draft in force whose day has come; a discarded one, or one overtaken by a later day, stays out."""
    _one_at_a_time(session)
    row = session.get(CatalogueVersion, version_id)
    if row is None or row.state != "draft" or row.valid_from > local_day(now):
        return
    in_force = _in_force(session)
    if in_force is not None and in_force.valid_from > row.valid_from:
        _move(session, None, row, "retired", "catalogue.overtaken")
        return
    _put_in_force(session, None, row)


@jobs.handles(TAKE_EFFECT)
def _when_the_day_comes(job: jobs.Job) -> jobs.Effect:
    version_id = uuid.UUID(job.payload["version_id"])
    return lambda session, now: take_effect(session, version_id, now)


def _put_in_force(session: Session, actor: Actor | None, row: CatalogueVersion) -> None:
    old = _in_force(session)
    if old is not None:
        _move(session, actor, old, "retired", "catalogue.retired")
        session.flush()
    _move(session, actor, row, "in_force", "catalogue.took_effect")
    session.flush()


def _move(session: Session, actor: Actor | None, row: CatalogueVersion, state: str, action: str) -> None:
    moved = (row.state, state)
    row.state = state
    audit.record(session, actor, action, _subject(row), moved=moved, detail={"number": row.number})


def _in_force(session: Session) -> CatalogueVersion | None:
    return session.scalar(select(CatalogueVersion).where(CatalogueVersion.state == "in_force"))


def _subject(row: CatalogueVersion) -> tuple[str, uuid.UUID]:
    return ("catalogue_version", row.id)


def _one_at_a_time(session: Session) -> None:
    """Two loads at once take their numbers one after the other; the lock ends with the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('catalogue_version'))"))


def _as_text(data: bytes | str) -> str:
    return data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")


def _parsed(
    session: Session, version_id: uuid.UUID
) -> tuple[Mapping[str, CatalogueItem], tuple[FindingRule, ...]]:
    if version_id not in _PARSED:
        row = session.get_one(CatalogueVersion, version_id)
        _PARSED[version_id] = check(row.items_csv, row.findings_csv)
        while len(_PARSED) > KEPT_PARSED:
            _PARSED.popitem(last=False)
    return _PARSED[version_id]
