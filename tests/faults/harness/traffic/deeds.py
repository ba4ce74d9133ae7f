"""The writes of the traffic: what is sent, and what must then stand in the database, exactly once or not at all.

A fact is a count with its value once the write is done and while it is not. Names in its SQL are the deed's ids.
"""

import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.harness.running import shift
from tests.faults.harness.traffic.client import PAUSE_SECONDS, Outcome
from worksorders.domain.local_time import local_day

AUDIT = "select count(*) from audit_event where subject_id = %({subject})s and action = '{action}'"
SENT = "select count(*) from outbox_message where kind = '{kind}' and payload->>'{name}' = %({subject})s::text{more}"
DONE = " and done_at is not null"
LIVE = "select count(*) from booking where visit_id = %(visit)s and state <> 'released'"
OPEN = "select count(*) from offer where order_id = %(order)s and state = 'open'"
BY_WHO = " and actor_id = (select id from app_user where sign_in_name = %(who)s)"
FULL_SECONDS = 150.0
GATE_SECONDS = 10.0


def audit(action, subject):
    """How many rows of the trail tell of an action."""
    return AUDIT.format(subject=subject, action=action)


def sent(kind, name, subject, *, done=False):
    """How many rows of the outbox there are of a kind for a subject, all or those that are done."""
    return SENT.format(kind=kind, name=name, subject=subject, more=DONE if done else "")


