"""One seed: writes come in, something is done to the product in the middle, and then everything is looked at."""

import random
import threading
import time
from dataclasses import dataclass, field

from tests.faults.harness import checker
from tests.faults.harness.traffic import deeds
from tests.faults.harness.traffic.client import Outcome, Person
from worksorders.steps.sealing.verify import verify

CLIENTS, WRITES, AFTER = 3, 6, 2
RECOVERED_SECONDS = 60.0
JOIN_SECONDS = 200.0


@dataclass
class Seed:
    """What one seed did and what came of it; times are seconds from the end of the fault."""

    number: int
    kind: str
    writes: list = field(default_factory=list)
    written_after: float = 0.0
    drained_after: float = 0.0
    took: float = 0.0
    hit: bool = True
    violations: list = field(default_factory=list)

    def told(self, outcome):
        return sum(deed.outcome is outcome for deed in self.writes)


class Storm:
    """The traffic of all seeds against one house."""

    def __init__(self, house, stock, faults):
        self.house, self.stock, self.faults = house, stock, faults
        self.people, self.keys = {}, []
        self.patience = RECOVERED_SECONDS

    def kind_of(self, number):
        """Every kind once in a row of as many seeds, in an order that the row decides."""
        names = sorted(self.faults)
        row, place = divmod(number, len(names))
        random.Random(f"row {row}").shuffle(names)
        return names[place]

    def person(self, client, name):
        key = client, name
        if key not in self.people:
            self.people[key] = Person(self.house.port, name)
        return self.people[key]

    def run(self, number, kind=None):
        """Run one seed; the same number makes the same schedule."""
        chance, began = random.Random(f"seed {number}"), time.monotonic()
        seed = Seed(number, kind or self.kind_of(number))
        fault = self.faults[seed.kind]
        fault.prepare(self, seed, chance)
        self.keys += [deed.key for deed in seed.writes]
        over = threading.Event()
        started = self._let_loose(seed, chance, over)
        self._do(fault, seed, chance, over)
        ended = time.monotonic()
        for thread in started:
            thread.join(JOIN_SECONDS)
        answers = [
            deed.acknowledged
            for deed in seed.writes
            if deed.acknowledged > ended and deed.outcome is Outcome.TAKEN
        ]
        seed.written_after = max(0.0, min(answers, default=ended + RECOVERED_SECONDS) - ended)
        self._look(seed, fault, ended)
        self.house.calm()
        self.stock.clear_diaries()
        seed.took = time.monotonic() - began
        return seed

    def _let_loose(self, seed, chance, over):
        """Start the clients; the last writes wait until the harm is done."""
        waiting = list(enumerate(seed.writes))
        pauses = [chance.uniform(0, 0.08) for _ in waiting]
        lock = threading.Lock()

        def work(client):
            while True:
                with lock:
                    if not waiting:
                        return
                    place, deed = waiting.pop(0)
                if place >= len(seed.writes) - AFTER:
                    over.wait(JOIN_SECONDS)
                time.sleep(pauses[place])
                try:
                    deed.run(self.person(client, deed.person))
                except Exception as error:  # noqa: BLE001 -- a thread's end must not pass unseen.
                    seed.violations.append(checker.Violation("broken", f"{deed.kind}: {error!r}"))

        threads = [threading.Thread(target=work, args=(client,)) for client in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _do(self, fault, seed, chance, over):
        """Wait for a random moment of the traffic, then do the harm."""
        begun, until = chance.randrange(1, WRITES - AFTER + 1), time.monotonic() + 10
        while sum(deed.began > 0 for deed in seed.writes) < begun and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.12))
        try:
            fault.strike(self, seed, chance)
        finally:
            over.set()

    def _look(self, seed, fault, ended):
        if not checker.settled(self.house, self.patience - (time.monotonic() - ended)):
            with self.house.connect() as connection:
                seed.violations.append(checker.Violation("overdue", checker.waiting(connection)))
        seed.drained_after = time.monotonic() - ended
        with self.house.connect() as connection:
            for deed in seed.writes:
                seed.violations += checker.check(connection, deed)
                if deed.outcome is Outcome.UNKNOWN and deed.manner != "given up":
                    seed.violations.append(
                        checker.Violation(
                            "silent",
                            f"{deed.kind}: no answer to {deed.tries} sendings, the last was {deed.last}",
                        )
                    )
            seed.violations += fault.look(self, seed, connection)
        if max(seed.written_after, seed.drained_after) > RECOVERED_SECONDS:
            words = f"write after {seed.written_after:.1f} s, all done after {seed.drained_after:.1f} s"
            seed.violations.append(checker.Violation("slow", words))

    def bury(self):
        """Take out of sight what a planted mistake has left undone."""
        with self.house.connect() as connection:
            connection.execute("update outbox_message set done_at = now() where done_at is null")

    def look_at_all(self):
        """What is wrong with the whole: forms that nobody sent, and a trail that does not hold."""
        with self.house.connect() as connection:
            strange = checker.count(
                connection,
                "select count(*) from form_submission where form_uuid <> all(%(keys)s)",
                {"keys": self.keys},
            )
        if strange:
            yield f"{strange} forms were taken that nobody sent"
        yield from checker.letters(self.house, self.patience)
        until = time.monotonic() + self.patience
        while (verdict := self._verdict()).waiting and time.monotonic() < until:
            time.sleep(0.2)
        if not verdict.holds or verdict.waiting:
            yield f"the trail: {verdict.broken}, {verdict.waiting} events wait to be sealed"

    def _verdict(self):
        with self.house.services.sessions() as session:
            return verify(session, self.house.heads())


class Fault:
    """What a kind of fault has of its own: its traffic, its harm, and what it looks at afterwards."""

    def __init__(self, harm, manners=deeds.MANNERS, writes=deeds.KINDS):
        self.harm, self.manners, self.writes = harm, manners, writes

    def prepare(self, storm, seed, chance):
        for _ in range(WRITES - AFTER):
            deed = chance.choice(self.writes)(storm.stock)
            deed.manner = chance.choice(self.manners)
            seed.writes.append(deed)
        seed.writes += [chance.choice((deeds.opening, deeds.resume))(storm.stock) for _ in range(AFTER)]

    def strike(self, storm, seed, chance):
        seed.hit = self.harm(storm.house, chance) is not False

    def look(self, _storm, _seed, _connection):
        return []
