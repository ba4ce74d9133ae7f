"""Faults in the middle of a plan: its worker or its job dies, stands still, or the queue is emptied."""

import time

from tests.faults.harness.kinds.harms import wipe_valkey
from tests.faults.harness.running.house import CONTINUE, KILL, PLANNER, STOP, signalled
from tests.faults.harness.storm import AFTER, WRITES, Fault
from tests.faults.harness.traffic import deeds
from tests.faults.harness.traffic.planned import Publish, make_plan

CATCH_SECONDS = 8.0
LATE_SECONDS = 1.5


def catch_planning(house):
    """The first process seen that does a job of a plan; None where none is at work for a while."""
    until = time.monotonic() + CATCH_SECONDS
    while time.monotonic() < until:
        if found := house.children(PLANNER):
            return found[0]
        time.sleep(0.002)
    return None


def kill_planner(house, chance):
    """The planning worker, with the job that it does."""
    caught = catch_planning(house)
    time.sleep(chance.uniform(0, 0.3))
    pid = house.pid(PLANNER)
    return caught is not None and pid is not None and signalled(pid, KILL)


def kill_planning_horse(house, chance):
    """The process of one job of the plan, somewhere in it."""
    time.sleep(chance.uniform(0, 0.5))
    caught = catch_planning(house)
    return caught is not None and signalled(caught, KILL)


def stop_planning_horse(house, _chance):
    """A job of the plan stands still for longer than until it is sent again, and goes on."""
    caught = catch_planning(house)
    if caught is None or not signalled(caught, STOP):
        return False
    time.sleep(LATE_SECONDS)
    return signalled(caught, CONTINUE)


def wipe_while_planning(house, chance):
    """All that is queued is gone while a job of the plan is done."""
    caught = catch_planning(house)
    return wipe_valkey(house, chance) and caught is not None


class WhilePlanning(Fault):
    """A plan is asked for first of all, sometimes published, and other writes come beside it."""

    def prepare(self, storm, seed, chance):
        storm.house.want_planner()
        published = chance.random() < 0.5
        plan = make_plan(storm.stock, published=published)
        plan.manner = chance.choice(("plain", "reply lost", "sent twice", "at once"))
        seed.writes.append(plan)
        beside = WRITES - AFTER - len(seed.writes) - published
        seed.writes += [chance.choice((deeds.opening, deeds.hold))(storm.stock) for _ in range(beside)]
        seed.writes += [Publish(storm.stock, plan)] if published else []
        seed.writes += [deeds.opening(storm.stock) for _ in range(AFTER)]


PLANS = {
    "planning worker killed": WhilePlanning(kill_planner),
    "planning job killed": WhilePlanning(kill_planning_horse),
    "planning job stopped": WhilePlanning(stop_planning_horse),
    "wiped while planning": WhilePlanning(wipe_while_planning),
}
