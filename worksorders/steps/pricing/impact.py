"""What changed rules would have made of past orders: which recommended lines would be others, counted and by example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from catalogue import compare
from catalogue.recommend import SurveyedFinding, SurveyedOpening
from worksorders.steps.admin.catalogue import Catalogue
from worksorders.store.tables.work.cases import Assessment, Opening
from worksorders.store.tables.work.orders import WorksOrder

LOOKED_AT = 500
EXAMPLES = 25


@dataclass(frozen=True, slots=True)
class ItemImpact:
    """In how many homes an item would no longer be recommended, and in how many it would be anew."""

    code: str
    no_longer: int
    newly: int


@dataclass(frozen=True, slots=True)
class Example:
    """One home by the code of its order, or of its assessment where none was raised; lines as (opening, item, quantity)."""

    code: str
    no_longer: tuple[tuple[str, str, str], ...]
    newly: tuple[tuple[str, str, str], ...]
    fault: str


@dataclass(frozen=True, slots=True)
class Impact:
    """Out of so many homes looked at, how many would be treated differently, by item and by example."""

    looked_at: int
    changed: int
    by_item: tuple[ItemImpact, ...]
    examples: tuple[Example, ...]


def find_impact(session: Session, before: Catalogue, after: Catalogue) -> Impact:
    """Put the newest assessments to both catalogues, in a constant number of queries; nothing is written."""
    rows = session.execute(
        select(Assessment, WorksOrder.code)
        .outerjoin(
            WorksOrder,
            (WorksOrder.assessment_id == Assessment.id)
            & WorksOrder.state.not_in(("cancelled", "superseded")),
        )
        .options(
            selectinload(Assessment.case), selectinload(Assessment.openings).selectinload(Opening.findings)
        )
        .order_by(Assessment.received_at.desc(), Assessment.id)
        .limit(LOOKED_AT)
    ).all()
    surveyed = {
        order_code or assessment.code: (_openings(assessment), assessment.case.built_before_2000)
        for assessment, order_code in rows
    }
    found = compare.preview(surveyed, (before.rules, before.items), (after.rules, after.items))
    examples = tuple(Example(one.assessment, one.no_longer, one.newly, one.fault) for one in found)
    return Impact(len(surveyed), len(examples), _by_item(examples), examples[:EXAMPLES])


def _by_item(examples: tuple[Example, ...]) -> tuple[ItemImpact, ...]:
    """Homes by item; a quantity that changes counts on both sides."""
    gone = _homes({one.code: one.no_longer for one in examples})
    new = _homes({one.code: one.newly for one in examples})
    return tuple(ItemImpact(code, gone[code], new[code]) for code in sorted(gone.keys() | new.keys()))


def _homes(lines: Mapping[str, tuple[tuple[str, str, str], ...]]) -> Counter[str]:
    return Counter(item for found in lines.values() for item in {code for _, code, _ in found})


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
