"""The independent checker: every hard rule as one function with a stable code, sharing nothing with the solver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from scheduler.plan import Plan, Route
from scheduler.problem import DAY, Problem, Shift, Variant, Worker, qualifies
from scheduler.score import score


class Violation(NamedTuple):
    """One broken rule: its stable code and a sentence with the values."""

    code: str
    message: str


class Facts:
    """What the rules look at: the problem, the variant, and the routes that name real shifts and visits."""

    def __init__(self, problem: Problem, routes: Iterable[Route], variant: Variant) -> None:
        self.problem, self.variant, self.full = problem, variant, variant != "common"
        self.all_routes = [route for route in routes if route.stops]
        self.routes = [route for route in self.all_routes if self._real(route)]
        self.start: dict[int, int] = {}
        self.who: dict[int, list[int]] = defaultdict(list)
        for route in self.routes:
            for visit, start in route.stops:
                self.start.setdefault(visit, start)
                self.who[visit].append(route.worker)

    def _real(self, route: Route) -> bool:
        workers = self.problem.workers
        if not 0 <= route.worker < len(workers) or not 0 <= route.shift < len(workers[route.worker].shifts):
            return False
        return all(0 <= stop.visit < len(self.problem.visits) for stop in route.stops)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every (visit, worker) of the plan."""
        for visit, workers in self.who.items():
            for worker in workers:
                yield visit, worker

    def shift(self, route: Route) -> tuple[Worker, Shift]:
        """The worker and the shift of a route."""
        worker = self.problem.workers[route.worker]
        return worker, worker.shifts[route.shift]


Rule = Callable[[Facts], Iterator[str]]


def real_references(facts: Facts) -> Iterator[str]:
    for route in facts.all_routes:
        if route not in facts.routes:
            yield f"a route names worker {route.worker}, shift {route.shift} or a visit that is not there"


def shift_once(facts: Facts) -> Iterator[str]:
    seen = set()
    for route in facts.routes:
        if (route.worker, route.shift) in seen:
            yield f"shift {route.shift} of worker {route.worker} is used twice"
        seen.add((route.worker, route.shift))


def trade(facts: Facts) -> Iterator[str]:
    for i, k in facts.pairs():
        if not qualifies(facts.problem.visits[i].trade, facts.problem.workers[k].trades):
            yield f"worker {k} lacks the trade {facts.problem.visits[i].trade} of visit {i}"


def region(facts: Facts) -> Iterator[str]:
    for i, k in facts.pairs():
        if facts.problem.visits[i].region not in facts.problem.workers[k].regions:
            yield f"worker {k} does not serve the region of visit {i}"


def reach(facts: Facts) -> Iterator[str]:
    for i, k in facts.pairs():
        minutes, most = facts.problem.travel[facts.problem.base(k), i], facts.problem.workers[k].reach_minutes
        if minutes > most:
            yield f"visit {i} is {minutes} min from the base of worker {k}, who goes at most {most}"


def exclusion(facts: Facts) -> Iterator[str]:
    for i, k in facts.pairs():
        if k in facts.problem.visits[i].excluded_workers:
            yield f"worker {k} is excluded from visit {i}"


def vetting(facts: Facts) -> Iterator[str]:
    for i, k in facts.pairs():
        day = facts.start[i] // DAY
        if day in facts.problem.visits[i].uncleared.get(k, ()):
            yield f"worker {k} is not cleared for visit {i} on day {day}"


def one_place(facts: Facts) -> Iterator[str]:
    for route in facts.routes:
        _, shift = facts.shift(route)
        free, here = shift.day * DAY + shift.opens, facts.problem.base(route.worker)
        for visit, start in route.stops:
            there = free + int(facts.problem.travel[here, visit])
            if start < there:
                yield f"visit {visit} starts {there - start} min before worker {route.worker} can be there"
            free, here = start + facts.problem.visits[visit].service_minutes, visit


def shift_end(facts: Facts) -> Iterator[str]:
    for route in facts.routes:
        _, shift = facts.shift(route)
        visit, start = route.stops[-1]
        back = start + facts.problem.visits[visit].service_minutes
        back += int(facts.problem.travel[visit, facts.problem.base(route.worker)])
        over = back - shift.day * DAY - shift.closes
        if over > (shift.overtime_minutes if facts.full else 0):
            yield f"worker {route.worker} is back {over} min after the end of shift {route.shift}"


def ready(facts: Facts) -> Iterator[str]:
    for i, start in facts.start.items():
        day = facts.problem.visits[i].ready_day
        if start // DAY < day:
            yield f"visit {i} starts on day {start // DAY}, before it is ready on day {day}"


