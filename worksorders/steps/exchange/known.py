"""What the rows of one file are compared with, read once a firm instead of once a row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worksorders.domain.errors import Fault, FaultsError
from worksorders.domain.people.check_kinds import Register
from worksorders.steps.people.check_register import load_register
from worksorders.store.tables.firms.contractors import Firm, VettingCheck, Worker

Names = tuple[str, str]
# Whose check, of which kind, with which number, issued when.
SameCheck = tuple[uuid.UUID, str, str, date]


@dataclass(frozen=True, slots=True)
class Known:
    """Firms by code, and of each its workers by their names in small letters and its checks, with those of the file.

    Firms and workers are held as rows, so that steps which ask the session for one are not sent to the database.
    """

    firms: dict[str, Firm] = field(default_factory=dict)
    workers: dict[uuid.UUID, dict[Names, Worker]] = field(default_factory=dict)
    checks: dict[uuid.UUID, set[SameCheck]] = field(default_factory=dict)
    registers: list[Register] = field(default_factory=list)

    def firm(self, session: Session, given: str) -> uuid.UUID:
        """The active firm of a code; FaultsError where there is none."""
        code = given.upper()
        if code not in self.firms:
            found = session.scalar(select(Firm).where(Firm.code == code, Firm.active))
            if found is None:
                message = "No active firm has this code: take it from the list of firms."
                raise FaultsError([Fault("firm_code", message)])
            self.firms[code] = found
        return self.firms[code].id

    def workers_of(self, session: Session, firm_id: uuid.UUID) -> dict[Names, Worker]:
        """The firm's workers; of two of one name the first."""
        if firm_id not in self.workers:
            rows = session.execute(
                select(func.lower(Worker.first_name), func.lower(Worker.last_name), Worker)
                .where(Worker.firm_id == firm_id)
                .order_by(Worker.id.desc())
            )
            self.workers[firm_id] = {(first, last): worker for first, last, worker in rows}
        return self.workers[firm_id]

    def checks_of(self, session: Session, firm_id: uuid.UUID) -> set[SameCheck]:
        """Every check of the firm and of its workers."""
        if firm_id not in self.checks:
            workers = select(Worker.id).where(Worker.firm_id == firm_id)
            rows = session.execute(
                select(
                    func.coalesce(VettingCheck.worker_id, VettingCheck.firm_id),
                    VettingCheck.kind,
                    VettingCheck.number,
                    VettingCheck.issued_on,
                ).where(or_(VettingCheck.firm_id == firm_id, VettingCheck.worker_id.in_(workers)))
            )
            self.checks[firm_id] = {(row[0], row[1], row[2], row[3]) for row in rows}
        return self.checks[firm_id]

    def register(self, session: Session) -> Register:
        """The kinds of check of the day."""
        if not self.registers:
            self.registers.append(load_register(session))
        return self.registers[0]


def names_of(value: Mapping[str, Any]) -> Names:
    """The names of a record, as they are compared."""
    return (value["first_name"] or "").strip().lower(), (value["last_name"] or "").strip().lower()
