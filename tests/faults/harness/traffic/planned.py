"""The writes that make a plan: one asks for it, planning workers solve it part by part, another publishes the draft.

Nobody may be in two places, no visit may be lost or placed twice, and until it is published a draft holds nobody.
"""

import itertools
import time
from datetime import timedelta

from tests.faults.harness.running import shift
from tests.faults.harness.traffic.client import PAUSE_SECONDS, Outcome
from tests.faults.harness.traffic.deeds import Deed, audit, sent
from tests.steps.planning.conftest import World
from worksorders.domain.local_time import local_day
from worksorders.steps.planning.when import wall

REGION = "E8"
PEOPLE, HOMES, SECONDS = 2, 5, 2
PLACES = tuple((f"{-36.90 - n * 0.02:.2f}", f"{174.76 + n * 0.01:.2f}") for n in range(HOMES))
PLAN = "(select right(location, 36)::uuid from form_submission where form_uuid = %(key)s)"
STOPS = f"from plan_stop where plan_id = {PLAN}"
MEET = (
    f"select count(*) {STOPS} and exists (select from plan_stop o where o.plan_id = plan_stop.plan_id"
    " and o.worker_id = plan_stop.worker_id and o.id <> plan_stop.id"
    " and tstzrange(o.start_at, o.end_at) && tstzrange(plan_stop.start_at, plan_stop.end_at))"
)
BOOKED = "select count(*) from booking where visit_id = any(%(visits)s)"
HELD = f"{BOOKED} and state <> 'released'"
PARTS = (
    "select count(*) from outbox_message m join plan_part p on p.id::text = m.payload->>'part_id'"
    f" where m.kind = 'plan.part' and m.done_at is not null and p.state = 'done' and p.plan_id = {PLAN}"
)
MOVED = "select count(*) from audit_event where action = '{}' and subject_id = any(%(visits)s)"
REGIONAL = f"""
    update works_order set region_code = '{REGION}', area_code = '{REGION}' where id in
        (select order_id from visit where id = any(%(visits)s));
    update case_file set region_code = '{REGION}', area_code = '{REGION}' where id in
        (select o.case_id from works_order o join visit v on v.order_id = o.id where v.id = any(%(visits)s))
"""
PUT_ASIDE = f"""
    update works_order set state = 'on_hold', resume_state = 'issued', state_reason = 'client_asked'
        where region_code = '{REGION}' and state = 'issued';
    update plan set state = 'discarded' where state in ('queued', 'solving', 'draft')
"""


class Planners:
    """Two people of one firm in a region of their own, and homes for them that are new in each seed."""

    def __init__(self, stock):
        self.stock = stock
        self.world = World(stock.services)
        self.world.numbers = itertools.count(1)
        _, firm = self.world.worker(region=REGION)
        for _ in range(PEOPLE - 1):
            self.world.worker(firm=firm)
        stock.make_valid()

    def homes(self):
        """Visits to plan from tomorrow on; what an earlier seed left is put aside."""
        first = local_day(shift.now()) + timedelta(days=1)
        due = wall(first + timedelta(days=9), 1439)
        with self.stock.house.connect() as connection:
            connection.execute(PUT_ASIDE)
        visits = [
            self.world.order({"ready_on": first, "due_at": due}, place=PLACES[number])[0]
            for number in range(HOMES)
        ]
        for statement in REGIONAL.split(";"):
            with self.stock.house.connect() as connection:
                connection.execute(statement, {"visits": visits})
        return {"visits": visits, "first": first}


def make_plan(stock, *, published):
    """A coordinator asks for a plan; three jobs or more make it, of which each is done once."""
    ids = stock.planners().homes()
    day = ids["first"]
    work = [sent(f"plan.{kind}", "plan_id", "plan", done=True) for kind in ("solve", "join")]
    return Deed(
        "make a plan", stock.planner(), "/plans/ask", ids,
        [
            (f"select count(*) from plan where id = {PLAN}", 1, 0),
            (f"select count(*) from plan where id = {PLAN} and state = '{'published' if published else 'draft'}'", 1, 0),
            *((_of_the_plan(one), 1, 0) for one in (audit("plan.requested", "plan"), audit("plan.made", "plan"), *work)),
            (PARTS, 1, 0),
            (f"select count(distinct visit_id) {STOPS} and visit_id = any(%(visits)s)", HOMES, 0),
            (f"select count(*) {STOPS}", HOMES, 0),
            (f"select count(*) from plan_unassigned where plan_id = {PLAN}", 0, 0),
            (MEET, 0, 0),
            (MOVED.format("visit.planned"), HOMES, 0),
            *(() if published else ((HELD, 0, 0),)),
        ],
        {"starts_on": [day.day, day.month, day.year], "regions": [REGION], "seconds": str(SECONDS)},
    )  # fmt: skip


def _of_the_plan(question):
    """The question with the plan that the form led to in the place of a known id."""
    return question.replace("%(plan)s::text", f"{PLAN}::text").replace("%(plan)s", PLAN)


class Publish(Deed):
    """Waits for the draft that another write asked for, then publishes it."""

    def __init__(self, stock, asked):
        super().__init__(
            "publish a plan", asked.person, "", asked.ids | {"plan": None},
            [
                (audit("plan.published", "plan"), 1, 0),
                ("select count(*) from plan where id::text = %(plan)s and state = 'published'", 1, 0),
                (sent("plan.published", "plan_id", "plan", done=True), 1, 0),
                (MOVED.format("visit.published"), HOMES, 0),
                (BOOKED, HOMES, 0),
            ],
        )  # fmt: skip
        self.facts = [(question.replace("subject_id = %(plan)s", "subject_id::text = %(plan)s"), *counts)
                      for question, *counts in self.facts]  # fmt: skip
        self.asked = asked

    def _filled(self, person, until):
        while self.asked.outcome is Outcome.UNKNOWN and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
        _, _, page = self.asked.last.partition(" ")
        if self.asked.outcome is not Outcome.TAKEN:
            return None
        self.ids["plan"] = page.rpartition("/")[2]
        self.path = f"{page}/publish"
        while time.monotonic() < until:
            found = person.form(page, self.path, until)
            if found is not None:
                return found | {"form_uuid": str(self.key)}
            time.sleep(PAUSE_SECONDS)
        return None
