"""Three weeks of the programme, lived through day by day by the product's own steps, ending now."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

import worksorders.steps
from worksorders.domain.errors import DomainError
from worksorders.domain.local_time import local_day
from worksorders.gateways.cipher import Cipher
from worksorders.steps.admin import catalogue
from worksorders.steps.demo import safety
from worksorders.steps.demo.asked import leave_asked
from worksorders.steps.demo.clock import Past
from worksorders.steps.demo.counter import Counter as Desk
from worksorders.steps.demo.duty import answer_alerts, make_roster
from worksorders.steps.demo.field import LEFT_OPEN, UNSAFE, Field
from worksorders.steps.demo.firms import make_firms, verify_accounts
from worksorders.steps.demo.funding import make_contract, make_payer
from worksorders.steps.demo.looking import Looking
from worksorders.steps.demo.names import Names
from worksorders.steps.demo.office import STOPS, Office
from worksorders.steps.demo.people import make_contractors, make_staff, worker_actors
from worksorders.steps.people.workforce import LOCAL
from worksorders.steps.planning import publish, request_plan
from worksorders.store.tables.identity.people import AppUser
from worksorders.store.tables.plans.planning import Plan
from worksorders.store.tables.work.orders import WorksOrder

DAYS = 21
ORDERS = 50
WAITING = 31
HANDED_OVER = 4
PLAN_WEEKDAYS = (1, 3)
PLAN_SECONDS = 2
INVOICE_WEEKDAY = 4
INVOICES_LEFT_DAYS = 6
WORK_LEFT_DAYS = 3
UNTOLD_SHARE = 4


class NotEmptyError(DomainError):
    """The demo is only ever made in an empty database, so that it can never stand beside real cases."""


@dataclass(frozen=True)
class Summary:
    """What was made: how many of what, and the orders by state."""

    firms: int
    workers: int
    orders: dict[str, int]


def load(sessions: sessionmaker[Session], cipher: Cipher, seed: int, now: datetime) -> Summary:
    """Make the demo programme; the same seed and day give the same one. Raises NotEmptyError."""
    for module in pkgutil.walk_packages(worksorders.steps.__path__, "worksorders.steps."):
        importlib.import_module(module.name)
    with sessions() as session:
        if session.scalar(select(func.count()).select_from(AppUser)):
            raise NotEmptyError("There are accounts already: the demo is made in an empty database only.")
    return _Programme(sessions, cipher, Random(seed), now).run()


class _Programme:
    """The demo's days, one after another."""

    def __init__(
        self, sessions: sessionmaker[Session], cipher: Cipher, random: Random, now: datetime
    ) -> None:
        self.sessions, self.random, self.ends_at = sessions, random, now
        names = Names(random)
        today = local_day(now)
        begins_at = _at(today - timedelta(days=DAYS), 7)
        with sessions.begin() as session:
            catalogue.load_starting(session, None, today - timedelta(days=DAYS), begins_at)
            make_contract(session, today, begins_at)
            self.firms = make_firms(session, random, names, today, begins_at)
            staff = make_staff(session, begins_at)
            self.offices = offices = make_contractors(session, self.firms, begins_at)
            workers = worker_actors(session)
            make_roster(session, staff, local_day(begins_at), begins_at)
            make_payer(session, staff["sione"], staff["priya"], begins_at)
            verify_accounts(session, self.firms, staff["aroha"], staff["daniel"], begins_at)
        self.past = Past(sessions, cipher, begins_at)
        self.office = Office(self.past, staff, random, names)
        self.field = Field(self.past, offices, workers, staff["mere"], random)
        self.looking = Looking(self.past, staff, random)
        self.desk = Desk(self.past, staff, offices, random)

    def run(self) -> Summary:
        """Live through the days, then leave today's desk as a coordinator finds it in the morning."""
        days = [local_day(self.past.now) + timedelta(days=day) for day in range(DAYS)]
        working = [day for day in days if day.weekday() < 5]
        shares = [len(part) for part in _deal(ORDERS, len(working))]
        for day in days:
            if day == working[-1]:
                self.field.forced = [LEFT_OPEN, UNSAFE]
            self._day(day, shares.pop() if day.weekday() < 5 else 0)
        self._today()
        with self.sessions() as session:
            states = Counter(session.scalars(select(WorksOrder.state)))
        return Summary(
            len(self.firms), sum(len(made.worker_ids) for made in self.firms), dict(sorted(states.items()))
        )

    def _day(self, day: date, orders: int) -> None:
        self.past.go_to(_at(day, 9))
        for _ in range(orders):
            self.office.try_order(self.office.refer())
        self.past.run()
        self.field.answer_offers()
        self.field.visits_until(_at(day, 18))
        self.past.go_to(_at(day, 18))
        with self.sessions.begin() as session:
            answer_alerts(session, self.office.staff["mere"], self.past.now)
        if day < local_day(self.ends_at) - timedelta(days=WORK_LEFT_DAYS):
            self.looking.evening()
            self.desk.evening()
        if day.weekday() == INVOICE_WEEKDAY:
            self.desk.week(settle=day < local_day(self.ends_at) - timedelta(days=INVOICES_LEFT_DAYS))
        if day.weekday() in PLAN_WEEKDAYS:
            self._plan(day + timedelta(days=1))

    def _plan(self, starts_on: date) -> None:
        """Make a plan of the whole country and publish it; offers go out and most are answered."""
        mere = self.office.staff["mere"]
        with self.sessions.begin() as session:
            plan_id = request_plan.request_plan(
                session, mere, starts_on=starts_on, region_codes=[], seconds=PLAN_SECONDS, now=self.past.now
            ).id
        self.past.run()
        with self.sessions.begin() as session:
            if session.get_one(Plan, plan_id).state == "draft":
                publish.publish_plan(session, mere, plan_id, self.past.now)
        self.past.run()
        self.field.answer_offers()

    def _today(self) -> None:
        """What came in last: orders left at every step, homes handed over, and a queue of new assessments."""
        self.past.go_to(self.ends_at)
        self.field.tell_clients(UNTOLD_SHARE)
        for until in (*STOPS, *STOPS):
            self._leave_at(until)
        for how in ("hold", "hold", "cancel"):
            order_id = self.office.order(self.office.refer(urgency="P3"))
            self.office.pause(order_id, how, self.ends_at + timedelta(days=7))
        for _ in range(HANDED_OVER):
            self.office.refer(eligible=False)
        for number in range(WAITING):
            self.office.refer(urgency="P1" if number == 0 else None)
        safety.leave_for_today(self.past, self.office.staff["mere"])
        leave_asked(self.past, self.firms, self.offices, self.office.staff["aroha"])
        self.past.run()

    def _leave_at(self, until: str) -> None:
        self.office.order(self.office.refer(urgency="P3"), until=until)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LOCAL)


def _deal(count: int, days: int) -> list[range]:
    """Share a number of orders out over the days as evenly as whole orders allow."""
    return [range(count * day // days, count * (day + 1) // days) for day in range(days)]
