"""Keeps firms: who they are, where they work, and the people they send.

Administrators keep every firm; a contractor keeps its own, and any other does not exist for it.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from worksorders.domain import business_numbers
from worksorders.domain.errors import DomainError, Faults, NotPermittedError, RefusedError
from worksorders.domain.local_time import day_words, local_day
from worksorders.domain.roles import Role
from worksorders.steps import audit, outbox
from worksorders.steps.actor import Actor, NotFoundError
from worksorders.steps.people.party_check import check_later
from worksorders.steps.vetting.pins import clear_pins
from worksorders.store.tables.firms.contractors import Firm, FirmRegion, Worker

# Without letters and digits that are read for one another on paper or over the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 5


# The outbox kind that has a firm's open invoices matched again; finance handles it.
TAX_CHANGED = "firm.tax_changed"


@dataclass(frozen=True, slots=True)
class SchedularTax:
    """Whether schedular tax applies to a firm, and the day on which its declaration (IR330C) was received."""

    applies: bool = False
    declaration_on: date | None = None


@dataclass(frozen=True, slots=True)
class FirmDetails:
    """What is known of a business; the numbers are checked by their check digits. A `tax` of None leaves it as it is."""

    name: str
    nzbn: str = ""
    gst_number: str = ""
    email: str = ""
    phone: str = ""
    tax: SchedularTax | None = None


def add_firm(
    session: Session,
    actor: Actor | None,
    details: FirmDetails,
    region_codes: Collection[str],
    now: datetime,
    *,
    code: str | None = None,
) -> Firm:
    """Take a firm in; raises FaultsError with every fault of its details."""
    firm = Firm(id=uuid.uuid4(), code=code or _new_code(), active=True, created_at=now, name="")
    firm.schedular_tax, firm.declaration_on = False, None
    _write(session, firm, details, now)
    session.add(firm)
    session.flush()
    _keep_tax(session, actor, firm, details.tax)
    _set_regions(session, firm, region_codes)
    check_later(session, firm_id=firm.id)
    audit.record(session, actor, "firm.added", ("firm", firm.id), detail={"regions": sorted(region_codes)})
    return firm


def change_firm(
    session: Session,
    actor: Actor | None,
    firm_id: uuid.UUID,
    details: FirmDetails,
    region_codes: Collection[str],
    now: datetime,
) -> Firm:
    """Correct a firm's details and the regions in which it takes work; no contractor says how it is taxed."""
    firm = own_firm(session, actor, firm_id)
    if details.tax is not None and actor is not None and actor.role is Role.CONTRACTOR:
        raise NotPermittedError("Schedular tax is recorded by an administrator.")
    _write(session, firm, details, now)
    _keep_tax(session, actor, firm, details.tax)
    _set_regions(session, firm, region_codes)
    check_later(session, firm_id=firm.id)
    audit.record(session, actor, "firm.changed", ("firm", firm.id), detail={"regions": sorted(region_codes)})
    return firm


def set_regions(
    session: Session, actor: Actor | None, firm_id: uuid.UUID, region_codes: Collection[str]
) -> Firm:
    """Let a firm take work in these regions and no others."""
    firm = own_firm(session, actor, firm_id)
    _set_regions(session, firm, region_codes)
    audit.record(session, actor, "firm.changed", ("firm", firm.id), detail={"regions": sorted(region_codes)})
    return firm


def set_firm_active(
    session: Session, actor: Actor | None, firm_id: uuid.UUID, *, active: bool, reason: str
) -> Firm:
    """Stop offering work to a firm, or begin again; what it has accepted stays with it until reassigned."""
    firm = own_firm(session, actor, firm_id)
    if firm.active == active:
        state = "active" if active else "stopped"
        raise RefusedError(f"{firm.name} is {state} already.", state=state, action="set active")
    if not reason.strip():
        raise DomainError("Give the reason: it is kept in the audit trail.")
    firm.active = active
    if not active:
        clear_pins(session, actor, firm_id=firm.id)
    moved = ("active", "stopped") if not active else ("stopped", "active")
    audit.record(
        session,
        actor,
        "firm.started" if active else "firm.stopped",
        ("firm", firm.id),
        moved=moved,
        reason=reason,
    )
    return firm


def own_firm(session: Session, actor: Actor | None, firm_id: uuid.UUID) -> Firm:
    """The firm, for everybody whose role may keep it; for a contractor only its own. Raises NotFoundError."""
    firm = session.get(Firm, firm_id)
    foreign = actor is not None and actor.role is Role.CONTRACTOR and actor.firm_id != firm_id
    if firm is None or foreign:
        raise NotFoundError("There is no such firm.")
    return firm


