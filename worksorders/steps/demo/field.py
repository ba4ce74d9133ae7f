"""What firms and workers do in the demo's past: answer offers, make visits, leave evidence, meet closed doors."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from worksorders.domain.errors import DomainError
from worksorders.domain.telling.safe_times import ADVOCATE
from worksorders.steps.actor import Actor
from worksorders.steps.completion import exits
from worksorders.steps.confirm import find, tell_client
from worksorders.steps.demo import changes, safety
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.evidence import entry_of, picture
from worksorders.steps.offers import respond
from worksorders.steps.site import checklist, leave, openings, photos, stop, travel
from worksorders.store.tables.plans.planning import Booking
from worksorders.store.tables.work.offers import Offer
from worksorders.store.tables.work.orders import Visit, WorksOrder

DECLINES = ("no_capacity", "outside_area", "parts_lead_time")
LEFT_OPEN, UNSAFE = "left_open", "unsafe"
NO_ACCESS = ("nobody_home", "client_declined_today", "animal")


@dataclass
class Field:
    """The firms' offices and the workers, the coordinator who tells clients of them, and the dice for their days."""

    past: Past
    offices: Mapping[uuid.UUID, Actor]
    workers: Mapping[uuid.UUID, Actor]
    coordinator: Actor
    random: Random
    forced: list[str] = field(default_factory=list)

    def answer_offers(self) -> None:
        """Most offers are accepted, some declined, a few left to lapse; refused ones reach the next firm at once."""
        for _ in range(4):
            with self.past.sessions() as session:
                offers = session.scalars(
                    select(Offer)
                    .where(Offer.state == "open", Offer.expires_at > self.past.now)
                    .order_by(Offer.code)
                ).all()
            if not [offer for offer in offers if self._answer(offer)]:
                return
            self.past.run()

    def _answer(self, offer: Offer) -> bool:
        fate = self.random.random()
        if fate > 0.95:
            return False
        actor = self.offices[offer.firm_id]
        try:
            with self.past.sessions.begin() as session:
                if fate > 0.87:
                    respond.decline(session, actor, offer.id, self.random.choice(DECLINES), self.past.now)
                else:
                    self._accept(session, actor, offer)
        except DomainError:
            return False
        return True

    def _accept(self, session: Session, actor: Actor, offer: Offer) -> None:
        fresh = session.get_one(Offer, offer.id)
        visits = [one.visit for one in fresh.visits]
        choices = respond.arrival_choices(fresh, visits, self.past.now)
        minutes = choices[0] if choices else None
        respond.accept(session, actor, offer.id, self.past.now, arrive_in_minutes=minutes)

    def visits_until(self, until: datetime) -> None:
        """Make every accepted visit that starts before `until`, in the order of their starts."""
        while (visit := self._next(until)) is not None:
            self.past.go_to(visit.start_at or self.past.now)
            with self.past.sessions() as session:
                worker_id = session.scalars(
                    select(Booking.worker_id)
                    .where(Booking.visit_id == visit.id, Booking.state == "confirmed")
                    .order_by(Booking.worker_id)
                ).first()
            if worker_id is None:
                return
            self._attend(self.workers[worker_id], visit.id)

    def _next(self, until: datetime) -> Visit | None:
        """The next accepted visit of an order that nobody has paused."""
        with self.past.sessions() as session:
            return session.scalars(
                select(Visit)
                .join(WorksOrder, WorksOrder.id == Visit.order_id)
                .where(Visit.state == "accepted", Visit.start_at < until, WorksOrder.state == "issued")
                .order_by(Visit.start_at, Visit.id)
            ).first()

    def _attend(self, actor: Actor, visit_id: uuid.UUID) -> None:
        """Set out, arrive, tick off, photograph, leave; now and then nobody opens the door."""
        fate = self.random.random()
        self._tell(visit_id)
        with self.past.sessions.begin() as session:
            travel.set_out(session, actor, visit_id, self.past.now)
        if fate < 0.05:
            with self.past.sessions.begin() as session:
                stop.stop(session, actor, visit_id, self.random.choice(NO_ACCESS), self.past.now)
            return
        if fate > 0.99 or self._must(UNSAFE):
            with self.past.sessions.begin() as session:
                safety.leave_unsafe(session, actor, visit_id, self.past)
            return
        with self.past.sessions.begin() as session:
            visit = travel.arrive(session, actor, visit_id, self.past.now)
            safety.begin(session, self.coordinator, actor, visit, self.past)
            self._work(session, actor, visit)

    def _must(self, what: str) -> bool:
        """Whether this is the next thing that has to happen, so that somebody sees it today; it happens once."""
        if not self.forced or self.forced[0] != what:
            return False
        self.forced.pop(0)
        return True

    def tell_clients(self, share: int) -> None:
        """Of the visits to come, tell the clients of all but each `share`-th, so that some still wait to be told."""
        with self.past.sessions() as session:
            waiting = [row.visit_id for row in find.find_unconfirmed(session)]
        for number, visit_id in enumerate(waiting, start=1):
            if number % share:
                self._tell(visit_id)

    def _tell(self, visit_id: uuid.UUID) -> None:
        """The coordinator tells the advocate who comes, with the code word, and the advocate the client."""
        now = self.past.now
        with self.past.sessions.begin() as session:
            tell_client.prepare(session, self.past.cipher, self.coordinator, visit_id, now)
            tell_client.record(session, self.coordinator, visit_id, tell_client.TOLD, ADVOCATE, now)

    def _work(self, session: Session, actor: Actor, visit: Visit) -> None:
        changes.maybe_ask(session, self.coordinator, actor, visit, self.past)
        leaving_at = self.past.now + timedelta(minutes=visit.minutes)
        entries = [
            entry_of(line, self.random, leaving_at, photographed=self._photo(session, actor, visit, line.id))
            for line in checklist.checklist_lines(visit).values()
        ]
        checklist.save_checklist(session, actor, visit.id, entries, leaving_at, cipher=self.past.cipher)
        states = {
            opening.id: "temporarily_secured" if visit.interim else "secure"
            for opening in openings.touched_openings(session, visit.id)
        }
        escalation = ""
        if self.forced and safety.opens_something(session, visit.id) and self._must(LEFT_OPEN):
            states, escalation = dict.fromkeys(states, "insecure"), safety.LEFT_OPEN
        ways_out = dict.fromkeys(states, exits.OPENS)
        leave.leave(session, actor, visit.id, states, exits=ways_out, escalation=escalation, now=leaving_at)

    def _photo(self, session: Session, actor: Actor, visit: Visit, line_id: uuid.UUID) -> bool:
        """A plain picture for every third line, painted here: there is no camera in this past."""
        if self.random.random() > 0.3:
            return False
        shown = picture(self.random)
        photos.add_photo(session, actor, visit.id, shown, self.past.now, key=uuid.uuid4(), line_id=line_id)
        return True
