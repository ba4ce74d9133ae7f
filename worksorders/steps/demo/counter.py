"""The desk at which work is accepted and invoices are made, matched and paid, in the demo's past."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from sqlalchemy import select

from worksorders.steps.actor import Actor
from worksorders.steps.demo.clock import Past
from worksorders.steps.site import accept_work
from worksorders.store.tables.orders import Visit, WorksOrder


@dataclass
class Counter:
    """Coordinators who accept work, firms that invoice it, and finance clerks who match and pay."""

    past: Past
    staff: Mapping[str, Actor]
    offices: Mapping[uuid.UUID, Actor]
    random: Random

    def evening(self) -> None:
        """Accept what was done; once in a while a coordinator leaves something for later."""
        with self.past.sessions() as session:
            worked = session.scalars(
                select(Visit.order_id).where(Visit.state == "done").distinct().order_by(Visit.order_id)
            ).all()
        for order_id in worked:
            if self.random.random() < 0.9:
                self._accept(order_id)

    def _accept(self, order_id: uuid.UUID) -> None:
        with self.past.sessions.begin() as session:
            work = accept_work.work_of(session, session.get_one(WorksOrder, order_id))
            wanted = {one.line.id: one.to_accept for one in work if one.to_accept > 0}
            if wanted:
                accept_work.accept_work(session, self.staff["mere"], order_id, wanted, self.past.now)
