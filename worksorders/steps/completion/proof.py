"""Gathers what was given for each line of some visits, with a constant number of queries."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalogue.item import Evidence
from worksorders.domain.completion.needs import Asked
from worksorders.domain.completion.needs import asked_of as asked_by_rules
from worksorders.domain.completion.proof import KeyHeld, LineProof, Paper
from worksorders.gateways.measures import paper_rules
from worksorders.store.tables.work.completion import KeyEntry, LinePaper, LiveTest
from worksorders.store.tables.work.offers import LineDone, Photo
from worksorders.store.tables.work.orders import Visit, WorksLine


def asked_of(line: WorksLine) -> Asked:
    """What a line asks for, by its own copy of the catalogue's evidence and unit."""
    return asked_by_rules(line.evidence, paper_rules(), line.unit)


@dataclass
class Proofs:
    """The rows behind the proof of some lines, each by its line; only of the firm that holds the visit."""

    done: Mapping[uuid.UUID, LineDone]
    photos: Mapping[uuid.UUID, int] = field(default_factory=dict)
    keys: Mapping[uuid.UUID, tuple[KeyEntry, ...]] = field(default_factory=dict)
    papers: Mapping[uuid.UUID, tuple[LinePaper, ...]] = field(default_factory=dict)
    tests: Mapping[uuid.UUID, LiveTest] = field(default_factory=dict)

    def of(self, line_id: uuid.UUID) -> LineProof:
        """The proof of one line as the rule sees it; notes of before the register was kept count as they did."""
        row, test = self.done.get(line_id), self.tests.get(line_id)
        papers = {
            Evidence(one.kind): Paper(one.number, one.issued_on, one.media_type is not None, one.promised_by)
            for one in self.papers.get(line_id, ())
        }
        return LineProof(
            done=row.done_quantity if row else None,
            photos=self.photos.get(line_id, 0),
            no_photo_reason=row.no_photo_reason if row else None,
            serials=row.serial_numbers if row else "",
            keys=tuple(KeyHeld(one.key_number, one.copies, one.holder) for one in self.keys.get(line_id, ())),
            papers=papers,
            test_reference=test.reference if test else "",
            test_passed=test.passed if test else None,
        )


def load_proofs(session: Session, visit_ids: Collection[uuid.UUID]) -> Proofs:
    """All that was given at these visits by the firms that hold them."""
    ids = list(visit_ids)
    done = session.scalars(
        select(LineDone)
        .join(Visit, Visit.id == LineDone.visit_id)
        .where(LineDone.visit_id.in_(ids), LineDone.firm_id == Visit.firm_id)
    )
    photos = session.execute(
        select(Photo.line_id, func.count())
        .join(Visit, Visit.id == Photo.visit_id)
        .where(Photo.visit_id.in_(ids), Photo.firm_id == Visit.firm_id, Photo.line_id.is_not(None))
        .group_by(Photo.line_id)
    )
    keys = session.scalars(
        select(KeyEntry)
        .join(Visit, Visit.id == KeyEntry.visit_id)
        .where(KeyEntry.visit_id.in_(ids), KeyEntry.firm_id == Visit.firm_id)
        .order_by(KeyEntry.recorded_at, KeyEntry.key_number, KeyEntry.id)
    )
    papers = session.scalars(
        select(LinePaper)
        .join(Visit, Visit.id == LinePaper.visit_id)
        .where(LinePaper.visit_id.in_(ids), LinePaper.firm_id == Visit.firm_id)
        .order_by(LinePaper.kind)
    )
    tests = session.scalars(
        select(LiveTest)
        .join(Visit, Visit.id == LiveTest.visit_id)
        .where(LiveTest.visit_id.in_(ids), LiveTest.firm_id == Visit.firm_id)
    )
    held: dict[uuid.UUID, list[KeyEntry]] = defaultdict(list)
    for key in keys:
        held[key.line_id].append(key)
    handed: dict[uuid.UUID, list[LinePaper]] = defaultdict(list)
    for paper in papers:
        handed[paper.line_id].append(paper)
    return Proofs(
        {row.line_id: row for row in done},
        {line_id: count for line_id, count in photos if line_id},
        {line_id: tuple(rows) for line_id, rows in held.items()},
        {line_id: tuple(rows) for line_id, rows in handed.items()},
        {row.line_id: row for row in tests},
    )