def window(facts: Facts) -> Iterator[str]:
    for route in facts.routes:
        _, shift = facts.shift(route)
        for visit, start in route.stops:
            minute = start - shift.day * DAY
            one = facts.problem.visits[visit]
            windows = one.windows_late if facts.full else one.windows
            allowed = [w for w in windows if w.day == shift.day]
            if not any(w.earliest <= minute <= w.latest for w in allowed):
                yield f"visit {visit} starts at minute {minute} of day {shift.day}, outside its windows"


def crew(facts: Facts) -> Iterator[str]:
    for i, workers in facts.who.items():
        wanted = facts.problem.visits[i].crew if facts.full else 1
        if len(workers) != wanted or len(set(workers)) != wanted:
            yield f"visit {i} needs {wanted} different workers and has {workers}"


def crew_together(facts: Facts) -> Iterator[str]:
    for route in facts.routes:
        for visit, start in route.stops:
            if start != facts.start[visit]:
                yield f"the crew of visit {visit} starts at {facts.start[visit]} and {start}"


def predecessor(facts: Facts) -> Iterator[str]:
    for pair in facts.problem.precedences:
        if facts.full and pair.after in facts.start and pair.before not in facts.start:
            yield f"visit {pair.after} is made without visit {pair.before} before it"


def _wait(facts: Facts, before: int, after: int) -> int | None:
    if before not in facts.start or after not in facts.start:
        return None
    return facts.start[after] - facts.start[before] - facts.problem.visits[before].service_minutes


def least_gap(facts: Facts) -> Iterator[str]:
    for pair in facts.problem.precedences:
        wait = _wait(facts, pair.before, pair.after)
        if facts.full and wait is not None and wait < pair.least_gap:
            yield f"visit {pair.after} starts {wait} min after visit {pair.before} ends, at least {pair.least_gap}"


def greatest_gap(facts: Facts) -> Iterator[str]:
    for pair in facts.problem.precedences:
        wait, most = _wait(facts, pair.before, pair.after), pair.greatest_gap
        if facts.full and wait is not None and most is not None and wait > most:
            yield f"visit {pair.after} starts {wait} min after visit {pair.before} ends, at most {most}"


def same_day(facts: Facts) -> Iterator[str]:
    for group in facts.problem.same_day if facts.full else ():
        days = {facts.start[i] // DAY if i in facts.start else None for i in group}
        if len(days) > 1:
            yield f"visits {list(group)} are neither all on one day nor all left out"


def pinned(facts: Facts) -> Iterator[str]:
    for i, visit in enumerate(facts.problem.visits):
        pin = visit.pinned
        if facts.full and pin and (facts.start.get(i) != pin.start or pin.worker not in facts.who.get(i, ())):
            yield f"visit {i} is pinned to worker {pin.worker} at {pin.start}"


def most_moves(facts: Facts) -> Iterator[str]:
    most = facts.problem.max_moves
    if facts.full and most is not None:
        moves = score(facts.problem, facts.routes, facts.variant).moves
        if moves > most:
            yield f"{moves} published visits moved, at most {most} allowed"


RULES: dict[str, Rule] = {
    "reference": real_references,
    "shift_once": shift_once,
    "trade": trade,
    "region": region,
    "reach": reach,
    "exclusion": exclusion,
    "vetting": vetting,
    "one_place": one_place,
    "shift_end": shift_end,
    "ready": ready,
    "window": window,
    "crew": crew,
    "crew_together": crew_together,
    "predecessor": predecessor,
    "least_gap": least_gap,
    "greatest_gap": greatest_gap,
    "same_day": same_day,
    "pinned": pinned,
    "most_moves": most_moves,
}


def check(problem: Problem, routes: Iterable[Route], variant: Variant) -> list[Violation]:
    """Every broken hard rule of these routes; an empty list is a plan that may be shown."""
    facts = Facts(problem, routes, variant)
    return [Violation(code, message) for code, rule in RULES.items() for message in rule(facts)]


def check_plan(problem: Problem, plan: Plan) -> list[Violation]:
    """The same for a whole plan, with its claims: cost, bound, and that each visit left out is named once."""
    found = check(problem, plan.routes, plan.variant)
    again = score(problem, plan.routes, plan.variant)
    if again != plan.score:
        found.append(Violation("score", f"the plan claims {plan.objective}, recomputed {again.objective}"))
    if plan.lower_bound is not None and plan.lower_bound > again.objective:
        found.append(
            Violation("bound", f"lower bound {plan.lower_bound} is above the cost {again.objective}")
        )
    missing = sorted(set(range(len(problem.visits))) - set(plan.starts()))
    named = sorted(one.visit for one in plan.unassigned)
    if missing != named:
        found.append(Violation("reasons", f"visits {missing} have no place, reasons are given for {named}"))
    return found
