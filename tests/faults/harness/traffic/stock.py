"""What the traffic works on: firms that may be sent and orders in the states that each kind of write needs."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from tests import dispatching, factories
from tests.faults.harness.running import shift
from tests.faults.harness.traffic.planned import Planners
from tests.steps.finance import paying
from worksorders.steps.offers.making.urgent import offer_urgently
from worksorders.steps.offers.published import offer_published_visits
from worksorders.store.tables.firms.contractors import Firm
from worksorders.store.tables.work.cases import Opening
from worksorders.store.tables.work.offers import Offer

FIRMS, WORKERS = 3, 6
HOURS = (8, 10, 12, 14)
DATES = """
    update vetting_check set issued_on = current_date - 400, expires_on = current_date + 2000;
    update agreement set valid_from = current_date - 400;
    update working_hours set opens_minute = 0, closes_minute = 1440;
"""


class Stock:
    """Firms, people and their orders; what it makes lies in the past before a seed's traffic begins."""

    def __init__(self, house):
        self.house, self.services = house, house.services
        self.planned = 0
        with self.services.sessions.begin() as session:
            people = [factories.make_user(session) for _ in range(2)]
            self.coordinators = [user.sign_in_name for user in people]
            self.firms, self.offices = [], {}
            for number in range(FIRMS):
                firm = paying.paid_firm(session, workers=WORKERS, on_call=True)
                # Mail to one firm is enough to see that none is lost: each letter is a job of its own.
                firm.email = None if number else "office@example.org.nz"
                self.firms.append(firm.id)
                self.offices[firm.id] = dispatching.contractor(session, firm).sign_in_name
        self.make_valid()
        self._planners = None

    def make_valid(self):
        """Let checks, agreements and hours hold on whatever day the harness runs."""
        with self.house.connect() as connection:
            connection.execute(DATES)

    def planners(self):
        """The people and homes of plans, made when the first is asked for."""
        if self._planners is None:
            self._planners = Planners(self)
        return self._planners

    def planner(self):
        """The sign-in name of the coordinator who plans."""
        return self.planners().world.user.sign_in_name

    def clear_diaries(self):
        """Let everybody be free again: what the last seed booked has been checked by now."""
        with self.house.connect() as connection:
            connection.execute("update booking set state = 'released' where state <> 'released'")
            connection.execute(
                "update offer set state = 'withdrawn' where state = 'open'; update outbox_message set done_at = now()"
                " where done_at is null and wanted_at > now()"
            )
        self.planned = 0

    def order(self, session, **values):
        """An issued order of one visit that every firm has a rate for."""
        now = shift.now()
        firms = [session.get_one(Firm, firm_id) for firm_id in self.firms]
        return dispatching.issued_order(session, firms, due_at=now + timedelta(days=2), **values)

    def quiet(self):
        """Ids of an order that nobody was asked for, its assessment and its opening."""
        with self.services.sessions.begin() as session:
            order = self.order(session)
            opening = session.scalars(
                select(Opening.id).where(Opening.assessment_id == order.assessment_id)
            ).one()
            return {"order": order.id, "assessment": order.assessment_id, "opening": opening,
                    "visit": order.visits[0].id}  # fmt: skip

    def on_hold(self):
        """Ids of a P1 on hold, whose make-safe visit nobody holds."""
        with self.services.sessions.begin() as session:
            order = self.order(session, urgency="P1", interim=True)
            order.state, order.resume_state, order.state_reason = "on_hold", "issued", "client_asked"
            return {"order": order.id, "visit": order.visits[0].id}

    def urgent(self):
        """Ids of a P1 and of its open offers by firm."""
        with self.services.sessions.begin() as session:
            order = self.order(session, urgency="P1", interim=True)
            offer_urgently(session, order.id, shift.now())
            return {"order": order.id, "visit": order.visits[0].id} | self._offers(session, order)

    def offered(self):
        """Ids of an order planned for the next days and of the one open offer, to the first firm."""
        with self.services.sessions.begin() as session:
            order = self.order(session)
            day = shift.now().astimezone(dispatching.LOCAL).date()
            day += timedelta(days=1 + self.planned // len(HOURS))
            hour = HOURS[self.planned % len(HOURS)]
            self.planned += 1
            start = datetime.combine(day, time(hour), dispatching.LOCAL)
            plan = dispatching.publish(session, order, session.get_one(Firm, self.firms[0]), start_at=start)
            offer_published_visits(session, plan.id, shift.now())
            return {"order": order.id, "visit": order.visits[0].id} | self._offers(session, order)

    def worked(self):
        """Ids of an order whose work the first firm did and a coordinator accepted, and a number for its invoice."""
        with self.services.sessions.begin() as session:
            order = paying.worked_order(session, session.get_one(Firm, self.firms[0]))
            return {"order": order.id, "number": f"INV-{order.id.hex[:12]}"}

    def _offers(self, session, order):
        rows = session.execute(select(Offer.firm_id, Offer.id).where(Offer.order_id == order.id))
        return {"offers": {firm: offer for firm, offer in rows}}  # noqa: C416
