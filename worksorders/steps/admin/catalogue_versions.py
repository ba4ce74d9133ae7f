"""The catalogue's history: its versions, and who loaded each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from worksorders.steps.actor import NotFoundError
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.work.catalogue import CatalogueVersion


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version without its files, and who loaded it."""

    version: CatalogueVersion
    loaded_by: str | None

    @property
    def number(self) -> int:
        return self.version.number


def find_versions(session: Session) -> Sequence[VersionRow]:
    """Every version, newest first."""
    rows = session.execute(
        select(CatalogueVersion, AppUser.display_name)
        .outerjoin(AppUser, AppUser.id == CatalogueVersion.loaded_by)
        .options(defer(CatalogueVersion.items_csv), defer(CatalogueVersion.findings_csv))
        .order_by(CatalogueVersion.number.desc())
    )
    return [VersionRow(row, name) for row, name in rows]


def find_version(session: Session, number: int) -> VersionRow:
    """One version; raises NotFoundError."""
    for row in find_versions(session):
        if row.number == number:
            return row
    raise NotFoundError(f"There is no version {number} of the catalogue.")