@dataclass
class Deed:
    """One form with its key, who sends it, and what came of it."""

    kind: str
    person: str
    path: str
    ids: dict
    facts: list
    data: dict = field(default_factory=dict)
    page: str = ""
    prefix: str = ""
    manner: str = "plain"
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    outcome: Outcome = Outcome.UNKNOWN
    began: float = 0.0
    acknowledged: float = 0.0
    gate: threading.Barrier | None = None
    tries: int = 0
    last: str = ""

    def run(self, person, seconds=FULL_SECONDS):
        """Send the form until somebody says yes or no; who gives up after the first silence leaves it unknown."""
        self.began = time.monotonic()
        until = self.began + seconds
        data = self._filled(person, until)
        if data is None:
            self.outcome = Outcome.REFUSED
            return
        if self.gate is not None:
            with suppress(threading.BrokenBarrierError):
                self.gate.wait(GATE_SECONDS)
        if self.manner == "reply lost":
            person.hang_up(self.path, data)
        if self.manner == "at once":
            self._at_once(person, data)
        while self.outcome is Outcome.UNKNOWN and time.monotonic() < until:
            self.tries += 1
            self.outcome = person.send(self.path, data)
            if self.manner == "given up":
                break
            if self.outcome is Outcome.UNKNOWN:
                time.sleep(PAUSE_SECONDS)
        self.last = person.last
        if self.outcome is not Outcome.UNKNOWN:
            self.acknowledged = time.monotonic()
        if self.manner == "sent twice":
            self._agree(self.outcome, person.send(self.path, data))

    def _at_once(self, person, data):
        """Send the form over two connections at the same moment: both get the same answer."""
        twin, answers = person.twin(), []
        threads = [
            threading.Thread(target=lambda who=who: answers.append(who.send(self.path, data)))
            for who in (person, twin)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._agree(*answers)
        self.outcome = answers[0]

    def _agree(self, one, other):
        if one is not other and Outcome.UNKNOWN not in {one, other}:
            raise AssertionError(f"the form was {one.value} and, sent again, {other.value}")

    def _filled(self, person, until):
        found = {}
        if self.page:
            found = person.form(self.page, self.path, until)
            if found is None:
                return None
        return found | self.data | {f"{self.prefix}form_uuid": str(self.key)}


def opening(stock):
    """A coordinator records how an opening is."""
    ids = stock.quiet()
    return Deed(
        "record an opening", stock.coordinators[0], f"/assessments/{ids['assessment']}/opening", ids,
        [
            (audit("opening.recorded", "opening"), 1, 0),
            ("select count(*) from opening_event where opening_id = %(opening)s", 1, 0),
            ("select count(*) from opening where id = %(opening)s and state = 'temporarily_secured'", 1, 0),
        ],
        {"opening-opening_id": str(ids["opening"]), "opening-state": "temporarily_secured",
         "opening-verified": "Seen by the advocate today"},
        prefix="opening-",
    )  # fmt: skip


def hold(stock):
    """A coordinator puts an order on hold; a timer of the outbox reminds of it."""
    ids = stock.quiet()
    day = local_day(shift.now() + timedelta(days=9))
    return Deed(
        "hold an order", stock.coordinators[0], f"/orders/{ids['order']}/hold", ids,
        [
            (audit("order.held", "order"), 1, 0),
            ("select count(*) from works_order where id = %(order)s and state = 'on_hold'", 1, 0),
            (sent("order.hold_review", "order_id", "order"), 1, 0),
        ],
        {"hold-reason": "client_asked", "hold-review_on": [day.day, day.month, day.year]},
        prefix="hold-",
    )  # fmt: skip


def resume(stock):
    """A coordinator lets a P1 go on: a job then asks every firm, each once."""
    ids, firms = stock.on_hold(), len(stock.firms)
    return Deed(
        "resume a P1", stock.coordinators[1], f"/orders/{ids['order']}/resume", ids,
        [
            (audit("order.resumed", "order"), 1, 0),
            (sent("offer.again", "order_id", "order"), 1, 0),
            (sent("offer.again", "order_id", "order", done=True), 1, 0),
            (audit("visit.offered", "visit"), 1, 0),
            (OPEN, firms, 0),
            ("select count(*) from offer where order_id = %(order)s", firms, 0),
            ("select count(*) from audit_event where action = 'offer.opened' and detail->'visits' ? %(visit)s::text",
             firms, 0),
            (("select count(*) from outbox_message m join offer o on o.id::text = m.payload->>'offer_id'"
             " where m.kind = 'offer.lapse' and o.order_id = %(order)s"), firms, 0),
        ],
        prefix="action-",
    )  # fmt: skip


def accept(stock, ids=None, firm=None):
    """A firm's office takes an urgent offer; the others' are withdrawn with it."""
    ids = ids or stock.urgent()
    firm = firm or stock.firms[0]
    ids = ids | {"offer": ids["offers"][firm]}
    return Deed(
        "accept a P1", stock.offices[firm], f"/portal/offers/{ids['offer']}/accept", ids,
        [
            (audit("offer.accepted", "offer"), 1, 0),
            ("select count(*) from offer where id = %(offer)s and state = 'accepted'", 1, 0),
            (audit("visit.accepted", "visit"), 1, 0),
            (LIVE, 1, 0),
            (OPEN, 0, len(stock.firms)),
            (sent("plan.around", "order_id", "order"), 1, 0),
            (sent("plan.around", "order_id", "order", done=True), 1, 0),
        ],
        {"arrive_in_minutes": "60"},
        page=f"/portal/offers/{ids['offer']}",
    )  # fmt: skip


def take(stock, ids=None):
    """A firm's office takes what a plan gave it."""
    ids = ids or stock.offered()
    firm = stock.firms[0]
    ids = ids | {"offer": ids["offers"][firm]}
    return Deed(
        "accept a planned visit", stock.offices[firm], f"/portal/offers/{ids['offer']}/accept", ids,
        [
            (audit("offer.accepted", "offer"), 1, 0),
            (audit("visit.accepted", "visit"), 1, 0),
            ("select count(*) from booking where visit_id = %(visit)s and state = 'confirmed'", 1, 0),
            (LIVE, 1, 1),
            (OPEN, 0, 1),
        ],
        page=f"/portal/offers/{ids['offer']}",
    )  # fmt: skip


def decline(stock):
    """A firm's office says no, and the next firm is asked in the same transaction."""
    ids = stock.offered()
    firm = stock.firms[0]
    ids = ids | {"offer": ids["offers"][firm]}
    return Deed(
        "decline a planned visit", stock.offices[firm], f"/portal/offers/{ids['offer']}/decline", ids,
        [
            (audit("offer.declined", "offer"), 1, 0),
            ("select count(*) from offer where order_id = %(order)s", 2, 1),
            (OPEN, 1, 1),
            ("select count(*) from audit_event where action = 'offer.opened' and detail->'visits' ? %(visit)s::text",
             2, 1),
            (LIVE, 1, 1),
        ],
        {"reason": "no_capacity"},
    )  # fmt: skip


def take_back(stock, ids):
    """A coordinator takes an offer back, and the next firm is asked."""
    ids = ids | {"offer": ids["offers"][stock.firms[0]], "who": stock.coordinators[0]}
    return Deed(
        "take an offer back", stock.coordinators[0], f"/supply/offers/{ids['offer']}/take-back", ids,
        [(audit("offer.withdrawn", "offer") + BY_WHO, 1, 0)],
    )  # fmt: skip


def cancel(stock, ids=None):
    """A coordinator cancels an order that firms are asked for: offers and booked time go with it."""
    ids = ids or stock.offered()
    return Deed(
        "cancel an order", stock.coordinators[1], f"/orders/{ids['order']}/cancel", ids,
        [
            (audit("order.cancelled", "order"), 1, 0),
            (audit("visit.cancelled", "visit"), 1, 0),
            ("select count(*) from works_order where id = %(order)s and state = 'cancelled'", 1, 0),
            (OPEN, 0, 1),
            (LIVE, 0, 1),
        ],
        {"cancel-reason": "client_moved"},
        prefix="cancel-",
    )  # fmt: skip


def invoice(stock):
    """A firm's office makes the invoice of what was accepted, which is matched at once."""
    ids = stock.worked()
    one = "(select id from invoice where number = %(number)s)"
    return Deed(
        "make an invoice", stock.offices[stock.firms[0]], f"/portal/invoices/orders/{ids['order']}", ids,
        [
            ("select count(*) from invoice where number = %(number)s", 1, 0),
            (f"select count(*) from invoice_line where invoice_id = {one}", 1, 0),
            (f"select count(*) from audit_event where action = 'invoice.received' and subject_id = {one}", 1, 0),
            (f"select count(*) from audit_event where action = 'invoice.matched' and subject_id = {one}", 1, 0),
        ],
        {"number": ids["number"]},
    )  # fmt: skip


KINDS = (opening, hold, resume, resume, accept, take, decline, cancel, invoice)
MANNERS = ("plain", "plain", "plain", "reply lost", "sent twice", "given up")
