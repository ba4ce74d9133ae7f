"""The catalogue's history: its versions, and what changed rules would have made of past assessments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer, selectinload

from catalogue import compare
from catalogue.recommend import SurveyedFinding, SurveyedOpening
from worksorders.steps.actor import NotFoundError
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.store.tables.cases import Assessment, Opening
from worksorders.store.tables.catalogue import CatalogueVersion
from worksorders.store.tables.people import AppUser

PREVIEWED = 100


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


def preview(session: Session, before: Catalogue, after: Catalogue) -> tuple[compare.Preview, ...]:
    """The newest assessments that the two versions would treat differently, at most PREVIEWED looked at."""
    rows = session.scalars(
        select(Assessment)
        .options(
            selectinload(Assessment.case),
            selectinload(Assessment.openings).selectinload(Opening.findings),
        )
        .order_by(Assessment.received_at.desc(), Assessment.id)
        .limit(PREVIEWED)
    ).all()
    surveyed = {row.code: (_openings(row), row.case.built_before_2000) for row in rows}
    return compare.preview(surveyed, (before.rules, before.items), (after.rules, after.items))


def _openings(assessment: Assessment) -> list[SurveyedOpening]:
    return [
        SurveyedOpening(
            f"{opening.position}. {opening.label}",
            opening.kind,
            opening.state != "insecure",
            tuple(SurveyedFinding(found.finding, found.quantity) for found in opening.findings),
        )
        for opening in assessment.openings
    ]
