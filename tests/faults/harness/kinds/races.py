"""Seeds in which the harm is done by people: the same form at once, a lost reply, and answers that exclude each other."""

import threading

from tests.faults.harness.checker import Violation, count
from tests.faults.harness.storm import AFTER, CLIENTS, Fault
from tests.faults.harness.traffic import deeds
from tests.faults.harness.traffic.client import Outcome

GROUPS = 2
ACCEPTED = "select count(*) from offer where order_id = %(order)s and state = 'accepted'"
CANCELLED = "select count(*) from works_order where id = %(order)s and state = 'cancelled'"


def nothing(_house, _chance):
    """No harm but what the traffic does to itself."""


class Race(Fault):
    """Groups of forms that begin at the same moment and cannot all be taken."""

    def __init__(self):
        super().__init__(nothing)

    def prepare(self, storm, seed, chance):
        self.groups = [self.group(storm.stock, chance) for _ in range(GROUPS)]
        for group in self.groups:
            chance.shuffle(group)
            gate = threading.Barrier(CLIENTS)
            for deed in group:
                deed.gate, deed.facts = gate, deed.facts[:1]
            seed.writes += group
        seed.writes += [deeds.opening(storm.stock) for _ in range(AFTER)]

    def look(self, _storm, seed, connection):
        found = []
        for group in self.groups:
            numbers = [count(connection, question, group[0].ids) for question in self.questions]
            taken = {deed.kind: deed.outcome is Outcome.TAKEN for deed in group}
            if not self.holds(taken, group, *numbers):
                found.append(
                    Violation("half-done", f"{seed.kind}: {taken} left {numbers} of {self.questions}")
                )
        return found


class TwoAccept(Race):
    """Three firms take the same urgent visit: one gets it."""

    questions = (ACCEPTED, deeds.LIVE, deeds.OPEN)

    def group(self, stock, _chance):
        ids = stock.urgent()
        return [deeds.accept(stock, ids, firm) for firm in stock.firms]

    def holds(self, _taken, group, accepted, live, still_open):
        winners = sum(deed.outcome is Outcome.TAKEN for deed in group)
        return (winners, accepted, live, still_open) == (1, 1, 1, 0)


class AcceptReassignCancel(Race):
    """A firm accepts while one coordinator takes the offer back for the next firm and another cancels the order."""

    questions = (CANCELLED, ACCEPTED, deeds.LIVE, deeds.OPEN)

    def group(self, stock, _chance):
        ids = stock.offered()
        return [deeds.take(stock, ids), deeds.take_back(stock, ids), deeds.cancel(stock, ids)]

    def holds(self, taken, _group, cancelled, accepted, live, still_open):
        if taken["cancel an order"]:
            return (cancelled, accepted, live, still_open) == (1, 0, 0, 0)
        if taken["accept a planned visit"] == taken["take an offer back"]:
            return False
        wanted = (0, 1, 1, 0) if taken["accept a planned visit"] else (0, 0, 1, 1)
        return (cancelled, accepted, live, still_open) == wanted


RACES = {
    "form sent twice": Fault(nothing, ("sent twice",)),
    "form sent twice at once": Fault(nothing, ("at once",)),
    "reply lost": Fault(nothing, ("reply lost",)),
    "two accepts at once": TwoAccept(),
    "accept, reassign, cancel": AcceptReassignCancel(),
}