@dataclass(frozen=True, slots=True)
class FirmRow:
    """A line of the list of firms."""

    id: uuid.UUID
    code: str
    name: str
    active: bool
    regions: tuple[str, ...]
    workers: int


@dataclass(frozen=True, slots=True)
class FirmList:
    """A page of firms in the order of their names, and how many pages there are."""

    rows: tuple[FirmRow, ...]
    page: int
    pages: int
    total: int


def find_firms(
    session: Session, *, region: str = "", text: str = "", page: int = 1, size: int = 25
) -> FirmList:
    """Firms whose name or code holds the text and that serve the region; three queries whatever the number."""
    wanted = select(Firm)
    if text.strip():
        like = f"%{text.strip().replace('%', '')}%"
        wanted = wanted.where(Firm.name.ilike(like) | Firm.code.ilike(like))
    if region:
        wanted = wanted.where(Firm.regions.any(FirmRegion.region_code == region))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    staff = (
        select(func.count()).where(Worker.firm_id == Firm.id, Worker.active).correlate(Firm).scalar_subquery()
    )
    rows = session.execute(
        wanted.add_columns(staff)
        .options(selectinload(Firm.regions))
        .order_by(func.lower(Firm.name), Firm.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    return FirmList(
        tuple(
            FirmRow(
                firm.id, firm.code, firm.name, firm.active, tuple(r.region_code for r in firm.regions), count
            )
            for firm, count in rows
        ),
        page,
        pages,
        total,
    )


def _write(session: Session, firm: Firm, details: FirmDetails, now: datetime) -> None:
    faults = Faults()
    faults.require(details.name.strip(), "name", "Enter the firm's name.")
    nzbn = _number(faults, "nzbn", details.nzbn, business_numbers.nzbn)
    gst_number = _number(faults, "gst_number", details.gst_number, business_numbers.gst_number)
    taken = select(Firm.name).where(Firm.nzbn == nzbn, Firm.id != firm.id)
    if nzbn and (other := session.scalar(taken)):
        faults.add("nzbn", f"{other} has the NZBN {nzbn} already: look for it in the list of firms.")
    if details.tax is not None:
        _check_tax(details.tax, local_day(now), faults)
    faults.raise_if_any()
    firm.name, firm.nzbn, firm.gst_number = details.name.strip(), nzbn, gst_number
    firm.email, firm.phone = details.email.strip() or None, details.phone.strip() or None


def _check_tax(tax: SchedularTax, today: date, faults: Faults) -> None:
    received_on = tax.declaration_on
    if received_on is None:
        return
    faults.require(
        tax.applies,
        "declaration_on",
        "A declaration is kept only where schedular tax applies: tick that it does, or leave this day empty.",
    )
    faults.require(
        received_on <= today,
        "declaration_on",
        f"{day_words(received_on)} is in the future: enter the day on which the declaration was received.",
    )


def _keep_tax(session: Session, actor: Actor | None, firm: Firm, tax: SchedularTax | None) -> None:
    """Write it down where it changed; open invoices of the firm are then matched again (P07)."""
    if tax is None or tax == SchedularTax(firm.schedular_tax, firm.declaration_on):
        return
    firm.schedular_tax, firm.declaration_on = tax.applies, tax.declaration_on
    session.flush()
    received_on = tax.declaration_on.isoformat() if tax.declaration_on else None
    detail = {"schedular": tax.applies, "declaration_on": received_on}
    audit.record(session, actor, TAX_CHANGED, ("firm", firm.id), detail=detail)
    outbox.send(session, TAX_CHANGED, {"firm_id": str(firm.id)})


def _number(faults: Faults, field: str, text: str, read: Callable[[str], str]) -> str | None:
    try:
        return read(text) if text.strip() else None
    except ValueError as error:
        faults.add(field, str(error))
        return None


def _set_regions(session: Session, firm: Firm, region_codes: Collection[str]) -> None:
    wanted = set(region_codes)
    for row in list(firm.regions):
        if row.region_code not in wanted:
            firm.regions.remove(row)
            session.delete(row)
    have = {row.region_code for row in firm.regions}
    for code in sorted(wanted - have):
        row = FirmRegion(firm_id=firm.id, region_code=code)
        session.add(row)
        firm.regions.append(row)
    session.flush()


def _new_code() -> str:
    """A random code: it neither counts firms nor says which came first."""
    return "F" + "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
