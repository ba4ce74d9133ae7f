"""The coordinators’ second look in the demo’s past: most of what was drawn is inspected, and some of it is not good."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from worksorders.steps.actor import Actor
from worksorders.steps.aftercare.inspections import FAIL, PASS, LineFound, record_inspection
from worksorders.steps.demo.clock import Past
from worksorders.steps.site.checklist import checklist_lines
from worksorders.store.tables.work.aftercare import Inspection
from worksorders.store.tables.work.orders import WorksOrder

GOOD_SHARE = 0.92
WRONG = ("Screws too short", "Does not close flush", "Loose in its frame")


@dataclass
class Looking:
    """A coordinator who inspects most of what was drawn, and leaves the rest for tomorrow."""

    past: Past
    staff: Mapping[str, Actor]
    random: Random

    def evening(self) -> None:
        """Inspect what is due, of orders that go on; now and then something is not good."""
        with self.past.sessions() as session:
            due = session.scalars(
                select(Inspection.id).where(Inspection.state == "due").order_by(Inspection.code)
            ).all()
        for inspection_id in due:
            if self.random.random() < 0.8:
                self._inspect(inspection_id)

    def _inspect(self, inspection_id: uuid.UUID) -> None:
        with self.past.sessions.begin() as session:
            row = session.get_one(Inspection, inspection_id)
            order = session.get_one(WorksOrder, row.visit.order_id)
            if order.state not in {"issued", "closed"}:
                return
            found = [
                LineFound(line_id, PASS)
                if self.random.random() < GOOD_SHARE
                else LineFound(line_id, FAIL, self.random.choice(WRONG), "faulty")
                for line_id in checklist_lines(row.visit)
            ]
            record_inspection(session, self.staff["mere"], inspection_id, found, now=self.past.now)
